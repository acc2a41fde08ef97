package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// The log of a real 6.1 kernel, operation by operation.
class MempoolLogTest {

    private static List<String> recordedLines() throws IOException {
        InputStream file = Objects
                .requireNonNull(MempoolLogTest.class.getResourceAsStream("mp_S.txt.gz"));
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII))) {
            return reader.lines().toList();
        }
    }

    /// Elements, counters, reserves or waiting times would differ from the kernel's.
    @Test
    void recordedLog_everyStep_equal() throws IOException {
        int compared = 0;
        MachineConfig config = MachineConfig.ofMebibytes(256)
                .withProfile(KernelProfile.C61.booted("slab_nomerge"));
        try (Machine machine = new Machine(config)) {
            MempoolLogPlayer player = new MempoolLogPlayer(machine);
            for (String line : recordedLines()) {
                List<String> words = List.of(StringUtils
                        .split(StringUtils.substringBefore(line, "=>").strip()));
                String expected = StringUtils.substringAfter(line, "=>").strip();

                String got = player.play(words.subList(1, words.size()));

                if (words.get(1).startsWith("mp") && !expected.isEmpty()) {
                    assertThat(got).as(line).isEqualTo(expected);
                    compared++;
                } else {
                    // The geometry of the one cache is compared elsewhere.
                    assertThat(expected).as(line).startsWith(got);
                }
            }
        }
        assertThat(compared).isEqualTo(268);
    }
}
