package org.kmemlab.mempool;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// A source for several threads: a fixed number of elements, each with a cookie that says who holds
/// it. It fails some requests, chosen by a seed and the number of the request.
final class CookieSource implements ElementSource {

    private final long seed;
    private final ConcurrentLinkedDeque<Long> free = new ConcurrentLinkedDeque<>();
    private final AtomicIntegerArray cookies;
    private final AtomicInteger live = new AtomicInteger();
    private final AtomicLong calls = new AtomicLong();
    private volatile int failPercent;

    /// Elements 1 to `elements`.
    CookieSource(long seed, int elements) {
        this.seed = seed;
        this.cookies = new AtomicIntegerArray(elements + 1);
        for (long element = 1; element <= elements; element++) {
            free.add(element);
        }
    }

    void failPercent(int percent) {
        failPercent = percent;
    }

    /// How many elements are not with the source.
    int live() {
        return live.get();
    }

    /// A user marks an element as its own.
    void take(long element, int user) {
        if (!cookies.compareAndSet((int) element, 0, user)) {
            throw new IllegalStateException("element " + element + " for user " + user
                    + " belongs to user " + cookies.get((int) element));
        }
    }

    /// A user makes an element nobody's.
    void release(long element, int user) {
        if (!cookies.compareAndSet((int) element, user, 0)) {
            throw new IllegalStateException("element " + element + " of user " + user
                    + " belongs to user " + cookies.get((int) element));
        }
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        long call = calls.incrementAndGet();
        long mixed = (seed * 31 + call) * 0x9e37_79b9_7f4a_7c15L;
        if ((mixed >>> 33) % 100 < failPercent) {
            return 0;
        }
        Long element = free.poll();
        if (element == null) {
            return 0;
        }
        live.incrementAndGet();
        return element;
    }

    @Override
    public void free(Cpu cpu, long element) {
        if (cookies.get((int) element) != 0) {
            throw new IllegalStateException("element " + element + " was freed by the pool while "
                    + "user " + cookies.get((int) element) + " holds it");
        }
        live.decrementAndGet();
        free.push(element);
    }

    @Override
    public String description() {
        return "elements with cookies";
    }
}
