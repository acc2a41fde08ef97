package org.kmemlab.lab.trace;

import org.jspecify.annotations.Nullable;

/// The fields of the `kmem` events: `key=value`.
enum TraceField {
    CALL_SITE("call_site"),
    PTR("ptr"),
    NAME("name"),
    BYTES_REQ("bytes_req"),
    BYTES_ALLOC("bytes_alloc"),
    GFP_FLAGS("gfp_flags"),
    NODE("node"),
    ACCOUNTED("accounted"),
    PAGE_ADDRESS("page"),
    PFN("pfn"),
    ORDER("order"),
    MIGRATE_TYPE("migratetype"),
    PERCPU_REFILL("percpu_refill"),
    ALLOC_ORDER("alloc_order"),
    FALLBACK_ORDER("fallback_order"),
    PAGEBLOCK_ORDER("pageblock_order"),
    ALLOC_MIGRATE_TYPE("alloc_migratetype"),
    FALLBACK_MIGRATE_TYPE("fallback_migratetype"),
    FRAGMENTING("fragmenting"),
    CHANGE_OWNERSHIP("change_ownership");

    /// What every object allocation has.
    static final int ALLOCATION = PTR.bit() | BYTES_REQ.bit() | BYTES_ALLOC.bit()
            | GFP_FLAGS.bit();
    /// What every object free has.
    static final int POINTER = PTR.bit();
    /// What every line about a page has.
    static final int PAGE = PFN.bit();
    /// What every line about a block of pages has.
    static final int PAGE_BLOCK = PAGE | ORDER.bit();
    /// What every page request has.
    static final int PAGE_REQUEST = PAGE_BLOCK | MIGRATE_TYPE.bit() | GFP_FLAGS.bit();
    /// What every fallback has.
    static final int FALLBACK = PAGE | ALLOC_ORDER.bit() | FALLBACK_ORDER.bit()
            | ALLOC_MIGRATE_TYPE.bit() | FALLBACK_MIGRATE_TYPE.bit();

    private static final TraceField[] VALUES = values();

    private final String name;
    private final TraceKey key;

    TraceField(String name) {
        this.name = name;
        this.key = TraceKey.of(name + "=");
    }

    /// The field whose key starts at `at`; null if it is none of these.
    static @Nullable TraceField startingAt(byte[] bytes, int at, int to) {
        for (TraceField field : VALUES) {
            if (field.startsAt(bytes, at, to)) {
                return field;
            }
        }
        return null;
    }

    /// Whether this field's key and the `=` start at `at`. Reads up to 24 bytes past `at`.
    boolean startsAt(byte[] bytes, int at, int to) {
        return at + key.length() <= to && key.startsAt(bytes, at);
    }

    /// Bytes of the key and the `=`.
    int length() {
        return key.length();
    }

    /// The key without the `=`.
    String key() {
        return name;
    }

    /// This field in a set of fields.
    int bit() {
        return 1 << ordinal();
    }
}
