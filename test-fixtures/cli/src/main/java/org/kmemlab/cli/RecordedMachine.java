package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;

/// Finds the machine that made a recording: the options win over the index in the recording's folder
/// or above it.
///
/// @param options what the user said
record RecordedMachine(MachineOptions options) {

    /// The machine of a file or folder.
    ///
    /// @throws InputException if nothing says which machine it was, or it cannot be built
    OracleMachine of(Path recording) throws IOException {
        OracleMachine machine = options.machine(recordedOn(recording));
        try {
            machine.profile();
            return machine;
        } catch (IllegalArgumentException unknown) {
            if (options.isGiven()) {
                throw unknown;
            }
            InputException failure = new InputException(recording.toString(), -1,
                    "recorded on a machine that cannot be built: " + unknown.getMessage());
            failure.initCause(unknown);
            throw failure;
        }
    }

    private @Nullable OracleMachine recordedOn(Path recording) throws IOException {
        if (!Files.exists(recording)) {
            throw new InputException(recording.toString(), -1, "no such file");
        }
        OracleIndex index = OracleIndex.above(recording);
        OracleMachine machine = index == null ? null : index.machineOf(recording);
        if (machine == null && !options.isGiven()) {
            throw new InputException(recording.toString(), -1, index == null
                    ? "no " + OracleIndex.FILE_NAME + " in its folder or above says which machine"
                            + " it comes from; give --kernel and --cpus"
                    : index.file() + " does not name it; give --kernel and --cpus");
        }
        return machine;
    }
}
