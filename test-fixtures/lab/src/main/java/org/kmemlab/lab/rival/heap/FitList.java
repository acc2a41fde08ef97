package org.kmemlab.lab.rival.heap;

import org.kmemlab.lab.rival.base.Steps;

/// One list of all free chunks, searched from one end: first, next or best fit.
///
/// A freed chunk goes to the front. Next fit starts where it stopped last; best fit stops early
/// only at a chunk of exactly the size.
///
/// Source: D. E. Knuth, The Art of Computer Programming 1, section 2.5, algorithms A and C and
/// exercise 6 (the roving pointer). Leaves out lists in the order of addresses. What is left of a
/// chunk goes to the front, too; Knuth leaves it in place.
final class FitList implements FreeChunks {

    /// Which chunk is taken of those that fit.
    enum Fit {
        /// The first from the front.
        FIRST,
        /// The first from where the last search stopped.
        NEXT,
        /// The smallest.
        BEST
    }

    private static final int LIST = 0;

    private final Fit fit;
    private final ChunkTags tags;
    private final Steps steps;
    private final ChunkList list;
    /// Where next fit starts; 0 for the front.
    private long rover;

    FitList(Fit fit, ChunkTags tags, Steps steps) {
        this.fit = fit;
        this.tags = tags;
        this.steps = steps;
        list = new ChunkList(tags, 1);
    }

    @Override
    public long take(long size) {
        long chunk = switch (fit) {
            case FIRST -> search(list.first(LIST), 0, size);
            case NEXT -> searchFromRover(size);
            case BEST -> searchBest(size);
        };
        if (chunk != 0) {
            rover = chunk;
            remove(chunk);
        }
        return chunk;
    }

    private long search(long from, long end, long size) {
        for (long chunk = from; chunk != end; chunk = tags.next(chunk)) {
            steps.look();
            if (tags.size(chunk) >= size) {
                return chunk;
            }
        }
        return 0;
    }

    private long searchFromRover(long size) {
        long found = search(rover, 0, size);
        return found != 0 ? found : search(list.first(LIST), rover, size);
    }

    private long searchBest(long size) {
        long best = 0;
        long bestSize = Long.MAX_VALUE;
        for (long chunk = list.first(LIST); chunk != 0; chunk = tags.next(chunk)) {
            steps.look();
            long found = tags.size(chunk);
            if (found == size) {
                return chunk;
            }
            if (found > size && found < bestSize) {
                best = chunk;
                bestSize = found;
            }
        }
        return best;
    }

    @Override
    public void add(long chunk) {
        steps.look();
        list.addFirst(LIST, chunk);
    }

    @Override
    public void remove(long chunk) {
        if (chunk == rover) {
            rover = tags.next(chunk);
        }
        list.remove(LIST, chunk);
    }

    @Override
    public long metadataBytes() {
        return list.metadataBytes() + Long.BYTES;
    }

    @Override
    public long walk() {
        return list.walk(LIST, size -> LIST);
    }
}
