package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.kmemlab.machine.Jcstress;

/// Runs [Jcstress] on [SheafHandOverJcstress].
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JcstressTest {

    private Jcstress result = new Jcstress(0, "");

    @BeforeAll
    void run(@TempDir Path folder) throws IOException, InterruptedException {
        result = Jcstress.run(SheafHandOverJcstress.class, folder);
    }

    /// If it fails, two threads use one sheaf at once, or one does not see what the last one did.
    @Test
    void handOvers_showNoForbiddenOutcome() {
        assertThat(result.output()).contains("Failed tests: 1 matching test results")
                .contains("Error tests: No matches")
                .contains("All remaining tests: 6 matching test results");
    }

    /// If it fails, the test above would not notice a claim that two threads can win.
    @Test
    void canary_isCaught() {
        assertThat(result.output())
                .contains("[FAILED] org.kmemlab.slab.SheafHandOverJcstress.Canary")
                .contains("Observed forbidden state: true, true");
        assertThat(result.exitCode()).isNotZero();
    }
}
