/// Reads what a kernel, or this library in its place, writes into `/proc`.
@NullMarked
package org.kmemlab.lab.proc;

import org.jspecify.annotations.NullMarked;
