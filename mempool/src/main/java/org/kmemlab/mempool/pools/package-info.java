/// Pools of many kinds, from articles, libraries and kernels, on one core and the same memory.
@NullMarked
package org.kmemlab.mempool.pools;

import org.jspecify.annotations.NullMarked;
