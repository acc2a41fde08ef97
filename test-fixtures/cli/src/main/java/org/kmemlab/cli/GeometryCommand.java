package org.kmemlab.cli;

import java.io.PrintWriter;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabGeometry.Request;
import org.kmemlab.slab.SlabSettings;
import org.kmemlab.slab.SlobGeometry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Draws what a cache would look like.
@Command(name = "geometry",
        description = "Draws one object's slot and the slab that kmem_cache_create would make of"
                + " it, with the bytes that are lost, and says why it is so.",
        footer = {"  kmemlab geometry --size 64", "  kmemlab geometry --size 64 --ctor",
            "  kmemlab geometry --size 100 --flags HWCACHE_ALIGN,PANIC --cpus 8",
            "  kmemlab geometry --size 100 --boot slub_debug=FZPU --kernel deb61",
            "  kmemlab geometry --size 192 --flags HWCACHE_ALIGN,TYPESAFE_BY_RCU"
                    + " --kernel linux-6.18 --freeptr-offset 8"})
final class GeometryCommand extends StandardCommand {

    @Mixin
    private MachineOptions machineOptions;
    @Option(names = "--size", required = true, paramLabel = "N", converter = WholeNumber.class,
            description = "Bytes of one object, 1 to " + SlabGeometry.MAX_OBJECT_SIZE + ".")
    private long size;

    @Option(names = "--align", paramLabel = "A", converter = WholeNumber.class,
            description = "Wanted alignment in bytes, 0 (the default) to "
                    + SlabGeometry.MAX_OBJECT_SIZE + ".")
    private long align;

    @Option(names = "--flags", paramLabel = "FLAGS", defaultValue = "none",
            description = "Slab flags such as 'HWCACHE_ALIGN|POISON', with or without SLAB_,"
                    + " or a number such as 0x2000.")
    private String flags;

    @Option(names = "--ctor", description = "The cache has a constructor.")
    private boolean ctor;

    @Option(names = "--freeptr-offset", paramLabel = "N", converter = WholeNumber.class,
            description = "Which word of a free object may hold the free pointer, in bytes from"
                    + " its start: only with TYPESAFE_BY_RCU, on a kernel with kmem_cache_args.")
    @Nullable
    private Long freeptrOffset;

    @Override
    public Integer call() {
        int bytes = WholeNumber.within(size, 1, SlabGeometry.MAX_OBJECT_SIZE, "--size", " bytes");
        OracleMachine machine = machineOptions.machine(null);
        SlabSettings settings = SlabSettings.of(machine.profile(), machine.cpus(),
                machine.maxCpus());
        Request request = new Request(bytes,
                WholeNumber.within(align, 0, SlabGeometry.MAX_OBJECT_SIZE, "--align", " bytes"),
                slabFlags(flags, settings), ctor);
        if (freeptrOffset != null) {
            request = request.withFreeptrOffset(WholeNumber.within(freeptrOffset, 0, bytes - 1,
                    "--freeptr-offset", " bytes"));
        }
        SlabGeometry geometry = SlabGeometry.of(request, settings);
        PrintWriter out = out();
        if (geometry instanceof SlobGeometry slob) {
            SlobGeometryDrawing.lines(request, slob, title(machine), settings.flagWords())
                    .forEach(out::println);
            return ExitCode.GOOD;
        }
        GeometryDrawing.lines(request, geometry, title(machine), settings.flagWords())
                .forEach(out::println);
        out.println();
        GeometryNeighbours.lines(request, geometry, settings).forEach(out::println);
        GeometryReasons.lines(request, geometry, settings).forEach(out::println);
        return ExitCode.GOOD;
    }

    private static String title(OracleMachine machine) {
        String boot = machine.profile().boot().commandLine();
        return machine.build() + ", " + (machine.cpus() == 1 ? "1 CPU" : machine.cpus() + " CPUs")
                + (machine.maxCpus() > machine.cpus() ? " of " + machine.maxCpus() : "")
                + (boot.isEmpty() ? "" : ", " + boot);
    }

    private static SlabFlags slabFlags(String text, SlabSettings settings) {
        SlabFlags parsed;
        try {
            parsed = settings.flagWords().parse(text.replace(',', '|'));
        } catch (IllegalArgumentException unknown) {
            throw isGfp(text) ? new IllegalArgumentException("--flags '" + text
                    + "': these are gfp flags, which a request has; a cache has slab flags such as"
                    + " SLAB_HWCACHE_ALIGN", unknown) : unknown;
        }
        SlabFlags permitted = settings.rules().permittedFlags();
        SlabFlags refused = parsed.without(permitted);
        if (refused.bits() != 0) {
            throw new IllegalArgumentException("--flags '" + text + "': kmem_cache_create refuses "
                    + refused + " with error -22; it accepts " + permitted);
        }
        return parsed;
    }

    private static boolean isGfp(String text) {
        return text.contains("GFP_") && isParsable(text);
    }

    private static boolean isParsable(String text) {
        try {
            return GfpFlags.parse(text.replace(',', '|')).bits() != 0;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }
}
