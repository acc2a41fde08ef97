package org.kmemlab.mempool;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.StackDump;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlubDebugOption;

/// The elements that a pool keeps back: a stack of at most `minNr`.
///
/// Changed under the pool's lock. How many it holds may be read without: a thread that got an
/// element from another sees no count from before that element left the reserve.
///
/// If the kernel was booted to poison free objects (`slub_debug` with `P`), elements are filled with
/// a pattern while they lie here, so that somebody who still writes to one is found out when it is
/// taken. Then the pattern of fresh memory replaces it.
final class Reserve {

    private static final byte POISON_FREE = 0x6b;
    private static final byte POISON_END = (byte) 0xa5;
    private static final byte POISON_INUSE = 0x5a;
    private static final int BYTES_AROUND = 8;

    private final Machine machine;
    private final ElementSource source;
    private final boolean poisons;
    private final ReserveIndex index = new ReserveIndex();
    private long[] elements;
    private int minNr;
    private int currNr;

    Reserve(Machine machine, ElementSource source, int minNr) {
        this.machine = machine;
        this.source = source;
        this.minNr = minNr;
        this.elements = new long[minNr];
        this.index.ensureRoom(minNr);
        this.poisons = machine.memory().hasBytes()
                && machine.profile().boot().value("slub_debug").map(SlubDebugOption::parse)
                        .map(option -> option.byDefault().has(SlabFlags.POISON)).orElse(false);
    }

    int minNr() {
        return minNr;
    }

    int currNr() {
        return currNr;
    }

    boolean isShort() {
        return currNr < minNr;
    }

    /// Whether an element lies in it.
    boolean holds(long element) {
        return index.contains(element);
    }

    void push(long element) {
        assert isShort() : "push beyond min_nr " + minNr;
        if (poisons) {
            poison(element);
        }
        int top = currNr;
        elements[top] = element;
        index.add(element);
        currNr = top + 1;
    }

    long pop(Cpu cpu) {
        int top = currNr - 1;
        assert top >= 0 : "pop of an empty reserve";
        long element = elements[top];
        index.remove(element);
        currNr = top;
        if (poisons) {
            checkPoison(cpu, element);
        }
        return element;
    }

    /// Changes how many elements it holds at most; those that it holds stay.
    void setMinNr(int newMinNr) {
        if (newMinNr > elements.length) {
            elements = Arrays.copyOf(elements, newMinNr);
            index.ensureRoom(newMinNr);
        }
        minNr = newMinNr;
    }

    /// The elements from bottom to top.
    List<Long> elements() {
        return Arrays.stream(elements, 0, currNr).boxed().toList();
    }

    private void poison(long element) {
        long size = source.sizeBytes(element);
        if (size > 0) {
            machine.memory().fill(element, size - 1, POISON_FREE);
            machine.memory().putByte(element + size - 1, POISON_END);
        }
    }

    private void checkPoison(Cpu cpu, long element) {
        PhysicalMemory memory = machine.memory();
        long size = source.sizeBytes(element);
        for (long i = 0; i < size; i++) {
            byte expected = i == size - 1 ? POISON_END : POISON_FREE;
            if (memory.getByte(element + i) != expected) {
                report(cpu, element, size, i);
                break;
            }
        }
        if (size > 0) {
            memory.fill(element, size, POISON_INUSE);
        }
    }

    /// Says which bytes of an element were overwritten. Differs from Linux: a pool has no address,
    /// so the text has the placeholder that kernels print before they can hash addresses.
    private void report(Cpu cpu, long element, long size, long byteIndex) {
        long start = Math.max(0, byteIndex - BYTES_AROUND);
        long end = Math.min(size, byteIndex + BYTES_AROUND);
        StringBuilder bytes = new StringBuilder(
                " nr=" + currNr + " @ %016x: ".formatted(element) + (start > 0 ? "... " : "")
                        + "0x");
        for (long i = start; i < end; i++) {
            bytes.append(Integer.toHexString(machine.memory().getByte(element + i) & 0xff))
                    .append(' ');
        }
        machine.log().print("BUG: mempool element poison mismatch\n"
                + "Mempool (____ptrval____) size " + size + "\n" + bytes
                + (end < size ? "..." : ""));
        StackDump.print(machine, cpu);
    }

    /// @throws IllegalStateException if it holds too many, none (0), or one twice
    void validate() {
        Validate.validState(currNr >= 0 && currNr <= minNr && minNr <= elements.length,
                "I1: curr_nr %d, min_nr %d, room for %d", currNr, minNr, elements.length);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < currNr; i++) {
            Validate.validState(elements[i] != 0 && seen.add(elements[i]),
                    "I2: element %d of the reserve is 0x%x", i, elements[i]);
            Validate.validState(index.contains(elements[i]),
                    "element %d of the reserve, 0x%x, is not in its index", i, elements[i]);
        }
    }
}
