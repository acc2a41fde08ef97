package org.kmemlab.cli;

import java.io.IOException;
import java.util.List;

import org.kmemlab.lab.proc.SlabinfoRow;

/// Whose caches are shown.
sealed interface SlabtopSource permits HostSlabinfo, ReplaySlabinfo {

    /// The caches now.
    List<SlabinfoRow> rows() throws IOException;

    /// Lets time pass until the next look.
    void advance() throws IOException;

    /// One line about what is shown; empty if there is nothing to say.
    String status();
}
