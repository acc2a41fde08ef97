package org.kmemlab.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.kmemlab.sweep.FaultLayer;

/// A test that runs again and again on a freshly booted `Kernel`: with its first allocation failing,
/// then its second, and so on, until one run gets through without meeting its fault.
///
/// ```java
/// @FaultSweep
/// void grow_noMemory_leavesTheTableAsItWas(Kernel kernel, Faults faults) {
///     Table table = new Table(kernel);
///     boolean grown = faults.call(() -> table.grow(64));
///     assertThat(grown).isTrue();
///     table.close();
/// }
/// ```
///
/// With a [Faults] parameter only its [Faults#call] meets faults; without one the whole test does, and
/// is run once more without faults. After each run nothing may be left allocated, all allocators
/// must be valid, and objects, their contents and the free pages must be as before.
///
/// A failure says which allocation failed, where it was asked for, what is wrong, and the annotation
/// that shows just that again.
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@Execution(ExecutionMode.SAME_THREAD)
@ExtendWith(FaultSweepExtension.class)
public @interface FaultSweep {

    /// How many faults each run gets.
    FaultMode mode() default FaultMode.ONCE;

    /// The layers whose allocations are counted and fail.
    FaultLayer[] layers() default {FaultLayer.SLAB, FaultLayer.PAGE, FaultLayer.MEMPOOL};

    /// Only requests to the cache of this name; empty for all. Requests for pages have no name.
    String cache() default "";

    /// Only requests from code whose `package.Class.method` begins so; empty for all.
    String site() default "";

    /// At most so many runs; a sweep that is not through by then ends without a complaint.
    int upTo() default 10_000;

    /// Only the run in which this allocation fails, counted from 1; 0 for the whole sweep.
    int only() default 0;

    /// With [#only] and [FaultMode#PAIRS]: the other allocation that fails.
    int second() default 0;

    /// Seed of every random choice.
    long seed() default 1;

    /// Memory of the machine in MiB.
    int memoryMib() default 64;

    /// CPUs of the machine.
    int cpus() default 1;

    /// Name of the kernel profile, for example `deb61`.
    String kernel() default "linux-6.1";

    /// Boot parameters, for example `slub_debug=FZPU`.
    String boot() default "";
}
