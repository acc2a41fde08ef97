package org.kmemlab.slab.proc;

import java.util.List;

import org.apache.commons.lang3.StringUtils;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.ArrayLimits;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// The file `/proc/slabinfo` of one machine: what it says, and what writing to it does.
///
/// The classic allocator SLAB takes lines `<cache> <limit> <batchcount> <shared>` and changes what
/// the arrays of the cache may hold. A write answers as `write(2)` does: with the number of bytes,
/// or with an error as a negative number.
public final class SlabinfoFile {

    /// The text is not understood, or there is no such cache.
    public static final int EINVAL = KernelNumber.EINVAL;
    /// The file cannot be written: another engine than SLAB keeps the objects.
    public static final int EIO = -5;

    private static final int WRITE_MAX = 128;
    private static final int WORDS = 4;

    private final SlabAllocator slab;

    /// The file of the machine that these caches are on.
    public SlabinfoFile(SlabAllocator slab) {
        this.slab = slab;
    }

    /// Reads the file: all caches, the newest first.
    public String read() {
        List<CacheSnapshot> caches = slab.caches().stream().map(KmemCache::snapshot).toList();
        return slab.settings().countsEvents() ? ProcSlabinfo.textWithStatistics(caches)
                : ProcSlabinfo.text(caches);
    }

    /// Writes to the file.
    ///
    /// Differs from Linux: numbers that make no sense are refused; the kernel ignores them and says
    /// that all went well.
    ///
    /// @param cpu the CPU that does it
    public int write(Cpu cpu, String text) {
        if (slab.settings().engine() != EngineKind.SLAB) {
            return EIO;
        }
        String[] words = StringUtils.split(text);
        if (text.length() > WRITE_MAX || words.length != WORDS) {
            return EINVAL;
        }
        KmemCache cache = slab.cache(words[0]);
        if (cache == null) {
            return EINVAL;
        }
        try {
            cache.tuneArrays(cpu, new ArrayLimits(Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]), Integer.parseInt(words[3])));
            return text.length();
        } catch (IllegalArgumentException senseless) {
            return EINVAL;
        }
    }
}
