/// What the rivals are made of: the pages they hold, the counting of steps, the frame that turns an
/// allocator into a [org.kmemlab.lab.policy.Policy].
@NullMarked
package org.kmemlab.lab.rival.base;

import org.jspecify.annotations.NullMarked;
