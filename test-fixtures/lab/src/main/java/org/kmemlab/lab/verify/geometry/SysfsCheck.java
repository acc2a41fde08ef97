package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.CheckTally;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.ObjectConstructor;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SysfsCache;
import org.kmemlab.slab.proc.SysfsSlab;

/// Checks what a kernel shows in `/sys/kernel/slab` right after its boot: creates all its caches on
/// our machine, in the order in which they were created there, and compares every attribute that
/// follows from the machine and from what the creators asked for, and which names share a cache.
///
/// What the creators asked for is input: in a boot without sharing the attributes tell it, except
/// that nothing shows which caches are accounted; a shared directory's name does. A boot with
/// sharing takes its input from one without, recorded beside it; if there is none, its caches are
/// created without those that share them, and what they tell of themselves is not compared.
public final class SysfsCheck {

    /// What a creator asks for.
    private static final Set<String> WISHES = Set.of("object_size", "align", "hwcache_align",
            "reclaim_account", "destroy_by_rcu", "cache_dma", "ctor", "usersize");
    /// What follows from the wishes and the machine.
    private static final Set<String> COMPUTED = Set.of("slab_size", "objs_per_slab", "order",
            "min_partial", "cpu_partial", "aliases", "poison", "red_zone", "sanity_checks",
            "store_user", "trace", "remote_node_defrag_ratio", "failslab");
    private static final ObjectConstructor SOME_CTOR = (memory, address) -> {
        // No object is ever made.
    };

    /// No attribute depends on how much memory there is, only on how many nodes.
    private static final int DEFAULT_MIB = 512;

    private final SysfsFolder recorded;
    private final SysfsFolder wishes;
    private final CheckTally tally;
    private final SlabAllocator slabs;
    private final boolean ownWishes;
    private final Map<String, KmemCache> created = new HashMap<>();

    private SysfsCheck(SysfsFolder recorded, @Nullable SysfsFolder unmerged, SlabAllocator slabs,
            CheckTally tally) {
        this.recorded = recorded;
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
        CheckTally tally = new CheckTally(folder.toString(), differencesKept);
        try (Machine machine = new Machine(recordedOn.orMemory(DEFAULT_MIB).config())) {
            SlabAllocator slabs = new SlabAllocator(new PageAllocator(machine));
            SysfsCheck check = new SysfsCheck(recorded, unmerged, slabs, tally);
            check.createAll();
            check.compareDirectories();
            check.compareAliases();
            check.compareCreators();
        }
        return tally.report();
    }

    private void createAll() {
        for (String name : wishes.creators()) {
            Map<String, String> wish = wishes.directories().get(wishes.directoryOf(name));
            if (wish != null && slabs.cache(name) == null && recorded.directoryOf(name) != null) {
                created.put(name, slabs.createCache(args(name, wish)));
                tally.take(WISHES.size());
            }
        }
    }

    private KmemCacheArgs args(String name, Map<String, String> wish) {
        boolean ctor = !value(wish, "ctor").isEmpty();
        SlabFlags flags = flag(wish, "hwcache_align", SlabFlags.HWCACHE_ALIGN)
                .with(flag(wish, "reclaim_account", SlabFlags.RECLAIM_ACCOUNT))
                .with(flag(wish, "destroy_by_rcu", SlabFlags.TYPESAFE_BY_RCU))
                .with(flag(wish, "cache_dma", SlabFlags.CACHE_DMA));
        int usersize = number(wish, "usersize");
        String directory = Objects.requireNonNull(recorded.directoryOf(name));
        if (directory.startsWith(":")) {
            boolean accounted = StringUtils.substringBefore(directory, "-").contains("A");
            flags = accounted ? flags.with(SlabFlags.ACCOUNT) : flags;
        } else if (!recorded.aliases().isEmpty()) {
            // A directory of its own in spite of sharing; what forbids it may not show.
            flags = flags.with(SlabFlags.NOLEAKTRACE);
        }
        return new KmemCacheArgs(name, number(wish, "object_size"), number(wish, "align"), flags,
                ctor ? SOME_CTOR : null, 0, usersize);
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

    private void compareDirectories() {
        Map<String, SysfsCache> ours = new HashMap<>();
        for (KmemCache cache : slabs.caches()) {
            SysfsCache view = slabs.sysfs(cache);
            ours.put(view.directory(), view);
        }
        recorded.directories().forEach((directory, attributes) -> {
            tally.begin(recorded.path() + ", directory " + directory);
            SysfsCache view = ours.get(directory);
            tally.compare("directory", "there", view == null ? "missing" : "there");
            if (view != null) {
                compare(attributes, view);
            }
            tally.end();
        });
        tally.begin(recorded.path() + ", directories");
        tally.compare("how many", recorded.directories().size(), ours.size());
        tally.end();
    }

    private void compare(Map<String, String> attributes, SysfsCache view) {
        Map<String, String> ours = SysfsSlab.attributes(view);
        boolean ourOwn = !created.containsKey(view.snapshot().name());
        attributes.forEach((name, expected) -> {
            boolean isWish = WISHES.contains(name);
            if (!isWish && !COMPUTED.contains(name)) {
                tally.mask(1);
            } else if (!isWish || ourOwn || !ownWishes) {
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

    /// The caches in the order of their creation, each under its first creator's name.
    private void compareCreators() {
        List<String> ours = slabs.caches().reversed().stream().map(KmemCache::name).toList();
        for (int i = 0; i < Math.max(ours.size(), recorded.creators().size()); i++) {
            tally.begin(recorded.path() + ", cache " + (i + 1) + " of slabinfo");
            tally.compare("first creator",
                    i < recorded.creators().size() ? recorded.creators().get(i) : "(none)",
                    i < ours.size() ? ours.get(i) : "(none)");
            tally.end();
        }
    }
}
