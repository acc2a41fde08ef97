package org.kmemlab.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that gets a freshly booted `Kernel` as a parameter.
///
/// ```java
/// @KernelTest(memoryMib = 32, cpus = 2)
/// void table_grown_keepsItsEntries(Kernel kernel) {
///     long entry = kernel.kmalloc(64, Kernel.GFP_KERNEL);
///     ...
///     kernel.kfree(entry);
/// }
/// ```
///
/// After the test the allocators' invariants are checked, and the test fails if it left objects or
/// pages allocated. The failure names them, and the machine that shows it again.
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Test
@ExtendWith(KernelExtension.class)
public @interface KernelTest {

    /// Memory of the machine in MiB.
    int memoryMib() default 64;

    /// CPUs of the machine.
    int cpus() default 1;

    /// Name of the kernel profile, for example `deb61`.
    String kernel() default "linux-6.1";

    /// Boot parameters, for example `slub_debug=FZPU`.
    String boot() default "";

    /// Seed of every random choice.
    long seed() default 1;
}
