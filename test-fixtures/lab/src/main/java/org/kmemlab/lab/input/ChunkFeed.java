package org.kmemlab.lab.input;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Where filled chunks come from and used ones go to.
///
/// At most two chunks are with the taker at a time: the one it works on, and the next one when it
/// carries over the start of a line.
sealed interface ChunkFeed extends Closeable {

    /// The next chunk; an empty one at the end of the data.
    Chunk take() throws IOException;

    /// Takes back a chunk that is used up.
    void giveBack(Chunk chunk);

    /// Reads when asked: for data that is as good as in memory.
    final class Direct implements ChunkFeed {

        private final InputStream in;
        private final BlockingQueue<Chunk> free;

        Direct(InputStream in, int chunkBytes) {
            this.in = in;
            this.free = chunks(2, chunkBytes);
        }

        @Override
        public Chunk take() throws IOException {
            Chunk chunk = taken(free);
            chunk.fill(in);
            return chunk;
        }

        @Override
        public void giveBack(Chunk chunk) {
            free.add(chunk);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /// Reads ahead on a thread of its own: for data that takes work to decompress.
    final class Pipelined implements ChunkFeed {

        private static final int CHUNKS = 4;

        private final InputStream in;
        private final BlockingQueue<Chunk> free;
        private final BlockingQueue<Chunk> filled = new ArrayBlockingQueue<>(CHUNKS);
        private final Thread reader;

        Pipelined(String fileName, InputStream in, int chunkBytes) {
            this.in = in;
            this.free = chunks(CHUNKS, chunkBytes);
            this.reader =
                    Thread.ofPlatform().daemon().name("read " + fileName).unstarted(this::run);
            reader.start();
        }

        private void run() {
            // The data is closed here and nowhere else: a decompressor must not lose its memory
            // while it works.
            try (in) {
                boolean more = true;
                while (more) {
                    Chunk chunk = free.take();
                    chunk.fill(in);
                    more = !chunk.isEmpty() && chunk.failure() == null;
                    filled.put(chunk);
                }
            } catch (InterruptedException closed) {
                // Closed before the end: nobody waits for more chunks.
                Thread.currentThread().interrupt();
            } catch (IOException afterTheEnd) {
                // Everything that was wanted has been read; only closing failed.
            }
        }

        @Override
        public Chunk take() throws IOException {
            return taken(filled);
        }

        @Override
        public void giveBack(Chunk chunk) {
            free.add(chunk);
        }

        @Override
        public void close() {
            reader.interrupt();
        }

        /// Whether the thread has not ended yet.
        boolean isReading() {
            return reader.isAlive();
        }
    }

    private static BlockingQueue<Chunk> chunks(int count, int chunkBytes) {
        BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(count);
        for (int i = 0; i < count; i++) {
            queue.add(new Chunk(chunkBytes));
        }
        return queue;
    }

    private static Chunk taken(BlockingQueue<Chunk> queue) throws IOException {
        try {
            return queue.take();
        } catch (InterruptedException cause) {
            Thread.currentThread().interrupt();
            InterruptedIOException failure =
                    new InterruptedIOException("interrupted while reading");
            failure.initCause(cause);
            throw failure;
        }
    }
}
