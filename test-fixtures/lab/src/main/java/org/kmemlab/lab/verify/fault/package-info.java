/// Rung 3 under fault injection: who fails, and what that prints.
@NullMarked
package org.kmemlab.lab.verify.fault;

import org.jspecify.annotations.NullMarked;
