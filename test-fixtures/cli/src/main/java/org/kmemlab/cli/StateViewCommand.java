package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.kmemlab.buddy.proc.ProcBuddyinfo;
import org.kmemlab.buddy.proc.ProcPagetypeinfo;
import org.kmemlab.buddy.proc.ProcZoneinfo;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.slab.proc.ProcSlabinfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints a recorded state as the kernel's file of that name shows it.
@Command(description = {"Reads a state that was recorded from a running kernel and prints it as the"
        + " file /proc/${COMMAND-NAME} of that moment.",
    "Of a folder with a trace and its state, replays the trace and prints what it leaves."})
abstract sealed class StateViewCommand extends StandardCommand {

    @Mixin
    private MachineOptions machineOptions;
    @Parameters(paramLabel = "FILE",
            description = "A state, plain or gz, or a folder with a trace and its state.")
    private Path path;

    @Option(names = "--last", description = "Show the last state of the file, not the first.")
    private boolean last;

    @Override
    public Integer call() throws IOException {
        out().print(text(StateView.of(path, machineOptions, last)));
        out().flush();
        return ExitCode.GOOD;
    }

    /// The text of the file.
    abstract String text(StateView state) throws IOException;

    /// The caches.
    @Command(name = "slabinfo", footer = "  kmemlab slabinfo traces/c61_smp1_busy1/state.txt.gz")
    static final class Slabinfo extends StateViewCommand {

        @Override
        String text(StateView state) throws InputException {
            if (state.caches().isEmpty() || !state.unreadCaches().isEmpty()) {
                throw new InputException(state.name(), -1, state.unreadCaches().isEmpty()
                        ? "its state has no caches"
                        : "its state has caches of another engine than SLUB");
            }
            return ProcSlabinfo.text(state.caches());
        }
    }

    /// The free blocks of each order.
    @Command(name = "buddyinfo", footer = "  kmemlab buddyinfo traces/c61_smp1_busy1")
    static final class Buddyinfo extends StateViewCommand {

        @Override
        String text(StateView state) {
            return ProcBuddyinfo.text(state.zones());
        }
    }

    /// The free blocks of each order and type.
    @Command(name = "pagetypeinfo", footer = "  kmemlab pagetypeinfo state.txt.gz --last")
    static final class Pagetypeinfo extends StateViewCommand {

        @Override
        String text(StateView state) {
            return ProcPagetypeinfo.text(state.profile(), state.zones());
        }
    }

    /// Sizes, marks and lists of each zone.
    @Command(name = "zoneinfo", footer = "  kmemlab zoneinfo state.txt.gz --kernel deb61")
    static final class Zoneinfo extends StateViewCommand {

        @Override
        String text(StateView state) {
            return ProcZoneinfo.text(state.profile(), state.zones(), List.of());
        }
    }
}
