package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.kmemlab.machine.StackDump;

/// Who called the slab layer: Java's frames, as numbers that fit where the kernel keeps a code
/// address and a handle of a stack.
final class CallSites {

    private static final int FRAMES_MAX = 16;
    /// Where the kernel's code begins; each frame counts as 16 bytes of it.
    private static final long TEXT = 0xffff_ffff_8100_0000L;
    private static final int FRAME_SHIFT = 4;
    /// Every call from outside enters through one of these.
    private static final Set<String> ENTRIES = Set.of(KmemCache.class.getName(),
            SlabAllocator.class.getName(), Kmalloc.class.getName());

    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> symbols = new ArrayList<>();
    private final Map<List<String>, Integer> handles = new HashMap<>();
    private final List<List<String>> stacks = new ArrayList<>();

    /// The frame that called into the slab layer.
    static String caller() {
        return StackDump.callers(ENTRIES::contains, 1).getFirst();
    }

    /// A number for the stack that called into the slab layer, from 1.
    int handle() {
        List<String> frames = StackDump.callers(ENTRIES::contains, FRAMES_MAX);
        Integer known = handles.get(frames);
        if (known != null) {
            return known;
        }
        stacks.add(List.copyOf(frames));
        handles.put(stacks.getLast(), stacks.size());
        return stacks.size();
    }

    /// The frames of a stack, the caller first; empty for a number that [#handle] did not give.
    List<String> stack(int handle) {
        return handle < 1 || handle > stacks.size() ? List.of() : stacks.get(handle - 1);
    }

    /// An address that stands for a frame.
    long address(String frame) {
        int number = numbers.computeIfAbsent(frame, added -> {
            symbols.add(added);
            return symbols.size();
        });
        return addressOf(number);
    }

    /// The frame that an address stands for, or the address in hex if it stands for none.
    String symbol(long address) {
        long number = (address - TEXT) >> FRAME_SHIFT;
        boolean known = number >= 1 && number <= symbols.size() && addressOf(number) == address;
        return known ? symbols.get((int) number - 1) : "0x%016x".formatted(address);
    }

    private static long addressOf(long number) {
        return TEXT + (number << FRAME_SHIFT);
    }
}
