"use strict";
// Policies on one workload, side by side.
(() => {
  const GROUPS = {kernel: "c0", rivals: "c1", native: "c2"};

  K.compare = comparison => {
    const section = K.section("compare", "Comparison", "Each policy serves the same requests on a "
      + "machine of its own. Bars are means over " + K.plural(comparison.seeds.length, "seed")
      + "; whiskers hold the mean with 95 % confidence, where there are several.");
    section.append(K.el("p", {}, K.el("code", {}, comparison.command)));
    const cards = K.el("div", {class: "cards"});
    section.append(cards);
    comparison.workloads.forEach(workload => cards.append(...workloadCards(comparison, workload)));
    cards.append(K.card("Who takes part", [], policies(comparison)));
  };

  const color = (comparison, name) => {
    const group = comparison.policies.find(policy => policy.name === name)?.group;
    const known = [...new Set(comparison.policies.map(policy => policy.group))];
    return GROUPS[group] ?? "c" + (3 + known.indexOf(group)) % 8;
  };

  const policies = comparison => K.scroll("Policies", K.table("Policies",
    [{title: "policy"}, {title: "group"}, {title: "what it is"}, {title: "source"}],
    comparison.policies.map(one => [one.name, one.group, one.description ?? "", one.source ?? ""])));

  const workloadCards = (comparison, workload) => {
    const summaries = comparison.summaries.filter(one => one.workload === workload.name);
    const measures = comparison.measures.filter(measure =>
      summaries.some(one => one.measures[measure.name]));
    if (measures.length === 0) {
      return [K.card(workload.name, [], K.el("p", {}, "No figures."))];
    }
    const preferred = ["meanPageWastePercent", "peakPageBytes"].find(name =>
      measures.some(measure => measure.name === name));
    const order = [...measures].sort((a, b) => (b.name === preferred) - (a.name === preferred));
    const place = K.el("div");
    const show = index => place.replaceChildren(bars(comparison, workload, summaries, order[index]));
    show(0);
    const problems = comparison.runs.filter(run => run.workload === workload.name && run.problem);
    return [K.card(workload.name, K.select("Measure", order.map(one => one.title), show),
      K.el("p", {class: "note"}, workload.description + ". " + K.plural(workload.events, "request")
        + ", " + K.plural(workload.cpus, "CPU") + ", " + K.bytes(workload.memoryBytes) + " of memory."),
      problems.map(run => K.el("p", {class: "bad"}, run.policy + ", seed " + run.seed + ": "
        + run.problem)), place,
      K.legend([...new Set(comparison.policies.map(one => one.group))].map(group =>
        [group, "--" + color(comparison, comparison.policies.find(one => one.group === group).name)])),
      K.details("Table: " + workload.name, () => table(workload, summaries, measures))),
    ...course(comparison, workload)];
  };

  const bars = (comparison, workload, summaries, measure) => K.bars(
    workload.name + ", " + measure.title, {unit: measure.unit, axisTitle: measure.title,
      bars: summaries.filter(one => one.measures[measure.name]).map(one => {
        const {mean, interval95} = one.measures[measure.name];
        return {label: one.policy, value: mean, low: mean - (interval95 ?? 0),
          high: mean + (interval95 ?? 0), color: color(comparison, one.policy)};
      }).sort((a, b) => a.value - b.value)});

  const table = (workload, summaries, measures) => K.table(workload.name + ": means of all seeds",
    [{title: "policy"}, ...measures.map(one => ({title: one.title, n: true}))],
    summaries.map(one => [one.policy, ...measures.map(measure => {
      const spread = one.measures[measure.name];
      return !spread ? "–" : K.format(spread.mean, measure.unit)
        + (spread.interval95 ? " ± " + K.format(spread.interval95, measure.unit) : "");
    })]));

  // How one run of each policy went. Policies can have samples at different requests.
  const course = (comparison, workload) => {
    const runs = comparison.runs.filter(run => run.workload === workload.name
      && run.series.event.length > 1);
    const names = [...new Set(runs.flatMap(run => Object.keys(run.series.columns)
      .filter(name => run.series.columns[name])))];
    const measures = comparison.measures.filter(one => names.includes(one.name));
    if (runs.length === 0 || measures.length === 0) {
      return [];
    }
    const x = [...new Set(runs.flatMap(run => run.series.event))].sort((a, b) => a - b);
    const values = (run, name) => {
      const at = new Map(run.series.event.map((event, i) => [event, run.series.columns[name][i]]));
      let last = null;
      return x.map(event => last = at.has(event) ? at.get(event) : last);
    };
    const place = K.el("div");
    const order = [...measures].sort((a, b) => (b.name === "pageBytes") - (a.name === "pageBytes"));
    const choice = K.select("Measure", order.map(one => one.title), index => {
      show(index);
      choice[1].focus();
    });
    const show = index => {
      const measure = order[index];
      const shown = runs.filter(run => run.series.columns[measure.name]);
      place.replaceChildren(K.lines(K.lineGroup(x, "request"), {tools: choice,
        title: workload.name + ": " + measure.title.toLowerCase() + " over time",
        unit: measure.unit, note: "The run with seed " + shown[0].seed + ".",
        series: shown.map(run => ({label: run.policy, values: values(run, measure.name)}))}));
    };
    show(0);
    return [place];
  };
})();
