/// Rung 3 for memory pools.
@NullMarked
package org.kmemlab.lab.verify.mempool;

import org.jspecify.annotations.NullMarked;
