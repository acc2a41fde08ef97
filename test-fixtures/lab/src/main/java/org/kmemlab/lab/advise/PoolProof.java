package org.kmemlab.lab.advise;

import java.io.IOException;
import java.util.Objects;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.mempool.ElementSource;
import org.kmemlab.mempool.Mempool;

/// What became of the atomic requests to one cache when a real pool served them, and its source failed
/// during the outage of a [PoolAdvice].
///
/// @param minNr size of the pool's reserve
/// @param served requests that got an element
/// @param failed requests that did not
/// @param firstFailedPlace where the first of these was made: a line of a trace, or its number in a run;
///        0 if there is none
public record PoolProof(int minNr, long served, long failed, long firstFailedPlace) {

    /// Elements without end, except while it is told to fail.
    private static final class Numbers implements ElementSource {
        private long last;
        private boolean fails;

        @Override
        public long alloc(Cpu cpu, GfpFlags gfp) {
            return fails ? 0 : ++last;
        }

        @Override
        public void free(Cpu cpu, long element) {
        }
    }

    private static final class Run implements Requests.Visitor {
        private final PoolAdvice advice;
        private final Cpu cpu;
        private final Numbers source = new Numbers();
        private final Mempool pool;
        private final Long2LongHashMap elements = new Long2LongHashMap(0);
        private long served;
        private long failed;
        private long firstFailedPlace;

        Run(PoolAdvice advice, Machine machine, int minNr) {
            this.advice = advice;
            this.cpu = machine.cpu(0);
            this.pool = Objects.requireNonNull(Mempool.create(machine, cpu, minNr, source));
        }

        @Override
        public void allocated(String cache, boolean atomic, long pointer, long event,
                long place) {
            freed(pointer, event);
            if (!atomic || !cache.equals(advice.cache())) {
                return;
            }
            source.fails = event >= advice.fromEvent() && event <= advice.toEvent();
            long element = pool.alloc(cpu, GfpFlags.GFP_ATOMIC);
            if (element != 0) {
                served++;
                elements.put(pointer, element);
            } else {
                firstFailedPlace = failed++ == 0 ? place : firstFailedPlace;
            }
        }

        @Override
        public void freed(long pointer, long event) {
            pool.free(cpu, elements.remove(pointer));
        }
    }

    static PoolProof of(Requests requests, PoolAdvice advice, int minNr) throws IOException {
        try (Machine machine = new Machine(
                MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY))) {
            Run run = new Run(advice, machine, minNr);
            long _ = requests.read(run);
            return new PoolProof(minNr, run.served, run.failed, run.firstFailedPlace);
        }
    }
}
