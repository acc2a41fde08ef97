/// The page allocator's state as text, byte for byte as the kernel prints it: snapshot in, lines out,
/// nothing else.
@NullMarked
package org.kmemlab.buddy.proc;

import org.jspecify.annotations.NullMarked;
