package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Interrupts and their mask. If it failed, an interrupt would come into a section that holds it
/// off, or be lost, or leave the CPU in the wrong context.
class InterruptContextTest {

    private final Machine machine = new Machine(
            MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY));
    private final Cpu cpu = machine.cpu(0);
    private final InterruptContext context = new InterruptContext(cpu);
    private final List<String> story = new ArrayList<>();

    @AfterEach
    void close() {
        assertThat(context.pending()).isZero();
        assertThat(context.maySleep()).isTrue();
        assertThat(cpu.task()).isNotNull();
        machine.close();
    }

    @Test
    void raise_interruptsEnabled_runsAtOnceWithoutTask() {
        context.raise(() -> story.add(context + ", task: " + (cpu.task() != null)));

        assertThat(story).containsExactly(
                "cpu0 in interrupt depth 1, interrupts enabled, task: false");
    }

    @Test
    void raise_insideAnInterrupt_nests() {
        context.raise(() -> {
            context.raise(() -> story.add("inner, depth " + context.depth()));
            story.add("outer, depth " + context.depth());
        });

        assertThat(story).containsExactly("inner, depth 2", "outer, depth 1");
    }

    @Test
    void raise_insideNestedSections_waitsForTheOutermostRestore() {
        int outer = context.save();
        int inner = context.save();
        context.raise(() -> story.add("first"));
        context.raise(() -> story.add("second"));

        context.restore(inner);
        assertThat(story).isEmpty();
        assertThat(context.pending()).isEqualTo(2);
        assertThat(context.maySleep()).isFalse();
        context.restore(outer);

        assertThat(outer).isEqualTo(InterruptContext.ENABLED);
        assertThat(inner).isEqualTo(InterruptContext.DISABLED);
        assertThat(story).containsExactly("first", "second");
    }

    @Test
    void raise_handlerFails_contextIsLeft() {
        try {
            context.raise(() -> {
                throw new IllegalStateException("handler failed");
            });
        } catch (IllegalStateException failed) {
            story.add(failed.getMessage());
        }

        assertThat(story).containsExactly("handler failed");
        assertThat(context.depth()).isZero();
    }

    @Test
    void restore_noMask_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> context.restore(2))
                .withMessage("mask 2: expected 0 or 1");
    }
}
