package org.kmemlab.lab.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.slab.Kmalloc;

/// The objects of a trace as requests. Holds what lives; O(1) a request, no garbage.
///
/// An object whose address is handed out again must have been freed without an event (bulk frees
/// print nothing): its free is made up right before.
final class TraceStream implements RequestStream {

    private static final int NONE = -1;
    private static final int MOST_BYTES = Kmalloc.MAX_SIZE;

    private final TraceCursor cursor;
    private final TraceKinds kinds;
    private final BlockNumbers numbers = new BlockNumbers();
    private final Long2LongHashMap blockOfPointer = new Long2LongHashMap(NONE);
    /// Of each block: its kind's number in the upper half, its bytes in the lower.
    private final BlockColumn kindAndBytes = new BlockColumn();
    private final List<RequestKind> known = new ArrayList<>();
    private final Long2LongHashMap numberOfKind = new Long2LongHashMap(NONE);
    private final Long2LongHashMap numberOfPid = new Long2LongHashMap(NONE);

    private boolean alloc;
    private int block = NONE;
    /// Whether the cursor's allocation is still to be delivered, after a free that was made up.
    private boolean allocPending;

    TraceStream(TraceCursor cursor, TraceKinds kinds) {
        this.cursor = cursor;
        this.kinds = kinds;
    }

    @Override
    public boolean next() throws IOException {
        if (block != NONE && !alloc) {
            numbers.giveBack(block);
            block = NONE;
        }
        if (allocPending) {
            allocPending = false;
            return deliverAlloc();
        }
        while (cursor.next()) {
            if (isRequest() && deliver()) {
                return true;
            }
        }
        return false;
    }

    private boolean isRequest() {
        long pointer = cursor.pointer();
        if (pointer == 0 || pointer == Kmalloc.ZERO_SIZE_PTR) {
            return false;
        }
        return cursor.kind().isObjectFree() || (cursor.kind().isObjectAlloc()
                && cursor.requestedBytes() >= 1 && cursor.requestedBytes() <= MOST_BYTES);
    }

    private boolean deliver() {
        int live = (int) blockOfPointer.remove(cursor.pointer());
        boolean isAlloc = cursor.kind().isObjectAlloc();
        if (live == NONE) {
            return isAlloc && deliverAlloc();
        }
        allocPending = isAlloc;
        alloc = false;
        block = live;
        return true;
    }

    private boolean deliverAlloc() {
        alloc = true;
        block = numbers.take();
        kindAndBytes.set(block, (long) kindNumber() << Integer.SIZE | cursor.requestedBytes());
        blockOfPointer.put(cursor.pointer(), block);
        return true;
    }

    private int kindNumber() {
        int cache = kinds.cacheOf(cursor);
        int task = cursor.isInInterrupt() ? 0 : taskOf(cursor.pid());
        long size = cache == TraceKinds.KMALLOC ? 0 : cursor.requestedBytes();
        long key = (long) task << 38 | (long) cache << 23 | size;
        int number = (int) numberOfKind.get(key);
        if (number == NONE) {
            number = known.size();
            known.add(new RequestKind(number, kinds.name(cache), (int) size, task));
            numberOfKind.put(key, number);
        }
        return number;
    }

    /// Threads are numbered as they appear, from 1; 0 are interrupts and the idle threads.
    private int taskOf(int pid) {
        if (pid == 0) {
            return 0;
        }
        int task = (int) numberOfPid.get(pid);
        if (task == NONE) {
            task = numberOfPid.size() + 1;
            numberOfPid.put(pid, task);
        }
        return task;
    }

    @Override
    public boolean isAlloc() {
        return alloc;
    }

    @Override
    public RequestKind kind() {
        return known.get((int) (kindAndBytes.get(block) >>> Integer.SIZE));
    }

    @Override
    public int bytes() {
        return (int) kindAndBytes.get(block);
    }

    @Override
    public int cpu() {
        return cursor.cpu();
    }

    @Override
    public int block() {
        return block;
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
