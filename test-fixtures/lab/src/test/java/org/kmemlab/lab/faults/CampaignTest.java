package org.kmemlab.lab.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.api.Kernel;
import org.kmemlab.lab.faults.Campaign.Target;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.workload.Calls;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.lab.workload.Workloads;
import org.kmemlab.machine.MachineConfig;

class CampaignTest {

    static Stream<Workload> good() {
        return Workloads.good().stream();
    }

    private static CampaignReport run(CampaignPlan plan, int jobs, String... names) {
        return new Campaign(Stream.of(names).map(CampaignTest::target).toList(), plan).run(jobs);
    }

    private static Target target(String name) {
        return new Target(Workloads.named(name), name.startsWith("canary"));
    }

    /// A workload would have a bug on an error path, or code that no failure reaches.
    @ParameterizedTest
    @MethodSource("good")
    void goodWorkload_eachPairOfAllocationsFailing_isClean(Workload workload) {
        CampaignReport report = new Campaign(List.of(new Target(workload, false)),
                CampaignPlan.ofSeed(1).withSticky().withPairs()).run(2);

        WorkloadReport result = report.workloads().getFirst();
        assertThat(result.findings()).isEmpty();
        assertThat(result.allocations()).isPositive();
        assertThat(result.sites()).allMatch(SiteCoverage::covered);
        assertThat(result.lateSites()).allMatch(SiteCoverage::covered);
        assertThat(report.good()).isTrue();
    }

