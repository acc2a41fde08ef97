package org.kmemlab.mempool.pools.embedded;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;

/// Several pools of different block sizes that serve any size together: a request goes to the first
/// one whose blocks are large enough.
@CheckReturnValue
public final class MultiPool implements AutoCloseable {

    /// One of the pools.
    ///
    /// @param blockBytes of its blocks
    /// @param blocks how many
    public record Tier(int blockBytes, int blocks) {}

    private final Cpu cpu;
    private final RegionSource source;
    private final PoolOptions options;
    private final boolean fallsThrough;
    private List<EmbeddedPool> pools = List.of();

    /// A set of pools without memory; [#init] gives it some.
    ///
    /// @param cpu where it takes and gives back memory
    /// @param source where its memory comes from
    /// @param options of all pools; their names are the name and the block size
    /// @param fallsThrough whether a request whose pool is empty goes on to the next one that fits
    public MultiPool(Cpu cpu, RegionSource source, PoolOptions options, boolean fallsThrough) {
        this.cpu = cpu;
        this.source = source;
        this.options = options;
        this.fallsThrough = fallsThrough;
    }

    /// Gives all pools their blocks. If one cannot have them, those before it give theirs back.
    ///
    /// @param tiers the pools, in the order in which requests look at them
    /// @return [InitCode#GOOD], or what the first pool that failed answered; [InitCode#INVALID] if
    ///         there are no tiers, or it is initialised already
    public InitCode init(List<Tier> tiers) {
        if (tiers.isEmpty() || !pools.isEmpty()) {
            return InitCode.INVALID;
        }
        List<EmbeddedPool> done = new ArrayList<>();
        for (Tier tier : tiers) {
            EmbeddedPool pool = new EmbeddedPool(cpu, source,
                    options.withName(options.name() + "-" + tier.blockBytes));
            InitCode code = EmbeddedPool.init(pool, tier.blockBytes, tier.blocks);
            if (code != InitCode.GOOD) {
                done.reversed().forEach(EmbeddedPool::destroy);
                return code;
            }
            done.add(pool);
        }
        pools = List.copyOf(done);
        return InitCode.GOOD;
    }

    /// The pools, in the order of [#init].
    public List<EmbeddedPool> pools() {
        return pools;
    }

    /// Takes a block of the first pool that fits; if it is empty and that was asked for, of the
    /// next one that fits. O(pools).
    ///
    /// @param bytes that are needed
    /// @return its first byte; 0 if there is none, or the size is not positive
    public long alloc(int bytes) {
        if (bytes <= 0) {
            return 0;
        }
        // Counting loops: an iterator is garbage.
        for (int i = 0; i < pools.size(); i++) {
            EmbeddedPool pool = pools.get(i);
            if (bytes > pool.blockBytes()) {
                continue;
            }
            long block = pool.alloc();
            if (block != 0 || !fallsThrough) {
                return block;
            }
        }
        return 0;
    }

    /// Gives a block back to its pool. O(pools).
    ///
    /// @return whether it was taken back; the machine's log says why not
    public boolean free(long block) {
        for (int i = 0; i < pools.size(); i++) {
            if (pools.get(i).owns(block)) {
                return pools.get(i).free(block);
            }
        }
        if (block != 0) {
            source.machine().log().print(
                    "0x%x is of no pool of '%s'".formatted(block, options.name()));
        }
        return false;
    }

    /// Gives all memory back. Does nothing if there is none.
    public void destroy() {
        pools.reversed().forEach(EmbeddedPool::destroy);
        pools = List.of();
    }

    /// As [#destroy].
    @Override
    public void close() {
        destroy();
    }

    /// Checks all pools.
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        pools.forEach(EmbeddedPool::validate);
    }
}
