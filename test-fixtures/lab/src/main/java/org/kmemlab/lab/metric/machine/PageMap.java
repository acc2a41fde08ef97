package org.kmemlab.lab.metric.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;

/// Who has which page frame at one moment.
///
/// @param runs from frame 0 on, without a gap
/// @param pageblockPages frames of a pageblock
/// @param pageblockTypes for each pageblock from frame 0 on the number of its [MigrateType]; -1 if no
///        zone has it
public record PageMap(List<Run> runs, int pageblockPages, List<Integer> pageblockTypes) {

    /// Frames that lie together and have the same user.
    ///
    /// @param pages how many, 1 or more
    /// @param user the user; slabs have the name of their cache
    public record Run(int pages, User user) {}

    /// Who uses a frame.
    ///
    /// @param kind what kind of user
    /// @param cache the cache of a slab; empty for others
    public record User(Kind kind, String cache) {

        static User of(Kind kind) {
            return new User(kind, "");
        }
    }

    /// Kinds of users.
    public enum Kind {
        /// Does not exist, or is never handed out.
        UNMANAGED("not managed"),
        /// On a free list of its zone.
        FREE("free"),
        /// On a list of a CPU, or in a thread's stock.
        PER_CPU("free, kept by a CPU"),
        /// Pages that somebody asked for.
        PLAIN("pages"),
        /// A `kmalloc` too large for caches.
        LARGE_KMALLOC("large kmalloc"),
        /// In use since before the state that the replay started from, or never handed out: a state
        /// does not tell.
        BEFORE("in use before the trace, or reserved"),
        /// A slab.
        SLAB("slab");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /// Its name for people.
        public String label() {
            return label;
        }
    }

    private record Block(int pfn, int pages, User user) {}

    /// The frames of a machine now. O(b log b) in the blocks.
    ///
    /// @param zones the states of its zones now
    /// @param caches the slabs of its caches now
    static PageMap of(PageAllocator pages, List<ZoneState> zones, List<SlabMap> caches) {
        List<Block> blocks = new ArrayList<>();
        zones.forEach(zone -> addFree(blocks, zone));
        addUsed(blocks, pages);
        for (SlabMap cache : caches) {
            User user = new User(Kind.SLAB, cache.cache());
            cache.slabs().forEach(
                    slab -> blocks.add(new Block(slab.pfn(), 1 << slab.order(), user)));
        }
        blocks.sort(Comparator.comparingInt(Block::pfn));
        int pageblockPages = 1 << pages.machine().profile().pageblockOrder();
        return new PageMap(runs(blocks, zones), pageblockPages,
                pageblockTypes(zones, pages.machine().config().endPfn(), pageblockPages));
    }

    private static void addFree(List<Block> blocks, ZoneState zone) {
        User free = User.of(Kind.FREE);
        User perCpu = User.of(Kind.PER_CPU);
        zone.freeLists().forEach(list -> list.pfns()
                .forEach(pfn -> blocks.add(new Block(pfn, 1 << list.order(), free))));
        zone.perCpu().forEach(cpu -> cpu.lists().forEach(list -> list.pfns()
                .forEach(pfn -> blocks.add(new Block(pfn, 1 << list.order(), perCpu)))));
    }

    /// What is in use and no slab: those come from the caches, which know more of them.
    private static void addUsed(List<Block> blocks, PageAllocator pages) {
        MemMap map = pages.memMap();
        int head = map.nextHead(0);
        while (head >= 0) {
            int size = 1 << map.orderOf(head);
            switch (map.useOf(head)) {
                case PLAIN -> blocks.add(new Block(head, size, User.of(Kind.PLAIN)));
                case STOCK -> blocks.add(new Block(head, size, User.of(Kind.PER_CPU)));
                case LARGE_KMALLOC ->
                    blocks.add(new Block(head, size, User.of(Kind.LARGE_KMALLOC)));
                case SLAB -> {}
            }
            head = map.nextHead(head + size);
        }
    }

    /// What no block covers is in use since before the recorded state where memory is managed, and
    /// does not exist elsewhere.
    private static List<Run> runs(List<Block> blocks, List<ZoneState> zones) {
        Runs runs = new Runs();
        List<PfnRange> managed = zones.stream().flatMap(zone -> managed(zone.span()).stream())
                .sorted(Comparator.comparingInt(PfnRange::start)).toList();
        int next = 0;
        for (PfnRange range : managed) {
            runs.addUpTo(range.start(), User.of(Kind.UNMANAGED));
            while (next < blocks.size() && blocks.get(next).pfn() < range.end()) {
                Block block = blocks.get(next++);
                runs.addUpTo(block.pfn(), User.of(Kind.BEFORE));
                runs.addUpTo(block.pfn() + block.pages(), block.user());
            }
            runs.addUpTo(range.end(), User.of(Kind.BEFORE));
        }
        return runs.done;
    }

    /// Of a recorded zone it is not known which of its frames are managed.
    private static List<PfnRange> managed(ZoneSpan zone) {
        return zone.managed().isEmpty() && zone.managedPages() > 0
                ? List.of(new PfnRange(zone.startPfn(), zone.endPfn()))
                : zone.managed();
    }

    private static List<Integer> pageblockTypes(List<ZoneState> zones, int endPfn,
            int pageblockPages) {
        List<Integer> types = new ArrayList<>(
                Collections.nCopies(Math.ceilDiv(endPfn, pageblockPages), -1));
        for (ZoneState zone : zones) {
            int first = zone.span().startPfn() / pageblockPages;
            List<MigrateType> own = zone.pageblockTypes();
            for (int i = 0; i < own.size() && first + i < types.size(); i++) {
                types.set(first + i, own.get(i).ordinal());
            }
        }
        return types;
    }

    /// Joins neighbours with the same user.
    private static final class Runs {
        final List<Run> done = new ArrayList<>();
        private int end;

        void addUpTo(int pfn, User user) {
            if (pfn <= end) {
                return;
            }
            int pages = pfn - end;
            if (!done.isEmpty() && done.getLast().user().equals(user)) {
                pages += done.removeLast().pages();
            }
            done.add(new Run(pages, user));
            end = pfn;
        }
    }

    /// Frames of a kind.
    public long pages(Kind kind) {
        return runs.stream().filter(run -> run.user().kind() == kind).mapToLong(Run::pages).sum();
    }
}
