/// Rungs 3 and 5 for objects: single operations with complete state, and the object events of traces
/// on top of the page events.
@NullMarked
package org.kmemlab.lab.verify.slab;

import org.jspecify.annotations.NullMarked;
