package org.kmemlab.bench.jmh;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.util.concurrent.FastThreadLocalThread;

/// JMH's workers as threads of Netty's kind, for Netty's contenders: on others its thread-local
/// caches are slower.
public final class FastThreads extends ThreadPoolExecutor {

    /// Called by JMH, which finds it by the property `jmh.executor.class`.
    ///
    /// @param threads how many it needs
    /// @param prefix how their names start
    public FastThreads(int threads, String prefix) {
        super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                new Factory(prefix)::newThread);
    }

    private record Factory(String prefix, AtomicInteger made) {

        Factory(String prefix) {
            this(prefix, new AtomicInteger());
        }

        Thread newThread(Runnable work) {
            Thread thread = new FastThreadLocalThread(work,
                    prefix + "-jmh-worker-" + made.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    }
}
