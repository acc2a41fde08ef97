/// A kernel for each JUnit 5 test, and the proof after it that nothing was broken or left behind.
///
/// [KernelTest] runs a test once. [FaultSweep] runs it again and again, failing its first allocation,
/// its second, and so on, to find the bugs on error paths; [Faults] marks the call that is to fail.
@NullMarked
package org.kmemlab.junit;

import org.jspecify.annotations.NullMarked;
