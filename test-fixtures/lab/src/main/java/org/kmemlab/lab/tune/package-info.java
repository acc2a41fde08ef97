/// What to change so that the caches of a recorded workload waste less, and the proof of it.
///
/// ```text
///   trace ─► TraceDemand ─► candidates: Change, with the saving one would expect
///     │                         │
///     └────────────► Trial ◄────┘    the whole trace again with the change
///                      │
///                  CacheAdvice       what it really saved, one by one and all together
/// ```
@NullMarked
package org.kmemlab.lab.tune;

import org.jspecify.annotations.NullMarked;
