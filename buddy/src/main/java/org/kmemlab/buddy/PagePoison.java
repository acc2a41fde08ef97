package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.machine.PhysicalMemory;

/// Fills free pages with a pattern and looks for changes when they are handed out again
/// (`page_poison=1`): whoever writes to a page after giving it back is found.
///
/// All free memory is written at boot, as in the kernel, so a machine with poisoning costs its
/// whole memory at once.
final class PagePoison {

    /// What every byte of a free page is.
    static final byte PATTERN = (byte) 0xaa;

    private static final long PATTERN_WORD = 0xaaaa_aaaa_aaaa_aaaaL;
    private static final int ROW_BYTES = 16;
    private static final int TEXT_COLUMN = 3 * ROW_BYTES + 1;

    private final PhysicalMemory memory;

    PagePoison(PhysicalMemory memory) {
        this.memory = memory;
    }

    /// Writes the pattern into pages.
    void fill(int pfn, int pages) {
        memory.fill(memory.addressOf(pfn), (long) pages << PhysicalMemory.PAGE_SHIFT, PATTERN);
    }

    /// Whether a page still holds the pattern.
    boolean isIntact(int pfn) {
        long end = memory.addressOf(pfn + 1);
        for (long at = memory.addressOf(pfn); at != end; at += Long.BYTES) {
            if (memory.getLong(at) != PATTERN_WORD) {
                return false;
            }
        }
        return true;
    }

    /// What was found in a page that is not intact: the kind of damage, then the bytes from the
    /// first to the last wrong one.
    List<String> describe(int pfn) {
        long first = memory.addressOf(pfn);
        while (memory.getByte(first) == PATTERN) {
            first++;
        }
        long end = memory.addressOf(pfn + 1);
        while (memory.getByte(end - 1) == PATTERN) {
            end--;
        }
        boolean single = end - first == 1
                && Integer.bitCount((memory.getByte(first) ^ PATTERN) & 0xff) == 1;
        List<String> lines = new ArrayList<>();
        lines.add(single ? "pagealloc: single bit error" : "pagealloc: memory corruption");
        for (long row = first; row < end; row += ROW_BYTES) {
            lines.add(row(row, (int) Math.min(ROW_BYTES, end - row)));
        }
        return lines;
    }

    private String row(long address, int bytes) {
        StringBuilder numbers = new StringBuilder();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            byte value = memory.getByte(address + i);
            numbers.append("%02x ".formatted(value));
            text.append(value >= ' ' && value <= '~' ? (char) value : '.');
        }
        return "%016x: ".formatted(address) + StringUtils.rightPad(numbers.toString(), TEXT_COLUMN)
                + text;
    }
}
