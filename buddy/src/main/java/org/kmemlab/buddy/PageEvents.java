package org.kmemlab.buddy;

/// Happenings inside a zone that the kernel's tracepoints of the same names print.
///
/// Called from slow paths only, while the zone is being changed: an observer must not call back.
public interface PageEvents {

    /// Observes nothing.
    PageEvents NONE = new PageEvents() {};

    /// A block left the free lists (`mm_page_alloc_zone_locked`).
    ///
    /// @param perCpuRefill whether its order and type are kept on per-CPU lists
    default void zoneLocked(int pfn, int order, MigrateType type, boolean perCpuRefill) {
    }

    /// A block went from a per-CPU list back to the free lists (`mm_page_pcpu_drain`).
    default void pcpuDrain(int pfn, int order, MigrateType type) {
    }

    /// A type has no blocks of its own; the next [#extfrag] tells what was taken.
    ///
    /// @param rule by which the block is chosen, in words
    default void fallback(String rule) {}

    /// A block of one type served another (`mm_page_alloc_extfrag`).
    ///
    /// @param order order that was asked for
    /// @param fallbackOrder order of the block that was taken
    /// @param start type that was asked for
    /// @param fallback type whose list the block was on
    /// @param changedOwnership whether the block's pageblock has the type `start` now
    default void extfrag(int pfn, int order, int fallbackOrder, MigrateType start,
            MigrateType fallback, boolean changedOwnership) {
    }
}
