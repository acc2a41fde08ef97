/// The kernel's names: code that is written in C against the allocators of Linux ports line by
/// line.
///
/// ```java
/// try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(64))) {
///     KmemCache cache = k.kmem_cache_create("request", 192, 0, SLAB_HWCACHE_ALIGN, null);
///     long request = k.kmem_cache_alloc(cache, GFP_KERNEL);
///     k.kmem_cache_free(cache, request);
///     k.kmem_cache_destroy(cache);
/// }
/// ```
///
/// [Kernel] has the functions, [KernelFlags] the constants (to be imported statically). Neither has
/// any logic: `org.kmemlab.buddy`, `org.kmemlab.slab` and `org.kmemlab.mempool` do the work and can
/// be used directly.
@NullMarked
package org.kmemlab.api;

import org.jspecify.annotations.NullMarked;
