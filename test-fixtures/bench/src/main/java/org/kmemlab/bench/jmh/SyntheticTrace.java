package org.kmemlab.bench.jmh;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/// A trace of objects that come and go, as the kernel prints it: first so many are allocated, then
/// a random one is freed for each new one.
///
/// @param events how many events it has
/// @param live how many objects live at once
record SyntheticTrace(int events, int live) {

    private static final String[] CACHES = {"dentry", "filp", "vm_area_struct", "anon_vma",
        "kmalloc-64", "kmalloc-192", "kmalloc-512", "names_cache"};
    private static final int[] BYTES = {192, 256, 200, 104, 64, 192, 512, 4096};
    private static final long SEED = 12;
    private static final long BASE = 0xffff_8880_0100_0000L;
    private static final int SLOT = 4096;
    private static final int EVENT_BYTES = 190;

    /// The text of tracefs.
    byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(events * EVENT_BYTES);
        SplittableRandom random = new SplittableRandom(SEED);
        int[] kinds = new int[live];
        out.writeBytes("# tracer: nop\n#\n".getBytes(StandardCharsets.US_ASCII));
        int written = 0;
        for (int slot = 0; slot < live && written < events; slot++) {
            kinds[slot] = random.nextInt(CACHES.length);
            alloc(out, written++, slot, kinds[slot]);
        }
        while (written + 1 < events) {
            int slot = random.nextInt(live);
            free(out, written++, slot, kinds[slot]);
            kinds[slot] = random.nextInt(CACHES.length);
            alloc(out, written++, slot, kinds[slot]);
        }
        return out.toByteArray();
    }

    private static void alloc(ByteArrayOutputStream out, int number, int slot, int kind) {
        line(out, number, "kmem_cache_alloc: call_site=alloc_" + CACHES[kind] + "+0x29/0x158 ptr="
                + Long.toHexString(address(slot)) + " bytes_req=" + BYTES[kind] + " bytes_alloc="
                + BYTES[kind] + " gfp_flags=GFP_KERNEL node=-1 accounted=false");
    }

    private static void free(ByteArrayOutputStream out, int number, int slot, int kind) {
        line(out, number, "kmem_cache_free: call_site=free_" + CACHES[kind] + "+0x4c/0x50 ptr="
                + Long.toHexString(address(slot)) + " name=" + CACHES[kind]);
    }

    private static long address(int slot) {
        return BASE + (long) slot * SLOT;
    }

    private static void line(ByteArrayOutputStream out, int number, String event) {
        String micros = String.format(Locale.ROOT, "%06d", number % 1_000_000);
        out.writeBytes(("            init-1       [000] .....     " + (3 + number / 1_000_000)
                + "." + micros + ": " + event + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
