package org.kmemlab.machine;

/// A class of physical memory by address, lowest first; a request names the highest it can use.
public enum ZoneType {
    /// Below 16 MiB, for old devices.
    DMA("DMA"),
    /// Below 4 GiB, for 32-bit devices.
    DMA32("DMA32"),
    /// All other memory that the kernel maps directly.
    NORMAL("Normal"),
    /// Memory for movable pages only.
    MOVABLE("Movable");

    private final String label;

    ZoneType(String label) {
        this.label = label;
    }

    /// The name as `/proc` prints it.
    public String label() {
        return label;
    }

    /// The zone of this label.
    ///
    /// @throws IllegalArgumentException if no zone has it
    public static ZoneType ofLabel(String label) {
        for (ZoneType type : values()) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "unknown zone '" + label + "'; known: DMA, DMA32, Normal, Movable");
    }
}
