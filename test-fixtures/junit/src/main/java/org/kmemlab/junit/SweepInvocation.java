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
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.opentest4j.TestAbortedException;

/// One run of a [FaultSweep]: a kernel of its own, one choice of faults, and the checks after it.
final class SweepInvocation
        implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor {

    private final Sweep sweep;
    private final FaultSweep wanted;
    private final SweepFault fault;
    private final SweepPlan plan;
    private final Kernel kernel;

    SweepInvocation(Sweep sweep, FaultSweep wanted, SweepFault fault) {
        this.sweep = sweep;
        this.wanted = wanted;
        this.fault = fault;
        this.plan = new SweepPlan(wanted, fault);
        MachineConfig config = MachineConfig.ofMebibytes(wanted.memoryMib())
                .withProfile(KernelProfile.of(wanted.kernel()).booted(wanted.boot()))
                .withCpus(wanted.cpus()).withSeed(wanted.seed());
        this.kernel = Kernel.boot(config);
        for (FaultLayer layer : wanted.layers()) {
            layer.follow(kernel, plan);
        }
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
                : new Faults(kernel, plan);
    }

    @Override
    public void interceptTestTemplateMethod(Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        try (kernel) {
            KernelState before = KernelState.of(kernel);
            boolean whole = method.getArguments().stream().noneMatch(Faults.class::isInstance);
            plan.setArmed(whole);
            invocation.proceed();
            plan.setArmed(false);
            check(before);
            if (wanted.only() > 0 && !plan.hasFired()) {
                throw new AssertionError("there is no allocation " + wanted.only()
                        + " that could fail: there are " + plan.count());
            }
            if (whole && plan.hasFired()) {
                repeat(method);
                check(before);
            }
        } catch (TestAbortedException assumption) {
            throw assumption;
        } catch (Throwable failure) {
            throw explained(failure);
        } finally {
            sweep.ended(plan);
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

    private void check(KernelState before) {
        kernel.pages().validate();
        kernel.slab().validate();
        List<String> differences = KernelState.of(kernel).differencesFrom(before, kernel, plan);
        if (!differences.isEmpty()) {
            throw new AssertionError(
                    "left behind:\n  " + String.join("\n  ", differences));
        }
    }

    private AssertionError explained(Throwable failure) {
        List<String> lines = new ArrayList<>();
        lines.add(plan.hasFired() ? "with " + fault + " failing: " + failure.getMessage()
                : "without any fault: " + failure.getMessage());
        lines.addAll(plan.injected());
        lines.add("replay with " + ReplayText.of(wanted, fault));
        return new AssertionError(String.join("\n", lines), failure);
    }
}
