package org.kmemlab.slab;

import org.kmemlab.machine.PhysicalMemory;

/// Brings an object into the state in which users of a cache expect it.
///
/// Runs once for each object when its slab is made, not when it is allocated: whoever frees an
/// object must leave it in the constructed state.
@FunctionalInterface
public interface ObjectConstructor {

    /// Constructs the object at `address`.
    void construct(PhysicalMemory memory, long address);
}
