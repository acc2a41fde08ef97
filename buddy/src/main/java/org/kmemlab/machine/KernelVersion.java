package org.kmemlab.machine;

/// A kernel release whose behaviour this library reproduces.
public enum KernelVersion {
    /// Late stable 6.1.y: the baseline that the recordings come from.
    LINUX_6_1("6.1"),
    /// Mobility by claiming pageblocks, free lists that never mix types.
    LINUX_6_18("6.18");

    private final String release;

    KernelVersion(String release) {
        this.release = release;
    }

    /// The release as kernels print it, for example `6.1`.
    public String release() {
        return release;
    }
}
