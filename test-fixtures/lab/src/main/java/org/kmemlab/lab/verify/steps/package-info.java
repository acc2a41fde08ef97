/// Which check a step log needs.
@NullMarked
package org.kmemlab.lab.verify.steps;

import org.jspecify.annotations.NullMarked;
