package org.kmemlab.lab.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import org.kmemlab.lab.policy.RequestKind;

/// Goes through a stream and checks what every stream promises.
final class Discipline {

    private record Live(RequestKind kind, int bytes) {}

    private final Map<Integer, Live> live = new HashMap<>();
    private int highestBlock = -1;
    private int mostLive;
    private long hash = 1;
    private long events;

    private Discipline() {
    }

    static Discipline of(RequestStream stream) throws IOException {
        Discipline seen = new Discipline();
        while (stream.next()) {
            seen.take(stream);
        }
        assertThat(seen.highestBlock).as("block numbers are used again")
                .isEqualTo(seen.mostLive - 1);
        return seen;
    }

    private void take(RequestStream stream) {
        events++;
        int block = stream.block();
        Live now = new Live(stream.kind(), stream.bytes());
        assertThat(now.bytes).isPositive();
        assertThat(stream.cpu()).isNotNegative();
        if (!now.kind.isKmalloc()) {
            assertThat(now.bytes).isEqualTo(now.kind.objectSize());
        }
        if (stream.isAlloc()) {
            assertThat(live.put(block, now)).as("block %d is given twice", block).isNull();
            highestBlock = Math.max(highestBlock, block);
            mostLive = Math.max(mostLive, live.size());
        } else {
            assertThat(live.remove(block)).as("block %d", block).isEqualTo(now);
        }
        hash = 31 * hash + block;
        hash = 31 * hash + now.bytes;
        hash = 31 * hash + stream.cpu();
        hash = 31 * hash + now.kind.hashCode();
        hash = 31 * hash + (stream.isAlloc() ? 1 : 0);
    }

    /// The same for equal streams.
    long hash() {
        return hash;
    }

    long events() {
        return events;
    }

    int live() {
        return live.size();
    }
}
