package org.kmemlab.lab.report;

import static java.util.Objects.requireNonNull;

import java.util.List;

import org.kmemlab.lab.verify.CheckReport;

/// What `kmemlab verify ... --json` prints.
///
/// @param items how many items all recordings have
/// @param equal how many of them are equal in every value
/// @param known how many differ for a known cause
/// @param good whether there is nothing else
/// @param files the recordings
record VerifyResult(long items, long equal, long known, boolean good, List<CheckReport> files) {

    VerifyResult {
        requireNonNull(files, "files");
    }
}
