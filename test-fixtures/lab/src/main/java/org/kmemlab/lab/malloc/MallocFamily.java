package org.kmemlab.lab.malloc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/// The C allocators that are called through `java.lang.foreign`.
@SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that do not change.
public enum MallocFamily {

    /// The C library's own.
    GLIBC("ptmalloc of the C library", "malloc", "free", "malloc_usable_size", List.of()),
    /// FreeBSD's and Facebook's.
    JEMALLOC("size classes in slabs, arenas, thread caches", "malloc", "free", "malloc_usable_size", List.of("libjemalloc.so.2", "libjemalloc.so")),
    /// Microsoft's.
    MIMALLOC("free lists by page", "mi_malloc", "mi_free", "mi_usable_size",
            List.of("libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so")),
    /// Google's.
    TCMALLOC("thread caches over central lists", "tc_malloc", "tc_free", "tc_malloc_size",
            List.of("libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libtcmalloc_minimal.so",
                    "libtcmalloc.so"));

    private static final FunctionDescriptor MALLOC = FunctionDescriptor.of(ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final FunctionDescriptor FREE = FunctionDescriptor
            .ofVoid(ValueLayout.JAVA_LONG);

    private final String description;
    private final String mallocName;
    private final String freeName;
    private final String usableSizeName;
    private final List<String> libraries;

    MallocFamily(String description, String mallocName, String freeName, String usableSizeName,
            List<String> libraries) {
        this.description = description;
        this.mallocName = mallocName;
        this.freeName = freeName;
        this.usableSizeName = usableSizeName;
        this.libraries = libraries;
    }

    /// How it works, in a few words.
    public String description() {
        return description;
    }

    /// The name of its function that allocates.
    public String mallocName() {
        return mallocName;
    }

    /// The name of its function that frees.
    public String freeName() {
        return freeName;
    }

    /// The name of its function that tells how many bytes of a block may be used.
    String usableSizeName() {
        return usableSizeName;
    }

    /// The names under which the dynamic linker may know it; empty for the C library itself.
    public List<String> libraries() {
        return libraries;
    }

    /// Why it cannot be called here; empty if it can, if need be in a process of its own.
    public Optional<String> unavailable() {
        if (!System.getProperty("os.name", "").startsWith("Linux")) {
            return Optional.of("looked for on Linux only");
        }
        return lookup().isPresent() || lacksRoomOnly() ? Optional.empty()
                : Optional.of("not installed: none of " + String.join(", ", libraries));
    }

    /// Whether it can be called in this JVM as it was started.
    public boolean isCallable() {
        return unavailable().isEmpty() && lookup().isPresent();
    }

    /// Whether it is there, and wants more room for thread-local variables than this process has
    /// left; forks are started with more.
    private boolean lacksRoomOnly() {
        return libraries.stream().anyMatch(library -> DynamicLinker.problem(library)
                .filter(problem -> problem.contains("static TLS")).isPresent());
    }

    /// Its function of another name; no transition to native code, as it never calls back.
    MethodHandle function(String name, FunctionDescriptor type) {
        return downcall(name, type);
    }

    /// Its function that allocates; no transition to native code, as it never calls back.
    public MethodHandle malloc() {
        return downcall(mallocName, MALLOC);
    }

    /// Its function that frees.
    public MethodHandle free() {
        return downcall(freeName, FREE);
    }

    @SuppressWarnings("restricted") // Calling C is the point.
    private MethodHandle downcall(String name, FunctionDescriptor type) {
        SymbolLookup library = lookup().orElseThrow(
                () -> new IllegalStateException(this + " cannot be loaded into this process"));
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type,
                Linker.Option.critical(false));
    }

    @SuppressWarnings("restricted") // Loading C libraries is the point.
    private Optional<SymbolLookup> lookup() {
        if (libraries.isEmpty()) {
            return Optional.of(Linker.nativeLinker().defaultLookup());
        }
        for (String library : libraries) {
            try {
                return Optional.of(SymbolLookup.libraryLookup(library, Arena.global()));
            } catch (IllegalArgumentException absent) {
                // The next name then.
            }
        }
        return Optional.empty();
    }
}
