package org.kmemlab.mempool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// An allocator of elements that keeps `min_nr` of them in reserve (`mempool_t` of Linux 6.1).
///
/// **Promise.** A request that may sleep never fails: it waits until an element comes back. With
/// any number of users, each holding at most one element and giving it back in the end, everybody
/// makes progress with a reserve of one, even if the source always fails.
///
/// **Invariants.** I1: the reserve holds at most `min_nr` elements. I2: none of them is 0, no two
/// are equal. I3: an element is in the reserve or with a user or with the source, never in two
/// places.
///
/// **Time.** A wait moves the machine's clock, so timers may fire in it and free elements. In a
/// stepped run nothing else happens meanwhile; see [WaitLimit] for waits that cannot end. Requests
/// that may not sleep never touch the clock.
///
/// Differs from Linux: the array of the reserve lies on the Java heap, not in a `kmalloc` block, so
/// growing it cannot fail. Stepped runs only: not safe for several Java threads at once.
///
/// @see <a href="https://docs.kernel.org/core-api/mm-api.html#memory-pools">Memory pools,
///      `mm/mempool.c`</a>
@CheckReturnValue
public final class Mempool implements AutoCloseable {

    private static final int SLEEP_SECONDS = 5;

    private final Machine machine;
    private final ElementSource source;
    private final List<MempoolRequest> waiters = new ArrayList<>();
    private WaitLimit waitLimit = WaitLimit.DEFAULT;
    private MempoolMasks masks = MempoolMasks.of(GfpFlags.GFP_KERNEL);
    private long[] elements;
    private int minNr;
    private int currNr;
    private boolean zeroWarned;
    private boolean closed;

    private Mempool(Machine machine, int minNr, ElementSource source) {
        this.machine = machine;
        this.source = source;
        this.minNr = minNr;
        this.elements = new long[minNr];
    }

    /// Creates a pool and fills its reserve with `GFP_KERNEL` (`mempool_create`).
    ///
    /// @param cpu who creates it
    /// @param minNr size of the reserve in elements, 0 or more; 0 gives a pool that never wakes
    ///        those who wait
    /// @return the pool; null if the source could not fill the reserve, and then it got back
    ///         everything that it gave
    public static @Nullable Mempool create(Machine machine, Cpu cpu, int minNr,
            ElementSource source) {
        return create(machine, cpu, minNr, source, GfpFlags.GFP_KERNEL);
    }

    /// Creates a pool and fills its reserve with `gfp`, handed to the source unchanged
    /// (`mempool_create_node`).
    ///
    /// @see #create(Machine, Cpu, int, ElementSource)
    public static @Nullable Mempool create(Machine machine, Cpu cpu, int minNr,
            ElementSource source, GfpFlags gfp) {
        Validate.isTrue(minNr >= 0, "min_nr %d: expected 0 or more", minNr);
        Mempool pool = new Mempool(machine, minNr, source);
        while (pool.currNr < minNr) {
            long element = source.alloc(cpu, gfp);
            if (element == 0) {
                pool.destroy(cpu);
                return null;
            }
            pool.push(element);
        }
        return pool;
    }

    /// Sets when a wait counts as a deadlock.
    public void setWaitLimit(WaitLimit limit) {
        waitLimit = limit;
    }

    /// Allocates an element (`mempool_alloc`): from the source, else from the reserve, else, if
    /// `gfp` has `__GFP_DIRECT_RECLAIM`, after waiting for one.
    ///
    /// @return the element; 0 only if `gfp` does not allow sleeping
    /// @throws DeadlockException if it waits and nothing can end the wait
    public long alloc(Cpu cpu, GfpFlags gfp) {
        MempoolMasks wanted = prepare(cpu, gfp);
        long element = source.alloc(cpu, wanted.first());
        return element == 0 ? allocSlow(cpu, wanted) : element;
    }

    private long allocSlow(Cpu cpu, MempoolMasks wanted) {
        MempoolRequest request = new MempoolRequest(this, cpu, wanted,
                MempoolRequest.Step.TAKE_RESERVE);
        long startJiffies = machine.clock().jiffies();
        int sleeps = 0;
        int idleSleeps = 0;
        while (!request.isDone()) {
            if (request.advance() != MempoolRequest.Step.ASLEEP) {
                continue;
            }
            if (idleSleeps == waitLimit.idleSleeps() || sleeps == waitLimit.sleeps()) {
                DeadlockException finding = deadlock(request, startJiffies, idleSleeps);
                removeWaiter(request);
                throw finding;
            }
            boolean idle = !machine.clock().hasTimers();
            machine.clock().sleepUntil(request.deadlineJiffies(), request::isWoken);
            idleSleeps = idle ? idleSleeps + 1 : 0;
            sleeps++;
        }
        return request.element();
    }

    private DeadlockException deadlock(MempoolRequest request, long startJiffies, int idleSleeps) {
        long nowJiffies = machine.clock().jiffies();
        long waitedSeconds = (nowJiffies - startJiffies) / machine.clock().hz();
        String why = idleSleeps == waitLimit.idleSleeps()
                ? "no timer is set, so nobody is left to free an element"
                : "timers fired, but none freed an element";
        return new DeadlockException("deadlock: " + request.cpu() + " waits for an element of "
                + this + " with gfp " + request.askedGfp() + "; waited " + waitedSeconds
                + " s of virtual time up to jiffy " + nowJiffies
                + ", the source failed at every wake-up, " + why);
    }

