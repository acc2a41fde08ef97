/// The classic allocators of the literature, to be compared with the kernel's on the same pages.
///
/// [org.kmemlab.lab.rival.Rivals] lists them. Each is a [org.kmemlab.lab.policy.Policy], names its
/// source, and says what it leaves out.
@NullMarked
package org.kmemlab.lab.rival;

import org.jspecify.annotations.NullMarked;
