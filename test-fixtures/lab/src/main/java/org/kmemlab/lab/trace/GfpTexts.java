package org.kmemlab.lab.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.buddy.GfpFlags;

/// What the gfp flag texts of a trace mean: each distinct text is parsed once.
///
/// A flag that this library does not know (other kernel versions have others) counts as no flag
/// and is remembered by name, so that a summary can say so; it does not spoil the line.
final class GfpTexts {

    /// How many unknown names are remembered.
    private static final int MAX_UNKNOWN = 64;

    private final SymbolTable texts = new SymbolTable();
    private final Set<String> unknown = new TreeSet<>();
    private int[] bits = new int[1 << 8];
    private int known;
    private int recentBits;

    /// The flag word that the text in `bytes[from .. to)` stands for.
    int bits(byte[] bytes, int from, int to) {
        return bits(texts.intern(bytes, from, to), bytes, from, to);
    }

    /// Where a text that was seen lately ends, if one stands at `from`; -1 if not. Sets
    /// [#recentBits].
    int recentEnd(byte[] bytes, int from) {
        int symbol = texts.recentAt(bytes, from);
        recentBits = symbol == SymbolTable.NONE ? 0 : bits[symbol];
        return symbol == SymbolTable.NONE ? -1 : from + texts.length(symbol);
    }

    /// The flag word of the text that [#recentEnd] found.
    int recentBits() {
        return recentBits;
    }

    /// Goes over a text without blanks, for [#bitsOfScanned].
    ///
    /// @return where it ends; -1 if it is none
    int scanWord(byte[] bytes, int from) {
        return texts.scanWord(bytes, from);
    }

    /// The flag word that the text that [#scanWord] went over stands for.
    int bitsOfScanned(byte[] bytes, int from, int to) {
        return bits(texts.internScanned(bytes, from, to), bytes, from, to);
    }

    private int bits(int symbol, byte[] bytes, int from, int to) {
        if (symbol == SymbolTable.NONE) {
            return parse(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
        if (symbol > known) {
            if (symbol >= bits.length) {
                bits = Arrays.copyOf(bits, 2 * bits.length);
            }
            bits[symbol] = parse(texts.text(symbol));
            known = symbol;
        }
        return bits[symbol];
    }

    private int parse(String text) {
        int all = 0;
        for (String word : StringUtils.split(text, '|')) {
            try {
                all |= GfpFlags.parse(word).bits();
            } catch (IllegalArgumentException notKnown) {
                if (unknown.size() < MAX_UNKNOWN) {
                    unknown.add(word);
                }
            }
        }
        return all;
    }

    /// The names that were taken for no flag, sorted.
    List<String> unknown() {
        return List.copyOf(unknown);
    }
}
