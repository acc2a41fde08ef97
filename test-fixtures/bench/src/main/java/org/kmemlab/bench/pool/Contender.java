package org.kmemlab.bench.pool;

import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.malloc.MallocFamily;

/// Who takes part.
public enum Contender {

    /// Ours: a cache used by threads that do not know where they run; double frees and foreign
    /// pointers are refused.
    LIVE_CACHE(Camp.OURS, Shape.ADDRESS, "KmemCache, live"),
    /// Ours: any size, in live use.
    LIVE_KMALLOC(Camp.OURS, Shape.ADDRESS, "kmalloc, live"),
    /// Ours: the exact emulation, stepped; double frees and foreign pointers are refused.
    KMEM_CACHE(Camp.OURS, Shape.ADDRESS, "KmemCache, stepped"),
    /// Ours: live use on a CPU that the caller names, without checks.
    KMEM_CACHE_UNCHECKED(Camp.OURS, Shape.ADDRESS, "KmemCache, live, Cpu, unchecked"),
    /// Ours: any size.
    KMALLOC(Camp.OURS, Shape.ADDRESS, "kmalloc, stepped"),

    /// Netty's allocator with arenas and thread caches.
    NETTY_POOLED(Camp.RIVAL, Shape.HANDLE, "Netty 4.2 pooled, direct"),
    /// Netty's newer default.
    NETTY_ADAPTIVE(Camp.RIVAL, Shape.HANDLE, "Netty 4.2 adaptive, direct"),
    /// Netty's pool of Java objects.
    NETTY_RECYCLER(Camp.RIVAL, Shape.HANDLE, "Netty 4.2 Recycler"),
    /// Apache's.
    COMMONS_POOL(Camp.RIVAL, Shape.HANDLE, "Commons Pool 2"),
    /// A queue of free objects.
    JCTOOLS_QUEUE(Camp.RIVAL, Shape.HANDLE, "JCTools MpmcArrayQueue"),
    /// The JDK's memory with a lifetime.
    ARENA(Camp.RIVAL, Shape.HANDLE, "Arena.ofConfined"),
    /// The JDK's memory with a lifetime, freed by another thread.
    ARENA_SHARED(Camp.RIVAL, Shape.HANDLE, "Arena.ofShared"),
    /// The garbage collector.
    NEW_BYTES(Camp.RIVAL, Shape.HANDLE, "new byte[]"),

    /// The C library's malloc, from Java.
    GLIBC(MallocFamily.GLIBC, Shape.ADDRESS, "glibc malloc, FFM"),
    /// jemalloc, from Java.
    JEMALLOC(MallocFamily.JEMALLOC, Shape.ADDRESS, "jemalloc, FFM"),
    /// mimalloc, from Java.
    MIMALLOC(MallocFamily.MIMALLOC, Shape.ADDRESS, "mimalloc, FFM"),
    /// tcmalloc, from Java.
    TCMALLOC(MallocFamily.TCMALLOC, Shape.ADDRESS, "tcmalloc, FFM"),

    /// The C library's malloc, from C.
    GLIBC_C(MallocFamily.GLIBC, Shape.C, "glibc malloc, native C"),
    /// jemalloc, from C.
    JEMALLOC_C(MallocFamily.JEMALLOC, Shape.C, "jemalloc, native C"),
    /// mimalloc, from C.
    MIMALLOC_C(MallocFamily.MIMALLOC, Shape.C, "mimalloc, native C"),
    /// tcmalloc, from C.
    TCMALLOC_C(MallocFamily.TCMALLOC, Shape.C, "tcmalloc, native C"),

    /// Ours: the page allocator, used by threads that do not know where they run.
    LIVE_PAGES(Camp.OURS, Shape.PAGES, "PageAllocator, live"),
    /// Ours: the page allocator, stepped.
    PAGES(Camp.OURS, Shape.PAGES, "PageAllocator, stepped"),
    /// Ours: the trace reader and the replay.
    TRACES(Camp.OURS, Shape.TRACES, "trace"),

    /// What the loop around addresses costs.
    HARNESS(Camp.HARNESS, Shape.ADDRESS, "harness (addresses)"),
    /// What the loop around Java objects costs.
    HARNESS_HANDLES(Camp.HARNESS, Shape.HANDLE, "harness (objects)"),
    /// What the loop around pages costs.
    HARNESS_PAGES(Camp.HARNESS, Shape.PAGES, "harness (pages)");

    /// On whose side somebody is.
    public enum Camp {
        /// This library.
        OURS,
        /// What others use.
        RIVAL,
        /// Nobody: the loop alone.
        HARNESS
    }

    /// What is handed out, and so by which benchmark it is measured.
    public enum Shape {
        /// Numbers, by [AddressPool].
        ADDRESS,
        /// Java objects, by [HandlePool].
        HANDLE,
        /// Addresses, in a C program beside the JVM.
        C,
        /// Page frames.
        PAGES,
        /// Events of a trace.
        TRACES
    }

    private final Camp camp;
    private final Shape shape;
    private final String label;
    private final @Nullable MallocFamily family;

    Contender(Camp camp, Shape shape, String label) {
        this(camp, shape, label, null);
    }

    Contender(MallocFamily family, Shape shape, String label) {
        this(Camp.RIVAL, shape, label, family);
    }

    Contender(Camp camp, Shape shape, String label, @Nullable MallocFamily family) {
        this.camp = camp;
        this.shape = shape;
        this.label = label;
        this.family = family;
    }

    /// Whose side it is on.
    public Camp camp() {
        return camp;
    }

    /// What it hands out.
    public Shape shape() {
        return shape;
    }

    /// Its name in a command line: `netty-pooled`.
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Its name for people.
    public String label() {
        return label;
    }

    /// Which C allocator it is, if it is one.
    public Optional<MallocFamily> family() {
        return Optional.ofNullable(family);
    }

    /// Whether it allocates objects of any size.
    public boolean anySize() {
        return switch (this) {
            case LIVE_CACHE, KMEM_CACHE, KMEM_CACHE_UNCHECKED, NETTY_RECYCLER, COMMONS_POOL, JCTOOLS_QUEUE ->
                    false;
            default -> shape == Shape.ADDRESS || shape == Shape.HANDLE;
        };
    }

    /// How many threads may use it at once.
    public int maxThreads() {
        return switch (this) {
            case LIVE_CACHE, LIVE_KMALLOC -> Integer.MAX_VALUE;
            default -> camp == Camp.OURS || shape == Shape.C ? 1 : Integer.MAX_VALUE;
        };
    }

    /// Whether another thread than the one that allocated may free.
    public boolean freesRemotely() {
        return maxThreads() > 1 && this != ARENA;
    }
}
