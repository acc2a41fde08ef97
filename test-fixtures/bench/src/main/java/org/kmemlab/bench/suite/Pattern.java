package org.kmemlab.bench.suite;

import java.util.Locale;
import java.util.Optional;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.Contender.Camp;
import org.kmemlab.bench.pool.Contender.Shape;

/// How an allocator is used.
public enum Pattern {

    /// Taken and given back.
    PAIR("alloc, free", Unit.OBJECT),
    /// 16 live objects, the oldest given back.
    RING("ring of 16 live objects", Unit.OBJECT),
    /// 1,024 taken, the last given back first.
    BATCH_LIFO("batch of 1024, last freed first", Unit.OBJECT),
    /// 1,024 taken, the first given back first.
    BATCH_FIFO("batch of 1024, first freed first", Unit.OBJECT),
    /// 1,024 taken, given back at random.
    BATCH_RANDOM("batch of 1024, freed at random", Unit.OBJECT),
    /// 16 at once.
    BULK16("bulk of 16", Unit.OBJECT),
    /// 64 at once.
    BULK64("bulk of 64", Unit.OBJECT),
    /// Another thread gives back.
    REMOTE("freed by another thread", Unit.OBJECT),
    /// A ring of objects of 8 to 2,047 bytes.
    MIXED("ring of mixed sizes, 8 to 2047 bytes", Unit.OBJECT),

    /// One page, taken and given back.
    PAGE_PAIR0("order-0 pair", Unit.BLOCK),
    /// Eight pages, taken and given back.
    PAGE_PAIR3("order-3 pair", Unit.BLOCK),
    /// A random page exchanged.
    PAGE_CHURN0("order-0 churn, half full", Unit.BLOCK),
    /// A random block exchanged.
    PAGE_CHURN_MIXED("churn of orders 0-3, half full", Unit.BLOCK),

    /// Text read.
    TRACE_PARSE("trace text parsed", Unit.EVENT),
    /// Text read and done.
    TRACE_REPLAY_TEXT("trace replayed from text", Unit.EVENT),
    /// The binary form read.
    TRACE_READ_BINARY("binary trace read", Unit.EVENT),
    /// The binary form read and done.
    TRACE_REPLAY_BINARY("trace replayed from binary", Unit.EVENT),
    /// What of that is the allocators' work.
    TRACE_ALLOCATORS("the same calls without a trace", Unit.EVENT);

    /// What one operation handles.
    public enum Unit {
        /// An object taken, written and given back.
        OBJECT,
        /// A block of pages taken and given back.
        BLOCK,
        /// An event of a trace.
        EVENT
    }

    private final String label;
    private final Unit unit;

    Pattern(String label, Unit unit) {
        this.label = label;
        this.unit = unit;
    }

    /// Its name in a command line: `batch-random`.
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Its name for people.
    public String label() {
        return label;
    }

    /// What one operation handles.
    public Unit unit() {
        return unit;
    }

    /// Whether the size of objects can be chosen.
    public boolean hasSize() {
        return unit == Unit.OBJECT && this != MIXED;
    }

    /// How many JMH operations one object is: where one thread allocates and another frees, each
    /// does one.
    int operationsPerObject() {
        return this == REMOTE ? 2 : 1;
    }

    /// Whether a contender can be used so.
    ///
    /// @param threads how many use it at once
    public boolean suits(Contender contender, int threads) {
        boolean shaped = switch (unit) {
            case OBJECT -> contender.shape() == Shape.ADDRESS || contender.shape() == Shape.HANDLE
                    || contender.shape() == Shape.C;
            case BLOCK -> contender.shape() == Shape.PAGES;
            case EVENT -> contender.shape() == Shape.TRACES;
        };
        return shaped && threads <= contender.maxThreads() && (unit == Unit.OBJECT || threads == 1)
                && switch (this) {
                    case MIXED -> contender.anySize();
                    case REMOTE -> threads % 2 == 0 && contender.freesRemotely();
                    case BULK16, BULK64 -> contender.shape() != Shape.C;
                    default -> contender != Contender.ARENA_SHARED;
                };
    }

    /// The JMH benchmark for a contender; nothing for those that are measured outside the JVM.
    Optional<String> benchmark(Contender contender) {
        boolean harness = contender.camp() == Camp.HARNESS;
        return switch (contender.shape()) {
            case ADDRESS -> Optional.of("AddressBenchmark." + method());
            case HANDLE -> Optional.of("HandleBenchmark." + method());
            case PAGES -> Optional.of("PageBenchmark." + (harness ? pageHarness() : method()));
            case TRACES -> Optional.of("TraceBenchmark." + method());
            case C -> Optional.empty();
        };
    }

    private String method() {
        return switch (this) {
            case PAIR -> "pair";
            case RING -> "ring";
            case BATCH_LIFO -> "batchLifo";
            case BATCH_FIFO -> "batchFifo";
            case BATCH_RANDOM -> "batchRandom";
            case BULK16 -> "bulk16";
            case BULK64 -> "bulk64";
            case REMOTE -> "remote";
            case MIXED -> "mixed";
            case PAGE_PAIR0 -> "pair0";
            case PAGE_PAIR3 -> "pair3";
            case PAGE_CHURN0 -> "churn0";
            case PAGE_CHURN_MIXED -> "churnMixed";
            case TRACE_PARSE -> "parse";
            case TRACE_REPLAY_TEXT -> "replayText";
            case TRACE_READ_BINARY -> "readBinary";
            case TRACE_REPLAY_BINARY -> "replayBinary";
            case TRACE_ALLOCATORS -> "allocators";
        };
    }

    private String pageHarness() {
        return switch (this) {
            case PAGE_CHURN0 -> "churnHarness";
            case PAGE_CHURN_MIXED -> "churnMixedHarness";
            default -> "pairHarness";
        };
    }
}
