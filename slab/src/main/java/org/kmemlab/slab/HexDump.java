package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.machine.PhysicalMemory;

/// Bytes of memory as reports print them: 16 to a row, in hex and as characters.
final class HexDump {

    private static final HexFormat HEX = HexFormat.of();
    static final int ROW_BYTES = 16;
    /// From the first hex digit of a row to its characters.
    private static final int CHARACTERS_COLUMN = 49;

    private HexDump() {
    }

    /// The rows of `length` bytes.
    ///
    /// @param name what the rows begin with
    static List<String> lines(PhysicalMemory memory, String name, long from, int length) {
        List<String> lines = new ArrayList<>();
        for (int start = 0; start < length; start += ROW_BYTES) {
            StringBuilder hex = new StringBuilder();
            StringBuilder characters = new StringBuilder();
            for (int i = start; i < Math.min(start + ROW_BYTES, length); i++) {
                int value = memory.getByte(from + i) & 0xff;
                hex.append(HEX.toHexDigits((byte) value)).append(' ');
                characters.append(value >= ' ' && value <= '~' ? (char) value : '.');
            }
            lines.add(name + HEX.toHexDigits(from + start) + ": "
                    + StringUtils.rightPad(hex.toString(), CHARACTERS_COLUMN) + characters);
        }
        return lines;
    }
}
