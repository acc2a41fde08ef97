/// The command `kmemlab`: [Main] and one class for each command.
///
/// Results go to standard output, everything else to standard error. [ExitCode] says how a command
/// ended; no command shows a stack trace.
@NullMarked
package org.kmemlab.cli;

import org.jspecify.annotations.NullMarked;
