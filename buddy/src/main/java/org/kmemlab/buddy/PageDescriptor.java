package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;

/// A frame as reports describe it: the words that the kernel's `struct page` would have.
///
/// ```text
///   no virtual map   63     section     45 44 node 39 38 zone 37                  0
///   virtual map      63 node 54 53 zone 51 50 last cpu and pid 30                 0
/// ```
///
/// @param pfn the frame
/// @param span the zone that it lies in
/// @param use flag bits that tell who uses it
/// @param index the type of list that it was on last
/// @param linked whether it has been on a list since boot
/// @param refcount how many users it has
record PageDescriptor(int pfn, ZoneSpan span, int use, int index, boolean linked, int refcount) {

    /// Used by a slab.
    static final int SLAB = 1 << 9;
    /// Not managed.
    static final int RESERVED = 1 << 12;
    /// First of several frames.
    static final int HEAD = 1 << 16;

    /// Where the kernel keeps the descriptor of frame 0, and how large one is.
    private static final long FIRST_ADDRESS = 0xffff_ea00_0000_0000L;
    private static final int BYTES = 64;
    private static final long UNLINKED_NEXT = 0xdead_0000_0000_0100L;
    private static final long UNLINKED_PREV = 0xdead_0000_0000_0122L;
    private static final int SECTION_ORDER = 15;
    private static final int NO_CPU_PID = 0x1f_ffff;

    /// The same frame while its block is being handed out: only the first frame has a user yet.
    ///
    /// @param type number of the type of list that the block was on
    PageDescriptor handedOut(int type, boolean head) {
        return new PageDescriptor(pfn, span, 0, head ? type : 0, head, head ? 1 : 0);
    }

    /// The same frame with another number of users.
    PageDescriptor withRefcount(int users) {
        return new PageDescriptor(pfn, span, use, index, linked, users);
    }

    /// Where the kernel would keep the descriptor of a frame.
    static long addressOf(int pfn) {
        return FIRST_ADDRESS + (long) pfn * BYTES;
    }

    private long address() {
        return addressOf(pfn);
    }

    /// The lines of the report about the frame, up to the reason.
    List<String> lines(KernelProfile profile, String reason) {
        List<String> lines = new ArrayList<>();
        lines.add("page:%016x refcount:%d mapcount:0 mapping:%016x index:0x%x pfn:0x%x".formatted(
                address(), refcount, 0, index, pfn));
        lines.add("flags: " + flags(profile));
        long links = address() + Long.BYTES;
        lines.add("raw: %016x %016x %016x %016x".formatted(flagWord(profile),
                linked ? UNLINKED_NEXT : links, linked ? UNLINKED_PREV : links, 0));
        lines.add("raw: %016x %016x %08xffffffff %016x".formatted(index, 0, refcount, 0));
        lines.add("page dumped because: " + reason);
        return lines;
    }

    /// The flag word as `%pGp` prints it.
    String flags(KernelProfile profile) {
        StringBuilder names = new StringBuilder();
        addName(names, SLAB, "slab");
        addName(names, RESERVED, "reserved");
        addName(names, HEAD, "head");
        boolean virtualMap = profile.has(ConfigOption.SPARSEMEM_VMEMMAP);
        names.append(virtualMap ? "" : "section=" + (pfn >>> SECTION_ORDER) + "|")
                .append("node=").append(span.node()).append("|zone=").append(zone())
                .append(virtualMap ? "|lastcpupid=0x" + Integer.toHexString(NO_CPU_PID) : "");
        return "0x" + Long.toHexString(flagWord(profile)) + "(" + names + ")";
    }

    private void addName(StringBuilder names, int flag, String name) {
        names.append((use & flag) != 0 ? name + "|" : "");
    }

    private int zone() {
        return span.type().ordinal();
    }

    private long flagWord(KernelProfile profile) {
        if (profile.has(ConfigOption.SPARSEMEM_VMEMMAP)) {
            return use | (long) NO_CPU_PID << 30 | (long) zone() << 51 | (long) span.node() << 54;
        }
        return use | (long) zone() << 37 | (long) span.node() << 39
                | (long) (pfn >>> SECTION_ORDER) << 45;
    }
}
