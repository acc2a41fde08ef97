package org.kmemlab.junit;

import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/// Runs a test of [FaultSweep] with one choice of faults after the other.
final class FaultSweepExtension implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), FaultSweep.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        FaultSweep sweep = AnnotationSupport
                .findAnnotation(context.getRequiredTestMethod(), FaultSweep.class).orElseThrow();
        // Lazy: whether there is a next run is known only when the last one has ended.
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Sweep(sweep),
                Spliterator.ORDERED | Spliterator.NONNULL), false);
    }
}
