package org.kmemlab.lab.rival;

import java.util.List;
import java.util.function.Function;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.KernelPages;
import org.kmemlab.lab.policy.PagePolicy;
import org.kmemlab.lab.rival.page.LlFree;
import org.kmemlab.machine.Machine;

/// The catalogue of page allocators: the kernel's, and what stands beside it.
public final class PageRivals {

    private static final List<Entry> ALL = List.of(
            new Entry("buddy", "buddies in zones, lists by CPU",
                    "Linux 6.1, mm/page_alloc.c",
                    machine -> new KernelPages(new PageAllocator(machine))),
            new Entry("llfree", "bitfields and counters in trees, a tree for each CPU",
                    "Wrenger and others, LLFree (USENIX ATC 2023)", LlFree::new));

    private PageRivals() {}

    /// A page allocator in the catalogue.
    ///
    /// @param name by which users ask for it
    /// @param summary what it is, in a few words
    /// @param source where it is described
    /// @param factory makes one that has all memory of a machine
    public record Entry(String name, String summary, String source,
            Function<Machine, PagePolicy> factory) {

        @Override
        public String toString() {
            return name;
        }
    }

    /// All of them, the kernel's first.
    public static List<Entry> all() {
        return ALL;
    }
}
