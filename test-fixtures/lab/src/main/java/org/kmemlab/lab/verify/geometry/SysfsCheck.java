package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.proc.SlabinfoRow;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.machine.KernelVersion;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.ObjectConstructor;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlubGeometry;
import org.kmemlab.slab.SysfsCache;
import org.kmemlab.slab.proc.SysfsSlab;

/// Checks what a kernel shows in `/sys/kernel/slab` right after its boot: creates all its caches on
/// our machine, in the order in which they were created there, and compares every attribute that
/// follows from the machine and from what the creators asked for, and which names share a cache.
///
/// What the creators asked for is input: in a boot without sharing the attributes tell it, except
/// that nothing shows which caches are accounted; a shared directory's name does. A boot with
/// sharing takes its input from one without, recorded beside it; if there is none, all that share a
/// cache are taken to wish what it shows, and what caches tell of wishes is not compared.
///
/// A running kernel may be of any build, so more is input: how large its descriptors of caches are,
/// what its `kmalloc` caches wish, and of which kinds it has them.
public final class SysfsCheck {

    /// What a creator asks for.
    private static final Set<String> WISHES = Set.of("object_size", "align", "hwcache_align",
            "reclaim_account", "destroy_by_rcu", "cache_dma", "ctor", "usersize");
    /// What follows from the wishes and the machine.
    private static final Set<String> COMPUTED = Set.of("slab_size", "objs_per_slab", "order",
            "min_partial", "cpu_partial", "aliases", "poison", "red_zone", "sanity_checks",
            "store_user", "trace", "remote_node_defrag_ratio", "failslab");
    /// The files of a cache that are looked at.
    static final Set<String> LOOKED_AT = Stream.concat(WISHES.stream(), COMPUTED.stream())
            .collect(Collectors.toUnmodifiableSet());
    private static final ObjectConstructor SOME_CTOR = (memory, address) -> {
        // No object is ever made.
    };

    /// No attribute depends on how much memory there is, only on how many nodes.
    private static final int DEFAULT_MIB = 512;
    private static final String NONE = "(none)";

    private final SysfsFolder recorded;
    private final SysfsFolder wishes;
    private final CheckTally tally;
    private final SlabAllocator slabs;
    private final boolean ownWishes;
    private final boolean running;
    private final Map<String, KmemCache> created = new HashMap<>();
    /// What each of our caches shows, by its directory.
    private final Map<String, SysfsCache> views = new HashMap<>();

    private SysfsCheck(SysfsFolder recorded, @Nullable SysfsFolder unmerged, SlabAllocator slabs,
            boolean running, CheckTally tally) {
        this.recorded = recorded;
        this.running = running;
        this.ownWishes = recorded.aliases().isEmpty() || unmerged == null;
        this.wishes = recorded.aliases().isEmpty() || unmerged == null ? recorded : unmerged;
        this.slabs = slabs;
        this.tally = tally;
    }

    /// Checks the folder of one boot.
    ///
    /// @param recordedOn the machine that was booted
    /// @throws IOException if the folder cannot be read
    public static CheckReport check(OracleMachine recordedOn, Path folder, int differencesKept)
            throws IOException {
        SysfsFolder recorded = SysfsFolder.read(folder);
        SysfsFolder unmerged = recorded.aliases().isEmpty() ? null : recorded.unmerged(recordedOn);
        return check(recordedOn.orMemory(DEFAULT_MIB).config(), recorded, unmerged, false,
                differencesKept);
    }

    /// Checks what a running kernel shows.
    ///
    /// @param config a machine like the one it runs on
    static CheckReport checkRunning(MachineConfig config, SysfsFolder shown, int differencesKept) {
        return check(config, shown, null, true, differencesKept);
    }

    private static CheckReport check(MachineConfig config, SysfsFolder recorded,
            @Nullable SysfsFolder unmerged, boolean running, int differencesKept) {
        CheckTally tally = new CheckTally(recorded.path().toString(), differencesKept);
        try (Machine machine = new Machine(config)) {
            SlabAllocator slabs = new SlabAllocator(new PageAllocator(machine));
            SysfsCheck check = new SysfsCheck(recorded, unmerged, slabs, running, tally);
            check.createAll();
            check.viewAll();
            check.compareDirectories();
            check.compareAliases();
            check.compareCreators();
        }
        return tally.report();
    }

