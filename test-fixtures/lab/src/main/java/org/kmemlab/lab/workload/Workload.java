package org.kmemlab.lab.workload;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.machine.MachineConfig;

/// A small program against the public API that copes with failing allocations.
///
/// It keeps nothing between runs, so several threads may run it, each on a kernel of its own. Two
/// runs with equal kernels, random numbers and failures do the same.
public interface Workload {

    /// What the command line calls it: lower case, digits and hyphens.
    String name();

    /// What it does, in one line.
    String description();

    /// The machine it needs, as small as possible: a campaign boots one for each run.
    MachineConfig machine();

    /// Runs it once. In the end, and also after a call that did not work, everything is freed.
    ///
    /// @param kernel freshly booted on [#machine()], with a seed of the caller's choice
    /// @param random source of sizes and keys
    /// @param calls makes the calls that allocate
    void run(Kernel kernel, SplittableRandom random, Calls calls);
}
