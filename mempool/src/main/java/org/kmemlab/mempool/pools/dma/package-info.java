/// Blocks that devices read and write, in the manner of the kernel's DMA pools:
/// [DmaPool][org.kmemlab.mempool.pools.dma.DmaPool].
@NullMarked
package org.kmemlab.mempool.pools.dma;

import org.jspecify.annotations.NullMarked;
