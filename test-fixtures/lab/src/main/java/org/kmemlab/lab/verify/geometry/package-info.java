/// Rung 1: the shape of caches, against tables and `/sys/kernel/slab` of real kernels.
@NullMarked
package org.kmemlab.lab.verify.geometry;

import org.jspecify.annotations.NullMarked;
