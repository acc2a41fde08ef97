package org.kmemlab.lab.metric;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.stream.RequestStream;

/// Requests written down in a test.
final class ListedStream implements RequestStream {

    static final RequestKind KMALLOC = new RequestKind(0, "kmalloc", 0, 0);

    private record Request(boolean alloc, int bytes, int cpu, int block) {}

    private final List<Request> requests = new ArrayList<>();
    private int at = -1;

    ListedStream alloc(int block, int bytes, int cpu) {
        requests.add(new Request(true, bytes, cpu, block));
        return this;
    }

    ListedStream free(int block, int cpu) {
        int bytes = requests.stream().filter(request -> request.alloc && request.block == block)
                .reduce((first, last) -> last).orElseThrow().bytes;
        requests.add(new Request(false, bytes, cpu, block));
        return this;
    }

    int size() {
        return requests.size();
    }

    @Override
    public boolean next() {
        return ++at < requests.size();
    }

    @Override
    public boolean isAlloc() {
        return requests.get(at).alloc;
    }

    @Override
    public RequestKind kind() {
        return KMALLOC;
    }

    @Override
    public int bytes() {
        return requests.get(at).bytes;
    }

    @Override
    public int cpu() {
        return requests.get(at).cpu;
    }

    @Override
    public int block() {
        return requests.get(at).block;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
