package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.verify.CheckReport;

/// Checks what the kernel of a running computer shows of its caches, as [SysfsCheck] does with a
/// recorded boot. Only reads.
///
/// @param kernel the kernel, and what one should know of the comparison
/// @param report what was found
public record HostCheck(HostKernel kernel, CheckReport report) {

    /// Checks a computer.
    ///
    /// @param root `/`; or a folder with copies of `sys/kernel/slab`, `sys/devices/system/cpu`,
    ///        `proc/slabinfo`, `proc/cmdline` and the like
    /// @throws InputException if the kernel does not show its caches, or may not be asked
    public static HostCheck check(Path root, int differencesKept) throws IOException {
        HostFiles files = new HostFiles(root);
        HostSysfs sysfs = HostSysfs.read(files, SysfsCheck.LOOKED_AT);
        HostKernel kernel = HostKernel.read(files, sysfs.shown());
        List<String> notes = new ArrayList<>(sysfs.notes());
        notes.addAll(kernel.notes());
        CheckReport report = SysfsCheck.checkRunning(kernel.machine(), sysfs.shown(),
                differencesKept);
        return new HostCheck(kernel.withNotes(notes), report);
    }
}
