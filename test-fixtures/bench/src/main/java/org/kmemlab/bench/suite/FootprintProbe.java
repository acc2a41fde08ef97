package org.kmemlab.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import org.kmemlab.bench.pool.AddressPool;
import org.kmemlab.bench.pool.AddressPools;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.HandlePool;
import org.kmemlab.bench.pool.HandlePools;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// A process that allocates and looks at itself: how much the used heap and the resident memory
/// outside it grew. Its heap must be touched and of fixed size, so that only the rest grows.
final class FootprintProbe {

    /// How many objects live at the end.
    static final int OBJECTS = 100_000;

    private static final int FRAMES_MIB = 1024;
    private static final int FRAMES = FRAMES_MIB << 7;
    private static final int COLLECTIONS = 3;
    private static final int PAGE_BYTES = 4096;

    private FootprintProbe() {
    }

    /// Prints bytes of heap and of other memory for each object.
    ///
    /// @param args contender and size of an object
    public static void main(String[] args) throws IOException {
        Contender contender = Contender.valueOf(args[0]);
        int bytes = Integer.parseInt(args[1]);
        switch (contender.shape()) {
            case ADDRESS -> addresses(AddressPools.open(contender, bytes));
            case HANDLE -> handles(HandlePools.open(contender, bytes));
            case PAGES -> frames();
            default -> throw new IllegalArgumentException(contender + " holds no objects");
        }
    }

    private static void addresses(AddressPool pool) throws IOException {
        long[] kept = new long[OBJECTS];
        long first = pool.alloc();
        pool.write(first, first);
        Usage before = Usage.now();
        for (int i = 0; i < OBJECTS; i++) {
            kept[i] = pool.alloc();
            pool.write(kept[i], i);
        }
        Usage.now().printGrowth(before, OBJECTS);
        pool.free(kept[0]);
    }

    private static <T> void handles(HandlePool<T> pool) throws IOException {
        Object[] kept = new Object[OBJECTS];
        T last = pool.alloc();
        pool.write(last, 0);
        Usage before = Usage.now();
        for (int i = 0; i < OBJECTS; i++) {
            last = pool.alloc();
            pool.write(last, i);
            kept[i] = last;
        }
        Usage.now().printGrowth(before, OBJECTS);
        pool.free(last);
        if (kept[0] == null) {
            throw new IllegalStateException("no objects");
        }
    }

    private static void frames() throws IOException {
        Usage before = Usage.now();
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(FRAMES_MIB)
                .withMemory(MemoryKind.METADATA_ONLY))) {
            PageAllocator pages = new PageAllocator(machine);
            for (int i = 0; i < FRAMES; i++) {
                if (pages.allocPages(machine.cpu(0), GfpFlags.GFP_KERNEL,
                        0) == PageAllocator.NONE) {
                    throw new IllegalStateException("no page number " + i);
                }
            }
            Usage.now().printGrowth(before, FRAMES);
            pages.validate();
        }
    }

    private record Usage(long heap, long resident) {

        static Usage now() throws IOException {
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
            }
            Runtime runtime = Runtime.getRuntime();
            String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1];
            return new Usage(runtime.totalMemory() - runtime.freeMemory(),
                    Long.parseLong(pages) * PAGE_BYTES);
        }

        void printGrowth(Usage before, int count) {
            System.out.printf(Locale.ROOT, "%.2f %.2f%n", (heap - before.heap) / (double) count,
                    (resident - before.resident) / (double) count);
        }
    }
}
