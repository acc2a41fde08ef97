/// Which machine a recorded file comes from.
///
/// Recordings lie in a folder with an `index.tsv`: one row per file or folder that names the kernel
/// build, CPUs, memory and boot parameters. [OracleIndex] finds it from any file below and gives the
/// [OracleMachine] to build.
@NullMarked
package org.kmemlab.lab.oracle;

import org.jspecify.annotations.NullMarked;
