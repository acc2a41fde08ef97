package org.kmemlab.api;

import java.lang.foreign.StructLayout;

import org.apache.commons.lang3.Validate;

/// What `KMEM_CACHE` has to know about a C structure.
///
/// @param name of the structure, and of its cache
/// @param sizeBytes what `sizeof` says
/// @param alignBytes what `__alignof__` says
public record StructDescriptor(String name, int sizeBytes, int alignBytes) {

    /// Checks the numbers.
    public StructDescriptor {
        Validate.isTrue(sizeBytes >= 1, "struct %s: size %d: expected 1 byte or more", name,
                sizeBytes);
        Validate.isTrue(Integer.bitCount(alignBytes) == 1 && sizeBytes % alignBytes == 0,
                "struct %s: alignment %d: expected a power of two that divides the size %d", name,
                alignBytes, sizeBytes);
    }

    /// The structure that a layout describes.
    ///
    /// @throws IllegalArgumentException if the layout has no name, or is no structure that C could
    ///         have: its size must be a multiple of its alignment
    public static StructDescriptor of(StructLayout layout) {
        String name = layout.name().orElseThrow(
                () -> new IllegalArgumentException("a cache needs a name: give the layout one"));
        return new StructDescriptor(name, Math.toIntExact(layout.byteSize()),
                Math.toIntExact(layout.byteAlignment()));
    }
}
