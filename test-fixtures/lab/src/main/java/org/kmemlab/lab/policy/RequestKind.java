package org.kmemlab.lab.policy;

import org.apache.commons.lang3.Validate;

/// What a request is for: the kernel has a cache for each kind, and `kmalloc` for the rest.
///
/// @param number from 0, dense in one workload
/// @param name the cache's name, or `kmalloc`
/// @param objectSize bytes of every object of the kind; 0 for `kmalloc`, where each request has a
///        size of its own
/// @param task who asks, from 0: a connection, a process; allocators that give each task memory of
///        its own tell by it
public record RequestKind(int number, String name, int objectSize, int task) {

    /// Checks the numbers.
    public RequestKind {
        Validate.isTrue(number >= 0, "kind %d: expected 0 or more", number);
        Validate.isTrue(objectSize >= 0, "object size %d: expected 0 or more", objectSize);
        Validate.isTrue(task >= 0, "task %d: expected 0 or more", task);
    }

    /// Whether each request of the kind has a size of its own.
    public boolean isKmalloc() {
        return objectSize == 0;
    }
}
