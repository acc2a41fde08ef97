package org.kmemlab.lab.rival.base;

import java.util.Objects;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.PolicyUsage;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The frame of every rival: checks arguments, counts blocks and steps, and leaves the rest to the
/// allocator.
///
/// The counts are for the one who compares; the allocator does not look at them.
public abstract class Rival implements Policy {

    /// The bytes of the machine: links and headers lie in them.
    protected final PhysicalMemory memory;
    /// The pages it holds.
    protected final PageRuns pages;
    /// What it has looked at.
    protected final Steps steps = new Steps();

    private final Cpu first;
    private long blocks;
    private long usableBytes;

    /// Holds nothing yet.
    ///
    /// @throws IllegalArgumentException if the machine's memory has no bytes
    protected Rival(PageAllocator allocator) {
        memory = allocator.machine().memory();
        first = allocator.machine().cpu(0);
        pages = new PageRuns(allocator);
    }

    @Override
    public final long alloc(Cpu cpu, RequestKind kind, int bytes) {
        Validate.isTrue(bytes >= 1, "request of %d bytes: expected 1 or more", bytes);
        steps.begin();
        long address = take(Objects.requireNonNull(cpu), kind, bytes);
        steps.end();
        if (address != 0) {
            blocks++;
            usableBytes += usableSize(address);
        }
        return address;
    }

    @Override
    public final void free(Cpu cpu, RequestKind kind, long address) {
        steps.begin();
        long usable = checkInUse(address);
        give(Objects.requireNonNull(cpu), kind, address);
        steps.end();
        blocks--;
        usableBytes -= usable;
    }

    @Override
    public final long usableSize(long address) {
        return checkInUse(address);
    }

    @Override
    public final PolicyUsage usage() {
        return new PolicyUsage(blocks, usableBytes, pages.heldBytes(),
                pages.metadataBytes() + metadataBytes(), steps.total(), steps.most(),
                remoteFrees());
    }

    @Override
    public final void validate() {
        long found;
        try {
            pages.validate();
            found = walk();
        } catch (IllegalArgumentException wild) {
            // A link that leads out of the memory, or to what is no block.
            throw new IllegalStateException("a walk went astray: " + wild.getMessage(), wild);
        }
        Validate.validState(found == blocks, "%d blocks in use were found, %d are out", found,
                blocks);
    }

    @Override
    public void close() {
        pages.giveAll(first);
        blocks = 0;
        usableBytes = 0;
    }

    /// Serves a request.
    ///
    /// @return 0 if there is no memory
    protected abstract long take(Cpu cpu, RequestKind kind, int bytes);

    /// Looks whether a block is in use, as far as the allocator can tell.
    ///
    /// @return the bytes its owner may use
    /// @throws IllegalArgumentException if it is not in use
    protected abstract long checkInUse(long address);

    /// Takes back a block that passed [#checkInUse].
    protected abstract void give(Cpu cpu, RequestKind kind, long address);

    /// Headers, index arrays, bitmaps and tables, besides those of the page runs.
    protected abstract long metadataBytes();

    /// Walks everything.
    ///
    /// @return how many blocks are in use by what was found
    /// @throws IllegalStateException at the first thing that is not as it must be
    protected abstract long walk();

    /// See [PolicyUsage#remoteFrees].
    protected long remoteFrees() {
        return -1;
    }

    /// What refuses an address that is no block in use.
    public static IllegalArgumentException refused(long address, String why) {
        return new IllegalArgumentException("0x" + Long.toHexString(address) + ": " + why);
    }
}
