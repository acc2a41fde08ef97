package org.kmemlab.lab.tune;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.kmemlab.lab.replay.ReplayTuning;
import org.kmemlab.machine.BootParameters;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.CacheTunables;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFlags;

/// One thing to do otherwise than the recorded kernel.
public sealed interface Change {

    /// What it is, for people.
    String title();

    /// How it is done on a real system.
    String how();

    /// What of the kernel it is about; of two changes with one subject only one can be made.
    String subject();

    /// The kernel with the change.
    default KernelProfile profile(KernelProfile profile) {
        return profile;
    }

    /// What it changes of a replay.
    default ReplayTuning tuning() {
        return ReplayTuning.NONE;
    }

    /// A cache for requests that `kmalloc` rounds up too far.
    ///
    /// @param fromBytes the smallest request it serves
    /// @param toBytes the largest, and the size of its objects
    record OwnCache(int fromBytes, int toBytes, int kmallocClass) implements Change {

        @Override
        public String title() {
            return "a cache of its own for %s bytes instead of kmalloc-%s".formatted(
                    fromBytes == toBytes ? String.valueOf(toBytes) : fromBytes + " to " + toBytes,
                    kmallocClass < 1024 ? String.valueOf(kmallocClass) : kmallocClass / 1024 + "k");
        }

        @Override
        public String how() {
            return "kmem_cache_create(name, " + toBytes + ", 0, 0, NULL) at the call sites of such"
                    + " requests";
        }

        @Override
        public String subject() {
            return "kmalloc-" + kmallocClass;
        }

        @Override
        public ReplayTuning tuning() {
            return new ReplayTuning(ReplayTuning.NONE.wishes(),
                    bytes -> bytes >= fromBytes && bytes <= toBytes ? toBytes : 0,
                    ReplayTuning.NONE.born());
        }
    }

    /// Objects no more aligned than a word.
    ///
    /// @param names the caches, as far as the trace tells
    record NoAlignment(int objectBytes, int strideBytes, String names) implements Change {

        @Override
        public String title() {
            return "no alignment of %s (%d bytes in slots of %d)".formatted(names, objectBytes,
                    strideBytes);
        }

        @Override
        public String how() {
            return "kmem_cache_create without SLAB_HWCACHE_ALIGN and with align 0; objects may then"
                    + " share cache lines";
        }

        @Override
        public String subject() {
            return "slots " + objectBytes + "/" + strideBytes;
        }

        @Override
        public ReplayTuning tuning() {
            return new ReplayTuning(this::unaligned, ReplayTuning.NONE.ownCache(),
                    ReplayTuning.NONE.born());
        }

        private KmemCacheArgs unaligned(KmemCacheArgs recorded) {
            boolean isMeant = recorded.objectSize() == objectBytes && recorded.ctor() == null
                    && (recorded.align() > 0 || recorded.flags().has(SlabFlags.HWCACHE_ALIGN));
            return isMeant
                    ? recorded.withAlign(0)
                            .withFlags(recorded.flags().without(SlabFlags.HWCACHE_ALIGN))
                    : recorded;
        }
    }

    /// Another boot parameter.
    ///
    /// @param word as on the command line
    record Boot(String word) implements Change {

        @Override
        public String title() {
            return word;
        }

        @Override
        public String how() {
            return "boot with " + word;
        }

        @Override
        public String subject() {
            return "order of slabs";
        }

        @Override
        public KernelProfile profile(KernelProfile profile) {
            return profile.booted(word);
        }
    }

    /// Caches of one shape in common, where the recorded kernel kept them apart.
    record Merge() implements Change {

        private static final String WORD = "slab_nomerge";

        @Override
        public String title() {
            return "merge caches of one shape";
        }

        @Override
        public String how() {
            return "boot without " + WORD;
        }

        @Override
        public String subject() {
            return "merging";
        }

        @Override
        public KernelProfile profile(KernelProfile profile) {
            String others = Arrays.stream(profile.boot().commandLine().split("\\s+"))
                    .filter(word -> !word.equals(WORD)).collect(Collectors.joining(" "));
            return new KernelProfile(profile.name(), profile.version(), profile.options(),
                    profile.hz(), new BootParameters(others));
        }
    }

    /// Fewer empty slabs on the lists of nodes.
    ///
    /// @param slabs how many stay
    record MinPartial(long slabs) implements Change {

        @Override
        public String title() {
            return "min_partial " + slabs + " for all caches";
        }

        @Override
        public String how() {
            return "echo " + slabs + " > /sys/kernel/slab/*/min_partial";
        }

        @Override
        public String subject() {
            return "min_partial";
        }

        @Override
        public ReplayTuning tuning() {
            return of(tunables -> tunables.setMinPartial(slabs));
        }
    }

    /// Fewer slabs on the lists of CPUs.
    ///
    /// @param objects how many may stay there
    record CpuPartial(long objects) implements Change {

        @Override
        public String title() {
            return "cpu_partial " + objects + " for all caches";
        }

        @Override
        public String how() {
            return "echo " + objects + " > /sys/kernel/slab/*/cpu_partial";
        }

        @Override
        public String subject() {
            return "cpu_partial";
        }

        @Override
        public ReplayTuning tuning() {
            return of(tunables -> tunables.setCpuPartial(objects));
        }
    }

    private static ReplayTuning of(Consumer<CacheTunables> change) {
        return new ReplayTuning(ReplayTuning.NONE.wishes(), ReplayTuning.NONE.ownCache(),
                (KmemCache cache) -> change.accept(cache.tunables()));
    }
}
