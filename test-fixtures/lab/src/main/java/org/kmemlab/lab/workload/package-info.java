/// Small programs against the public API, each with an error path that is worth breaking.
///
/// A [Workload] makes its calls through [Calls], so that whoever runs it can let the allocations
/// inside one fail and look at what that left behind. [Workloads] knows them all: the good ones, and
/// canaries with a planted defect each, which a fault campaign must find.
@NullMarked
package org.kmemlab.lab.workload;

import org.jspecify.annotations.NullMarked;
