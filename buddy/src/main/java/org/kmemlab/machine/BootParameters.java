package org.kmemlab.machine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import org.apache.commons.lang3.StringUtils;
import org.apache.commons.lang3.Validate;

/// The kernel command line: words `name` or `name=value`, separated by white space.
///
/// The raw words are kept here; each layer reads the parameters that it owns. As in the kernel, of
/// two words with one name the later wins, and `-` and `_` in names mean the same.
///
/// @param commandLine the words as they were given
public record BootParameters(String commandLine) {

    /// A kernel booted without parameters.
    public static final BootParameters NONE = new BootParameters("");

    /// The value of `name=value`; empty text for a bare `name`; nothing if the word is absent.
    public Optional<String> value(String name) {
        return Optional.ofNullable(words().get(canonical(name)));
    }

    /// Whether the word `name` or `name=...` was given.
    public boolean has(String name) {
        return words().containsKey(canonical(name));
    }

    /// The value of a switch such as `init_on_alloc=1`: on for `1`, `y` and `on`, off for `0`, `n`
    /// and `off`.
    ///
    /// @param otherwise the answer when the word is absent
    /// @throws IllegalArgumentException for any other value
    public boolean flag(String name, boolean otherwise) {
        return value(name).map(text -> switch (StringUtils.lowerCase(text)) {
            case "1", "y", "on" -> true;
            case "0", "n", "off" -> false;
            default -> throw new IllegalArgumentException(
                    "boot parameter " + name + "=" + text
                            + ": expected one of 0, 1, on, off, y, n");
        }).orElse(otherwise);
    }

    /// The value of a parameter that is a number of at least 0.
    ///
    /// @throws IllegalArgumentException if the value is not such a number
    public OptionalInt number(String name) {
        Optional<String> text = value(name);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(text.get());
            Validate.isTrue(number >= 0);
            return OptionalInt.of(number);
        } catch (IllegalArgumentException notANumber) {
            throw new IllegalArgumentException("boot parameter " + name + "=" + text.get()
                    + ": expected a number from 0 to " + Integer.MAX_VALUE, notANumber);
        }
    }

    private Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        for (String word : StringUtils.split(commandLine)) {
            String name = StringUtils.substringBefore(word, "=");
            words.put(canonical(name), StringUtils.substringAfter(word, "="));
        }
        return words;
    }

    private static String canonical(String name) {
        return name.replace('-', '_');
    }
}
