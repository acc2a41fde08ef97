package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.KernelLog;

/// The slab layer's way from nothing to everything, one state at a time.
///
/// ```text
///   DOWN ──► PARTIAL ──► UP ──► FULL
///        kmem_cache_node │      │ sysfs directories, then the links of aliases
///                        │ kmem_cache; both listed; all kmalloc caches
/// ```
///
/// SLAB goes from PARTIAL over PARTIAL_NODE to UP, and has no sysfs directories.
///
/// Descriptors of caches are themselves objects of the caches `kmem_cache` and `kmem_cache_node`,
/// which therefore start as static ones. Whoever builds a [SlabAllocator] gets a booted one; this
/// class is for looking at the states on the way:
///
/// ```java
/// SlabBoot boot = SlabBoot.of(pages);
/// boot.advanceTo(SlabState.UP);
/// KmemCache early = boot.allocator().createCache(KmemCacheArgs.of("early", 64));
/// boot.advance(); // FULL: now sysfs has it
/// ```
///
/// Differs from Linux: descriptors are Java objects, so the two caches stay empty, and the static
/// ones need not be copied into themselves.
public final class SlabBoot {

    /// A name under which a shared cache was created before sysfs could show it.
    private record Alias(String name, SlabCache cache) {}

    private final SlabAllocator allocator;
    private final KernelLog log;
    private final List<Alias> aliases = new ArrayList<>();
    private SlabState state = SlabState.DOWN;

    SlabBoot(SlabAllocator allocator) {
        this.allocator = allocator;
        this.log = allocator.machine().log();
    }

    /// A slab layer that is [SlabState#DOWN]; misuse is refused.
    public static SlabBoot of(PageAllocator pages) {
        return of(pages, SlabPages.of(pages), MisusePolicy.REFUSE);
    }

    /// A slab layer that is [SlabState#DOWN].
    ///
    /// @param pages serves large `kmalloc`s
    /// @param slabPages serves slabs
    /// @param misusePolicy what happens when a caller frees what it must not free
    /// @throws IllegalArgumentException as the constructors of [SlabAllocator] say
    public static SlabBoot of(PageAllocator pages, SlabPages slabPages,
            MisusePolicy misusePolicy) {
        return SlabAllocator.down(pages, slabPages, misusePolicy).boot();
    }

    /// What is booted. It refuses what its state does not allow yet.
    public SlabAllocator allocator() {
        return allocator;
    }

    /// How far it is.
    public SlabState state() {
        return state;
    }

    /// Names that wait for sysfs: creators that joined an existing cache, the oldest first.
    public List<String> queuedAliases() {
        return aliases.stream().map(Alias::name).toList();
    }

    /// Goes on to the next state.
    ///
    /// @return that state
    /// @throws IllegalStateException if it is [SlabState#FULL]
    public SlabState advance() {
        switch (state) {
            case DOWN -> state = SlabState.PARTIAL;
            case PARTIAL -> {
                if (allocator.settings().engine() == EngineKind.SLAB) {
                    state = SlabState.PARTIAL_NODE;
                } else {
                    comeUp();
                }
            }
            case PARTIAL_NODE -> comeUp();
            case UP -> {
                state = SlabState.FULL;
                if (allocator.settings().engine() == EngineKind.SLUB) {
                    fillSysfs();
                }
                aliases.clear();
            }
            case FULL -> throw new IllegalStateException("the slab layer is FULL, nothing is left");
        }
        return state;
    }

    private void comeUp() {
        allocator.createOwnCaches();
        state = SlabState.UP;
    }

    /// Goes on until a state that lies ahead, or is reached already.
    ///
    /// @throws IllegalStateException if SLUB has passed that state by
    public void advanceTo(SlabState wanted) {
        while (state != wanted) {
            advance();
        }
    }

    /// Throws unless objects can be allocated.
    ///
    /// @param what needs them
    void requireAvailable(String what) {
        Validate.validState(state.isAvailable(), "%s: the slab layer is %s, expected UP or FULL",
                what, state);
    }

    void requireSysfs() {
        Validate.validState(state == SlabState.FULL,
                "sysfs: the slab layer is %s, /sys/kernel/slab exists from FULL on", state);
    }

    /// Notes that a creator joined a cache.
    void joined(String name, SlabCache cache) {
        if (state != SlabState.FULL) {
            aliases.add(new Alias(name, cache));
        }
    }

    /// Caches that were created earlier may have the same name: only the first gets a directory.
    private void fillSysfs() {
        Set<String> directories = new HashSet<>();
        for (SlabCache cache : allocator.oldestFirst()) {
            if (!directories.add(cache.sysfsName())) {
                log.print("SLUB: Unable to add boot slab " + cache.name() + " to sysfs");
            }
        }
        for (Alias alias : aliases) {
            if (directories.contains(alias.name)) {
                log.print("SLUB: Unable to add boot slab alias " + alias.name + " to sysfs");
            }
        }
    }
}
