package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Guards the line frame: task names, columns, and the lines that are no event. If it failed, real
/// traces would have unreadable lines, or garbage would be replayed.
class TraceLineTest {

    private static final String EVENT = "kfree: call_site=f+0x1/0x2 ptr=ffff888002e16240";

    /// Broken: tasks with odd names would make their lines unreadable or shift the columns.
    @ParameterizedTest
    @ValueSource(
            strings = {"init", "Web Content", "kworker/0:1-e [x]", "a-b-c", "<...>", "(sd-pam)",
                "x [1] y", "ksoftirqd/0", "jbd2/dm-3-8", "a: b", "[000]", "3.1: x", "été", ""})
    void task_oddNames_areReadInBothFormats(String name) throws IOException {
        for (String line : new String[] {
            String.format("%16s-%-7d [002] .Ns1.    12.000345: %s%n", name, 4567, EVENT),
            String.format("%16s-%-7d (%5d) [002] .Ns1.    12.000345: %s%n", name, 4567, 12,
                    EVENT),
            String.format("%16s-%-7d (-----) [002] ....    12.000345: %s%n", name, 4567, EVENT),
            String.format("%16s-%-7d [002]    12.000345: %s%n", name, 4567, EVENT),
            String.format("%16s %5d [002]    12.000345:    kmem:%s%n", name, 4567, EVENT),
            String.format("%16s  123/4567  [002]    12.000345: 1   kmem:%s%n", name, EVENT)}) {
            TraceCursor cursor = TraceText.only(line);

            assertThat(cursor.tasks().text(cursor.task())).as(line).isEqualTo(name);
            assertThat(cursor.pid()).as(line).isEqualTo(4567);
            assertThat(cursor.cpu()).as(line).isEqualTo(2);
            assertThat(cursor.timeNanos()).as(line).isEqualTo(12_000_345_000L);
            assertThat(cursor.pointer()).as(line).isEqualTo(0xffff_8880_02e1_6240L);
        }
    }

    /// Broken: traces of other clocks and precisions would be refused or mistimed.
    @ParameterizedTest
    @CsvSource({"1.5,1500000000", "0.000001,1000", "1234567.123456789,1234567123456789",
        "42,42000000000"})
    void timeNanos_allPrecisions_areRead(String text, long expected) throws IOException {
        TraceCursor cursor = TraceText.only("a-1 [000] ..... " + text + ": " + EVENT);

        assertThat(cursor.timeNanos()).isEqualTo(expected);
    }

    /// Broken: damaged lines would be replayed as events, or end the run.
    @ParameterizedTest
    @CsvSource(delimiter = '#', value = {
        "complete garbage # no line of a trace",
        "init-1 [000] ..... 3.2 # no time",
        "init-1 [0x0] ..... 3.2: kfree: ptr=1 # no line of a trace",
        "init [000] ..... 3.2: kfree: ptr=1 # no line of a trace",
        "init-1 [000] ..... 3.2: kfr # no event name",
        "init-1 [000] ..... 3.2: a b: ptr=1 # no event name",
        "init-1 [000] ..... 3.2: kfree: # field ptr: missing",
        "init-1 [000] ..... 3.2: kfree: ptr=xyz # field ptr: not a number",
        "init-1 [000] ..... 3.2: kfree: ptr=11112222333344445 # field ptr: not a number",
        "init-1 [000] ..... 3.2: kfree: ptr=(____ptrval____) # did not print the pointer",
        "init-1 [000] ..... 3.2: kfree: ptr= x=(null) # did not print the pointer",
        "init-1 [000] ..... 3.2: mm_page_free: pfn=0x1 order=14 # field order: not a number",
        "init-1 [000] ..... 3.2: mm_page_free: pfn=0x1 order=-1 # field order: not a number",
        "init-1 [000] ..... 3.2: mm_page_free: order=1 # field pfn: missing",
        "init-1 [000] ..... 3.2: mm_page_alloc: pfn=1 order=1 migratetype=0 # gfp_flags: missing",
        "init-1 [000] ..... 3.2: kmalloc: ptr=1 bytes_req=-1 bytes_alloc=8 # bytes_req: not a",
        "init-1 [99999] ..... 3.2: kfree: ptr=1 # no line of a trace",
        "init-99999999999 [0] ..... 3.2: kfree: ptr=1 # no line of a trace",
        "kworker 12 3.2: kmem:kfree: ptr=1 # no line of a trace"})
    void next_damagedLine_isCountedWithItsReason(String line, String reason) throws IOException {
        TraceCursor cursor = TraceText.cursor("\n" + line + "\n"
                + TraceText.tracefs("kfree", TraceText.KFREE));

        assertThat(cursor.next()).isTrue();
        assertThat(cursor.lineNumber()).isEqualTo(3);
        TraceCounts counts = cursor.counts();
        assertThat(counts.unparsable()).isEqualTo(1);
        assertThat(counts.firstUnparsable()).singleElement().satisfies(bad -> {
            assertThat(bad.number()).isEqualTo(2);
            assertThat(bad.toString()).startsWith("line 2: ").contains(reason);
        });
    }

