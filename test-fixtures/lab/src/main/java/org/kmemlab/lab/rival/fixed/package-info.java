/// Allocators of objects of fixed sizes, and simple lists.
///
/// Those that C++ instantiates for a type have an instance for each object size here, and get
/// their memory from a heap with bins, as the originals get it from `malloc` and `new`; requests
/// beyond their largest object go to that heap ([SizedRival]).
@NullMarked
package org.kmemlab.lab.rival.fixed;

import org.jspecify.annotations.NullMarked;
