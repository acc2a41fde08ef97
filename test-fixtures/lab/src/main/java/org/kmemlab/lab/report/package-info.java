/// What a replay, a comparison, a fault campaign, a benchmark and checks found, as one page for a
/// browser that asks nothing of a network.
///
/// ```text
///   MachineHistory ─► HistoryJson ─┐
///                                  ├─► ReportPage ─► HTML: template + style + charts + data as JSON
///   files of other commands ───────┘
///        (ResultFile)
/// ```
///
/// The data is in the page as JSON; scripts draw it and write it into tables, as text, never as
/// markup. The chart libraries lie beside the template, each with version, checksum and licence.
///
/// Start reading at [org.kmemlab.lab.report.ReportPage].
@NullMarked
package org.kmemlab.lab.report;

import org.jspecify.annotations.NullMarked;
