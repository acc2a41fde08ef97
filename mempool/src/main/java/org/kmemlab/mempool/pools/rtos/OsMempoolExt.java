package org.kmemlab.mempool.pools.rtos;

import org.jspecify.annotations.Nullable;

/// An extended pool of Mynewt (`struct os_mempool_ext`): whoever puts a block back calls its owner
/// instead.
///
/// The callback is assigned after [Mynewt#os_mempool_ext_init], which takes it away.
public final class OsMempoolExt {

    /// Is given each block that is put back (`os_mempool_put_fn`). It frees the block itself, with
    /// [Mynewt#os_memblock_put_from_cb], or keeps it for a while, or refuses it.
    public interface PutCallback {

        /// A block is put back.
        ///
        /// @param pool where the block belongs
        /// @param block its address
        /// @param argument what was assigned with the callback
        /// @return [OsError#OS_OK], or why the block was not freed
        OsError put(OsMempoolExt pool, long block, @Nullable Object argument);
    }

    private final OsMempool mempool = new OsMempool(this);
    @Nullable
    PutCallback putCallback;
    @Nullable
    Object putArgument;

    /// An empty structure.
    public OsMempoolExt() {
        // Its fields are filled by os_mempool_ext_init.
    }

    /// The pool itself (`mpe_mp`).
    public OsMempool mempool() {
        return mempool;
    }

    /// Assigns the callback (`mpe_put_cb`, `mpe_put_arg`).
    ///
    /// @param callback null for none: then blocks are put back as in any pool
    /// @param argument what the callback is given
    public void onPut(@Nullable PutCallback callback, @Nullable Object argument) {
        putCallback = callback;
        putArgument = argument;
    }
}