    /// Broken: other events and call stacks would be reported as damage.
    @Test
    void next_linesThatAreNoEvents_areSortedAndCounted() throws IOException {
        TraceCursor cursor = TraceText.cursor("""
                # tracer: nop
                CPU:0 [LOST 12 EVENTS]
                CPU:1 [LOST EVENTS]
                ##### CPU 1 buffer started ####
                    init-1  [000] .....  3.1: sched_switch: prev_comm=a [1] ==> next_comm=b
                    init-1  [000] .....  3.1: kfree: call_site=f ptr=0
                 => kfree
                 => do_exit
                  perf  12 [000]   3.2:     sched:sched_switch: a
                \tffffffff81234567 __schedule+0x1 ([kernel.kallsyms])
                \t               0 [unknown] ([unknown])

                \tffffffff81234567 lost+0x1 ([kernel.kallsyms])
                  perf  12 [000]   3.2:     other:kfree: ptr=1
                """);

        assertThat(cursor.next()).isTrue();
        assertThat(cursor.next()).isFalse();
        TraceCounts counts = cursor.counts();
        assertThat(counts.lines()).isEqualTo(14);
        assertThat(counts.events()).isEqualTo(1);
        assertThat(counts.otherEvents()).isEqualTo(3);
        assertThat(counts.comments()).isEqualTo(3);
        assertThat(counts.lossMarks()).isEqualTo(2);
        assertThat(counts.lostEvents()).isEqualTo(12);
        assertThat(counts.stackLines()).isEqualTo(4);
        assertThat(counts.unparsable()).isEqualTo(1);
        assertThat(counts.firstUnparsable().getFirst().number()).isEqualTo(13);
    }

    /// Broken: an endless stream of garbage would fill the memory with reasons.
    @Test
    void counts_muchGarbage_remembersOnlyTheFirstLines() throws IOException {
        TraceCursor cursor = TraceText.cursor("garbage\n".repeat(1000));

        assertThat(cursor.next()).isFalse();
        assertThat(cursor.counts().unparsable()).isEqualTo(1000);
        assertThat(cursor.counts().firstUnparsable()).hasSize(20);
    }

    /// Broken: Windows line ends, or a file without a last line feed, would lose events.
    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", ""})
    void next_lastLine_needsNoLineFeed(String end) throws IOException {
        TraceCursor cursor = TraceText.cursor("# x" + (end.isEmpty() ? "\n" : end)
                + "a-1 [000] ..... 3.2: kmem_cache_free: call_site=f ptr=1 name=dentry" + end);

        assertThat(cursor.next()).isTrue();
        assertThat(cursor.cacheNames().text(cursor.cacheName())).isEqualTo("dentry");
        assertThat(cursor.next()).isFalse();
        assertThat(cursor.counts().lines()).isEqualTo(2);
    }

    /// Broken: an empty file would be taken for a damaged one.
    @Test
    void next_emptyFile_hasNoEvents() throws IOException {
        TraceCursor cursor = TraceText.cursor("");

        assertThat(cursor.announcedCpus()).isZero();
        assertThat(cursor.next()).isFalse();
        assertThat(cursor.next()).isFalse();
        assertThat(cursor.counts().lines()).isZero();
    }
}
