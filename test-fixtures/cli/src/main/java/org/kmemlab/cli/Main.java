package org.kmemlab.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/// The command `kmemlab`.
@Command(name = "kmemlab",
        description = "The memory allocators of the Linux kernel as a laboratory: what they do with"
                + " your objects, flags and workloads, and the proof that it is what the kernel"
                + " does.",
        subcommands = {ReplayCommand.class, TraceCommand.class, GfpCommand.class,
            GeometryCommand.class,
            VerifyCommand.class, ExplainCommand.class, FaultsCommand.class,
            CompareCommand.class,
            StateViewCommand.Slabinfo.class,
            StateViewCommand.Buddyinfo.class, StateViewCommand.Pagetypeinfo.class,
            StateViewCommand.Zoneinfo.class, StateViewCommand.Sysfs.class,
            MempoolCommand.class, AdviseCommand.class, SlabtopCommand.class,
            ReportCommand.class, BenchCommand.class},
        footer = {"  kmemlab replay", "  kmemlab gfp 0xcc0",
            "  kmemlab geometry --size 100 --flags HWCACHE_ALIGN",
            "  kmemlab verify sweep sweep/*.tsv", "  kmemlab faults --workload all",
            "  kmemlab slabinfo state.txt.gz"})
public final class Main extends StandardCommand {

    /// Runs a command and ends the JVM with its exit code.
    ///
    /// @param args the command line
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = run(out, err, ansi(), args);
        if (out.checkError() && exitCode == ExitCode.GOOD) {
            err.println("kmemlab: the output could not be written");
            exitCode = ExitCode.UNREADABLE;
        }
        err.flush();
        System.exit(exitCode);
    }

    /// Runs a command.
    ///
    /// @return its exit code
    static int run(PrintWriter out, PrintWriter err, Ansi ansi, String... args) {
        CommandLine commandLine = new CommandLine(new Main());
        Failures failures = new Failures();
        return commandLine.setOut(out).setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setParameterExceptionHandler(failures).setExecutionExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true).execute(args);
    }

    /// Colours only for a person who wants them.
    @SuppressWarnings("SystemConsoleNull") // Java 25 returns null again where there is no terminal.
    private static Ansi ansi() {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        return terminal && System.getenv("NO_COLOR") == null ? Ansi.ON : Ansi.OFF;
    }

    @Override
    public Integer call() {
        throw usage("no command given");
    }
}
