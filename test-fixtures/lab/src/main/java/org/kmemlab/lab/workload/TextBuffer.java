package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// Text that is appended to; the old text stays good if the new one finds no room.
final class TextBuffer extends Structure {

    static final Workload WORKLOAD = new Program("string-builder",
            "text that grows by krealloc, up to more than the caches serve", TextBuffer::run);

    private long text;
    private long capacity;
    private long length;

    private TextBuffer(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (TextBuffer buffer = new TextBuffer(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 9; i++) {
                int bytes = 1 + random.nextInt(16 << i);
                byte letter = (byte) ('a' + i);
                good = calls.make(() -> buffer.append(bytes, letter));
            }
        }
    }

    private boolean append(int bytes, byte letter) {
        if (length + bytes > capacity) {
            long larger = kernel.krealloc(text, 2 * (length + bytes), GFP_KERNEL);
            if (larger == 0) {
                return false;
            }
            text = larger;
            capacity = kernel.ksize(larger);
        }
        memory.fill(text + length, bytes, letter);
        length += bytes;
        return true;
    }

    @Override
    public void close() {
        kernel.kfree_sensitive(text);
    }
}
