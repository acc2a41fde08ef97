package org.kmemlab.lab.rival.cached;

import java.util.Arrays;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// One CPU's free lists, one for each size class.
///
/// A list may be so long: at first 1 object, one more with each fetch up to a batch, then a batch
/// more each time ("slow start"), so that a rare size keeps little. A list that is longer gives a
/// batch to the central list. When all lists together are beyond the limit, each gives half of what
/// it did not need since the last time (its low water mark).
final class ThreadCache {

    private static final int LENGTH_MOST = 8_192;
    /// A list that was too long so often in a row may be shorter.
    private static final int OVERAGES = 3;

    private final PhysicalMemory memory;
    private final Steps steps;
    private final SizeClasses classes;
    private final CentralList[] central;
    private final long limitBytes;
    private final TransferCounts counts;
    private final long[] first;
    private final int[] length;
    private final int[] lengthMost;
    private final int[] lowWater;
    private final int[] overages;
    private long bytes;

    ThreadCache(PhysicalMemory memory, Steps steps, SizeClasses classes, CentralList[] central,
            long limitBytes, TransferCounts counts) {
        this.memory = memory;
        this.steps = steps;
        this.classes = classes;
        this.central = central;
        this.limitBytes = limitBytes;
        this.counts = counts;
        first = new long[classes.count()];
        length = new int[classes.count()];
        lengthMost = new int[classes.count()];
        lowWater = new int[classes.count()];
        overages = new int[classes.count()];
        Arrays.fill(lengthMost, 1);
    }

    long take(Cpu cpu, int index) {
        steps.look();
        if (length[index] == 0) {
            return fetch(cpu, index);
        }
        bytes -= classes.size(index);
        return pop(index);
    }

    private long pop(int index) {
        long object = first[index];
        first[index] = memory.getLong(object);
        length[index]--;
        lowWater[index] = Math.min(lowWater[index], length[index]);
        return object;
    }

    private long fetch(Cpu cpu, int index) {
        int batch = central[index].batch();
        long object = central[index].fetch(cpu, Math.min(lengthMost[index], batch));
        if (object == 0) {
            return 0;
        }
        int fetched = central[index].fetched();
        counts.fetched(fetched);
        first[index] = memory.getLong(object);
        length[index] = fetched - 1;
        bytes += (fetched - 1L) * classes.size(index);
        lengthMost[index] += lengthMost[index] < batch
                ? 1
                : Math.min(batch, LENGTH_MOST - lengthMost[index]);
        return object;
    }

    void give(Cpu cpu, int index, long object) {
        steps.look();
        memory.putLong(object, first[index]);
        first[index] = object;
        length[index]++;
        bytes += classes.size(index);
        if (length[index] > lengthMost[index]) {
            tooLong(cpu, index);
        }
        if (bytes > limitBytes) {
            scavenge(cpu);
        }
    }

    private void tooLong(Cpu cpu, int index) {
        int batch = central[index].batch();
        release(cpu, index, batch);
        if (lengthMost[index] < batch) {
            lengthMost[index]++;
        } else if (lengthMost[index] > batch && ++overages[index] > OVERAGES) {
            lengthMost[index] -= batch;
            overages[index] = 0;
        }
    }

    /// Gives objects to the central list, a batch at a time.
    private void release(Cpu cpu, int index, int count) {
        int left = Math.min(count, length[index]);
        while (left > 0) {
            int moved = Math.min(left, central[index].batch());
            long chain = first[index];
            long last = chain;
            for (int i = 1; i < moved; i++) {
                steps.look();
                last = memory.getLong(last);
            }
            first[index] = memory.getLong(last);
            memory.putLong(last, 0);
            length[index] -= moved;
            bytes -= (long) moved * classes.size(index);
            counts.released(moved);
            central[index].release(cpu, chain, moved);
            left -= moved;
        }
        lowWater[index] = Math.min(lowWater[index], length[index]);
    }

    private void scavenge(Cpu cpu) {
        for (int index = 0; index < length.length; index++) {
            steps.look();
            if (lowWater[index] > 0) {
                release(cpu, index, Math.max(1, lowWater[index] / 2));
            }
            lowWater[index] = length[index];
        }
    }

    /// Checks its lists.
    ///
    /// @return the objects in them
    long walk() {
        long all = 0;
        long found = 0;
        for (int index = 0; index < length.length; index++) {
            int count = 0;
            for (long object = first[index]; object != 0; object = memory.getLong(object)) {
                count++;
                Validate.validState(count <= length[index], "the list of class %d has a loop",
                        index);
            }
            Validate.validState(count == length[index],
                    "the list of class %d has %d objects, counted %d", index, count,
                    length[index]);
            all += count;
            found += (long) count * classes.size(index);
        }
        Validate.validState(found == bytes, "%d bytes in a cache, counted %d", found, bytes);
        return all;
    }

    long metadataBytes() {
        return length.length * (Long.BYTES + 4L * Integer.BYTES);
    }
}
