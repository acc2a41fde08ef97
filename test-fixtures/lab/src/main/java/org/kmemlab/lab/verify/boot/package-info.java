/// Rung 2: what a kernel computes of its zones at boot, against its own zoneinfo.
@NullMarked
package org.kmemlab.lab.verify.boot;

import org.jspecify.annotations.NullMarked;
