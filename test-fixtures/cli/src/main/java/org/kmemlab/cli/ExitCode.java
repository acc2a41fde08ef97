package org.kmemlab.cli;

/// How a command ended.
final class ExitCode {

    /// All is well.
    static final int GOOD = 0;
    /// The command worked and found something wrong in what it looked at.
    static final int FINDING = 1;
    /// The command line makes no sense.
    static final int USAGE = 2;
    /// A file is missing, damaged, or not what the command expects.
    static final int UNREADABLE = 3;
    /// A mistake of this program.
    static final int INTERNAL = 4;

    private ExitCode() {
    }
}
