/// The block pools of a real-time operating system, with its own interface: [Mynewt].
@NullMarked
package org.kmemlab.mempool.pools.rtos;

import org.jspecify.annotations.NullMarked;
