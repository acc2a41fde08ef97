package org.kmemlab.mempool;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.Kmalloc;

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
/// **Time.** In a stepped run a wait moves the machine's clock, so timers may fire in it and free
/// elements, and nothing else happens meanwhile; see [WaitLimit] for waits that cannot end. On a
/// live machine, which has a [clock for it][org.kmemlab.machine.LiveClock], the calling Java thread waits until
/// another one frees. Requests that may not sleep never touch a clock.
///
/// **Threads.** Safe for use by several Java threads at once if its source is. One lock guards reserve
/// and waiters, as in the kernel; a request that the source serves does not take it, nor does a free
/// while the reserve is full. Making ready and destroying is for one thread that knows that nobody
/// else uses the pool.
///
/// **Misuse.** If the source refuses misuse, so does the pool: an element that already lies in the
/// reserve, or that the source would not take back, is refused and nothing is changed.
///
/// Differs from Linux: the array of the reserve lies on the Java heap, not in a `kmalloc` block, so
/// growing it cannot fail.
///
/// @see <a href="https://docs.kernel.org/core-api/mm-api.html#memory-pools">Memory pools,
///      `mm/mempool.c`</a>
@CheckReturnValue
public final class Mempool implements AutoCloseable {

    /// The most elements of a reserve: Linux keeps their pointers in one `kmalloc` array.
    public static final int MAX_NR = Kmalloc.MAX_SIZE / Long.BYTES;

    private static final int ENOMEM = -12;

    private final Machine machine;
    private WaitLimit waitLimit = WaitLimit.DEFAULT;
    private MempoolMasks masks = MempoolMasks.of(GfpFlags.GFP_KERNEL);
    private @Nullable FailMempool faults;
    private ElementSource source;
    private GuardedReserve reserve;
    private boolean zeroWarned;
    private boolean closed = true;

    private Mempool(Machine machine, int minNr, ElementSource source) {
        this.machine = machine;
        this.source = source;
        this.reserve = new GuardedReserve(this, source, minNr);
    }

    /// Creates a pool and fills its reserve with `GFP_KERNEL` (`mempool_create`).
    ///
    /// @param cpu who creates it
    /// @param minNr size of the reserve in elements, 0 or more; 0 gives a pool that never wakes
    ///        those who wait
    /// @return the pool; null if `minNr` is more than [#MAX_NR], or if the source could not fill
    ///         the reserve, and then it got back everything that it gave
    public static @Nullable Mempool create(Machine machine, Cpu cpu, int minNr,
            ElementSource source) {
        return create(machine, cpu, minNr, source, GfpFlags.GFP_KERNEL);
    }

    /// Creates a pool and fills its reserve with `gfp`, handed to the source unchanged
    /// (`mempool_create_node`; the node would only place the array of the reserve).
    ///
    /// @see #create(Machine, Cpu, int, ElementSource)
    public static @Nullable Mempool create(Machine machine, Cpu cpu, int minNr,
            ElementSource source, GfpFlags gfp) {
        Mempool pool = new Mempool(machine, 0, source);
        return pool.fill(cpu, minNr, source, gfp) == 0 ? pool : null;
    }

    /// A pool as a caller's own zeroed `mempool_t` is one: it must be made ready by [#init].
    public static Mempool zeroed(Machine machine) {
        return new Mempool(machine, 0, NoSource.NONE);
    }

    /// Makes a pool ready and fills its reserve with `GFP_KERNEL` (`mempool_init`).
    ///
    /// @param minNr size of the reserve in elements, 0 or more
    /// @return 0; -12 if `minNr` is more than [#MAX_NR], or if the source could not fill the reserve,
    ///         and then it got back everything that it gave; the pool is as before
    /// @throws IllegalStateException if the pool is in use
    @CanIgnoreReturnValue
    public int init(Cpu cpu, int minNr, ElementSource newSource) {
        Validate.validState(closed, "%s is in use: exit it first", this);
        return fill(cpu, minNr, newSource, GfpFlags.GFP_KERNEL);
    }

