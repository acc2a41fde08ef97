package org.kmemlab.lab.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// The texts of real traces, in other forms and damaged.
final class RecordedText {

    private static final Pattern TRACEFS = Pattern.compile(
            "^( *)(\\S+)-(\\d+)( +\\[\\d+\\]) \\S+( +\\d+\\.\\d+: )(\\S+)(: .*)$");
    private static final Pattern POINTER = Pattern.compile("(ptr|page)=([0-9a-f]{16})");
    private static final String SPECIAL = "0x[]: -=\n\r\t#(|._,azAF9+/";
    private static final int MUTATED_BYTES = 8000;

    private RecordedText() {
    }

    /// What tracefs printed.
    ///
    /// @param trace a folder of the recordings, or "bundled"
    static byte[] tracefs(String trace) throws IOException {
        String name = trace.equals("bundled") ? "/org/kmemlab/lab/replay/small.trace.gz"
                : "/oracle/traces/" + trace + "/trace.txt.gz";
        try (InputStream in = RecordedText.class.getResourceAsStream(name)) {
            return new GZIPInputStream(in).readAllBytes();
        }
    }

    /// The same events as `perf script` prints them.
    static byte[] perf(byte[] tracefs) {
        StringBuilder text = new StringBuilder();
        new String(tracefs, StandardCharsets.UTF_8).lines().forEach(line -> {
            String perf = TRACEFS.matcher(line).replaceFirst("$2  $3$4$5 kmem:$6$7");
            text.append(POINTER.matcher(perf).replaceAll("$1=0x$2")).append('\n');
        });
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// A part of a text, damaged at random.
    static byte[] mutated(SplittableRandom random, byte[] text) {
        int from = random.nextInt(text.length - MUTATED_BYTES);
        byte[] content = Arrays.copyOfRange(text, from, from + MUTATED_BYTES);
        int mutations = random.nextInt(200);
        for (int i = 0; i < mutations; i++) {
            mutate(random, content, random.nextInt(content.length));
        }
        return content;
    }

    private static void mutate(SplittableRandom random, byte[] content, int at) {
        int length = content.length;
        switch (random.nextInt(6)) {
            case 0 -> content[at] = (byte) random.nextInt(256);
            case 1, 2 -> content[at] = (byte) SPECIAL.charAt(random.nextInt(SPECIAL.length()));
            case 3 -> content[at] = content[random.nextInt(length)];
            case 4 -> {
                // A character more or less: everything behind it moves.
                int other = at + (random.nextBoolean() ? 1 : -1);
                if (other >= 0 && other < length) {
                    System.arraycopy(content, at, content, other, length - Math.max(at, other));
                }
            }
            default -> {
                int count = Math.min(random.nextInt(200), length - at);
                System.arraycopy(content, random.nextInt(length - count), content, at, count);
            }
        }
    }
}
