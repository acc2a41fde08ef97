"use strict";
// Builds the page from its data.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  const PARTS = [
    ["replay", K.replay, "The replay of a trace", "kmemlab report"],
    ["compare", K.compare, "A comparison of policies", "kmemlab compare --json compare.json; "
      + "kmemlab report -o report.html --compare compare.json"],
    ["faults", K.faults, "A fault campaign", "kmemlab faults --workload all --json faults.json; "
      + "kmemlab report -o report.html --faults faults.json"],
    ["bench", K.bench, "A benchmark", "kmemlab bench --quick --json bench.json; "
      + "kmemlab report -o report.html --bench bench.json"],
    ["verify", K.verify, "Checks against recordings", "kmemlab verify trace FOLDER --json > verify.json; "
      + "kmemlab report -o report.html --verify verify.json"]
  ];

  document.getElementById("subject").textContent = data.replay ? data.replay.trace
    : PARTS.filter(([key]) => data[key]).map(([, , title]) => title).join(", ");
  if (data.bench && !data.replay) {
    K.tile(K.number(data.bench.figures.length), "figures");
  }
  for (const [key, draw] of PARTS) {
    if (data[key]) {
      draw(data[key]);
    }
  }

  const section = K.section("origin", "What made this page");
  section.append(K.facts([
    ["command", K.el("code", {}, data.command)], ["version", data.version],
    ["trace", data.replay?.trace], ["machine", data.replay?.machine],
    ["seed", data.replay ? String(data.replay.seed) : null],
    ["lost by the recorder", data.replay?.lostEvents > 0
      ? K.plural(data.replay.lostEvents, "event") : null],
    ["unreadable lines", data.replay?.unparsable > 0 ? K.number(data.replay.unparsable) : null],
    ...data.files.map(file => [file.kind, file.name])]));
  const missing = PARTS.filter(([key]) => !data[key]);
  if (missing.length > 0) {
    section.append(K.el("p", {}, "Not in this report:"), K.el("ul", {}, missing.map(
      ([, , title, command]) => K.el("li", {}, title + ": ", K.el("code", {}, command)))));
  }
})();
