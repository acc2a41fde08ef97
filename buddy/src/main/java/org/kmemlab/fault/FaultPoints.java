package org.kmemlab.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Functions that can be made to fail by name, with a chosen return value (`fail_function`).
///
/// Code under test declares a function and asks at its start whether it must return at once:
///
/// ```java
/// points.declare("probe", FaultPoints.Returns.ERRNO);
/// points.inject("probe", -12);
/// OptionalLong failed = points.enter(cpu, "probe");
/// if (failed.isPresent()) {
///     return (int) failed.getAsLong();
/// }
/// ```
///
/// All functions share one set of attributes, [#attr]. The allocators' own are there from the start
/// in what `PageAllocator.failFunction` returns: `should_fail_alloc_page` and `should_failslab`.
public final class FaultPoints {

    private static final long ERRNO_MAX = 4095;
    private static final long EINVAL = -22;

    /// What a function returns when it fails, and so which values may be injected.
    public enum Returns {
        /// A null pointer.
        NULL,
        /// A negative error number, -4095 to -1.
        ERRNO,
        /// A negative error number or a null pointer.
        ERRNO_NULL,
        /// True.
        TRUE;

        long checked(String function, long value) {
            boolean errno = value < 0 && value >= -ERRNO_MAX;
            boolean good = switch (this) {
                case NULL -> value == 0;
                case ERRNO -> errno;
                case ERRNO_NULL -> errno || value == 0;
                case TRUE -> value == 1;
            };
            Validate.isTrue(good, "%s cannot fail with %d: it returns %s", function, value, this);
            return value;
        }

        private long usual() {
            return switch (this) {
                case NULL, ERRNO_NULL -> 0;
                case ERRNO -> EINVAL;
                case TRUE -> 1;
            };
        }
    }

    private static final class Point {
        final Returns returns;
        final List<Runnable> listeners = new ArrayList<>();
        @Nullable
        Long value;

        Point(Returns returns) {
            this.returns = returns;
        }

        void set(@Nullable Long newValue) {
            value = newValue;
            listeners.forEach(Runnable::run);
        }
    }

    private final FaultAttr attr;
    private final Map<String, Point> points = new TreeMap<>();

    /// No functions; nothing fails before [#attr] is given a probability.
    public FaultPoints(Machine machine) {
        attr = new FaultAttr(machine, "fail_function");
    }

    /// When and how often they fail.
    public FaultAttr attr() {
        return attr;
    }

    /// Makes a function known that may fail; it does not until it is injected into.
    ///
    /// @throws IllegalArgumentException if it is known already
    public void declare(String function, Returns returns) {
        Validate.isTrue(points.putIfAbsent(function, new Point(returns)) == null,
                "function %s is declared already", function);
    }

    /// Lets a function fail with the value that is usual for what it returns.
    public void inject(String function) {
        inject(function, known(function).returns.usual());
    }

    /// Lets a function fail with a value of the caller's choice.
    ///
    /// @throws IllegalArgumentException if the function is not declared, or does not return such
    ///         values
    public void inject(String function, long value) {
        Point point = known(function);
        point.set(point.returns.checked(function, value));
    }

    /// Lets a function fail no more.
    public void remove(String function) {
        known(function).set(null);
    }

    /// Makes a function known, unless it is, and has a listener called whenever it is injected into,
    /// or no more: its owner need not ask each time.
    public void watch(String function, Returns returns, Runnable listener) {
        points.computeIfAbsent(function, name -> new Point(returns)).listeners.add(listener);
    }

    /// Whether a function fails when [#attr] says so.
    ///
    /// @throws IllegalArgumentException if it is not declared
    public boolean isInjected(String function) {
        return known(function).value != null;
    }

    /// Tells at the start of a function whether it must return at once.
    ///
    /// @return what it must return; empty if it must go on
    public OptionalLong enter(Cpu cpu, String function) {
        Long value = known(function).value;
        if (value == null || !attr.isArmed(cpu) || !attr.shouldFail(cpu, 1, false, function)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(value);
    }

    private Point known(String function) {
        Point point = points.get(function);
        if (point == null) {
            throw new IllegalArgumentException(
                    "function " + function + " is not declared; known: " + points.keySet());
        }
        return point;
    }
}
