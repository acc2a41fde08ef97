package org.kmemlab.lab.rival.fixed;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// ACE's free list: keeps what is given back up to a high mark and makes more when the list falls to
/// a low mark, an increment at a time.
///
/// Elements come from the heap and go back to it one by one, as with `new` and `delete`.
///
/// Source: ACE_Free_List and ACE_Locked_Free_List in the ACE reference manual, with its default
/// marks. Leaves out: the lock, the mode in which the list never makes elements. There is a list for
/// each object size up to 4096 bytes; larger objects come from the heap.
public final class AceFreeList extends InstanceRival<AceFreeList.Instance> {

    private static final int LOW_MARK = 0;
    private static final int HIGH_MARK = 25_000;
    private static final int INCREMENT = 100;

    private final int lowMark;
    private final int highMark;
    private final int increment;

    /// Lists with ACE's defaults: more are made at 0, 100 at a time, and 25,000 are kept.
    public AceFreeList(PageAllocator allocator) {
        this(allocator, LOW_MARK, HIGH_MARK, INCREMENT);
    }

    /// Lists with other marks.
    ///
    /// @param lowMark a list with so many elements or fewer grows at the next request
    /// @param highMark a list with so many elements gives back what comes
    /// @param increment elements that are made at once, at least 1
    public AceFreeList(PageAllocator allocator, int lowMark, int highMark, int increment) {
        super(allocator);
        Validate.isTrue(lowMark >= 0 && highMark >= lowMark,
                "marks %d and %d: expected 0 or more, ascending", (Object) lowMark, highMark);
        Validate.isTrue(increment >= 1, "increment %d: expected 1 or more", increment);
        this.lowMark = lowMark;
        this.highMark = highMark;
        this.increment = increment;
    }

    /// The list of one size.
    static final class Instance {

        private final int bytes;
        private long first;
        private int length;
        private long out;

        private Instance(int bytes) {
            this.bytes = bytes;
        }
    }

    /// How many elements the list of a size has.
    public int lengthOf(int bytes) {
        return instance(rounded(bytes)).length;
    }

    @Override
    Instance make(Cpu cpu, int bytes) {
        return new Instance(bytes);
    }

    @Override
    long take(Instance list, Cpu cpu) {
        steps.look();
        if (list.length <= lowMark) {
            grow(list, cpu);
        }
        long element = list.first;
        if (element != 0) {
            list.first = memory.getLong(element);
            list.length--;
            list.out++;
        }
        return element;
    }

    private void grow(Instance list, Cpu cpu) {
        for (int i = 0; i < increment; i++) {
            long element = heap.alloc(cpu, list.bytes);
            if (element == 0) {
                return;
            }
            push(list, element);
        }
    }

    private void push(Instance list, long element) {
        steps.look();
        memory.putLong(element, list.first);
        list.first = element;
        list.length++;
    }

    @Override
    void give(Instance list, Cpu cpu, long address) {
        list.out--;
        if (list.length < highMark) {
            push(list, address);
        } else {
            heap.free(cpu, address);
        }
    }

    @Override
    long walkObjects(long objects, long objectBytes) {
        long out = 0;
        long listed = 0;
        for (Instance list : instances()) {
            int found = 0;
            for (long element = list.first; element != 0; element = memory.getLong(element)) {
                heap.checkInUse(element);
                found++;
                Validate.validState(found <= list.length, "the list of %d bytes has a loop",
                        list.bytes);
            }
            Validate.validState(found == list.length,
                    "the list of %d bytes has %d elements, counted %d", list.bytes, found,
                    list.length);
            listed += found;
            out += list.out;
        }
        Validate.validState(out == objects, "%d elements were taken, %d are out", out, objects);
        return listed + out;
    }
}
