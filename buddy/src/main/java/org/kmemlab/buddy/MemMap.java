package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;

/// What every page frame is: the kernel's array of `struct page`, as arrays of numbers.
///
/// **Concepts.** Frames come in *blocks* of `2^order` aligned frames; only the first frame of a block
/// says anything (see [FrameState]), the others are 0. A block that is linked into a list has its
/// links here, as in the kernel; a block in use keeps its owner's number in the place of a link.
///
/// **Picture.** The map is cut into chunks of 1,024 frames, the largest block. A chunk is built when
/// the first smaller block in it appears; until then its largest block lives in arrays that have one
/// entry a chunk, so a machine of terabytes that is not used costs a few bytes for each 4 MiB.
///
/// ```text
///   chunk    0        1        2        3
///          ┌────────┬────────┬────────┬────────┐
///   whole  │ state, │        │        │        │   links of order-10 blocks: 10 B a chunk
///          ├────────┼────────┼────────┼────────┤
///   frames │ built  │  null  │ built  │  null  │   state, next, prev: 10 B a frame
///          └────────┴────────┴────────┴────────┘
/// ```
///
/// **Invariants.** I1: a frame inside a block has state 0. I2: the links of a block are valid while
/// its state is FREE. I3: the state of the first frame of an unbuilt chunk is in `wholeState`, of a
/// built chunk in the chunk.
///
/// **Locking.** None of its own; the zone's lock covers the frames of the zone.
public final class MemMap {

    private static final int CHUNK_SHIFT = MAX_PAGE_ORDER;
    private static final int CHUNK_FRAMES = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_FRAMES - 1;

    /// The links of the blocks in a chunk.
    private static final class Links {
        final int[] next = new int[CHUNK_FRAMES];
        final int[] prev = new int[CHUNK_FRAMES];
    }

    private final int endPfn;
    /// The frames' states by chunk: kept apart from the links, as most operations need them only.
    private final short[] @Nullable [] states;
    private final @Nullable Links[] links;
    private final short[] wholeState;
    private final int[] wholeNext;
    private final int[] wholePrev;
    private final byte[] pageblockType;
    private final int pageblockOrder;
    private final List<ZoneSpan> spans;

    MemMap(MachineConfig config) {
        endPfn = config.endPfn();
        int count = (endPfn + CHUNK_MASK) >>> CHUNK_SHIFT;
        states = new short[count][];
        links = new Links[count];
        wholeState = new short[count];
        wholeNext = new int[count];
        wholePrev = new int[count];
        pageblockOrder = config.profile().pageblockOrder();
        pageblockType = new byte[(endPfn >>> pageblockOrder) + 1];
        spans = config.zones();
        Arrays.fill(wholeState, FrameState.of(FrameState.RESERVED, 0, 0));
    }

