package org.kmemlab.slab.proc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.CacheTunables;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SheafStat;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlubStat;

/// The folder `/sys/kernel/slab` of one machine: what its files say, and what writing to them does.
///
/// A cache is found by the name of its directory or that of any of its creators. A write answers as
/// `write(2)` does: with the number of bytes, or with an error as a negative number, and then
/// nothing was changed.
///
/// Differs from Linux: an alias is gone with its creator's handle; the kernel leaves its link until
/// the name is needed again.
public final class SysfsTree {

    /// There is no such cache or file.
    public static final int ENOENT = -2;
    /// The file cannot be written, by anybody.
    public static final int EACCES = -13;
    /// The cache or the file does not take this text.
    public static final int EINVAL = KernelNumber.EINVAL;
    /// The text is a number, but too large.
    public static final int ERANGE = KernelNumber.ERANGE;

    private static final int WRITE_MAX = 4096;
    /// Files that only start something.
    private static final String SHRINK = "shrink";
    private static final String VALIDATE = "validate";
    /// Files that can be written, besides the counters.
    private static final Set<String> WRITABLE = Set.of(SHRINK, VALIDATE, "min_partial",
            "cpu_partial", "remote_node_defrag_ratio", "failslab");
    private static final Map<String, SlubStat> STATS = Arrays.stream(SlubStat.values())
            .collect(Collectors.toUnmodifiableMap(SlubStat::fileName, Function.identity()));
    private static final Map<String, SheafStat> SHEAF_STATS = Arrays.stream(SheafStat.values())
            .collect(Collectors.toUnmodifiableMap(SheafStat::fileName, Function.identity()));

    private final SlabAllocator slab;

    /// The folder of the machine that these caches are on.
    public SysfsTree(SlabAllocator slab) {
        this.slab = slab;
    }

    /// Reads a file, the newline at its end included; null if there is no such cache or file.
    public @Nullable String read(String cache, String attribute) {
        KmemCache found = slab.sysfsCache(cache);
        return found == null ? null : read(found, attribute);
    }

    private @Nullable String read(KmemCache cache, String attribute) {
        if (attribute.equals(SHRINK) || attribute.equals(VALIDATE)) {
            return "";
        }
        return Optional.ofNullable(SysfsSlab.attributes(slab.sysfs(cache)).get(attribute))
                .map(text -> text.isEmpty() ? text : text + "\n").orElse(null);
    }

    /// Writes to a file.
    ///
    /// @param cpu that the writer runs on
    /// @param text as `echo` sends it: a newline at its end does no harm
    /// @return how many bytes were taken; or [#ENOENT], [#EACCES], [#EINVAL], [#ERANGE]
    @CanIgnoreReturnValue
    public int write(Cpu cpu, String cache, String attribute, String text) {
        KmemCache found = slab.sysfsCache(cache);
        if (found == null) {
            return ENOENT;
        }
        int length = Math.min(text.getBytes(StandardCharsets.UTF_8).length, WRITE_MAX);
        int error = store(cpu, found, attribute, text);
        return error < 0 ? error : length;
    }

    private int store(Cpu cpu, KmemCache cache, String attribute, String text) {
        Runnable clear = clearing(cache, attribute);
        if (clear == null && !WRITABLE.contains(attribute)) {
            return read(cache, attribute) == null ? ENOENT : EACCES;
        }
        if (text.isEmpty()) {
            return 0;
        }
        if (clear != null) {
            return text.startsWith("0") ? done(clear) : EINVAL;
        }
        CacheTunables tunables = cache.tunables();
        return switch (attribute) {
            case SHRINK -> text.startsWith("1") ? done(() -> cache.shrink(cpu)) : EINVAL;
            case VALIDATE -> text.startsWith("1") && cache.geometry().slub().isDebug()
                    ? done(() -> cache.validateSlabs(cpu))
                    : EINVAL;
            case "min_partial" -> KernelNumber.parse(text, Long.SIZE,
                    slabs -> done(() -> tunables.setMinPartial(slabs)));
            case "cpu_partial" -> KernelNumber.parse(text, Integer.SIZE,
                    objects -> objects == 0 || tunables.keepsCpuPartials()
                            ? done(() -> tunables.setCpuPartial(objects))
                            : EINVAL);
            case "remote_node_defrag_ratio" -> KernelNumber.parse(text, Integer.SIZE,
                    percent -> percent <= CacheTunables.RATIO_MAX
                            ? done(() -> tunables.setRemoteNodeDefragRatio((int) percent))
                            : ERANGE);
            case "failslab" -> cache.snapshot().refcount() > 1 ? EINVAL
                    : done(() -> cache.setFailslab(text.startsWith("1")));
            default -> throw new AssertionError(attribute);
        };
    }

    /// What sets a counter to 0; null if the file is none.
    private static @Nullable Runnable clearing(KmemCache cache, String attribute) {
        SlubStat stat = STATS.get(attribute);
        SheafStat sheafStat = SHEAF_STATS.get(attribute);
        if (stat != null) {
            return () -> cache.clearCounter(stat);
        }
        return sheafStat == null || cache.snapshot().slub().sheaves() == null ? null
                : () -> cache.clearCounter(sheafStat);
    }

    private static int done(Runnable action) {
        action.run();
        return 0;
    }
}
