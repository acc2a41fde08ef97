package org.kmemlab.lab.rival.heap;

import org.apache.commons.lang3.Validate;

/// Many doubly linked lists of free chunks: the links in the chunks, the heads here. A chunk is
/// taken out in O(1).
final class ChunkList {

    private final ChunkTags tags;
    private final long[] heads;

    ChunkList(ChunkTags tags, int lists) {
        this.tags = tags;
        heads = new long[lists];
    }

    /// The first chunk of a list, 0 if it is empty.
    long first(int list) {
        return heads[list];
    }

    void addFirst(int list, long chunk) {
        insert(list, 0, chunk);
    }

    /// Adds a chunk behind another one of the list, at its head if that is 0.
    void insert(int list, long before, long chunk) {
        long after = before == 0 ? heads[list] : tags.next(before);
        tags.setPrevious(chunk, before);
        tags.setNext(chunk, after);
        if (before == 0) {
            heads[list] = chunk;
        } else {
            tags.setNext(before, chunk);
        }
        if (after != 0) {
            tags.setPrevious(after, chunk);
        }
    }

    void remove(int list, long chunk) {
        long before = tags.previous(chunk);
        long after = tags.next(chunk);
        if (before == 0) {
            heads[list] = after;
        } else {
            tags.setNext(before, after);
        }
        if (after != 0) {
            tags.setPrevious(after, before);
        }
    }

    long metadataBytes() {
        return (long) heads.length * Long.BYTES;
    }

    /// Walks a list.
    ///
    /// @param of which list a chunk of a size belongs to
    /// @return its length
    /// @throws IllegalStateException if a chunk is in use, wrongly linked or in the wrong list
    long walk(int list, ListOfSize of) {
        long count = 0;
        long before = 0;
        for (long chunk = heads[list]; chunk != 0; chunk = tags.next(chunk)) {
            Validate.validState(!tags.isInUse(chunk), "chunk 0x%x is in use and in a list", chunk);
            Validate.validState(tags.previous(chunk) == before,
                    "chunk 0x%x: the one before is 0x%x, its link says 0x%x", chunk, before,
                    tags.previous(chunk));
            int right = of.listOf(tags.size(chunk));
            Validate.validState(right == list, "chunk 0x%x of %d bytes is in list %d, not %d",
                    chunk, tags.size(chunk), list, right);
            before = chunk;
            count++;
        }
        return count;
    }

    /// Tells the list of a size.
    @FunctionalInterface
    interface ListOfSize {

        /// The list that holds free chunks of so many bytes.
        int listOf(long size);
    }
}