    /// There would be less to break than promised.
    @Test
    void workloads_areAtLeastTwenty() {
        assertThat(Workloads.good()).hasSizeGreaterThanOrEqualTo(20);
        assertThat(Workloads.good().stream().map(Workload::name)).doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z0-9-]+"));
    }

    /// A planted defect would go unnoticed, or be blamed on the wrong allocation.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "canary-leaked-object; left-trace; kmalloc-256: 1 allocated; 12; page:5; CanaryList.add",
        "canary-kept-element; left-trace; kmalloc-1k: 1 allocated; 12; page:5; CanaryList.add",
        "canary-half-linked; left-trace; contents have changed; 8; slab:5; CanaryList.add",
        "canary-double-free; SlabBugException; is not allocated; 12; page:5; CanaryList.add",
        "canary-leaked-pages; left-trace; pages of order 1: 1 allocated; 12; page:5;"
                + " CanaryList.add",
        "canary-leaked-by-two; left-trace; kmalloc-256: 1 allocated; 12; page:5,slab:7;"
                + " CanaryList.add"})
    void canary_isFoundWithItsAllocation(String name, String kind, String message, int n,
            String schedule, String site) {
        CampaignReport report = run(CampaignPlan.ofSeed(1), 2, name);

        Finding finding = report.workloads().getFirst().findings().getFirst();
        assertThat(finding.kind()).isEqualTo(kind);
        assertThat(finding.message()).contains(message);
        assertThat(finding.schedule()).isEqualTo(schedule);
        assertThat(finding.faults().getFirst().n()).isEqualTo(n);
        assertThat(finding.faults().getFirst().site().frames().getFirst()).contains(site);
        assertThat(report.canariesFound()).isEqualTo(1);
    }

    /// A leak would be blamed on whoever asked for the like, not on who allocated what leaked.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "canary-leaked-object; kmalloc; CanaryList.add",
        "canary-kept-element; kmalloc; CanaryList.add",
        "canary-leaked-by-two; kmalloc; CanaryList.add",
        "canary-leaked-pages; pfn 0x; CanaryList.undoWithoutPage"})
    void leak_namesTheStackOfWhatLeaked(String name, String what, String site) {
        CampaignReport report = run(CampaignPlan.ofSeed(1), 2, name);

        String message = report.workloads().getFirst().findings().getFirst().message();
        String origin = message
                .substring(message.lastIndexOf('\n', message.indexOf("was allocated")) + 1);
        assertThat(message).contains(what);
        assertThat(origin.lines().skip(1).limit(4).toList()).as(message)
                .anyMatch(line -> line.contains(site));
    }

    /// A stack would be named though the run that knows it is not the run that went wrong.
    @Test
    void leak_runThatChangesWhenTracked_saysSo() {
        Workload shy = new Workload() {
            @Override
            public String name() {
                return "shy";
            }

            @Override
            public String description() {
                return "leaks only when nobody tracks pages";
            }

            @Override
            public MachineConfig machine() {
                return MachineConfig.ofMebibytes(4);
            }

            @Override
            public void run(Kernel kernel, SplittableRandom random, Calls calls) {
                boolean tracked = kernel.machine().profile().boot().flag("page_owner", false);
                boolean _ = calls.make(() -> {
                    long kept = kernel.kmalloc(64, 0);
                    long other = kernel.kmalloc(300, 0);
                    if (other != 0 || tracked) {
                        kernel.kfree(kept);
                    }
                    kernel.kfree(other);
                    return other != 0;
                });
            }
        };

        CampaignReport report = new Campaign(List.of(new Target(shy, false)),
                CampaignPlan.ofSeed(1)).run(1);

        assertThat(report.workloads().getFirst().findings().stream().map(Finding::message))
                .anyMatch(message -> message.contains("kmalloc-64: 1 allocated, before 0")
                        && message.contains("the stacks of what leaked are not known"));
    }

    /// The same campaign would say one thing on one machine and another on the next.
    @Test
    void run_anyNumberOfThreads_givesTheSameReport() {
        CampaignPlan plan = CampaignPlan.ofSeed(7).withSticky().withDrawnRuns(300);

        CampaignReport alone = run(plan, 1, "packet-queue", "canary-double-free");

        assertThat(run(plan, 5, "packet-queue", "canary-double-free")).isEqualTo(alone);
        assertThat(alone.workloads().getFirst().runs()).isEqualTo(1 + 2
                * alone.workloads().getFirst().allocations() + 300);
    }

    /// A campaign spread over machines would lose or double work.
    @Test
    void plus_allShards_isTheWhole(@TempDir Path folder) throws IOException {
        CampaignPlan plan = CampaignPlan.ofSeed(3).withPairs().withDrawnRuns(1200);
        String[] names = {"hash-rehash", "kvmalloc-fallback", "canary-leaked-by-two"};
        CampaignReport whole = run(plan, 2, names);

        CampaignReport sum = null;
        for (int part = 3; part >= 1; part--) {
            Path file = folder.resolve(part + ".json");
            Files.writeString(file, CampaignJson.text(run(plan.withShard(part, 3), 2, names)));
            CampaignReport shard = CampaignJson.read(file);
            assertThat(shard.missingShards()).hasSize(2);
            sum = sum == null ? shard : sum.plus(shard);
        }

        assertThat(sum.workloads()).isEqualTo(whole.workloads());
        assertThat(sum.missingShards()).isEmpty();
        assertThat(sum.good()).isTrue();
    }

    /// Numbers that belong to two campaigns would be added up.
    @Test
    void plus_whatDoesNotBelongTogether_isRefused() {
        CampaignPlan plan = CampaignPlan.ofSeed(1);
        CampaignReport first = run(plan.withShard(1, 2), 1, "string-builder");

        assertThatThrownBy(() -> first.plus(first)).hasMessageContaining("twice");
        assertThatThrownBy(() -> first.plus(
                run(CampaignPlan.ofSeed(2).withShard(2, 2), 1, "string-builder")))
                .hasMessageContaining("two campaigns").hasMessageContaining("seed 2");
    }

    /// Somebody would merge a file of something else and get a stack trace.
    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[1]", "{\"plan\": 3}", "no json"})
    void read_whatIsNoReport_isRefused(String text, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), text);

        assertThatThrownBy(() -> CampaignJson.read(file)).isInstanceOf(InputException.class)
                .hasMessageContaining("a.json").hasMessageContaining("is no report");
    }

    /// A random schedule would be reported as it was drawn, with half a dozen faults.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shrink_randomSchedule_leavesOnlyWhatMatters(long seed) {
        try (KernelRoom room = new KernelRoom()) {
            WorkloadRunner runner = new WorkloadRunner(Workloads.named("canary-leaked-by-two"), 1,
                    CampaignPlan.ofSeed(1).layers(), room);
            RunResult drawn = failingRun(runner, seed);
            Problem problem = Objects.requireNonNull(drawn.problem());

            Finding finding = Shrinking.shrink(runner, drawn, problem);

            // No one fault shows this defect.
            assertThat(finding.faults()).hasSize(2);
            assertThat(finding.faults().getLast().site().toString()).contains("undoWithoutPage");
            List<Schedule.Fault> printed = Schedule.parse(finding.schedule()).faults();
            assertThat(runner.run(new Schedule(printed)).problem()).isNotNull();
            for (Schedule.Fault fault : printed) {
                List<Schedule.Fault> fewer = printed.stream()
                        .filter(other -> !other.equals(fault)).toList();
                assertThat(runner.run(new Schedule(fewer)).problem()).isNull();
            }
        }
    }

    /// A run with at least four faults in which something goes wrong.
    private static RunResult failingRun(WorkloadRunner runner, long seed) {
        for (int attempt = 0; attempt < 10_000; attempt++) {
            SplittableRandom random = new SplittableRandom(seed * 10_000 + attempt);
            RunResult result = runner
                    .run((layer, ordinal, count) -> random.nextInt(3) == 0);
            if (result.problem() != null && result.injected().size() >= 4) {
                return result;
            }
        }
        throw new AssertionError("seed " + seed + ": no run with four faults fails");
    }

    /// What one run left in memory would change what the next one sees.
    @Test
    void visit_memoryOfAnEarlierKernel_isClear() {
        try (KernelRoom room = new KernelRoom()) {
            Workload workload = Workloads.named("page-store");
            room.visit(workload.machine(), kernel -> {
                long page = kernel.__get_free_pages(0, 3);
                kernel.machine().memory().fill(page, 8 * 4096, (byte) 0x5a);
            });

            room.visit(workload.machine(), kernel -> {
                long start = kernel.machine().memory().addressOf(0);
                long bytes = (long) kernel.machine().memory().endPfn() << 12;
                assertThat(kernel.machine().memory().slice(start, bytes)
                        .mismatch(MemorySegment.ofArray(new byte[(int) bytes])))
                        .isEqualTo(-1);
            });
        }
    }

    /// A workload that draws from somewhere else than its seed would never be replayed.
    @ParameterizedTest
    @ValueSource(longs = {2, 3, 99})
    void goodWorkloads_otherSeeds_areClean(long seed) {
        List<Target> targets =
                Workloads.good().stream().map(workload -> new Target(workload, false))
                        .toList();

        CampaignReport report = new Campaign(targets,
                CampaignPlan.ofSeed(seed).withSticky().withDrawnRuns(260)).run(2);

        assertThat(report.findings()).as("seed " + seed).isZero();
        assertThat(report.sum(WorkloadReport::sitesCovered))
                .isEqualTo(report.sum(workload -> workload.sites().size()));
    }
}