    private void createAll() {
        wishes.creators().forEach(this::create);
        if (ownWishes) {
            recorded.aliases().keySet().forEach(this::create);
        }
    }

    private void create(String name) {
        Map<String, String> wish = wishes.directories().get(wishes.directoryOf(name));
        if (wish != null && isReadable(wish) && slabs.cache(name) == null
                && !created.containsKey(name)
                && recorded.directoryOf(name) != null) {
            created.put(name, slabs.createCache(args(name, wish)));
            tally.take(WISHES.size());
        }
    }

    /// Whether enough of a cache could be read to make one like it.
    private static boolean isReadable(Map<String, String> cache) {
        return cache.containsKey("object_size");
    }

    private KmemCacheArgs args(String name, Map<String, String> wish) {
        boolean ctor = !value(wish, "ctor").isEmpty();
        SlabFlags flags = flags(wish);
        int usersize = number(wish, "usersize");
        String directory = Objects.requireNonNull(recorded.directoryOf(name));
        if (directory.startsWith(":")) {
            boolean accounted = StringUtils.substringBefore(directory, "-").contains("A");
            flags = accounted ? flags.with(SlabFlags.ACCOUNT) : flags;
        } else if (!recorded.aliases().isEmpty()) {
            // A directory of its own in spite of sharing; what forbids it may not show.
            flags = flags.with(SlabFlags.NOLEAKTRACE);
        }
        if (hasPointerInside(name, wish, flags, ctor)) {
            flags = flags.without(SlabFlags.TYPESAFE_BY_RCU);
        }
        return new KmemCacheArgs(name, number(wish, "object_size"), number(wish, "align"), flags,
                ctor ? SOME_CTOR : null, 0, usersize);
    }

    /// Since 6.12 a creator may say where in an RCU object the free pointer may lie; then it needs no
    /// room outside. Only the size shows that wish.
    private boolean hasPointerInside(String name, Map<String, String> wish, SlabFlags flags,
            boolean ctor) {
        if (!flags.has(SlabFlags.TYPESAFE_BY_RCU)
                || slabs.machine().profile().version() == KernelVersion.LINUX_6_1) {
            return false;
        }
        int shown = number(wish, "slab_size");
        return shown != size(name, wish, flags, ctor)
                && shown == size(name, wish, flags.without(SlabFlags.TYPESAFE_BY_RCU), ctor);
    }

    private int size(String name, Map<String, String> wish, SlabFlags flags, boolean ctor) {
        return SlabGeometry.of(new SlabGeometry.Request(name, number(wish, "object_size"),
                number(wish, "align"), flags, ctor), slabs.settings()).size();
    }

    private static SlabFlags flags(Map<String, String> wish) {
        return flag(wish, "hwcache_align", SlabFlags.HWCACHE_ALIGN)
                .with(flag(wish, "reclaim_account", SlabFlags.RECLAIM_ACCOUNT))
                .with(flag(wish, "destroy_by_rcu", SlabFlags.TYPESAFE_BY_RCU))
                .with(flag(wish, "cache_dma", SlabFlags.CACHE_DMA));
    }

    private static SlabFlags flag(Map<String, String> wish, String attribute, SlabFlags flag) {
        return value(wish, attribute).equals("1") ? flag : SlabFlags.NONE;
    }

