package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// Keeps the fields of a [Sheaf] on cache lines of their own.
///
/// The JVM lays out the fields of a superclass before those of its subclasses, but is free to order
/// the fields of one class; so padding has to be done by inheritance.
final class SheafPadding {

    private SheafPadding() {
    }

    @SuppressWarnings("unused") // takes up space
    abstract static class Before {
        /// Fills the gap behind the object header, where the JVM would put an `int` of a subclass.
        private int gap;
        private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
    }

    abstract static class Fields extends Before {

        long[] objects = {};
        int count;
        final long tagKey;
        /// The parts of the [ObjectTags]; null if misuse is not looked for.
        final long @Nullable [][] tags;
        final int granuleShift;
        final int granuleMask;
        @Nullable
        Thread owner;
        boolean busy;
        /// Whether somebody wants the objects back; the user honours it when it comes by.
        volatile boolean revoked;
        /// How often the stack was full or empty since it was made larger.
        int trips;

        Fields(@Nullable ObjectTags tags, long tagKey) {
            this.tags = tags == null ? null : tags.chunks();
            this.granuleShift = tags == null ? 0 : tags.granuleShift();
            this.granuleMask = tags == null ? 0 : tags.granuleMask();
            this.tagKey = tagKey;
        }
    }

    @SuppressWarnings("unused") // takes up space
    abstract static class After extends Fields {
        private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14, q15;

        After(@Nullable ObjectTags tags, long tagKey) {
            super(tags, tagKey);
        }
    }
}
