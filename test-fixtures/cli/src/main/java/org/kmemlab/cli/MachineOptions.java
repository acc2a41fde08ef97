package org.kmemlab.cli;

import java.util.Iterator;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.machine.BootParameters;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import picocli.CommandLine.Option;

/// Options that say which machine a command is about.
final class MachineOptions {

    private static final String DEFAULT_KERNEL = KernelProfile.LINUX_6_1.name();

    /// The kernels that `--kernel` knows.
    static final class Kernels implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return KernelProfile.ALL.stream().map(KernelProfile::name).iterator();
        }
    }

    @Option(names = "--kernel", paramLabel = "NAME", completionCandidates = Kernels.class,
            description = "The kernel: one of ${COMPLETION-CANDIDATES}; the first if nothing says"
                    + " otherwise.")
    @Nullable
    String kernel;

    @Option(names = "--cpus", paramLabel = "N", converter = WholeNumber.class,
            description = "How many CPUs it has; 1 if nothing says otherwise.")
    @Nullable
    Long cpus;

    @Option(names = "--max-cpus", paramLabel = "N", converter = WholeNumber.class,
            description = "How many CPUs it could have; as many as it has unless given.")
    @Nullable
    Long maxCpus;

    @Option(names = "--boot", paramLabel = "WORDS",
            description = "Boot parameters, for example \"slub_debug=FZPU slab_nomerge\".")
    @Nullable
    String boot;

    private static final List<String> FAULT_POINTS = List.of("failslab", "fail_page_alloc",
            "fail_mempool_alloc", "fail_mempool_alloc_bulk");

    /// Whether any option was given.
    boolean isGiven() {
        return kernel != null || cpus != null || maxCpus != null || boot != null;
    }

    /// The machine: what the options say; where they say nothing, what `base` says; without a base
    /// one CPU and the baseline kernel.
    ///
    /// @throws IllegalArgumentException naming the option's value and its limits
    OracleMachine machine(@Nullable OracleMachine base) {
        OracleMachine from = base != null ? base
                : new OracleMachine(DEFAULT_KERNEL, 1, 1, List.of(), "");
        int present = cpus == null ? from.cpus()
                : WholeNumber.within(cpus, 1, MachineConfig.MAX_CPUS, "--cpus", "");
        int possible = cpus == null ? from.maxCpus() : present;
        if (maxCpus != null) {
            possible = WholeNumber.within(maxCpus, present, MachineConfig.MAX_CPUS, "--max-cpus",
                    "");
        }
        return new OracleMachine(kernel == null ? from.build() : kernel, present, possible,
                from.nodeMib(), boot == null ? from.boot() : checked(boot));
    }

    /// Boot parameters as they are, if those that set up fault injection are well formed: a command
    /// that injects nothing would never find out.
    private static String checked(String words) {
        BootParameters parameters = new BootParameters(words);
        try (Machine machine = new Machine(
                MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY))) {
            for (String point : FAULT_POINTS) {
                parameters.value(point).ifPresent(new FaultAttr(machine, point)::setup);
            }
        }
        return words;
    }
}