    private static int number(Map<String, String> wish, String attribute) {
        String text = value(wish, attribute);
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    private static String value(Map<String, String> attributes, String name) {
        return attributes.getOrDefault(name, "");
    }

    private void viewAll() {
        for (KmemCache cache : slabs.caches()) {
            SysfsCache view = slabs.sysfs(cache);
            Map<String, String> shown = recorded.directories().get(view.directory());
            boolean ourOwn = !created.containsKey(view.snapshot().name());
            if (!running || !ourOwn) {
                views.put(view.directory(), view);
            } else if (shown != null && isReadable(shown)) {
                views.put(view.directory(), view.withGeometry(ofBuild(view, shown)));
            }
        }
    }

    /// The shape of one of the allocator's own caches in the running kernel's build.
    private SlubGeometry ofBuild(SysfsCache view, Map<String, String> shown) {
        tally.take(WISHES.size());
        SlabFlags kmalloc = view.snapshot().geometry().flags().and(SlabFlags.KMALLOC);
        return SlabGeometry.of(new SlabGeometry.Request(view.snapshot().name(),
                number(shown, "object_size"), number(shown, "align"),
                flags(shown).with(kmalloc), false), slabs.settings()).slub();
    }

    private void compareDirectories() {
        recorded.directories().forEach((directory, attributes) -> {
            if (!isReadable(attributes)) {
                tally.mask(LOOKED_AT.size());
                return;
            }
            tally.begin(recorded.path() + ", directory " + directory);
            SysfsCache view = views.get(directory);
            tally.compare("directory", "there", view == null ? "missing" : "there");
            if (view != null) {
                compare(attributes, view);
            }
            tally.end();
        });
        tally.begin(recorded.path() + ", directories");
        tally.compare("how many",
                recorded.directories().values().stream().filter(SysfsCheck::isReadable).count(),
                views.size());
        tally.end();
    }

    private void compare(Map<String, String> attributes, SysfsCache view) {
        Map<String, String> ours = SysfsSlab.attributes(view);
        boolean ourOwn = !created.containsKey(view.snapshot().name());
        attributes.forEach((name, expected) -> {
            boolean isWish = WISHES.contains(name);
            if (!isWish && !COMPUTED.contains(name)) {
                tally.mask(1);
            } else if (!isWish || (ourOwn && !running) || !ownWishes) {
                String got = ours.getOrDefault(name, "(no such file)");
                boolean ctor = name.equals("ctor");
                tally.compare(name, ctor ? isThere(expected) : expected,
                        ctor ? isThere(got) : got);
            }
        });
    }

    private static String isThere(String symbol) {
        return symbol.isEmpty() ? "none" : "a constructor";
    }

    private void compareAliases() {
        recorded.aliases().forEach((alias, directory) -> {
            KmemCache cache = created.containsKey(alias) ? created.get(alias) : slabs.cache(alias);
            if (cache == null && ownWishes) {
                // Nothing tells what the creators wished whose caches are others'.
                tally.mask(1);
                return;
            }
            tally.begin(recorded.path() + ", alias " + alias);
            tally.compare("directory", directory,
                    cache == null ? "missing" : slabs.sysfs(cache).directory());
            tally.end();
        });
    }

    /// The caches in the order of their creation, each under its first creator's name. That of a
    /// running kernel's own caches depends on its release.
    private void compareCreators() {
        List<String> names = slabs.caches().reversed().stream().map(KmemCache::name).toList();
        List<SlabinfoRow> rows = recorded.slabinfo();
        int count = running ? rows.size() : Math.max(names.size(), rows.size());
        for (int i = 0; i < count; i++) {
            tally.begin(recorded.path() + ", cache " + (i + 1) + " of slabinfo");
            String expected = i < rows.size() ? rows.get(i).name() : NONE;
            String got = i < names.size() ? names.get(i) : NONE;
            if (running) {
                got = names.contains(expected) ? expected : NONE;
            }
            if (tally.compare("first creator", expected, got)) {
                compareColumns(rows.get(i));
            }
            tally.end();
        }
    }

    private void compareColumns(SlabinfoRow row) {
        SysfsCache view = views.get(Objects.requireNonNull(recorded.directoryOf(row.name())));
        if (view == null) {
            tally.mask(3);
            return;
        }
        SlabGeometry geometry = view.snapshot().geometry();
        tally.compare("objsize", row.size(), geometry.size());
        tally.compare("objperslab", row.objects(), geometry.objects());
        tally.compare("pagesperslab", row.pages(), 1 << geometry.order());
    }
}
