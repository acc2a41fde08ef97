package org.kmemlab.lab.malloc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Asks the dynamic linker why it cannot load a library; Java's own answer does not say.
final class DynamicLinker {

    private static final int RTLD_NOW = 2;
    private static final int MAX_MESSAGE_BYTES = 4096;

    private DynamicLinker() {
    }

    /// The linker's words; empty if it can load the library.
    @SuppressWarnings("restricted") // Calling C is the point.
    static Optional<String> problem(String library) {
        MethodHandle open = function("dlopen", FunctionDescriptor.of(ValueLayout.ADDRESS,
                ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle error = function("dlerror", FunctionDescriptor.of(ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(library);
            MemorySegment handle = (MemorySegment) open.invokeExact(name, RTLD_NOW);
            if (handle.address() != 0) {
                return Optional.empty();
            }
            MemorySegment message = (MemorySegment) error.invokeExact();
            return Optional.of(message.reinterpret(MAX_MESSAGE_BYTES).getString(0));
        } catch (Throwable thrown) {
            throw new AssertionError("a C function threw", thrown);
        }
    }

    @SuppressWarnings("restricted") // Calling C is the point.
    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }
}
