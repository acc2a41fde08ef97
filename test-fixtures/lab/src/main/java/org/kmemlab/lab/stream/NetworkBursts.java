package org.kmemlab.lab.stream;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.stream.IntStream;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.GeometricSampler;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;

/// Packets that arrive in bursts on one CPU and are read by sockets on others.
///
/// A burst is geometric in length and goes to a socket drawn by Zipf's law. Each packet takes a
/// descriptor from a cache and a buffer from `kmalloc`, small (an acknowledgement) or a full frame;
/// both are freed on the socket's CPU, in order, when the socket is read. So nearly all frees are on
/// another CPU than the allocation.
final class NetworkBursts implements Generator {

    private static final int SOCKETS = 64;
    private static final int DESCRIPTOR_BYTES = 232;
    private static final int SMALL_BUFFER_BYTES = 640;
    private static final int FRAME_BUFFER_BYTES = 1920;
    private static final double SMALL_SHARE = 0.4;
    private static final double MEAN_BURST = 40;
    /// Packets that wait at most; further ones are dropped.
    private static final int QUEUE_LIMIT = 256;
    /// How likely a socket is read after a burst, and then how much of its queue.
    private static final double READ_SHARE = 0.6;

    private static final class Socket {
        final int number;
        final int cpu;
        final Queue<Integer> descriptors = new ArrayDeque<>();
        final Queue<Integer> buffers = new ArrayDeque<>();

        Socket(int number, int cpu) {
            this.number = number;
            this.cpu = cpu;
        }
    }

    private final UniformRandomProvider random;
    private final DiscreteSampler burst;
    private final DiscreteSampler popular;
    private final Socket[] sockets;

    NetworkBursts(UniformRandomProvider random, int cpus) {
        this.random = random;
        this.burst = GeometricSampler.of(random, 1 / MEAN_BURST);
        this.popular = RejectionInversionZipfSampler.of(random, SOCKETS, 1);
        this.sockets = IntStream.range(0, SOCKETS)
                .mapToObj(i -> new Socket(i, cpus == 1 ? 0 : 1 + i % (cpus - 1)))
                .toArray(Socket[]::new);
    }

    @Override
    public void step(Outbox out) {
        Socket socket = sockets[popular.sample() - 1];
        for (int left = 1 + burst.sample(); left > 0; left--) {
            receive(out, socket);
        }
        for (Socket reader : sockets) {
            if (random.nextDouble() < READ_SHARE) {
                read(out, reader, random.nextInt(reader.buffers.size() + 1));
            }
        }
    }

    private void receive(Outbox out, Socket socket) {
        int bytes = random.nextDouble() < SMALL_SHARE ? SMALL_BUFFER_BYTES : FRAME_BUFFER_BYTES;
        socket.descriptors.add(out.alloc(
                out.kind("skbuff_head_cache", DESCRIPTOR_BYTES, socket.number), DESCRIPTOR_BYTES,
                0));
        socket.buffers.add(out.alloc(out.kind("kmalloc", 0, socket.number), bytes, 0));
        if (socket.buffers.size() > QUEUE_LIMIT) {
            out.free(socket.buffers.remove(), 0);
            out.free(socket.descriptors.remove(), 0);
        }
    }

    private static void read(Outbox out, Socket socket, int packets) {
        for (int i = 0; i < packets; i++) {
            out.free(socket.buffers.remove(), socket.cpu);
            out.free(socket.descriptors.remove(), socket.cpu);
        }
    }
}
