/// A kernel for each JUnit 5 test, and the proof after it that nothing was broken or left behind.
@NullMarked
package org.kmemlab.junit;

import org.jspecify.annotations.NullMarked;
