package org.kmemlab.junit;

import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.kmemlab.api.Kernel;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.Mempool;

/// Boots a kernel before each test of [KernelTest] and checks it afterwards.
final class KernelExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(KernelExtension.class);
    private static final int LEAKS_SHOWN = 20;

    /// The kernel of a test. Not closeable itself: the store would close it a second time.
    private record Booted(Kernel kernel) {}

    @Override
    public void beforeEach(ExtensionContext context) {
        KernelTest wanted = wanted(context);
        MachineConfig config = MachineConfig.ofMebibytes(wanted.memoryMib())
                .withProfile(KernelProfile.of(wanted.kernel()).booted(wanted.boot()))
                .withCpus(wanted.cpus()).withSeed(wanted.seed());
        context.getStore(NAMESPACE).put(Booted.class, new Booted(Kernel.boot(config)));
    }

    private static KernelTest wanted(ExtensionContext context) {
        return context.getRequiredTestMethod().getAnnotation(KernelTest.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try (Kernel kernel = kernel(context)) {
            if (context.getExecutionException().isEmpty()) {
                check(kernel, wanted(context));
            }
        }
    }

    private static void check(Kernel kernel, KernelTest wanted) {
        kernel.pages().validate();
        kernel.slab().validate();
        kernel.pools().forEach(Mempool::validate);
        List<String> leaks = kernel.leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " left allocated after the test:\n  "
                    + String.join("\n  ", leaks.stream().limit(LEAKS_SHOWN).toList())
                    + (leaks.size() > LEAKS_SHOWN ? "\n  ..." : "") + "\nreplay with " + wanted);
        }
    }

    private static Kernel kernel(ExtensionContext context) {
        return Objects.requireNonNull(
                context.getStore(NAMESPACE).get(Booted.class, Booted.class), "no kernel was booted")
                .kernel();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Kernel.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return kernel(context);
    }
}
