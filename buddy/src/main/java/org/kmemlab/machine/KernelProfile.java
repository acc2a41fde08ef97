package org.kmemlab.machine;

import static org.kmemlab.machine.ConfigOption.CPUSETS;
import static org.kmemlab.machine.ConfigOption.INIT_ON_ALLOC_DEFAULT_ON;
import static org.kmemlab.machine.ConfigOption.MEMCG_KMEM;
import static org.kmemlab.machine.ConfigOption.MEMORY_ISOLATION;
import static org.kmemlab.machine.ConfigOption.NUMA;
import static org.kmemlab.machine.ConfigOption.SHUFFLE_PAGE_ALLOCATOR;
import static org.kmemlab.machine.ConfigOption.SLAB;
import static org.kmemlab.machine.ConfigOption.SLAB_FREELIST_HARDENED;
import static org.kmemlab.machine.ConfigOption.SLAB_FREELIST_RANDOM;
import static org.kmemlab.machine.ConfigOption.SLAB_MERGE_DEFAULT;
import static org.kmemlab.machine.ConfigOption.SLOB;
import static org.kmemlab.machine.ConfigOption.SLUB_CPU_PARTIAL;
import static org.kmemlab.machine.ConfigOption.SLUB_STATS;
import static org.kmemlab.machine.ConfigOption.SPARSEMEM_VMEMMAP;
import static org.kmemlab.machine.ConfigOption.TRANSPARENT_HUGEPAGE;
import static org.kmemlab.machine.ConfigOption.ZONE_DEVICE;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The facts of one kernel: its release, how it was built and how it was booted.
///
/// A profile holds facts only. The layer that owns an algorithm chooses the variant that the facts
/// ask for; no algorithm compares release numbers.
///
/// @param name how users select this profile
/// @param version the release
/// @param options the build options that are on
/// @param hz timer ticks (jiffies) per second
/// @param boot the command line it was booted with
public record KernelProfile(String name, KernelVersion version, Set<ConfigOption> options, int hz,
        BootParameters boot) {

    /// Orders run from 0 to this one: the largest block is 4 MiB.
    public static final int MAX_PAGE_ORDER = 10;

    /// Linux 6.1 with SLUB and huge pages, without anything random: the baseline.
    public static final KernelProfile LINUX_6_1 = profile("linux-6.1", TRANSPARENT_HUGEPAGE, NUMA,
            SLAB_MERGE_DEFAULT, SLUB_CPU_PARTIAL);

    /// A minimal build of Debian's 6.1 source: no huge pages, so a pageblock is 4 MiB.
    public static final KernelProfile C61 = profile("c61", NUMA, SLAB_MERGE_DEFAULT,
            SLUB_CPU_PARTIAL, SLUB_STATS);

    /// [#C61] with a randomised and hardened slab free list.
    public static final KernelProfile C61_RANDOM_HARDENED = profile("c61-random-hardened", NUMA,
            SLAB_MERGE_DEFAULT, SLUB_CPU_PARTIAL, SLUB_STATS, SLAB_FREELIST_RANDOM,
            SLAB_FREELIST_HARDENED, SHUFFLE_PAGE_ALLOCATOR);

    /// The build of [#C61_RANDOM_HARDENED], booted with `page_alloc.shuffle=1`.
    public static final KernelProfile C61_SHUFFLE = C61_RANDOM_HARDENED.named("c61-shuffle")
            .booted("page_alloc.shuffle=1");

    /// A minimal build with the older object allocator SLAB in place of SLUB; its pages
    /// are served as those of [#C61].
    public static final KernelProfile C61_SLAB =
            profile("c61-SLAB", NUMA, SLAB, SLAB_MERGE_DEFAULT);

    /// As [#C61_SLAB], with SLOB.
    public static final KernelProfile C61_SLOB = profile("c61-SLOB", NUMA, SLOB);

    /// Debian 12's stock kernel.
    public static final KernelProfile DEB61 = profile("deb61", TRANSPARENT_HUGEPAGE,
            MEMORY_ISOLATION, NUMA, ZONE_DEVICE, SPARSEMEM_VMEMMAP, CPUSETS, SHUFFLE_PAGE_ALLOCATOR,
            MEMCG_KMEM, SLAB_FREELIST_RANDOM, SLAB_FREELIST_HARDENED, SLAB_MERGE_DEFAULT,
            SLUB_CPU_PARTIAL, INIT_ON_ALLOC_DEFAULT_ON);

    /// Linux 6.18 with huge pages, without anything random.
    public static final KernelProfile LINUX_6_18 = new KernelProfile("linux-6.18",
            KernelVersion.LINUX_6_18, LINUX_6_1.options, LINUX_6_1.hz, BootParameters.NONE);

    /// All profiles, the baseline first.
    public static final List<KernelProfile> ALL =
            List.of(LINUX_6_1, LINUX_6_18, C61, C61_RANDOM_HARDENED,
                    C61_SHUFFLE, C61_SLAB, C61_SLOB, DEB61);

    /// Copies the options.
    public KernelProfile {
        options = Set.copyOf(options);
    }

    private static KernelProfile profile(String name, ConfigOption first, ConfigOption... rest) {
        return new KernelProfile(name, KernelVersion.LINUX_6_1, EnumSet.of(first, rest), 250,
                BootParameters.NONE);
    }

    /// The profile of this name.
    ///
    /// @throws IllegalArgumentException if there is none; the message lists the known names
    public static KernelProfile of(String name) {
        return ALL.stream().filter(profile -> profile.name.equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown kernel '" + name
                        + "'; known: " + ALL.stream().map(KernelProfile::name).toList()));
    }

    /// This kernel, booted with more parameters after those it already has.
    public KernelProfile booted(String commandLine) {
        String all = (boot.commandLine() + " " + commandLine).strip();
        return new KernelProfile(name, version, options, hz, new BootParameters(all));
    }

    /// This kernel with one more build option.
    public KernelProfile with(ConfigOption option) {
        Set<ConfigOption> more = EnumSet.of(option);
        more.addAll(options);
        return new KernelProfile(name, version, more, hz, boot);
    }

    /// This kernel with SLUB, where it was built with SLOB.
    public KernelProfile withoutSlob() {
        if (!has(SLOB)) {
            return this;
        }
        Set<ConfigOption> slub = EnumSet.of(SLUB_CPU_PARTIAL);
        slub.addAll(options);
        slub.remove(SLOB);
        return new KernelProfile(name + " on SLUB", version, slub, hz, boot);
    }

    /// This kernel under another name.
    public KernelProfile named(String other) {
        return new KernelProfile(other, version, options, hz, boot);
    }

    /// Whether it was built with `option`.
    public boolean has(ConfigOption option) {
        return options.contains(option);
    }

    /// Whether blocks that reach the largest order are put at a random end of their list.
    public boolean shufflesPages() {
        return has(SHUFFLE_PAGE_ALLOCATOR) && boot.flag("page_alloc.shuffle", false);
    }

    /// Whether a free page is always on the list of its pageblock's type (since 6.10).
    public boolean keepsListsClean() {
        return version.compareTo(KernelVersion.LINUX_6_18) >= 0;
    }

    /// log2 of the pages in a pageblock, the unit that has one migrate type: 9 (2 MiB) with huge
    /// pages, otherwise [#MAX_PAGE_ORDER].
    public int pageblockOrder() {
        return has(TRANSPARENT_HUGEPAGE) ? 9 : MAX_PAGE_ORDER;
    }
}
