package org.kmemlab.bench.jmh;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

import org.jctools.queues.SpscArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/// What a thread really did where it has to wait for a partner: JMH counts turns that found nothing
/// to do as operations, and the profiler counts waiting as work.
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class Work {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /// CPU time that the thread spent on batches.
    public long handedNanos;
    /// Objects of these batches.
    public long handedObjects;

    private long startNanos;

    /// The next batch, and the start of the work on it; null if the iteration ended before.
    <T> @Nullable T take(SpscArrayQueue<T> queue, Control control) {
        T batch = queue.relaxedPoll();
        while (batch == null && !control.stopMeasurement) {
            Thread.onSpinWait();
            batch = queue.relaxedPoll();
        }
        startNanos = THREADS.getCurrentThreadCpuTime();
        return batch;
    }

    /// Hands a batch on: the end of the work on it.
    <T> void pass(T batch, SpscArrayQueue<T> queue) {
        handedNanos += THREADS.getCurrentThreadCpuTime() - startNanos;
        handedObjects += Workload.HAND_OVER;
        queue.offer(batch);
    }
}
