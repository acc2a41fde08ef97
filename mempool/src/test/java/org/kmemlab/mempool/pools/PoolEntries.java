package org.kmemlab.mempool.pools;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/// All pools, each as the common suite [PoolSuiteTest] sees it.
final class PoolEntries {

    /// @param name of the pool and its variant
    /// @param open makes it on a machine
    record Entry(String name, Function<PoolMachine, PoolUnderTest> open) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final PoolOptions PLAIN = PoolOptions.defaults("tested");
    private static final PoolOptions RED = PLAIN.withRedZones();
    private static final PoolOptions ALIGNED = PLAIN.withAlignment(64);

    private PoolEntries() {
    }

    static Stream<Entry> all() {
        return Stream.concat(blocks(), FirmwareEntries.all());
    }

    private static Stream<Entry> blocks() {
        return Stream.of(
                new Entry("fixed", machine -> fixed(machine, PLAIN)),
                new Entry("fixed, red zones, sites", machine -> fixed(machine, RED.withSites())),
                new Entry("fixed, aligned, locked",
                        machine -> fixed(machine, ALIGNED.withLocks(PoolLocks.own()))),
                new Entry("dynamic", machine -> dynamic(machine, PLAIN)),
                new Entry("dynamic, red zones, aligned, locked",
                        machine -> dynamic(machine,
                                RED.withAlignment(32).withLocks(PoolLocks.own()))),
                new Entry("lifetime", machine -> lifetime(machine, 48, PLAIN)),
                new Entry("lifetime, red zones", machine -> lifetime(machine, 900, RED)),
                new Entry("elr_mpl", machine -> elr(machine, PLAIN)),
                new Entry("elr_mpl, red zones, aligned, locked",
                        machine -> elr(machine, RED.withAlignment(32).withLocks(PoolLocks.own()))),
                new Entry("malloc", machine -> malloc(machine, PLAIN)),
                new Entry("malloc, red zones", machine -> malloc(machine, RED)),
                new Entry("element", machine -> element(machine, true, PLAIN)),
                new Entry("element, red zones, aligned",
                        machine -> element(machine, false, RED.withAlignment(16))),
                new Entry("region", machine -> new RegionEntry(machine, PLAIN)),
                new Entry("region, red zones, aligned",
                        machine -> new RegionEntry(machine, RED.withAlignment(64))));
    }

    private static PoolUnderTest malloc(PoolMachine machine, PoolOptions options) {
        PooledAllocator pool = new PooledAllocator(machine.source, options);
        return new PoolAdapter(List.of(1, 24, 100, 1000, 3000, 10_000), options.alignment(),
                bytes -> pool.malloc(machine.cpu, bytes), block -> pool.free(machine.cpu, block),
                () -> pool.statistics().used(), pool::validate, pool::close);
    }

    private static PoolUnderTest element(PoolMachine machine, boolean zeroes, PoolOptions options) {
        ElementPool pool = new ElementPool(machine.source, 56, 4096, zeroes, options);
        return new PoolAdapter(List.of(56), options.alignment(),
                bytes -> pool.allocate(machine.cpu),
                element -> pool.deallocate(element, 1), () -> pool.statistics().used(),
                pool::validate, pool::close);
    }

    private static PoolUnderTest elr(PoolMachine machine, PoolOptions options) {
        ElrMpl elr = new ElrMpl(machine.source, machine.cpu, options);
        elr.elr_mpl_init();
        ElrMpl.Handle pool = elr.elr_mpl_create(null, 100);
        return new PoolAdapter(List.of(100), options.alignment(),
                bytes -> elr.elr_mpl_alloc(pool), elr::elr_mpl_free,
                () -> elr.elr_mpl_avail(pool) == 0 ? 0 : elr.statistics(pool).used(),
                elr::validate, () -> {
                    if (elr.livePools() > 0) {
                        elr.elr_mpl_finalize();
                    }
                });
    }

    /// The one that cannot take blocks back one by one.
    private record RegionEntry(PoolMachine machine, PoolOptions options, RegionPool pool)
            implements
            PoolUnderTest {

        RegionEntry(PoolMachine machine, PoolOptions options) {
            this(machine, options, Objects.requireNonNull(RegionPool.create(machine.cpu,
                    machine.source, RegionPool.KEEP_ALL, options)));
        }

        @Override
        public long alloc(int bytes) {
            return pool.alloc(machine.cpu, bytes);
        }

        @Override
        public void free(long block) {
            throw new UnsupportedOperationException("blocks come back all at once");
        }

        @Override
        public List<Integer> sizes() {
            return List.of(24, 100, 3000, 10_000);
        }

        @Override
        public int alignment() {
            return options.alignment();
        }

        @Override
        public boolean freesSingly() {
            return false;
        }

        @Override
        public void clear() {
            pool.clear(machine.cpu);
        }

        @Override
        public long used() {
            return pool.statistics().used();
        }

        @Override
        public void validate() {
            pool.validate();
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    private static PoolUnderTest fixed(PoolMachine machine, PoolOptions options) {
        FixedPool pool = Objects.requireNonNull(
                FixedPool.create(machine.cpu, machine.source, 300, 40, options));
        return new PoolAdapter(List.of(40), options.alignment(), bytes -> pool.alloc(machine.cpu),
                pool::free, () -> pool.statistics().used(), pool::validate, pool::close);
    }

    private static PoolUnderTest dynamic(PoolMachine machine, PoolOptions options) {
        DynamicPool pool = Objects.requireNonNull(
                DynamicPool.create(machine.cpu, machine.source, 100_000, options));
        return new PoolAdapter(List.of(56, 72, 1, 8, 300, 2000), options.alignment(),
                bytes -> pool.alloc(machine.cpu, bytes), pool::free,
                () -> pool.statistics().used(), pool::validate, pool::close);
    }

    private static PoolUnderTest lifetime(PoolMachine machine, int bytes, PoolOptions options) {
        LifetimePool pool = LifetimePool.open(machine.cpu, machine.source, bytes, null, options);
        return new PoolAdapter(List.of(bytes), options.alignment(),
                ignored -> pool.alloc(machine.cpu), pool::free, () -> pool.statistics().used(),
                pool::validate, pool::close);
    }
}
