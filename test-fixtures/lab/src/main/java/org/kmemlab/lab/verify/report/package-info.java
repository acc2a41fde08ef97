/// Rung 4: what the allocators write into the kernel log, line by line.
@NullMarked
package org.kmemlab.lab.verify.report;

import org.jspecify.annotations.NullMarked;