    private int fill(Cpu cpu, int minNr, ElementSource newSource, GfpFlags gfp) {
        Validate.isTrue(minNr >= 0, "min_nr %d: expected 0 or more", minNr);
        if (minNr > MAX_NR) {
            return ENOMEM;
        }
        source = newSource;
        reserve = new GuardedReserve(this, newSource, minNr);
        while (reserve.isShort()) {
            long element = source.alloc(cpu, gfp);
            if (element == 0) {
                destroy(cpu);
                return ENOMEM;
            }
            boolean _ = reserve.pushFresh(element); // Nobody else has the pool yet.
        }
        closed = false;
        return 0;
    }

    /// Lets faults be injected into this pool; null ends that.
    public void failBy(@Nullable FailMempool newFaults) {
        faults = newFaults;
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
        long element = askSource(cpu, wanted.first(), false);
        return element == 0 ? allocSlow(cpu, wanted) : element;
    }

    /// One attempt of a request at the source, unless fault injection forces the reserve.
    long askSource(Cpu cpu, GfpFlags gfp, boolean bulk) {
        if (faults != null && faults.forcesReserve(cpu, source.description(), bulk)) {
            return 0;
        }
        return source.alloc(cpu, gfp);
    }

    private long allocSlow(Cpu cpu, MempoolMasks wanted) {
        MempoolRequest request = new MempoolRequest(this, cpu, wanted,
                MempoolRequest.Step.TAKE_RESERVE);
        WaitWatch watch = new WaitWatch(this, cpu, wanted.asked(), waitLimit);
        while (!request.isDone()) {
            if (request.advance() != MempoolRequest.Step.ASLEEP) {
                continue;
            }
            if (watch.isOver()) {
                DeadlockException finding = watch.deadlock();
                request.giveUp();
                throw finding;
            }
            request.sleep(watch);
        }
        return request.element();
    }

    /// Fills an array with elements (`mempool_alloc_bulk` of later kernels, with `GFP_KERNEL`): from
    /// the source as long as it gives, the rest from the reserve at once, waiting until that holds
    /// enough. Users who each need several elements cannot block each other so.
    ///
    /// @param elements where they go; of the first `count`, those that are not 0 stay
    /// @param count at most the size of the reserve
    /// @throws DeadlockException if it waits and nothing can end the wait; the array keeps what it
    ///         got so far
    public void allocBulk(Cpu cpu, long[] elements, int count) {
        Validate.isTrue(
                count >= 0 && count <= elements.length && count <= reserve.elements().minNr(),
                "%d elements at once: the array has %d, the reserve %d", count, elements.length,
                reserve.elements().minNr());
        MempoolMasks wanted = prepare(cpu, GfpFlags.GFP_KERNEL);
        WaitWatch watch = new WaitWatch(this, cpu, wanted.asked(), waitLimit);
        new BulkRequest(this, cpu, wanted, elements, count).run(watch);
    }

    /// Gives elements back to the reserve as far as it is short (`mempool_free_bulk`).
    ///
    /// @param elements the first `count`, none of them 0
    /// @return how many from the start went into the reserve; the caller must free the others to
    ///         wherever they came from
    /// @throws RuntimeException as [#free], at the first element that may not come back; those before
    ///         it are in the reserve then
    public int freeBulk(long[] elements, int count) {
        Validate.isTrue(count >= 0 && count <= elements.length,
                "%d elements at once: the array has %d", count, elements.length);
        checkOpen();
        int kept = 0;
        while (kept < count && reserve.isShort() && reserve.putBack(elements[kept])) {
            kept++;
        }
        return kept;
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
        MempoolMasks wanted = masks;
        if (gfp.bits() != wanted.asked().bits()) {
            wanted = MempoolMasks.of(gfp);
            masks = wanted;
        }
        return wanted;
    }