    /// The head of the allocated block that a frame is in: the frame itself for order 0.
    ///
    /// Blocks are aligned to their size, so at most 11 frames are looked at.
    ///
    /// @return -1 if the frame is not in an allocated block
    public int headOf(int pfn) {
        if (pfn < 0 || pfn >= endPfn) {
            return -1;
        }
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            int head = pfn & -(1 << order);
            short state = state(head);
            if (state != 0) {
                return FrameState.isUsed(state) && FrameState.order(state) >= order ? head : -1;
            }
        }
        return -1;
    }

    /// The first frame from `pfn` on that heads an allocated block; -1 if there is none. O(blocks on
    /// the way).
    ///
    /// @param pfn not inside a block
    public int nextHead(int pfn) {
        int next = Math.max(pfn, 0);
        while (next < endPfn) {
            short state = state(next);
            if (FrameState.isUsed(state)) {
                return next;
            }
            next += 1 << FrameState.order(state);
        }
        return -1;
    }

    /// The order of the allocated block that starts at `headPfn`.
    public int orderOf(int headPfn) {
        return FrameState.order(usedState(headPfn));
    }

    /// Who uses the allocated block that starts at `headPfn`.
    public PageUse useOf(int headPfn) {
        return PageUse.of(FrameState.kind(usedState(headPfn)) - FrameState.USED);
    }

    /// The number that the user of a block gave it; 0 unless set.
    public int ownerOf(int headPfn) {
        return prev(headPfn, FrameState.order(usedState(headPfn)));
    }

    /// Says who uses an allocated block.
    ///
    /// @param owner any number of the user's choosing
    public void setOwner(int headPfn, PageUse use, int owner) {
        int order = FrameState.order(usedState(headPfn));
        setState(headPfn, FrameState.used(use, order));
        setPrev(headPfn, order, owner);
    }

    /// The memory node of a frame.
    ///
    /// @throws IllegalArgumentException if no zone spans the frame
    public int nodeOf(int pfn) {
        return spanOf(pfn).node();
    }

    private ZoneSpan spanOf(int pfn) {
        for (ZoneSpan span : spans) {
            if (pfn >= span.startPfn() && pfn < span.endPfn()) {
                return span;
            }
        }
        throw new IllegalArgumentException(
                "pfn 0x" + Integer.toHexString(pfn) + ": no zone has it");
    }

    /// Says that a block is nobody's in particular any more, so that it can be given back with
    /// [PageAllocator#freePages]. A block in use since before the recorded state is left alone.
    public void clearOwner(int headPfn) {
        if (isFrame(headPfn) && FrameState.isUsed(state(headPfn))) {
            setOwner(headPfn, PageUse.PLAIN, 0);
        }
    }

    private short usedState(int headPfn) {
        short state = isFrame(headPfn) ? state(headPfn) : 0;
        if (!FrameState.isUsed(state)) {
            throw new IllegalArgumentException("pfn 0x" + Integer.toHexString(headPfn) + " "
                    + FrameState.describe(state) + ", expected the head of an allocated block");
        }
        return state;
    }

    /// The flag word of a slab's first frame as reports print it, whatever the map says of it now.
    public String slabFlags(KernelProfile profile, int pfn, int order) {
        int use = PageDescriptor.SLAB | (order > 0 ? PageDescriptor.HEAD : 0);
        return new PageDescriptor(pfn, spanOf(pfn), use, 0, true, 1).flags(profile);
    }

    /// Where the kernel would keep what it knows about a frame (`struct page`).
    public static long descriptorAddress(int pfn) {
        return PageDescriptor.addressOf(pfn);
    }

    /// A frame as reports describe it.
    PageDescriptor descriptor(int pfn) {
        short state = state(pfn);
        boolean used = FrameState.isUsed(state);
        int use = FrameState.kind(state) == FrameState.RESERVED ? PageDescriptor.RESERVED : 0;
        if (used && useOf(pfn) != PageUse.PLAIN) {
            use |= FrameState.order(state) > 0 ? PageDescriptor.HEAD : 0;
            use |= useOf(pfn) == PageUse.SLAB ? PageDescriptor.SLAB : 0;
        }
        return new PageDescriptor(pfn, spanOf(pfn), use, 0, used, used ? 1 : 0);
    }

    /// Whether some zone spans a frame: there are frame numbers between zones.
    boolean isSpanned(int pfn) {
        return spans.stream().anyMatch(span -> pfn >= span.startPfn() && pfn < span.endPfn());
    }

    boolean isFrame(int pfn) {
        return pfn >= 0 && pfn < endPfn;
    }

    short state(int pfn) {
        short[] chunk = states[pfn >>> CHUNK_SHIFT];
        if (chunk != null) {
            return chunk[pfn & CHUNK_MASK];
        }
        short whole = wholeState[pfn >>> CHUNK_SHIFT];
        boolean shared = FrameState.kind(whole) == FrameState.RESERVED;
        return shared || (pfn & CHUNK_MASK) == 0 ? whole : 0;
    }

    void setState(int pfn, short state) {
        int index = pfn >>> CHUNK_SHIFT;
        short[] chunk = states[index];
        if (chunk == null) {
            boolean whole = (pfn & CHUNK_MASK) == 0 && coversChunk(state);
            if (whole) {
                wholeState[index] = state;
                return;
            }
            chunk = build(index);
        }
        chunk[pfn & CHUNK_MASK] = state;
    }

    /// Sets the state of a frame whose chunk is built, as it is where single pages come and go.
    void setBuiltState(int pfn, short state) {
        Objects.requireNonNull(states[pfn >>> CHUNK_SHIFT])[pfn & CHUNK_MASK] = state;
    }

    /// Sets the state of a frame that has a certain one now.
    ///
    /// @return false if it has another, or its chunk is not built; nothing is changed then
    boolean replaceState(int pfn, short expected, short state) {
        short[] chunk = states[pfn >>> CHUNK_SHIFT];
        int index = pfn & CHUNK_MASK;
        if (chunk == null || chunk[index] != expected) {
            return false;
        }
        chunk[index] = state;
        return true;
    }

    /// Gives every frame of a range the same state, without building chunks that it covers wholly
    /// when the state is 0.
    void setStates(PfnRange range, short state) {
        int pfn = range.start();
        while (pfn < range.end()) {
            int index = pfn >>> CHUNK_SHIFT;
            int chunkEnd = Math.min(range.end(), (index + 1) << CHUNK_SHIFT);
            boolean covered = chunkEnd - pfn == CHUNK_FRAMES;
            if (covered && state == 0 && states[index] == null) {
                wholeState[index] = 0;
            } else {
                short[] chunk = states[index];
                Arrays.fill(chunk != null ? chunk : build(index), pfn & CHUNK_MASK,
                        ((chunkEnd - 1) & CHUNK_MASK) + 1, state);
            }
            pfn = chunkEnd;
        }
    }

    /// Whether a state of the first frame speaks for the whole chunk: nothing, or a largest block.
    private boolean coversChunk(short state) {
        return state == 0 || (FrameState.order(state) == MAX_PAGE_ORDER
                && FrameState.kind(state) != FrameState.RESERVED);
    }

    private short[] build(int index) {
        short[] chunk = new short[CHUNK_FRAMES];
        short whole = wholeState[index];
        if (FrameState.kind(whole) == FrameState.RESERVED) {
            Arrays.fill(chunk, whole);
        } else {
            chunk[0] = whole;
        }
        states[index] = chunk;
        links[index] = new Links();
        return chunk;
    }

    int next(int pfn, int order) {
        if (order == MAX_PAGE_ORDER) {
            return wholeNext[pfn >>> CHUNK_SHIFT];
        }
        return built(pfn).next[pfn & CHUNK_MASK];
    }

    int prev(int pfn, int order) {
        if (order == MAX_PAGE_ORDER) {
            return wholePrev[pfn >>> CHUNK_SHIFT];
        }
        return built(pfn).prev[pfn & CHUNK_MASK];
    }

    void setNext(int pfn, int order, int next) {
        if (order == MAX_PAGE_ORDER) {
            wholeNext[pfn >>> CHUNK_SHIFT] = next;
        } else {
            built(pfn).next[pfn & CHUNK_MASK] = next;
        }
    }

    void setPrev(int pfn, int order, int prev) {
        if (order == MAX_PAGE_ORDER) {
            wholePrev[pfn >>> CHUNK_SHIFT] = prev;
        } else {
            built(pfn).prev[pfn & CHUNK_MASK] = prev;
        }
    }

    private Links built(int pfn) {
        int index = pfn >>> CHUNK_SHIFT;
        if (states[index] == null) {
            build(index);
        }
        return links[index];
    }

    /// Whether a block of exactly this order starts at `pfn` and is on a free list of a zone.
    boolean isFreeBlock(int pfn, int order) {
        short state = state(pfn);
        return FrameState.kind(state) == FrameState.FREE && FrameState.order(state) == order;
    }

    /// The migrate type of the pageblock that a frame is in.
    public MigrateType pageblockType(int pfn) {
        return MigrateType.of(pageblockType[pfn >>> pageblockOrder]);
    }

    int pageblockTypeNumber(int pfn) {
        return pageblockType[pfn >>> pageblockOrder];
    }

    void setPageblockType(int pfn, MigrateType type) {
        pageblockType[pfn >>> pageblockOrder] = (byte) type.ordinal();
    }

    int pageblockOrder() {
        return pageblockOrder;
    }

    int pageblockPages() {
        return 1 << pageblockOrder;
    }
}
