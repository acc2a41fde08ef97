/// Fault injection as the kernel does it: attributes that decide which call fails.
///
/// [FaultAttr] is the common part; each layer that can fail owns a point of its own (page
/// allocation in `org.kmemlab.buddy`, object allocation in `org.kmemlab.slab`, pools in
/// `org.kmemlab.mempool`), and [FaultPoints] are the caller's own. A [FaultLog] keeps what was
/// decided, a [FaultPlan] decides itself.
@NullMarked
package org.kmemlab.fault;

import org.jspecify.annotations.NullMarked;
