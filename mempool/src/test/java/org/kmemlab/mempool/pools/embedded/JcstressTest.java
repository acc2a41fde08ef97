package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.kmemlab.machine.Jcstress;

/// Runs [Jcstress] on [TaggedStackJcstress].
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JcstressTest {

    private Jcstress result = new Jcstress(0, "");

    @BeforeAll
    void run(@TempDir Path folder) throws IOException, InterruptedException {
        result = Jcstress.run(TaggedStackJcstress.class, folder);
    }

    /// If it fails, two users get one block, or one does not see what the last one left in it.
    @Test
    void stack_showsNoForbiddenOutcome() {
        assertThat(result.output()).contains("Failed tests: 1 matching test results")
                .contains("Error tests: No matches")
                .contains("All remaining tests: 3 matching test results");
    }

    /// If it fails, the test above would not notice a head that two threads change at once.
    @Test
    void canary_isCaught() {
        assertThat(result.output())
                .contains("[FAILED] org.kmemlab.mempool.pools.embedded.TaggedStackJcstress.Canary")
                .contains("Observed forbidden state: 0, 0");
        assertThat(result.exitCode()).isNotZero();
    }
}
