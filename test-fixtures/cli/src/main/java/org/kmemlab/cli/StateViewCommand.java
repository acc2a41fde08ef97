package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.proc.ProcBuddyinfo;
import org.kmemlab.buddy.proc.ProcPagetypeinfo;
import org.kmemlab.buddy.proc.ProcZoneinfo;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.SlubStat;
import org.kmemlab.slab.SysfsCache;
import org.kmemlab.slab.proc.ProcSlabinfo;
import org.kmemlab.slab.proc.SysfsSlab;
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
        out().print(text(StateView.of(path, machineOptions, last, showsSysfs())));
        out().flush();
        return ExitCode.GOOD;
    }

    /// Whether the caches' files in sysfs are needed.
    boolean showsSysfs() {
        return false;
    }

    /// Refuses a state without caches that are understood.
    static void requireCaches(StateView state) throws InputException {
        if (state.caches().isEmpty() || !state.unreadCaches().isEmpty()) {
            throw new InputException(state.name(), -1, state.unreadCaches().isEmpty()
                    ? "its state has no caches"
                    : "its state has caches of an unknown engine");
        }
    }

    /// The text of the file.
    abstract String text(StateView state) throws IOException;

    /// The caches.
    @Command(name = "slabinfo", footer = "  kmemlab slabinfo traces/c61_smp1_busy1/state.txt.gz")
    static final class Slabinfo extends StateViewCommand {

        @Override
        String text(StateView state) throws InputException {
            requireCaches(state);
            return ProcSlabinfo.text(state.caches());
        }
    }

    /// The directories of the caches.
    @Command(name = "sysfs",
            description = {"Reads a state that was recorded from a running kernel and prints the"
                    + " files of its caches in /sys/kernel/slab, one line each:"
                    + " DIRECTORY/FILE:VALUE.",
                "Of a folder with a trace and its state, replays the trace and prints what it"
                        + " leaves. Files that no recording tells are left out: ctor, usersize,"
                        + " failslab and the counters of events."},
            footer = {"  kmemlab sysfs traces/c61_smp1_busy1/state.txt.gz",
                "  kmemlab sysfs traces/c61_smp1_busy1 --cache dentry"})
    static final class Sysfs extends StateViewCommand {

        private static final Set<String> UNTOLD = untold();

        @Option(names = "--cache", paramLabel = "NAME",
                description = "Only this cache, by its own name or that of its directory.")
        @Nullable
        private String cache;

        private static Set<String> untold() {
            Set<String> files = new HashSet<>(List.of("ctor", "usersize", "failslab"));
            for (SlubStat stat : SlubStat.values()) {
                files.add(stat.fileName());
            }
            return files;
        }

        @Override
        boolean showsSysfs() {
            return true;
        }

        @Override
        String text(StateView state) throws InputException {
            requireCaches(state);
            EngineKind engine = EngineKind.of(state.profile());
            if (engine != EngineKind.SLUB) {
                throw new InputException(state.name(), -1, "its kernel keeps objects with " + engine
                        + ", which has no /sys/kernel/slab");
            }
            StringBuilder text = new StringBuilder();
            state.sysfs().stream().filter(this::isWanted).forEach(shown -> add(text, shown));
            if (text.isEmpty()) {
                throw new IllegalArgumentException(
                        "--cache '" + cache + "': " + state.name() + " has no such cache");
            }
            return text.toString();
        }

        private boolean isWanted(SysfsCache shown) {
            return cache == null || shown.directory().equals(cache)
                    || shown.snapshot().name().equals(cache);
        }

        private static void add(StringBuilder text, SysfsCache shown) {
            SysfsSlab.attributes(shown).forEach((file, value) -> {
                if (!UNTOLD.contains(file)) {
                    text.append(shown.directory()).append('/').append(file).append(':')
                            .append(value).append('\n');
                }
            });
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
