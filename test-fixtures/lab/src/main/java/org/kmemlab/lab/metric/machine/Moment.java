package org.kmemlab.lab.metric.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.PageUse;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// A machine at one moment of a replay.
///
/// @param event how many events were replayed before
/// @param pages who has which page
/// @param caches the slabs of each cache that has any, in the order of slabinfo
public record Moment(long event, PageMap pages, List<SlabMap> caches) {

    /// The machine now.
    ///
    /// @param snapshots its caches as people should see them, in the order of [SlabAllocator#caches]
    static Moment of(long event, SlabAllocator slabs, List<ZoneState> zones,
            List<CacheSnapshot> snapshots) {
        List<KmemCache> caches = slabs.caches();
        Map<String, Map<Integer, Integer>> orders = slabOrders(slabs);
        List<SlabMap> maps = new ArrayList<>();
        for (int i = 0; i < caches.size(); i++) {
            SlabMap map = SlabMap.of(snapshots.get(i),
                    orders.getOrDefault(caches.get(i).name(), Map.of()));
            if (map.objects() > 0) {
                maps.add(map);
            }
        }
        return new Moment(event, PageMap.of(slabs.pages(), zones, maps), maps);
    }

    /// By cache and first frame the orders of the slabs that the map of memory knows.
    private static Map<String, Map<Integer, Integer>> slabOrders(SlabAllocator slabs) {
        Map<String, Map<Integer, Integer>> orders = new HashMap<>();
        MemMap map = slabs.pages().memMap();
        int head = map.nextHead(0);
        while (head >= 0) {
            KmemCache cache = map.useOf(head) == PageUse.SLAB
                    ? slabs.cacheOf(slabs.machine().memory().addressOf(head))
                    : null;
            if (cache != null) {
                orders.computeIfAbsent(cache.name(), _ -> new HashMap<>()).put(head,
                        map.orderOf(head));
            }
            head = map.nextHead(head + (1 << map.orderOf(head)));
        }
        return orders;
    }
}
