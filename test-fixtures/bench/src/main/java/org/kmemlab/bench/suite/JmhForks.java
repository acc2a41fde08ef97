package org.kmemlab.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.kmemlab.bench.jmh.FastThreads;
import org.kmemlab.bench.jmh.ThreadCpuProfiler;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.lab.malloc.MallocFamily;
import org.kmemlab.lab.malloc.RoomForTls;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs a job in a JVM of its own, with JMH.
final class JmhForks {

    /// How every fork is started: the same for all, and what rivals recommend for themselves.
    static final List<String> JVM_ARGS = List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED", "-Dio.netty.noUnsafe=false",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "-Dio.netty.leakDetection.level=disabled");

    private static final String PACKAGE = "org.kmemlab.bench.jmh.";
    private static final String GARBAGE = "gc.alloc.rate.norm";
    /// The counters of [org.kmemlab.bench.jmh.Work].
    private static final String HANDED_NANOS = "handedNanos";
    private static final String HANDED_OBJECTS = "handedObjects";
    /// An operation on a trace reads all of it, which takes its time.
    private static final int TRACE_ITERATION_FACTOR = 4;
    private static final int FAILURE_LINES = 8;

    private JmhForks() {
    }

    /// Runs one fork.
    ///
    /// @param benchmark class and method
    static Sample run(Job job, String benchmark, Effort effort)
            throws IOException, RunnerException {
        return sample(fork(options(job, benchmark, effort)),
                job.pattern().operationsPerObject());
    }

    /// Runs one fork of a benchmark that goes through a stream, with parameters of its own.
    static Sample run(String benchmark, Effort effort,
            UnaryOperator<ChainedOptionsBuilder> parameters) throws IOException, RunnerException {
        return sample(fork(parameters.apply(
                options(benchmark, effort, TRACE_ITERATION_FACTOR).jvmArgs(
                        JVM_ARGS.toArray(String[]::new)))),
                1);
    }

    private static BenchmarkResult fork(ChainedOptionsBuilder options)
            throws IOException, RunnerException {
        Path log = Files.createTempFile("kmemlab-bench", ".log");
        try {
            Collection<RunResult> results = new Runner(options.output(log.toString()).build())
                    .run();
            return results.iterator().next().getBenchmarkResults().iterator().next();
        } catch (RunnerException failed) {
            throw new RunnerException(failed.getMessage() + "\n" + failure(log), failed);
        } finally {
            Files.deleteIfExists(log);
        }
    }

    /// What a fork said about its failure.
    private static String failure(Path log) throws IOException {
        return Files.readAllLines(log).stream().dropWhile(line -> !line.contains("<failure>"))
                .skip(1).filter(line -> !line.isBlank()).limit(FAILURE_LINES)
                .collect(Collectors.joining("\n"));
    }

    private static ChainedOptionsBuilder options(String benchmark, Effort effort, int factor) {
        TimeValue time = TimeValue.milliseconds((long) effort.iterationMillis() * factor);
        return new OptionsBuilder().include("^" + Pattern.quote(PACKAGE + benchmark) + "$")
                .forks(1).warmupForks(0).warmupIterations(effort.warmups()).warmupTime(time)
                .measurementIterations(effort.iterations()).measurementTime(time)
                .shouldFailOnError(true).addProfiler(ThreadCpuProfiler.class)
                .addProfiler(GCProfiler.class).verbosity(VerboseMode.NORMAL);
    }

    private static ChainedOptionsBuilder options(Job job, String benchmark, Effort effort)
            throws IOException {
        int factor = job.pattern().unit() == org.kmemlab.bench.suite.Pattern.Unit.EVENT
                ? TRACE_ITERATION_FACTOR
                : 1;
        ChainedOptionsBuilder options = options(benchmark, effort, factor).threads(job.threads())
                .jvmArgs(jvmArgs(job.contender()));
        switch (job.contender().shape()) {
            case ADDRESS, HANDLE -> options.param("contender", job.contender().name())
                    .param("bytes", Integer.toString(job.bytes() == 0 ? Long.BYTES : job.bytes()));
            case PAGES -> options.param("contender", job.contender().name());
            default -> {
                // The benchmark is about one contender.
            }
        }
        if (job.contender().family().filter(MallocFamily.JEMALLOC::equals).isPresent()) {
            options.jvm(RoomForTls.java().toString());
        }
        return options;
    }

    private static String[] jvmArgs(Contender contender) {
        List<String> args = new ArrayList<>(JVM_ARGS);
        switch (contender) {
            case NETTY_POOLED, NETTY_ADAPTIVE, NETTY_RECYCLER -> {
                args.add("-Djmh.executor=CUSTOM");
                args.add("-Djmh.executor.class=" + FastThreads.class.getName());
            }
            default -> {
                // JMH's own threads do.
            }
        }
        return args.toArray(String[]::new);
    }

    private static Sample sample(BenchmarkResult fork, int operations) {
        return new Sample(operations * median(fork, JmhForks::cpuNanos),
                median(fork, iteration -> iteration.getPrimaryResult().getScore()),
                operations * median(fork, JmhForks::garbageBytes));
    }

    private static double median(BenchmarkResult fork, ToDoubleFunction<IterationResult> value) {
        return Figure.median(fork.getIterationResults().stream().mapToDouble(value).sorted()
                .boxed().toList());
    }

    private static double cpuNanos(IterationResult iteration) {
        double handed = secondary(iteration, HANDED_OBJECTS);
        return handed > 0 ? secondary(iteration, HANDED_NANOS) / handed
                : secondary(iteration, ThreadCpuProfiler.CPU_NANOS)
                        / secondary(iteration, ThreadCpuProfiler.OPERATIONS);
    }

    private static double garbageBytes(IterationResult iteration) {
        double each = secondary(iteration, GARBAGE);
        double handed = secondary(iteration, HANDED_OBJECTS);
        return handed > 0 ? each * secondary(iteration, ThreadCpuProfiler.OPERATIONS) / handed
                : each;
    }

    /// A figure of a profiler or a benchmark; 0 if there is none.
    @SuppressWarnings("rawtypes") // JMH's.
    private static double secondary(IterationResult iteration, String name) {
        return iteration.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(name))
                .mapToDouble(entry -> entry.getValue().getScore()).findFirst().orElse(0);
    }
}
