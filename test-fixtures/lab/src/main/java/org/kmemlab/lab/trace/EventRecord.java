package org.kmemlab.lab.trace;

/// One event, used again for each: what [TraceCursor] tells of it.
///
/// Fields that the event's kind does not have mean nothing, except where [#clearFields] gives them a
/// value for "not given".
final class EventRecord {

    TraceEventKind kind = TraceEventKind.KFREE;
    int cpu;
    int pid;
    /// Up to eight characters, the first one lowest; 0 if the line has none.
    long flags;
    long timeNanos;

    /// Equal for the allocation and the free of an object; 0 if unknown, as always in text.
    int number;
    int callSite;
    long pointer;
    int name;
    long bytesReq;
    long bytesAlloc;
    int gfp;
    int node;
    boolean accounted;
    long page;
    long pfn;
    int order;
    int migrateType;
    boolean percpuRefill;
    int fallbackOrder;
    int pageblockOrder;
    int fallbackMigrateType;
    boolean fragmenting;
    boolean changeOwnership;

    /// Says that nothing is given that need not be.
    void clearFields() {
        callSite = SymbolTable.NONE;
        name = SymbolTable.NONE;
        node = -1;
        accounted = false;
        page = 0;
        order = 0;
        migrateType = 0;
        percpuRefill = false;
        pageblockOrder = -1;
        fragmenting = false;
        changeOwnership = false;
    }
}
