package org.kmemlab.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.kmemlab.api.Kernel;
import org.kmemlab.api.KernelFlags;
import org.kmemlab.junit.BufferList.Defect;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.sweep.FaultLayer;

class FaultSweepTest {

    /// The tests that are run by the tests below.
    static final class Sweeps {

        private static void grow(Kernel kernel, Faults faults, Defect defect) {
            try (BufferList list = new BufferList(kernel, defect)) {
                assertThat(faults.call(list::add)).isTrue();
                assertThat(faults.call(list::add)).isTrue();
            }
        }

        @FaultSweep
        void right(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(mode = FaultMode.STICKY)
        void rightSticky(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(mode = FaultMode.PAIRS)
        void rightPairs(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(layers = FaultLayer.SLAB)
        void rightSlab(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(cache = "list_node", layers = FaultLayer.SLAB)
        void rightCache(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(site = "org.nobody", layers = FaultLayer.SLAB)
        void noSite(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(upTo = 2)
        void rightUpTo(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep(seed = 77, boot = "slub_debug=FZPU")
        void leaksBuffer(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.LEAKS_BUFFER);
        }

        @FaultSweep(only = 7, seed = 77, layers = {FaultLayer.SLAB, FaultLayer.PAGE})
        void onlyOne(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.LEAKS_BUFFER);
        }

        @FaultSweep(only = 13)
        void onlyTooLarge(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.NONE);
        }

        @FaultSweep
        void keepsElement(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.KEEPS_ELEMENT);
        }

        @FaultSweep
        void halfLinks(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.HALF_LINKS);
        }

        @FaultSweep
        void freesTwice(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.FREES_TWICE);
        }

        @FaultSweep
        void leaksPage(Kernel kernel, Faults faults) {
            grow(kernel, faults, Defect.LEAKS_PAGE);
        }

        @FaultSweep(layers = FaultLayer.SLAB)
        void wholeTest(Kernel kernel) {
            long one = kernel.kmalloc(100, KernelFlags.GFP_KERNEL);
            long two = kernel.kmalloc(100, KernelFlags.GFP_KERNEL);
            kernel.kfree(one);
            kernel.kfree(two);
        }

        @FaultSweep(layers = FaultLayer.SLAB)
        void wholeTestLeaks(Kernel kernel) {
            long one = kernel.kmalloc(100, KernelFlags.GFP_KERNEL);
            long two = kernel.kmalloc(300, KernelFlags.GFP_KERNEL);
            if (two != 0) {
                kernel.kfree(one);
                kernel.kfree(two);
            }
        }

        @FaultSweep(layers = FaultLayer.SLAB)
        void wholeTestLeaksPool(Kernel kernel) {
            Mempool pool = kernel.mempool_create_kmalloc_pool(2, 100);
            if (pool == null) {
                return;
            }
            long buffer = kernel.kmalloc(300, KernelFlags.GFP_KERNEL);
            if (buffer != 0) {
                kernel.kfree(buffer);
                kernel.mempool_destroy(pool);
            }
        }

        @FaultSweep(layers = FaultLayer.SLAB)
        void waitsForReaders(Kernel kernel, Faults faults) {
            kernel.slab().kmalloc().kfreeRcu(kernel.machine().cpu(0),
                    kernel.kmalloc(100, KernelFlags.GFP_KERNEL));
            assertThat(faults.call(() -> {
                long object = kernel.kmalloc(100, KernelFlags.GFP_KERNEL);
                kernel.kfree(object);
                return object != 0;
            })).isTrue();
        }

        @FaultSweep
        void failsWithoutFault(Faults faults) {
            assertThat(faults.call(() -> false)).isTrue();
        }
    }

