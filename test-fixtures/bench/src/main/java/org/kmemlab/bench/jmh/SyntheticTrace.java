package org.kmemlab.bench.jmh;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

import org.apache.commons.lang3.StringUtils;

/// A trace of objects that come and go, as the kernel prints it: first so many are allocated, then
/// a random one is freed for each new one.
///
/// @param events how many events it has
/// @param live how many objects live at once
record SyntheticTrace(int events, int live) {

    /// The caches that its objects come from, and how large these are.
    static final String[] CACHES = {"dentry", "filp", "vm_area_struct", "anon_vma",
        "kmalloc-64", "kmalloc-192", "kmalloc-512", "names_cache"};
    static final int[] BYTES = {192, 256, 200, 104, 64, 192, 512, 4096};

    private static final long SEED = 12;
    private static final long BASE = 0xffff_8880_0100_0000L;
    private static final int SLOT = 4096;
    private static final int MICROS = 1_000_000;
    private static final int BUFFER_BYTES = 1 << 20;

    /// Is told of the events, one after the other.
    interface Listener {

        /// The object in a slot, of the cache with this index, comes.
        void alloc(int slot, int cache) throws IOException;

        /// It goes.
        void free(int slot, int cache) throws IOException;
    }

    /// Goes through the events; the same each time.
    void tell(Listener listener) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] cacheOf = new int[live];
        int told = 0;
        for (int slot = 0; slot < live && told < events; slot++) {
            cacheOf[slot] = random.nextInt(CACHES.length);
            listener.alloc(slot, cacheOf[slot]);
            told++;
        }
        while (told + 1 < events) {
            int slot = random.nextInt(live);
            listener.free(slot, cacheOf[slot]);
            cacheOf[slot] = random.nextInt(CACHES.length);
            listener.alloc(slot, cacheOf[slot]);
            told += 2;
        }
    }

    /// Writes the text of tracefs.
    void write(OutputStream target) throws IOException {
        try (OutputStream out = new BufferedOutputStream(target, BUFFER_BYTES)) {
            out.write("# tracer: nop\n#\n".getBytes(StandardCharsets.US_ASCII));
            tell(new Text(out));
        }
    }

    private static final class Text implements Listener {

        private final OutputStream out;
        private int written;

        Text(OutputStream out) {
            this.out = out;
        }

        @Override
        public void alloc(int slot, int cache) throws IOException {
            line("kmem_cache_alloc: call_site=alloc_" + CACHES[cache] + "+0x29/0x158 ptr="
                    + address(slot) + " bytes_req=" + BYTES[cache] + " bytes_alloc="
                    + BYTES[cache] + " gfp_flags=GFP_KERNEL node=-1 accounted=false");
        }

        @Override
        public void free(int slot, int cache) throws IOException {
            line("kmem_cache_free: call_site=free_" + CACHES[cache] + "+0x4c/0x50 ptr="
                    + address(slot) + " name=" + CACHES[cache]);
        }

        private static String address(int slot) {
            return Long.toHexString(BASE + (long) slot * SLOT);
        }

        private void line(String event) throws IOException {
            String micros = StringUtils.leftPad(Integer.toString(written % MICROS), 6, '0');
            out.write(("            init-1       [000] .....     " + (3 + written / MICROS) + "."
                    + micros + ": " + event + "\n").getBytes(StandardCharsets.US_ASCII));
            written++;
        }
    }
}
