package org.kmemlab.lab.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// If this failed, a comparison's machine would be too small for its workload, or needlessly large.
class StreamSurveyTest {

    @ParameterizedTest
    @CsvSource({"0,32", "1048576,32", "8388608,64", "16777215,64", "16777216,128",
        "1099511627776,65536"})
    void mebibytes_peak_isAPowerOfTwoAboveFourTimesIt(long peak, int mebibytes) {
        StreamSurvey survey = new StreamSurvey(1, 0, 0, 1, 1, peak, peak, 1);

        assertThat(survey.mebibytes()).isEqualTo(mebibytes);
    }
}
