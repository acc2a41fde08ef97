package org.kmemlab.lab.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.EightBytes;

/// Numbers for the distinct texts of a trace: call sites, cache names, task names.
///
/// A text gets its number when it is first seen, from 1; [#NONE] stands for "not given". Looking
/// up a known text makes no garbage. Bounded: past [#MAX_SYMBOLS] texts or [#MAX_BYTES] bytes, new
/// ones are [#NONE], too, so that damaged input cannot fill the memory.
public final class SymbolTable {

    /// The number of a text that is not given (or found no room).
    public static final int NONE = 0;
    /// How many texts are kept.
    public static final int MAX_SYMBOLS = 1 << 20;
    /// How many bytes of text are kept.
    public static final int MAX_BYTES = 1 << 26;

    /// The longest text that [#scanWord] goes over.
    private static final int MAX_WORD_BYTES = 1 << 10;
    private static final int RECENT = 1 << 10;
    private static final int RECENT_SHIFT = Long.SIZE - 10;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private byte[] text = new byte[1 << 12];
    private int textBytes;
    /// Text of symbol n: `text[starts[n] .. starts[n + 1])`.
    private int[] starts = new int[1 << 8];
    private int[] hashes = new int[1 << 8];
    private int count;
    /// Open addressing with linear probing: symbol numbers, 0 = empty; at most half full.
    private int[] slots = new int[1 << 9];
    private int scanned;
    /// By what a text starts with: the symbol that was last found for it.
    private final int[] recent = new int[RECENT];

    /// The number of the text in `bytes[from .. to)`; a new one for a new text.
    int intern(byte[] bytes, int from, int to) {
        if (from >= to) {
            return NONE;
        }
        return symbol(bytes, from, to, hash(bytes, from, to));
    }

    /// Goes over the text from `from` to the next blank or control character, for [#internScanned].
    ///
    /// @return where it ends; -1 if it is empty or longer than [#MAX_WORD_BYTES]
    int scanWord(byte[] bytes, int from) {
        long sum = 0;
        int at = from;
        int limit = from + MAX_WORD_BYTES;
        while (at < limit) {
            long eight = Bytes.eightAt(bytes, at);
            int length = EightBytes.wordLength(eight);
            if (length < Long.BYTES) {
                at += length;
                scanned = finish(length == 0 ? sum : add(sum, EightBytes.first(eight, length)),
                        at - from);
                return at > from ? at : -1;
            }
            sum = add(sum, eight);
            at += Long.BYTES;
        }
        return -1;
    }

    /// The number of the text that [#scanWord] went over; a new one for a new text.
    int internScanned(byte[] bytes, int from, int to) {
        int symbol = symbol(bytes, from, to, scanned);
        recent[recentSlot(bytes, from)] = symbol;
        return symbol;
    }

    /// A symbol whose text stands at `from`, without having looked for the end of the text: the one
    /// that was found last where the text starts alike. What follows it is for the caller to judge.
    ///
    /// @return [#NONE] if that is another one
    int recentAt(byte[] bytes, int from) {
        int symbol = recent[recentSlot(bytes, from)];
        return symbol != NONE && isText(symbol, bytes, from, from + length(symbol)) ? symbol
                : NONE;
    }

    private static int recentSlot(byte[] bytes, int from) {
        long start = Bytes.eightAt(bytes, from) * MIX + Bytes.eightAt(bytes, from + Long.BYTES);
        return (int) ((start * MIX) >>> RECENT_SHIFT);
    }

    /// Bytes of the text of a number from 1 to [#size].
    int length(int symbol) {
        return starts[symbol + 1] - starts[symbol];
    }

    private int symbol(byte[] bytes, int from, int to, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != NONE) {
            int symbol = slots[slot];
            if (hashes[symbol] == hash && isText(symbol, bytes, from, to)) {
                return symbol;
            }
            slot = (slot + 1) & mask;
        }
        return add(bytes, from, to, hash, slot);
    }

    private boolean isText(int symbol, byte[] bytes, int from, int to) {
        int start = starts[symbol];
        int length = to - from;
        if (starts[symbol + 1] - start != length) {
            return false;
        }
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            if (Bytes.eightAt(text, start + at) != Bytes.eightAt(bytes, from + at)) {
                return false;
            }
        }
        return EightBytes.first(Bytes.eightAt(text, start + at) ^ Bytes.eightAt(bytes, from + at),
                length - at) == 0;
    }

    private static int hash(byte[] bytes, int from, int to) {
        long sum = 0;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            sum = add(sum, Bytes.eightAt(bytes, at));
        }
        if (at < to) {
            sum = add(sum, EightBytes.first(Bytes.eightAt(bytes, at), to - at));
        }
        return finish(sum, to - from);
    }

    private static long add(long sum, long eight) {
        return Long.rotateLeft(sum, 11) ^ eight;
    }

    private static int finish(long sum, int length) {
        long mixed = (sum + length) * MIX;
        return (int) (((mixed ^ mixed >>> 32) * MIX) >>> 32);
    }

    private int add(byte[] bytes, int from, int to, int hash, int slot) {
        int length = to - from;
        if (count == MAX_SYMBOLS || length > MAX_BYTES - textBytes) {
            return NONE;
        }
        count++;
        if (count + 1 == starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            hashes = Arrays.copyOf(hashes, 2 * hashes.length);
        }
        if (textBytes + length + Bytes.SLACK > text.length) {
            text = Arrays.copyOf(text, 2 * text.length + length);
        }
        System.arraycopy(bytes, from, text, textBytes, length);
        starts[count] = textBytes;
        textBytes += length;
        starts[count + 1] = textBytes;
        hashes[count] = hash;
        slots[slot] = count;
        if (2 * count >= slots.length) {
            grow();
        }
        return count;
    }

    private void grow() {
        int[] larger = new int[2 * slots.length];
        int mask = larger.length - 1;
        for (int symbol = 1; symbol <= count; symbol++) {
            int slot = hashes[symbol] & mask;
            while (larger[slot] != NONE) {
                slot = (slot + 1) & mask;
            }
            larger[slot] = symbol;
        }
        slots = larger;
    }

    /// How many texts have a number; the numbers are 1 to this.
    public int size() {
        return count;
    }

    /// A copy of the bytes of a number from 1 to [#size].
    byte[] bytes(int symbol) {
        return Arrays.copyOfRange(text, starts[symbol], starts[symbol + 1]);
    }

    /// The text of a number; empty for [#NONE].
    ///
    /// @throws IllegalArgumentException if no text has this number
    public String text(int symbol) {
        if (symbol < 0 || symbol > count) {
            throw new IllegalArgumentException(
                    "symbol " + symbol + ": there are symbols 0 to " + count);
        }
        return symbol == NONE ? ""
                : new String(text, starts[symbol], starts[symbol + 1] - starts[symbol],
                        StandardCharsets.UTF_8);
    }
}
