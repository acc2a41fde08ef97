"use strict";
// What fault campaigns, benchmarks and checks found.
(() => {
  K.faults = campaign => {
    const covered = workload => workload.sites.filter(site => site.covered).length;
    const sum = figure => campaign.workloads.reduce((all, one) => all + figure(one), 0);
    const sites = sum(one => one.sites.length);
    const canaries = campaign.workloads.filter(one => one.canary);
    const section = K.section("faults", "Fault campaign", "Programs with each of their allocations "
      + "failing: " + campaign.plan + ".");
    section.append(K.el("p", {class: campaign.good ? "good" : "bad"},
      (campaign.good ? "✔ good: " : "✘ ") + "sites " + sum(covered) + " of " + sites
      + " covered, findings " + campaign.findings + ", canaries " + campaign.canariesFound + " of "
      + canaries.length + " found, " + K.plural(sum(one => one.runs), "run") + "."));
    const cards = K.el("div", {class: "cards"});
    section.append(cards);
    cards.append(K.card("Places that ask for memory", [], K.el("p", {class: "note"},
      "A place is covered when an allocation there was the first to fail in some run."),
    K.stacked("Places that ask for memory, by program", campaign.workloads.map(one =>
      ({label: one.name, parts: [covered(one), one.sites.length - covered(one)]})),
    [["covered", "c0"], ["not covered", "c1"]]),
    K.legend([["covered", "--c0"], ["not covered", "--c1"]]),
    K.details("Table: programs", () => K.table("Programs", [{title: "program"},
      {title: "planted defect"}, {title: "allocations", n: true}, {title: "runs", n: true},
      {title: "with a fault", n: true}, {title: "sites", n: true}, {title: "covered", n: true},
      {title: "findings", n: true}], campaign.workloads.map(one => [one.name,
      one.canary ? "yes" : "", K.number(one.allocations), K.number(one.runs),
      K.number(one.injectedRuns), K.number(one.sites.length), K.number(covered(one)),
      K.number(one.findings.length)])))));
    const found = canary => campaign.workloads.filter(one => one.canary === canary)
      .flatMap(one => one.findings.map(finding => ({program: one.name, finding})));
    cards.append(...found(false).map(({program, finding}) => K.el("div", {class: "card finding"},
      K.el("h3", {}, program + ": " + finding.kind), K.el("pre", {}, finding.message),
      K.el("p", {}, "Again with ", K.el("code", {}, finding.replay)))));
    if (canaries.length > 0) {
      cards.append(K.card("Planted defects", [], K.el("p", {class: "note"},
        "A campaign that misses one of them would miss such mistakes of others, too."),
      K.scroll("Planted defects", K.table("What was found of the planted defects",
        [{title: "program"}, {title: "kind"}, {title: "again with"}, {title: "what happened"}],
        found(true).map(({program, finding}) => [program, finding.kind,
          K.el("code", {}, finding.replay), finding.message.split("\n")[0]])))));
    }
  };

  const CAMPS = {ours: "c0", rival: "c1", harness: "c7"};

  K.bench = bench => {
    const section = K.section("bench", "Benchmark", "Nanoseconds of thread CPU time for each object, "
      + "block or event: medians of forks, with the forks furthest apart. Compare ratios of one run, "
      + "not figures of different machines.");
    const {environment} = bench;
    section.append(K.facts([["machine", environment.machine], ["JVM", environment.jvm],
      ["effort", environment.effort + ", " + environment.date],
      ["command", K.el("code", {}, environment.command)],
      ["flags", K.el("code", {}, environment.flags)]]));
    const cards = K.el("div", {class: "cards"});
    section.append(cards);
    for (const column of new Set(bench.figures.map(figure => figure.column))) {
      const figures = bench.figures.filter(figure => figure.column === column);
      cards.append(K.card(column, [], K.bars(column, {log: true, axisTitle: "ns, logarithmic",
        bars: figures.map(one => ({label: one.label, value: one.cpuNanos, low: one.cpuNanosLow,
          high: one.cpuNanosHigh, color: CAMPS[one.camp] ?? "c3"}))
          .sort((a, b) => a.value - b.value)}),
      K.legend([["kmemlab", "--c0"], ["others", "--c1"], ["the loop alone", "--c7"]]),
      K.details("Table: " + column, () => K.table(column, [{title: "contender"},
        {title: "ns", n: true}, {title: "to ours", n: true}, {title: "low", n: true},
        {title: "high", n: true}, {title: "garbage, bytes", n: true}], figures.map(one =>
        [one.label, K.number(one.cpuNanos), one.toOurs === null ? "–" : "×" + K.number(one.toOurs),
          K.number(one.cpuNanosLow), K.number(one.cpuNanosHigh), K.number(one.garbageBytes)])))));
    }
    cards.append(targets(bench));
    if (bench.memory.length > 0) {
      cards.append(K.card("Memory", [], K.scroll("Memory", K.table("Bytes for each live object",
        [{title: "contender"}, {title: "object", n: true}, {title: "heap", n: true},
          {title: "native", n: true}, {title: "overhead", n: true}], bench.memory.map(one =>
          [one.label, K.number(one.bytes), K.number(one.heapBytes), K.number(one.nativeBytes),
            K.number(one.overheadBytes)])))));
    }
    const skipped = Object.entries(bench.skipped);
    if (skipped.length > 0) {
      cards.append(K.card("Skipped", [], K.facts(skipped)));
    }
  };

  const targets = bench => K.card("Targets", [], K.scroll("Targets", K.table("What was promised",
    [{title: "figure"}, {title: "ours", n: true}, {title: "other", n: true}, {title: "value", n: true},
      {title: "must", n: true}, {title: "aim", n: true}, {title: "verdict"}],
    bench.targets.map(one => [one.figure, K.number(one.ours), K.number(one.other),
      one.value === null ? "–" : K.number(one.value) + " " + one.unit, K.number(one.must),
      K.number(one.aim), K.el("span", {class: {MISSED: "bad", "not measured": "soft"}[one.verdict]
        ?? "good"}, one.verdict)]))));

  K.verify = check => {
    const section = K.section("verify", "Checks", "Recordings of real kernels, replayed and compared "
      + "value by value.");
    section.append(K.el("p", {class: check.good ? "good" : "bad"}, (check.good ? "✔ " : "✘ ") + "equal "
      + K.number(check.equal) + " of " + K.number(check.items) + (check.known > 0
      ? ", " + K.number(check.known) + " known" : "") + "."));
    const known = file => Object.values(file.known).reduce((a, b) => a + b, 0);
    const cards = K.el("div", {class: "cards"});
    section.append(cards);
    cards.append(K.card("Items by recording", [], K.stacked("Items by recording", check.files.map(file =>
      ({label: file.subject.replace(/^.*\/(?=[^/]+\/?$)/, ""), parts: [file.equal, known(file),
        file.items - file.equal - known(file)]})), [["equal", "c2"], ["known causes", "c4"],
      ["different", "c6"]]), K.legend([["equal", "--c2"], ["different for a known cause", "--c4"],
      ["different", "--c6"]]), K.details("Table: recordings", () => K.table("Recordings",
      [{title: "recording"}, {title: "items", n: true}, {title: "equal", n: true},
        {title: "known", n: true}, {title: "different", n: true}, {title: "values compared", n: true},
        {title: "taken", n: true}, {title: "masked", n: true}], check.files.map(file => [file.subject,
        K.number(file.items), K.number(file.equal), K.number(known(file)),
        K.number(file.items - file.equal - known(file)), K.number(file.valuesCompared),
        K.number(file.valuesTaken), K.number(file.valuesMasked)])))));
    const different = check.files.flatMap(file => file.differences);
    if (different.length > 0) {
      cards.append(K.card("First differences", [], K.scroll("First differences", K.table(
        "Values that are not what the kernel printed", [{title: "place"}, {title: "value"},
          {title: "expected"}, {title: "got"}], different.map(one =>
          [one.place, one.what, one.expected, one.got])))));
    }
  };
})();
