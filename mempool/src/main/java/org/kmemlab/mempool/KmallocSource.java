package org.kmemlab.mempool;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.MisusePolicy;

/// Elements that are `kmalloc` blocks of one size.
record KmallocSource(Kmalloc kmalloc, long sizeBytes) implements ElementSource {

    /// The largest block that `kmalloc` gives.
    private static final long SIZE_BYTES_MAX = 4L << 20;

    KmallocSource {
        Validate.isTrue(sizeBytes >= 1 && sizeBytes <= SIZE_BYTES_MAX,
                "element size %d: expected 1 to %d bytes", sizeBytes, SIZE_BYTES_MAX);
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        return kmalloc.kmalloc(cpu, sizeBytes, gfp);
    }

    @Override
    public void free(Cpu cpu, long element) {
        kmalloc.kfree(cpu, element);
    }

    @Override
    public boolean refusesMisuse() {
        return kmalloc.misusePolicy() == MisusePolicy.REFUSE;
    }

    /// `kfree` takes blocks of any size, but a small one must not come out of the reserve again.
    @Override
    public void requireAllocated(long element) {
        kmalloc.requireAllocated(element);
        long has = kmalloc.ksize(element);
        Validate.isTrue(has >= sizeBytes, "block 0x%x has %d bytes: elements of this pool have %d",
                element, has, sizeBytes);
    }

    @Override
    public long sizeBytes(long element) {
        return kmalloc.ksize(element);
    }

    @Override
    public String description() {
        return "kmalloc blocks of " + sizeBytes + " bytes";
    }
}
