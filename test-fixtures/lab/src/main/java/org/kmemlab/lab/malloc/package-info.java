/// The C allocators of real programs, as policies: what they do with the same requests.
///
/// They take their memory from the operating system, so each serves a stream in a process of its own
/// ([org.kmemlab.lab.malloc.MallocRun]), and what it holds is what it says of itself and what the
/// operating system says of the process. They know one CPU and no kinds.
@NullMarked
package org.kmemlab.lab.malloc;

import org.jspecify.annotations.NullMarked;
