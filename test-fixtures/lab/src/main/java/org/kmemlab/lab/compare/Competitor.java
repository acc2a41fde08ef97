package org.kmemlab.lab.compare;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

import org.kmemlab.lab.malloc.MallocFamily;
import org.kmemlab.lab.malloc.MallocRun;
import org.kmemlab.lab.metric.MeasuredRun;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.policy.PolicyEntry;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.lab.stream.StreamSource;

/// Who takes part in a comparison.
public interface Competitor {

    /// A short name, without blanks.
    String name();

    /// Those of one origin have one group.
    String group();

    /// What it is, in one line.
    String description();

    /// Where it is described.
    String source();

    /// Why it cannot take part here; empty if it can.
    default Optional<String> unavailable() {
        return Optional.empty();
    }

    /// Serves a workload, measured.
    ///
    /// @param course what to serve, and on what machine
    /// @param watcher hears now and then how many requests were served
    RunResult run(Course course, LongConsumer watcher) throws IOException;

    /// What all competitors get alike.
    ///
    /// @param source the workload
    /// @param seed of workload and machine
    /// @param events requests in it
    /// @param cpus of the machine
    /// @param mebibytes memory of the machine
    /// @param samples rows of measures wanted
    record Course(StreamSource source, long seed, long events, int cpus, int mebibytes,
            int samples) {}

    /// A policy on a simulated machine.
    ///
    /// @param entry the policy
    record OnMachine(PolicyEntry entry) implements Competitor {

        @Override
        public String name() {
            return entry.name();
        }

        @Override
        public String group() {
            return entry.group();
        }

        @Override
        public String description() {
            return entry.description();
        }

        @Override
        public String source() {
            return entry.source();
        }

        @Override
        public RunResult run(Course course, LongConsumer watcher) throws IOException {
            try (RequestStream stream = course.source().open(course.seed())) {
                return MeasuredRun.run(entry,
                        MeasuredRun.machine(course.mebibytes(), course.cpus(), course.seed()),
                        stream, course.events(), course.samples(), watcher);
            }
        }
    }

    /// A C allocator in a process of its own.
    ///
    /// @param family the allocator
    record InAProcess(MallocFamily family) implements Competitor {

        /// The group's name.
        static final String GROUP = "native";

        @Override
        public String name() {
            // There are rivals in Java of some of these names.
            return "c-" + family.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String group() {
            return GROUP;
        }

        @Override
        public String description() {
            return family.description();
        }

        @Override
        public String source() {
            return family.libraries().isEmpty() ? "the C library" : family.libraries().getFirst();
        }

        @Override
        public Optional<String> unavailable() {
            return family.unavailable();
        }

        @Override
        public RunResult run(Course course, LongConsumer watcher) throws IOException {
            try (RequestStream stream = course.source().open(course.seed())) {
                return MallocRun.run(family, stream, course.events(), course.cpus(),
                        course.samples());
            }
        }
    }
}
