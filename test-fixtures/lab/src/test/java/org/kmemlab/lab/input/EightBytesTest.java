package org.kmemlab.lab.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Guards the arithmetic on eight characters against the same done one by one. If it failed, numbers
/// in traces would be misread.
class EightBytesTest {

    private static final String USUAL = "0123456789abcdef09af \n\r\t:./=o_gAF@`:\u007f";

    private static byte[] drawn(SplittableRandom random) {
        byte[] text = new byte[8];
        int usual = random.nextInt(9);
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i < usual ? USUAL.charAt(random.nextInt(USUAL.length()))
                    : random.nextInt(256));
        }
        return text;
    }

    private interface Test {
        boolean isGood(byte character);
    }

    private static int leading(byte[] text, Test test) {
        int count = 0;
        while (count < text.length && test.isGood(text[count])) {
            count++;
        }
        return count;
    }

    private static int trailing(byte[] text, Test test) {
        int count = 0;
        while (count < text.length && test.isGood(text[text.length - 1 - count])) {
            count++;
        }
        return count;
    }

    private static long parsed(String digits, int radix) {
        boolean good = digits.chars().allMatch(
                digit -> digit < 128 && Character.digit(digit, radix) >= 0 && !(digit >= 'A'
                        && digit <= 'F'));
        return good ? Long.parseLong(digits, radix) : -1;
    }

    /// Broken: a word, number or blank would end in the wrong place, or have another value.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void all_drawnCharacters_areAsOneByOne(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 200_000; round++) {
            byte[] text = drawn(random);
            String what = "seed " + seed + " round " + round;
            long eight = Bytes.eightAt(text, 0);

            assertThat(EightBytes.wordLength(eight)).as(what)
                    .isEqualTo(leading(text, character -> (character & 0xff) > ' '));
            assertThat(EightBytes.blanks(eight)).as(what)
                    .isEqualTo(leading(text, character -> character == ' '));
            assertThat(EightBytes.indexOf(eight, ':')).as(what)
                    .isEqualTo(leading(text, character -> character != ':'));
            int digits = EightBytes.decimalDigits(eight);
            assertThat(digits).as(what).isEqualTo(leading(text, Bytes::isDigit));
            assertThat(EightBytes.decimalDigitsAtEnd(eight)).as(what)
                    .isEqualTo(trailing(text, Bytes::isDigit));
            String latin = new String(text, StandardCharsets.ISO_8859_1);
            if (digits > 0) {
                assertThat(EightBytes.decimal(eight, digits)).as(what)
                        .isEqualTo((int) Long.parseLong(latin.substring(0, digits)));
            }
            int count = 1 + random.nextInt(8);
            assertThat(EightBytes.hexadecimal(eight, count)).as(what)
                    .isEqualTo(parsed(latin.substring(0, count), 16));
        }
    }
}
