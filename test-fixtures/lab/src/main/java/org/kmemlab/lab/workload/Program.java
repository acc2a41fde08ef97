package org.kmemlab.lab.workload;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.machine.MachineConfig;

/// A workload made of its parts.
///
/// @param name what the command line calls it
/// @param description what it does, in one line
/// @param machine the machine it needs
/// @param body the program itself
record Program(String name, String description, MachineConfig machine, Body body)
        implements Workload {

    /// The program itself.
    interface Body {

        /// See [Workload#run].
        void run(Kernel kernel, SplittableRandom random, Calls calls);
    }

    /// A program for the smallest machine.
    Program(String name, String description, Body body) {
        this(name, description, MachineConfig.ofMebibytes(4), body);
    }

    @Override
    public void run(Kernel kernel, SplittableRandom random, Calls calls) {
        body.run(kernel, random, calls);
    }
}
