package org.kmemlab.junit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.kmemlab.api.Kernel;
import org.kmemlab.fault.FaultCall;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.sweep.CallSite;
import org.kmemlab.sweep.CheckedRun;
import org.kmemlab.sweep.FaultLayer;
import org.kmemlab.sweep.InjectedFault;
import org.kmemlab.sweep.Injection;
import org.opentest4j.TestAbortedException;

/// One run of a [FaultSweep]: a kernel of its own, one choice of faults, and the checks after it.
final class SweepInvocation
        implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor {

    private static final int FAULTS_SHOWN = 2;
    /// Leaked pages are to be named; nothing else depends on it.
    private static final String OWNERS = "page_owner=on";

    private final Sweep sweep;
    private final FaultSweep wanted;
    private final SweepFault fault;
    private final Injection injection;
    private final Kernel kernel;
    private final CheckedRun run;

    SweepInvocation(Sweep sweep, FaultSweep wanted, SweepFault fault) {
        this.sweep = sweep;
        this.wanted = wanted;
        this.fault = fault;
        this.injection = new Injection((layer, ordinal, count) -> fault.isHit(count),
                SweepInvocation::isHarness, this::counts);
        MachineConfig config = MachineConfig.ofMebibytes(wanted.memoryMib())
                .withProfile(KernelProfile.of(wanted.kernel()).booted(OWNERS)
                        .booted(wanted.boot()))
                .withCpus(wanted.cpus()).withSeed(wanted.seed());
        this.kernel = Kernel.boot(config);
        injection.follow(kernel, List.of(wanted.layers()));
        injection.trackOrigins(kernel);
        this.run = new CheckedRun(kernel, injection);
    }

    private boolean counts(FaultLayer layer, FaultCall call, CallSite site, boolean armed) {
        return (wanted.cache().isEmpty() || wanted.cache().equals(call.target()))
                && (wanted.site().isEmpty() || site.isFrom(wanted.site()));
    }

    private static boolean isHarness(String className) {
        return className.equals(Faults.class.getName())
                || className.startsWith(SweepInvocation.class.getName());
    }

    @Override
    public String getDisplayName(int invocationIndex) {
        return "failing " + fault;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        return List.of(this);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Kernel.class || type == Faults.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Kernel.class ? kernel
                : new Faults(run);
    }

    @Override
    public void interceptTestTemplateMethod(Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        try (kernel) {
            boolean whole = method.getArguments().stream().noneMatch(Faults.class::isInstance);
            injection.setArmed(whole);
            invocation.proceed();
            injection.setArmed(false);
            run.check();
            if (wanted.only() > 0 && !injection.hasFired()) {
                throw new AssertionError("there is no allocation " + wanted.only()
                        + " that could fail: there are " + injection.count());
            }
            if (whole && injection.hasFired()) {
                repeat(method);
                run.check();
            }
        } catch (TestAbortedException assumption) {
            throw assumption;
        } catch (Throwable failure) {
            throw explained(failure);
        } finally {
            sweep.ended(lastHit());
        }
    }

    /// The same once more without faults.
    private static void repeat(ReflectiveInvocationContext<Method> method) throws Throwable {
        Method test = method.getExecutable();
        test.setAccessible(true);
        try {
            test.invoke(method.getTarget().orElse(null), method.getArguments().toArray());
        } catch (InvocationTargetException failure) {
            throw new AssertionError("fails again without any fault: " + failure.getCause(),
                    failure.getCause());
        }
    }

    private int lastHit() {
        return injection.hasFired() ? injection.injected().getLast().count() : 0;
    }

    private AssertionError explained(Throwable failure) {
        List<String> lines = new ArrayList<>();
        lines.add(injection.hasFired() ? "with " + fault + " failing: " + failure.getMessage()
                : "without any fault: " + failure.getMessage());
        injection.injected().stream().limit(FAULTS_SHOWN).map(InjectedFault::toString)
                .forEach(lines::add);
        lines.add("replay with " + ReplayText.of(wanted, fault));
        return new AssertionError(String.join("\n", lines), failure);
    }
}
