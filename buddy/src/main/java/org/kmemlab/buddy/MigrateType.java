package org.kmemlab.buddy;

/// What may be done with the pages of a pageblock, so that movable pages stay together and large
/// blocks can be had again.
public enum MigrateType {
    /// Pages that stay where they are.
    UNMOVABLE("Unmovable"),
    /// Pages that can be migrated.
    MOVABLE("Movable"),
    /// Pages of caches that can be shrunk.
    RECLAIMABLE("Reclaimable"),
    /// A reserve for urgent requests of order 1 and more.
    HIGHATOMIC("HighAtomic");

    /// How many types have lists of their own on a CPU: the first three.
    public static final int PCP_TYPES = 3;
    /// How many types there are.
    public static final int COUNT = 4;

    private static final MigrateType[] VALUES = values();

    private final String label;

    MigrateType(String label) {
        this.label = label;
    }

    /// The type of this number.
    public static MigrateType of(int number) {
        return VALUES[number];
    }

    /// The name as `/proc/pagetypeinfo` prints it.
    public String label() {
        return label;
    }

    /// Whether pageblocks of this type may merge with and lend to others.
    public boolean isMergeable() {
        return ordinal() < PCP_TYPES;
    }
}
