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

    private PoolEntries() {
    }

    static Stream<Entry> all() {
        return Stream.of(
                new Entry("fixed", machine -> fixed(machine, PoolOptions.defaults("fixed"))),
                new Entry("fixed, red zones, sites",
                        machine -> fixed(machine,
                                PoolOptions.defaults("fixed").withRedZones().withSites())),
                new Entry("fixed, aligned, locked",
                        machine -> fixed(machine, PoolOptions.defaults("fixed").withAlignment(64)
                                .withLocks(PoolLocks.own()))),
                new Entry("dynamic",
                        machine -> dynamic(machine, PoolOptions.defaults("dynamic"))),
                new Entry("dynamic, red zones, aligned, locked", machine -> dynamic(machine,
                        PoolOptions.defaults("dynamic").withRedZones().withAlignment(32)
                                .withLocks(PoolLocks.own()))));
    }

    private static PoolUnderTest dynamic(PoolMachine machine, PoolOptions options) {
        DynamicPool pool = Objects.requireNonNull(
                DynamicPool.create(machine.cpu, machine.source, 100_000, options));
        return new PoolUnderTest() {

            @Override
            public long alloc(int bytes) {
                return pool.alloc(machine.cpu, bytes);
            }

            @Override
            public void free(long block) {
                pool.free(block);
            }

            @Override
            public List<Integer> sizes() {
                return List.of(56, 72, 1, 8, 300, 2000);
            }

            @Override
            public int alignment() {
                return options.alignment();
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
                pool.close(machine.cpu);
            }
        };
    }

    private static PoolUnderTest fixed(PoolMachine machine, PoolOptions options) {
        FixedPool pool = Objects.requireNonNull(
                FixedPool.create(machine.cpu, machine.source, 300, 40, options));
        return new PoolUnderTest() {

            @Override
            public long alloc(int bytes) {
                return pool.alloc(machine.cpu);
            }

            @Override
            public void free(long block) {
                pool.free(block);
            }

            @Override
            public List<Integer> sizes() {
                return List.of(40);
            }

            @Override
            public int alignment() {
                return options.alignment();
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
                pool.close(machine.cpu);
            }
        };
    }
}
