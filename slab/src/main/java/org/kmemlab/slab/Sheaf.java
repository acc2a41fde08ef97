package org.kmemlab.slab;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;

/// A stack of free objects above the engine: what one thread has in stock of one cache.
///
/// Taking and putting touch the stack and the object's tag, never the object. Linux 6.18 has these
/// under the same name; the idea is the magazine of Bonwick and Adams, *Magazines and Vmem* (2001).
///
/// **Ownership.** A sheaf is used by one thread at a time: its [#owner], who claimed it once by
/// compare-and-set, or who has [#tryAcquire]d it, if it is shared. Nothing else is atomic here,
/// which is where the speed comes from.
final class Sheaf extends SheafPadding.After {

    private static final VarHandle OWNER;
    private static final VarHandle BUSY;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(SheafPadding.Fields.class, "owner", Thread.class);
            BUSY = lookup.findVarHandle(SheafPadding.Fields.class, "busy", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// Requests that an object from stock does not satisfy as it is.
    private static final int SPECIAL = GfpFlags.ZERO.with(GfpFlags.THISNODE)
            .with(GfpFlags.ACCOUNT).bits();

    /// An empty sheaf without room, owned by nobody.
    ///
    /// @param tags where objects in use are noted; null if misuse is not looked for
    Sheaf(@Nullable ObjectTags tags, long tagKey) {
        super(tags, tagKey);
    }

    /// Takes the object that was put last.
    ///
    /// @return 0 if there is none, or the request needs more than an object as it is
    long take(GfpFlags gfp) {
        int last = count - 1;
        // Asked like that, the compiler sees that the array's bounds are checked, too.
        if (Integer.compareUnsigned(last, objects.length) >= 0 || (gfp.bits() & SPECIAL) != 0) {
            return 0;
        }
        return takeAt(last);
    }

    /// Takes the object that was put last, of a sheaf that is not empty.
    long take() {
        return takeAt(count - 1);
    }

    private long takeAt(int last) {
        long object = objects[last];
        count = last;
        mark(object);
        return object;
    }

    /// Puts an object.
    ///
    /// @return false, and nothing changes, if the sheaf is full, or the address is no object of the
    ///         cache that is in use
    boolean put(long object) {
        int next = count;
        if (Integer.compareUnsigned(next, objects.length) >= 0 || !unmark(object)) {
            return false;
        }
        objects[next] = object;
        count = next + 1;
        return true;
    }

    private void mark(long object) {
        if (tags != null) {
            ObjectTags.set(tags, granuleShift, granuleMask, object, tagKey);
        }
    }

    private boolean unmark(long object) {
        return tags == null
                || ObjectTags.clear(tags, granuleShift, granuleMask, object, tagKey);
    }

    /// Takes up to `count` objects, those first that were put last.
    ///
    /// @return how many there were
    int takeBulk(long[] out, int from, int count) {
        int taken = Math.min(count, this.count);
        int left = this.count - taken;
        for (int i = 0; i < taken; i++) {
            long object = objects[left + i];
            out[from + i] = object;
            mark(object);
        }
        this.count = left;
        return taken;
    }

    /// Puts the objects of an array, the last one first, until the sheaf is full or one is no object
    /// of the cache that is in use.
    ///
    /// @return how many it took
    int putBulk(long[] from, int start, int number) {
        int at = count;
        int left = number;
        while (left > 0 && at < objects.length) {
            long object = from[start + left - 1];
            if (!unmark(object)) {
                break;
            }
            objects[at] = object;
            at++;
            left--;
        }
        count = at;
        return number - left;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int capacity() {
        return objects.length;
    }

    boolean isFull() {
        return count == objects.length;
    }

    /// Makes room for more objects.
    void grow(int capacity) {
        objects = Arrays.copyOf(objects, capacity);
    }

    /// Drops the `number` objects that were put first.
    void dropOldest(int number) {
        System.arraycopy(objects, number, objects, 0, count - number);
        count -= number;
    }

    /// The thread whose sheaf it is; null if it is nobody's.
    @Nullable
    Thread owner() {
        return (Thread) OWNER.getAcquire(this);
    }

    /// Makes it another's.
    ///
    /// @return false if it was not `expected`'s
    boolean changeOwner(@Nullable Thread expected, @Nullable Thread next) {
        return OWNER.compareAndSet(this, expected, next);
    }

    @SuppressWarnings("ReferenceEquality") // a thread is equal to itself only
    boolean isOwnedBy(Thread thread) {
        return owner == thread;
    }

    /// Takes a shared sheaf for one operation.
    ///
    /// @return false if another has it
    boolean tryAcquire() {
        return BUSY.compareAndSet(this, false, true);
    }

    void release() {
        BUSY.setRelease(this, false);
    }
}
