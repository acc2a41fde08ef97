package org.kmemlab.sweep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

import org.kmemlab.api.Kernel;
import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.PageUse;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabGeometry;

/// What is allocated in a kernel, and how many pages are free when no cache and no CPU holds any
/// back. Where objects lie does not count, their contents do. Elements in the reserve of a pool belong
/// to nobody: any free may refill it, and elements take each other's place.
///
/// @param live sorted hashes of the contents, by the name of a cache or the kind of a block
/// @param addresses where they lie; takes no part in comparisons, but tells which ones are new
/// @param reserve the elements in the reserves of pools
/// @param pools what the pools are, one entry for each
/// @param freePages free pages
public record KernelState(SortedMap<String, List<Long>> live, Map<String, Set<Long>> addresses,
        Set<Long> reserve, List<String> pools, long freePages) {

    private static final int SITES_SHOWN = 5;
    private static final int FRAMES_SHOWN = 4;

    /// Empties what caches and CPUs hold back, and looks at the rest. O(page frames and live bytes).
    public static KernelState of(Kernel kernel) {
        Cpu cpu = kernel.machine().cpu(0);
        kernel.slab().kvfreeRcuBarrier();
        passGracePeriod(kernel);
        for (KmemCache cache : kernel.slab().caches()) {
            cache.shrink(cpu);
        }
        passGracePeriod(kernel);
        kernel.pages().drainAllPages(cpu);
        Scan scan = new Scan(kernel);
        scan.run();
        PageAllocator.Totals totals = kernel.pages().totals();
        List<String> pools = kernel.pools().stream()
                .map(pool -> "reserve of " + pool.snapshot().minNr()).sorted().toList();
        return new KernelState(scan.live, scan.addresses, scan.inReserve, pools,
                totals.freePages() + totals.perCpuPages());
    }

    /// Lets what waits for readers be freed: objects before caches are shrunk, slabs after it.
    private static void passGracePeriod(Kernel kernel) {
        if (kernel.slab().rcu().pending() > 0) {
            kernel.machine().clock().advance(kernel.slab().rcu().graceJiffies());
        }
    }

    /// What differs from an earlier state, one line for each cache or kind of block.
    public List<String> differencesFrom(KernelState before, Kernel kernel,
            Injection injection) {
        List<String> lines = new ArrayList<>();
        Set<String> names = new TreeSet<>(live.keySet());
        names.addAll(before.live.keySet());
        for (String name : names) {
            List<Long> now = live.getOrDefault(name, List.of());
            List<Long> then = before.live.getOrDefault(name, List.of());
            if (now.size() != then.size()) {
                lines.add(name + ": " + now.size() + " allocated, before " + then.size()
                        + origin(name, before, kernel, injection));
            } else if (!now.equals(then)) {
                lines.add(name + ": the contents have changed");
            }
        }
        if (!pools.equals(before.pools)) {
            lines.add("pools: " + pools + ", before " + before.pools);
        }
        if (lines.isEmpty() && reserve.equals(before.reserve) && freePages != before.freePages) {
            lines.add(freePages + " free pages, before " + before.freePages);
        }
        return lines;
    }

    /// Who allocated what is new, if that was tracked ([Injection#trackOrigins], `page_owner=on`), else
    /// who allocated anything of the kind (`slub_debug=U`), else who asked for the like in this run.
    private String origin(String name, KernelState before, Kernel kernel, Injection injection) {
        KmemCache cache = kernel.slab().cache(name);
        Set<Long> fresh = new TreeSet<>(addresses.getOrDefault(name, Set.of()));
        fresh.removeAll(before.addresses.getOrDefault(name, Set.of()));
        List<String> own = cache != null ? objectOrigins(fresh, injection)
                : blockOrigins(fresh, kernel);
        if (!own.isEmpty()) {
            return own.stream().limit(SITES_SHOWN).collect(Collectors.joining());
        }
        List<String> tracked = cache != null
                ? cache.allocSites().stream().map(site -> site.count() + " by " + site.frames())
                        .toList()
                : kernel.pages().ownedBlocks().stream()
                        .filter(block -> name.endsWith(" of order " + block.order()))
                        .map(block -> "pfn 0x" + Integer.toHexString(block.pfn()) + " by "
                                + block.stack())
                        .toList();
        List<String> asked = injection.sitesOf(cache == null ? "" : name);
        if (!tracked.isEmpty()) {
            return "; allocated: "
                    + String.join(", ", tracked.stream().limit(SITES_SHOWN).toList());
        }
        return asked.isEmpty() ? "" : "; asked for at " + String.join(", ", asked);
    }

    private static List<String> objectOrigins(Set<Long> objects, Injection injection) {
        List<String> lines = new ArrayList<>();
        for (long address : objects) {
            CallSite site = injection.originOf(address);
            if (site != null) {
                lines.add(originLine("0x" + Long.toHexString(address), site.entry(),
                        site.frames()));
            }
        }
        return lines;
    }

    private static List<String> blockOrigins(Set<Long> blocks, Kernel kernel) {
        return kernel.pages().ownedBlocks().stream()
                .filter(block -> blocks.contains(kernel.page_address(block.pfn())))
                .map(block -> originLine("pfn 0x" + Integer.toHexString(block.pfn()), "",
                        block.stack()))
                .toList();
    }

    private static String originLine(String what, String entry, List<String> frames) {
        return "\n    " + what + " was allocated" + (entry.isEmpty() ? "" : " by " + entry)
                + " at\n      " + CallSite.callersIn(frames).stream().limit(FRAMES_SHOWN)
                        .collect(Collectors.joining("\n      "));
    }

    private static final class Scan {

        final SortedMap<String, List<Long>> live = new TreeMap<>();
        final Map<String, Set<Long>> addresses = new HashMap<>();
        private final Kernel kernel;
        private final PhysicalMemory memory;
        private final Set<Long> inReserve = new HashSet<>();
        private final Map<String, CacheSnapshot> snapshots = new HashMap<>();
        private final Map<Integer, CacheSnapshot.ListedSlab> listed = new HashMap<>();

        Scan(Kernel kernel) {
            this.kernel = kernel;
            this.memory = kernel.machine().memory();
            for (Mempool pool : kernel.pools()) {
                inReserve.addAll(pool.snapshot().elements());
            }
        }

        void run() {
            MemMap memMap = kernel.pages().memMap();
            int pfn = memMap.nextHead(0);
            while (pfn >= 0) {
                int order = memMap.orderOf(pfn);
                if (memMap.useOf(pfn) == PageUse.SLAB) {
                    addSlab(pfn, order);
                } else {
                    add((memMap.useOf(pfn) == PageUse.PLAIN ? "pages" : "large kmalloc")
                            + " of order " + order, memory.addressOf(pfn),
                            (long) PhysicalMemory.PAGE_SIZE << order);
                }
                pfn = memMap.nextHead(pfn + (1 << order));
            }
            live.values().forEach(hashes -> hashes.sort(null));
        }

        private void addSlab(int pfn, int order) {
            long base = memory.addressOf(pfn);
            KmemCache cache = kernel.slab().cacheOf(base);
            if (cache == null) {
                return;
            }
            CacheSnapshot snapshot = snapshots.computeIfAbsent(cache.name(),
                    name -> snapshotOf(cache));
            SlabGeometry geometry = snapshot.geometry();
            // A slab that is not listed is full.
            CacheSnapshot.ListedSlab slab = listed.getOrDefault(pfn, new CacheSnapshot.ListedSlab(
                    pfn, order, geometry.redLeftPad(), geometry.objectsOf(order), List.of()));
            Set<Integer> free = Set.copyOf(slab.free());
            for (int i = 0; i < slab.objects(); i++) {
                if (!free.contains(i)) {
                    add(snapshot.name(), base + slab.offset() + (long) i * geometry.size(),
                            geometry.objectSize());
                }
            }
        }

        private CacheSnapshot snapshotOf(KmemCache cache) {
            CacheSnapshot snapshot = cache.snapshot();
            snapshot.listedSlabs().forEach(slab -> listed.put(slab.pfn(), slab));
            return snapshot;
        }

        private void add(String name, long address, long size) {
            if (!inReserve.contains(address)) {
                addresses.computeIfAbsent(name, key -> new HashSet<>()).add(address);
                live.computeIfAbsent(name, key -> new ArrayList<>()).add(hash(address, size));
            }
        }

        private long hash(long address, long size) {
            CRC32C crc = new CRC32C();
            crc.update(memory.slice(address, size).asByteBuffer());
            return crc.getValue();
        }
    }
}
