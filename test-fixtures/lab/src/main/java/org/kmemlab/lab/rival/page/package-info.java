/// Allocators of whole page frames that stand beside the kernel's buddies:
/// [org.kmemlab.lab.policy.PagePolicy].
@NullMarked
package org.kmemlab.lab.rival.page;

import org.jspecify.annotations.NullMarked;
