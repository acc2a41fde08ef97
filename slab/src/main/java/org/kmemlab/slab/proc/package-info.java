/// The slab layer's state as the kernel's files show it: from a
/// [org.kmemlab.slab.CacheSnapshot] to text, nothing else.
@NullMarked
package org.kmemlab.slab.proc;

import org.jspecify.annotations.NullMarked;
