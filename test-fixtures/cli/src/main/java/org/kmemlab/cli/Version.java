package org.kmemlab.cli;

import java.util.Objects;

import picocli.CommandLine.IVersionProvider;

/// The version that the jar's manifest names.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Objects.requireNonNullElse(
                Version.class.getPackage().getImplementationVersion(), "(not from its jar)");
        return new String[] {"kmemlab " + version,
            "Java " + System.getProperty("java.version")};
    }
}