    private static EngineExecutionResults run(String test) {
        Class<?>[] parameters = test.startsWith("wholeTest") ? new Class<?>[] {Kernel.class}
                : test.equals("failsWithoutFault") ? new Class<?>[] {Faults.class}
                : new Class<?>[] {Kernel.class, Faults.class};
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Sweeps.class, test, parameters)).execute();
    }

    private static List<String> messages(EngineExecutionResults results) {
        return results.testEvents().failed().list().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable().orElseThrow().getMessage())
                .toList();
    }

    /// A right error path would be called wrong, or the sweep would end before its last allocation,
    /// or never.
    @ParameterizedTest
    @CsvSource({"right, 13", "rightSticky, 13", "rightSlab, 7", "rightCache, 3", "noSite, 1",
        "rightUpTo, 2", "waitsForReaders, 2", "wholeTest, 3"})
    void sweep_rightErrorPath_succeedsForEachAllocation(String test, int runs) {
        EngineExecutionResults results = run(test);

        assertThat(messages(results)).isEmpty();
        assertThat(results.testEvents().succeeded().count()).isEqualTo(runs);
    }

    /// Pairs would be left out.
    @Test
    void pairs_rightErrorPath_triesEveryPair() {
        EngineExecutionResults results = run("rightPairs");

        assertThat(messages(results)).isEmpty();
        List<String> names = results.testEvents().finished().list().stream()
                .map(Event::getTestDescriptor).map(test -> test.getDisplayName()).toList();
        assertThat(names).contains("failing allocation 1 and 2", "failing allocation 1 and 7",
                "failing allocation 2 and 14").doesNotHaveDuplicates();
        assertThat(names.size()).isBetween(50, 100);
    }

    /// A planted defect would go unnoticed, or nobody could find it.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "leaksBuffer; kmalloc-512: 1 allocated, before 0; BufferList.add",
        "keepsElement; kmalloc-1k: 1 allocated, before 0; BufferList.add",
        "halfLinks; kmalloc-64: the contents have changed; BufferList.add",
        "freesTwice; kmalloc-512; BufferList.add",
        "leaksPage; pages of order 1: 1 allocated, before 0; BufferList.add",
        "wholeTestLeaksPool; pools: [reserve of 2], before []; wholeTestLeaksPool",
        "wholeTestLeaks; kmalloc-128: 1 allocated, before 0; wholeTestLeaks"})
    void sweep_plantedDefect_isFoundWithItsAllocation(String test, String what, String where) {
        List<String> messages = messages(run(test));

        assertThat(messages).isNotEmpty();
        assertThat(messages.getFirst()).contains(what).contains(where)
                .containsPattern("with allocation \\d+ failing")
                .containsPattern("allocation \\d+ failed: \\w+")
                .containsPattern("replay with @FaultSweep\\(only = \\d+, seed = ");
    }

    /// A leak would be blamed on whoever asked for the like, not on who allocated what leaked.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"leaksBuffer; by kmalloc at; BufferList.add",
        "wholeTestLeaks; by kmalloc at; wholeTestLeaks",
        "leaksPage; pfn 0x; BufferList.undo"})
    void sweep_leak_namesTheStackOfWhatLeaked(String test, String what, String where) {
        String message = messages(run(test)).getFirst();

        String origin = message
                .substring(message.lastIndexOf('\n', message.indexOf("was allocated")) + 1);
        assertThat(origin.lines().limit(1).toList()).as(message)
                .anyMatch(line -> line.contains(what));
        assertThat(origin.lines().skip(1).limit(4).toList()).as(message)
                .anyMatch(line -> line.contains(where));
    }

    /// The annotation of the message would not show the same again, or run more than that.
    @Test
    void only_replaysOneRun() {
        EngineExecutionResults results = run("onlyOne");

        assertThat(results.testEvents().started().count()).isEqualTo(1);
        assertThat(results.testEvents().started().list().getFirst().getTestDescriptor()
                .getDisplayName()).isEqualTo("failing allocation 7");
    }

    /// A replay that never meets its fault would look like a success.
    @Test
    void only_noSuchAllocation_isReported() {
        assertThat(messages(run("onlyTooLarge")).getFirst())
                .contains("there is no allocation 13 that could fail: there are 12");
    }

    /// The replay would be on another machine.
    @Test
    void message_namesAllThatIsNotDefault() {
        assertThat(messages(run("leaksBuffer")).getFirst())
                .contains("seed = 77, boot = \"slub_debug=FZPU\")");
    }

    /// A call that fails for another reason than memory would count as tested.
    @Test
    void call_failsWithoutFault_isReported() {
        assertThat(messages(run("failsWithoutFault")).getFirst()).contains(
                "without any fault", "failed although no allocation had to");
    }
}