    /// Takes an element from the reserve without asking the source and without sleeping
    /// (`mempool_alloc_preallocated` of Linux 6.6).
    ///
    /// @return the element; 0 if the reserve is empty
    public long allocPreallocated() {
        checkOpen();
        return reserve.popOr0(machine.cpu(0));
    }

    /// Gives back an element (`mempool_free`): to the reserve if it is short, which wakes all
    /// waiters, else to the source.
    ///
    /// @param element an element of this pool's source, from whatever call; 0 is ignored
    /// @throws ReservedElementException if the source refuses misuse and the element lies in the
    ///         reserve; nothing is changed then
    /// @throws RuntimeException as the source throws for what it does not take back
    public void free(Cpu cpu, long element) {
        if (element == 0) {
            return;
        }
        checkOpen();
        // Looking without the lock is enough: whoever got this element sees a reserve that is at most
        // as full as when the element left it.
        if (reserve.isShort() && reserve.putBack(element)) {
            return;
        }
        reserve.refuseReserved(element);
        source.free(cpu, element);
    }

    /// Changes the size of the reserve (`mempool_resize`).
    ///
    /// Surplus elements go back to the source, newest first. A larger reserve is filled with
    /// `GFP_KERNEL` as far as the source gives; the rest comes with later frees. Resizing to the
    /// present size does nothing, so it never fills a short reserve.
    ///
    /// @param newMinNr elements, 1 or more
    /// @return 0; -12 if they are more than [#MAX_NR], and then nothing changed
    @CanIgnoreReturnValue
    public int resize(Cpu cpu, int newMinNr) {
        Validate.isTrue(newMinNr > 0, "min_nr %d: expected 1 or more", newMinNr);
        checkOpen();
        if (newMinNr > MAX_NR) {
            return ENOMEM;
        }
        boolean grows = newMinNr > reserve.elements().minNr();
        long surplus = reserve.setMinNrOrPop(cpu, newMinNr);
        while (surplus != 0) {
            source.free(cpu, surplus);
            surplus = reserve.setMinNrOrPop(cpu, newMinNr);
        }
        if (grows) {
            refill(cpu);
        }
        return 0;
    }

    private void refill(Cpu cpu) {
        while (reserve.isShort()) {
            long element = source.alloc(cpu, GfpFlags.GFP_KERNEL);
            if (element == 0) {
                return;
            }
            if (!reserve.pushFresh(element)) {
                // Others freed elements into the pool meanwhile.
                source.free(cpu, element);
                return;
            }
        }
    }

    /// Frees the reserve, newest element first; the pool cannot be used afterwards
    /// (`mempool_destroy`). Elements that are still out are their users' problem.
    ///
    /// @throws IllegalStateException if somebody waits for an element
    public void destroy(Cpu cpu) {
        int waiting = reserve.queue().size();
        Validate.validState(waiting == 0, "%s: %d requests still wait", this, waiting);
        long element = reserve.popOr0(cpu);
        while (element != 0) {
            source.free(cpu, element);
            element = reserve.popOr0(cpu);
        }
        closed = true;
    }

    /// [#destroy] for a pool of [#zeroed] (`mempool_exit`): it may be made ready again. Does nothing
    /// to a pool that is not ready.
    public void exit(Cpu cpu) {
        destroy(cpu);
    }

    /// [#destroy] on the machine's first CPU; a second call does nothing.
    @Override
    public void close() {
        destroy(machine.cpu(0));
    }

    /// The state of the pool now.
    public MempoolSnapshot snapshot() {
        return reserve.snapshot();
    }

    /// Checks I1 and I2.
    ///
    /// @throws IllegalStateException naming the invariant that does not hold
    public void validate() {
        reserve.validate();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is not ready, or was destroyed");
        }
    }

    Machine machine() {
        return machine;
    }

    GuardedReserve reserve() {
        return reserve;
    }

    @Override
    public String toString() {
        Reserve elements = reserve.elements();
        return "mempool of " + source.description() + " (min_nr " + elements.minNr() + ", curr_nr "
                + elements.currNr() + ", waiters " + reserve.queue().size() + ")";
    }
}
