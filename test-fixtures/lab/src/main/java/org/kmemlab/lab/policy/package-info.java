/// One way to serve requests for memory, as everything that compares such ways sees it.
///
/// A [org.kmemlab.lab.policy.Policy] stands on the pages of one stepped machine. The kernel's own
/// allocators are policies, and so are the classic allocators of the literature.
@NullMarked
package org.kmemlab.lab.policy;

import org.jspecify.annotations.NullMarked;
