/// Loads the state of a real kernel's allocators, as the recorder of the step logs dumps it.
///
/// One loader for every rung of the comparison: step logs, traces and replays all start from what
/// [StateReader] returns.
@NullMarked
package org.kmemlab.lab.state;

import org.jspecify.annotations.NullMarked;
