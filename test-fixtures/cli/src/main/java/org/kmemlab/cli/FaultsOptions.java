package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.kmemlab.sweep.FaultLayer;

/// Reads options of `kmemlab faults` that are more than a word or a number.
final class FaultsOptions {

    private static final Pattern SHARD = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

    private FaultsOptions() {
    }

    /// Reads `i/n`.
    ///
    /// @return the two numbers
    /// @throws IllegalArgumentException unless i is 1 to n
    static int[] shard(String text) {
        Matcher matcher = SHARD.matcher(text);
        if (matcher.matches()) {
            int part = Integer.parseInt(matcher.group(1));
            int parts = Integer.parseInt(matcher.group(2));
            if (part >= 1 && part <= parts) {
                return new int[] {part, parts};
            }
        }
        throw new IllegalArgumentException(
                "--shard " + text + ": expected I/N, two whole numbers with I from 1 to N");
    }

    /// Reads names of layers, joined by commas.
    ///
    /// @throws IllegalArgumentException naming the known layers
    static List<FaultLayer> layers(String text) {
        List<FaultLayer> layers = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            layers.add(Arrays.stream(FaultLayer.values())
                    .filter(layer -> layer.label().equalsIgnoreCase(word.strip())).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("--layers " + text + ": '"
                            + word + "' is no layer; expected some of "
                            + Arrays.stream(FaultLayer.values()).map(FaultLayer::label)
                                    .collect(Collectors.joining(", "))
                            + ", joined by commas")));
        }
        return layers;
    }
}
