package org.kmemlab.lab.state;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.StringUtils;

/// One line of a dump, cut into words: `word key=value ... : value value`.
///
/// @param file what is read, for messages
/// @param number the line's number, from 1
/// @param words its words; the first one says what the line is about
record DumpLine(String file, long number, List<String> words) {

    static DumpLine of(String file, long number, String text) {
        return new DumpLine(file, number, List.of(StringUtils.split(text)));
    }

    /// What the line is about.
    String topic() {
        return words.getFirst();
    }

    /// The text of `key=text`.
    String text(String key) throws StateFormatException {
        for (String word : words) {
            if (word.startsWith(key) && word.startsWith("=", key.length())) {
                String value = word.substring(key.length() + 1);
                return value.endsWith(":") ? value.substring(0, value.length() - 1) : value;
            }
        }
        throw bad("no " + key + "=");
    }

    /// Whether the line has `key=`.
    boolean has(String key) {
        return words.stream().anyMatch(word -> word.startsWith(key + "="));
    }

    /// The number of `key=number`.
    int decimal(String key) throws StateFormatException {
        return parse(text(key), 10);
    }

    /// The number of `key=number`, in hexadecimal, with or without `0x`.
    int hex(String key) throws StateFormatException {
        String text = text(key);
        return parse(text.startsWith("0x") ? text.substring(2) : text, 16);
    }

    /// The numbers of `key=number,number...`; empty for `key=`.
    List<Integer> decimals(String key) throws StateFormatException {
        List<Integer> numbers = new ArrayList<>();
        for (String number : StringUtils.split(text(key), ',')) {
            numbers.add(parse(number, 10));
        }
        return numbers;
    }

    /// The hexadecimal numbers behind the word that ends in a colon.
    List<Integer> hexList() throws StateFormatException {
        List<Integer> numbers = new ArrayList<>();
        boolean inList = false;
        for (String word : words) {
            if (inList) {
                numbers.add(parse(word, 16));
            }
            inList |= word.endsWith(":");
        }
        return numbers;
    }

    int parse(String text, int radix) throws StateFormatException {
        try {
            return Integer.parseUnsignedInt(text, radix);
        } catch (NumberFormatException cause) {
            return signed(text, radix);
        }
    }

    private int signed(String text, int radix) throws StateFormatException {
        try {
            return Integer.parseInt(text, radix);
        } catch (NumberFormatException cause) {
            StateFormatException failure = bad(
                    "'" + text + "' is no " + (radix == 16 ? "hexadecimal " : "") + "number");
            failure.initCause(cause);
            throw failure;
        }
    }

    StateFormatException bad(String problem) {
        return new StateFormatException(file, number, words.getFirst() + ": " + problem);
    }
}
