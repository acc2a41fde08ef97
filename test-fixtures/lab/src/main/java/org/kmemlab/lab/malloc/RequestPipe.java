package org.kmemlab.lab.malloc;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.stream.BlockColumn;
import org.kmemlab.lab.stream.RequestStream;

/// A stream as bytes from one process to another: for each request the block with a bit for its
/// direction, the CPU and, if it allocates, the size. Kinds are not sent.
final class RequestPipe implements RequestStream {

    private static final RequestKind ANY = new RequestKind(0, "malloc", 0, 0);
    private static final long END = -1;

    private final DataInputStream in;
    private final BlockColumn bytesOf = new BlockColumn();
    private boolean alloc;
    private int block;
    private int cpu;

    RequestPipe(DataInputStream in) {
        this.in = in;
    }

    /// Sends all requests of a stream, and that it has ended.
    static void send(RequestStream stream, DataOutputStream out) throws IOException {
        while (stream.next()) {
            out.writeLong((long) stream.block() << 1 | (stream.isAlloc() ? 1 : 0));
            out.writeShort(stream.cpu());
            if (stream.isAlloc()) {
                out.writeInt(stream.bytes());
            }
        }
        out.writeLong(END);
        out.flush();
    }

    /// @throws EOFException if the other process ended too early
    @Override
    public boolean next() throws IOException {
        long word = in.readLong();
        if (word == END) {
            return false;
        }
        alloc = (word & 1) != 0;
        block = (int) (word >>> 1);
        cpu = in.readUnsignedShort();
        if (alloc) {
            bytesOf.set(block, in.readInt());
        }
        return true;
    }

    @Override
    public boolean isAlloc() {
        return alloc;
    }

    @Override
    public RequestKind kind() {
        return ANY;
    }

    @Override
    public int bytes() {
        return (int) bytesOf.get(block);
    }

    @Override
    public int cpu() {
        return cpu;
    }

    @Override
    public int block() {
        return block;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
