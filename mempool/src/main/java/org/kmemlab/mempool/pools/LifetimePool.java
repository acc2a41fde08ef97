package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.StackDump;

/// A pool of equal objects that lives as long as something else does: a request, a connection, a
/// turn of a loop. Closing it releases everything at once.
///
/// Objects lie in slabs that the pool takes as it grows and keeps until it is closed. Closing does,
/// in this order: children, the youngest first; callbacks, the last registered first; the
/// destructor on each object in use, if asked for; then the slabs go back. Without destructors its
/// cost is in slabs, not in objects ([#closeSteps]).
///
/// An object may be freed on its own, too. Pools of one tree may be used by several threads if they
/// share one lock; opening and closing children is for one thread at a time.
@CheckReturnValue
public final class LifetimePool implements AutoCloseable {

    /// What closing does with objects in use.
    public enum CloseMode {
        /// Calls the destructor for each.
        RUN_DESTRUCTORS,
        /// Forgets them.
        DROP
    }

    private final RegionSource source;
    private final PoolOptions options;
    private final String owner;
    private final @Nullable LifetimePool parent;
    private final int objectBytes;
    private final @Nullable LongConsumer destructor;
    private final long slabBytes;
    private final BlockPool blocks;
    private final BlockPool.Growth growth = this::grow;
    private final List<LifetimePool> children = new ArrayList<>();
    private final CleanupList callbacks = new CleanupList();
    private boolean closing;
    private long closeSteps;

    private LifetimePool(Cpu cpu, RegionSource source, @Nullable LifetimePool parent,
            int objectBytes, @Nullable LongConsumer destructor, PoolOptions options) {
        Validate.isTrue(objectBytes >= 1, "objects of %d bytes: expected 1 or more", objectBytes);
        BlockLayout layout = BlockLayout.of(Math.max(Long.BYTES, objectBytes), options);
        this.source = source;
        this.options = options;
        this.owner = StackDump.who(cpu);
        this.parent = parent;
        this.objectBytes = objectBytes;
        this.destructor = destructor;
        this.slabBytes = layout.slabBytes();
        this.blocks = new BlockPool(source.machine(), layout, options, LifetimePool.class);
    }

    /// Opens a pool without a parent. It takes memory at the first allocation.
    ///
    /// @param cpu whose task owns it
    /// @param source what slabs are taken from: a page, or a power of two of them that holds 8
    ///        objects
    /// @param objectBytes size of every object, 1 or more
    /// @param destructor called with an object before its memory is reused or released; null for
    ///        none
    /// @throws IllegalArgumentException if the size is out of range
    public static LifetimePool open(Cpu cpu, RegionSource source, int objectBytes,
            @Nullable LongConsumer destructor, PoolOptions options) {
        return new LifetimePool(cpu, source, null, objectBytes, destructor, options);
    }

    /// Opens a pool that is closed at the latest when this one is.
    ///
    /// @throws IllegalStateException if this one is closed
    public LifetimePool openChild(Cpu cpu, String name, int childObjectBytes,
            @Nullable LongConsumer childDestructor) {
        requireOpen();
        LifetimePool child = new LifetimePool(cpu, source, this, childObjectBytes, childDestructor,
                options.withName(name));
        children.add(child);
        return child;
    }

    /// Takes an object; it holds what its last user left.
    ///
    /// @return 0 if there is no memory
    /// @throws IllegalStateException if the pool is closed, or somebody wrote to an object after
    ///         freeing it
    public long alloc(Cpu cpu) {
        requireOpen();
        return blocks.takeOrGrow(cpu, growth);
    }

    private boolean grow(@Nullable Cpu cpu) {
        return cpu != null && blocks.grow(cpu, source, slabBytes, Long.MAX_VALUE) > 0;
    }

    /// Destroys an object and takes it back.
    ///
    /// @param object 0 is ignored
    /// @throws PoolMisuseException if it is no object of the pool in use; nothing is changed then
    /// @throws IllegalStateException if the pool is closed
    public void free(long object) {
        if (object == 0) {
            return;
        }
        requireOpen();
        blocks.lock().lock();
        try {
            BlockRegion _ = blocks.store().requireInUse(object);
            if (destructor != null) {
                destructor.accept(object);
            }
            blocks.put(object);
        } finally {
            blocks.lock().unlock();
        }
    }

    /// Has something done when the pool is closed, before those that were registered earlier.
    ///
    /// @param name what [#inspect] calls it
    /// @throws IllegalStateException if the pool is closed
    public void onClose(String name, Runnable action) {
        requireOpen();
        callbacks.add(name, name, action);
    }

    /// What an address is to this pool; its children have addresses of their own.
    public BlockState stateOf(long address) {
        return blocks.stateOf(address);
    }

    /// What it has done.
    public PoolStatistics statistics() {
        return blocks.statistics();
    }

    /// What it takes, without its children.
    public PoolFootprint footprint() {
        return blocks.footprint();
    }

    /// The objects in use, without those of its children. O(objects).
    public List<LiveBlock> live() {
        return blocks.live();
    }

    /// The tree from here down: slabs, owners, callbacks, children. O(objects).
    public PoolNode inspect() {
        return new PoolNode(blocks.name(), objectBytes, owner, blocks.users(), blocks.parts(),
                callbacks.names(),
                children.stream().map(LifetimePool::inspect).toList());
    }

    /// Whether it was closed, by itself or with its parent.
    public boolean isClosed() {
        return blocks.isClosed();
    }

    /// What closing it cost: slabs given back, destructors and callbacks called; without its
    /// children.
    public long closeSteps() {
        return closeSteps;
    }

    /// Checks this pool and its children. O(objects).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        blocks.validate();
        for (LifetimePool child : children) {
            Validate.validState(!child.isClosed(), "%s: its child %s is closed", this, child);
            child.validate();
        }
    }

    /// Releases everything at once. A second call does nothing. If the pool remembers who
    /// allocated, the log names each object in use.
    ///
    /// @throws RuntimeException the first that a callback or destructor threw, after all work is
    ///         done; the others are suppressed in it
    public void close(Cpu cpu, CloseMode mode) {
        if (closing) {
            return;
        }
        closing = true;
        Failures failures = new Failures();
        for (LifetimePool child : List.copyOf(children).reversed()) {
            failures.run(() -> child.close(cpu, mode));
        }
        closeSteps += callbacks.runAll(failures);
        if (mode == CloseMode.RUN_DESTRUCTORS) {
            destroyAll(failures);
        }
        closeSteps += blocks.store().regions().size();
        boolean _ = blocks.close(cpu, options.tracksSites());
        if (parent != null) {
            parent.children.remove(this);
        }
        failures.throwFirst();
    }

    private void destroyAll(Failures failures) {
        LongConsumer destroy = destructor;
        if (destroy == null) {
            return;
        }
        blocks.forEachInUse(object -> {
            closeSteps++;
            failures.run(() -> destroy.accept(object));
        });
    }

    /// Closes it on the machine's first CPU, with destructors.
    @Override
    public void close() {
        close(source.machine().cpu(0), CloseMode.RUN_DESTRUCTORS);
    }

    private void requireOpen() {
        if (closing) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public String toString() {
        return blocks.toString();
    }
}
