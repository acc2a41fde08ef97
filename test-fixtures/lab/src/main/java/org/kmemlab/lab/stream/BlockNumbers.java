package org.kmemlab.lab.stream;

import java.util.Arrays;

/// Numbers for blocks: the one that was given back last, else the smallest that was never given.
final class BlockNumbers {

    private int[] returned = new int[1 << 8];
    private int returnedCount;
    private int given;

    int take() {
        return returnedCount > 0 ? returned[--returnedCount] : given++;
    }

    void giveBack(int block) {
        if (returnedCount == returned.length) {
            returned = Arrays.copyOf(returned, 2 * returnedCount);
        }
        returned[returnedCount++] = block;
    }
}