    /// Starts an allocation that the caller carries out step by step; nothing is asked for yet.
    ///
    /// @return the request; a caller that lets it sleep must advance it to the end
    public MempoolRequest begin(Cpu cpu, GfpFlags gfp) {
        return new MempoolRequest(this, cpu, prepare(cpu, gfp), MempoolRequest.Step.TRY_SOURCE);
    }

    private MempoolMasks prepare(Cpu cpu, GfpFlags gfp) {
        checkOpen();
        if (gfp.has(GfpFlags.ZERO) && !zeroWarned) {
            zeroWarned = true;
            machine.log().print("WARNING: mempool_alloc: __GFP_ZERO is not supported, elements of "
                    + "the reserve are not cleared");
        }
        if (gfp.mayBlock() && cpu.task() == null) {
            machine.log().print(
                    "BUG: sleeping function called from invalid context: mempool_alloc on " + cpu);
        }
        // The masks of the last call are kept, so that a steady caller makes no garbage.
        if (gfp.bits() != masks.asked().bits()) {
            masks = MempoolMasks.of(gfp);
        }
        return masks;
    }

    /// Takes an element from the reserve without asking the source and without sleeping
    /// (`mempool_alloc_preallocated` of Linux 6.6).
    ///
    /// @return the element; 0 if the reserve is empty
    public long allocPreallocated() {
        checkOpen();
        return isReserveEmpty() ? 0 : pop();
    }

    /// Gives back an element (`mempool_free`): to the reserve if it is short, which wakes all
    /// waiters, else to the source.
    ///
    /// @param element an element of this pool's source, from whatever call; 0 is ignored
    public void free(Cpu cpu, long element) {
        if (element == 0) {
            return;
        }
        checkOpen();
        if (currNr < minNr) {
            push(element);
            wakeAll();
        } else {
            source.free(cpu, element);
        }
    }

    /// Changes the size of the reserve (`mempool_resize`).
    ///
    /// Surplus elements go back to the source, newest first. A larger reserve is filled with
    /// `GFP_KERNEL` as far as the source gives; the rest comes with later frees. Resizing to the
    /// present size does nothing, so it never fills a short reserve.
    ///
    /// @param newMinNr elements, 1 or more
    public void resize(Cpu cpu, int newMinNr) {
        Validate.isTrue(newMinNr > 0, "min_nr %d: expected 1 or more", newMinNr);
        checkOpen();
        if (newMinNr <= minNr) {
            while (currNr > newMinNr) {
                source.free(cpu, pop());
            }
            minNr = newMinNr;
            return;
        }
        if (newMinNr > elements.length) {
            elements = Arrays.copyOf(elements, newMinNr);
        }
        minNr = newMinNr;
        refill(cpu);
    }

    private void refill(Cpu cpu) {
        while (currNr < minNr) {
            long element = source.alloc(cpu, GfpFlags.GFP_KERNEL);
            if (element == 0) {
                return;
            }
            if (currNr == minNr) {
                // The source itself freed elements into the pool meanwhile.
                source.free(cpu, element);
                return;
            }
            push(element);
        }
    }

    /// Frees the reserve, newest element first; the pool cannot be used afterwards
    /// (`mempool_destroy`). Elements that are still out are their users' problem.
    ///
    /// @throws IllegalStateException if somebody waits for an element
    public void destroy(Cpu cpu) {
        Validate.validState(waiters.isEmpty(), "%s: %d requests still wait", this, waiters.size());
        while (currNr > 0) {
            source.free(cpu, pop());
        }
        closed = true;
    }

    /// [#destroy] on the machine's first CPU; a second call does nothing.
    @Override
    public void close() {
        destroy(machine.cpu(0));
    }

    /// The state of the pool now.
    public MempoolSnapshot snapshot() {
        List<Long> reserve = Arrays.stream(elements, 0, currNr).boxed().toList();
        return new MempoolSnapshot(minNr, reserve, waiters.size());
    }

    /// Checks I1 and I2.
    ///
    /// @throws IllegalStateException naming the invariant that does not hold
    public void validate() {
        Validate.validState(currNr >= 0 && currNr <= minNr && minNr <= elements.length,
                "I1: curr_nr %d, min_nr %d, room for %d", currNr, minNr, elements.length);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < currNr; i++) {
            Validate.validState(elements[i] != 0 && seen.add(elements[i]),
                    "I2: element %d of the reserve is 0x%x", i, elements[i]);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " was destroyed");
        }
    }

    private void push(long element) {
        assert currNr < minNr : "push beyond min_nr " + minNr;
        elements[currNr++] = element;
    }

    long pop() {
        assert currNr > 0 : "pop of an empty reserve";
        return elements[--currNr];
    }

    boolean isReserveEmpty() {
        return currNr == 0;
    }

    private void wakeAll() {
        waiters.forEach(MempoolRequest::wake);
    }

    void addWaiter(MempoolRequest request) {
        waiters.add(request);
    }

    void removeWaiter(MempoolRequest request) {
        waiters.remove(request);
    }

    long sleepDeadlineJiffies() {
        return machine.clock().jiffies() + (long) SLEEP_SECONDS * machine.clock().hz();
    }

    Machine machine() {
        return machine;
    }

    ElementSource source() {
        return source;
    }

    @Override
    public String toString() {
        return "mempool of " + source.description() + " (min_nr " + minNr + ", curr_nr " + currNr
                + ", waiters " + waiters.size() + ")";
    }
}
