package org.kmemlab.lab.stream;

import org.kmemlab.lab.policy.RequestKind;

/// The first requests of a generator that could go on for ever.
final class GeneratedStream implements RequestStream {

    private final Generator generator;
    private final long events;
    private final Outbox out = new Outbox();
    private long delivered;
    private boolean alloc;
    private int cpu;
    private int block = -1;

    /// @param events requests until the end
    GeneratedStream(Generator generator, long events) {
        this.generator = generator;
        this.events = events;
    }

    @Override
    public boolean next() {
        if (block >= 0 && !alloc) {
            out.forget(block);
            block = -1;
        }
        if (delivered == events) {
            return false;
        }
        while (out.isEmpty()) {
            generator.step(out);
        }
        long request = out.poll();
        delivered++;
        alloc = Outbox.isAlloc(request);
        cpu = Outbox.cpu(request);
        block = Outbox.block(request);
        return true;
    }

    @Override
    public boolean isAlloc() {
        return alloc;
    }

    @Override
    public RequestKind kind() {
        return out.kindOf(block);
    }

    @Override
    public int bytes() {
        return out.bytesOf(block);
    }

    @Override
    public int cpu() {
        return cpu;
    }

    @Override
    public int block() {
        return out.number(block);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
