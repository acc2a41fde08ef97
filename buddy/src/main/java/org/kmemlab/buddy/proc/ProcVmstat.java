package org.kmemlab.buddy.proc;

import java.util.List;
import java.util.Locale;

import org.kmemlab.buddy.VmStat;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneType;

/// `/proc/vmstat`: a name and a number in each line, in the kernel's order.
///
/// Only counters of things that exist here are printed: nothing about processes, files, swap and
/// per-process memory policy.
public final class ProcVmstat {

    private final KernelProfile profile;
    private final StringBuilder text = new StringBuilder();

    private ProcVmstat(KernelProfile profile) {
        this.profile = profile;
    }

    /// The lines of the file that can be known.
    public static String text(KernelProfile profile, VmStat stat) {
        ProcVmstat file = new ProcVmstat(profile);
        file.add("nr_free_pages", stat.freePages());
        file.addZones("pgalloc_", stat.allocatedPages());
        file.addZones("allocstall_", stat.stalls());
        file.add("pgfree", stat.freedPages());
        file.add("slabs_scanned", stat.scannedObjects());
        file.add("pageoutrun", stat.backgroundRuns());
        file.add("compact_stall", stat.compactStalls());
        file.add("compact_fail", stat.compactFails());
        file.add("compact_success", stat.compactSuccesses());
        return file.text.toString();
    }

    private void addZones(String prefix, List<Long> values) {
        for (ZoneType zone : ZoneType.values()) {
            add(prefix + zone.label().toLowerCase(Locale.ROOT), values.get(zone.ordinal()));
        }
        if (profile.has(ConfigOption.ZONE_DEVICE)) {
            add(prefix + "device", 0);
        }
    }

    private void add(String name, long value) {
        text.append(name).append(' ').append(value).append('\n');
    }
}
