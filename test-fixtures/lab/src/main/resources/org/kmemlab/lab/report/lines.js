"use strict";
// Long series, drawn with uPlot. Charts of one group show the same range and the same place.
(() => {
  // Steps of axes: bytes in powers of 2, things that are counted in whole numbers.
  const BINARY = Array.from({length: 50}, (_, i) => 2 ** i);
  const COUNTS = Array.from({length: 12}, (_, i) => [1, 2, 5].map(step => step * 10 ** i)).flat();
  const PARTED = ["percent", "permille", "ratio", "µs", "steps"];
  const KEYS = "Keys: + and − zoom, ← and → move, Home and End jump, 0 shows all.";

  // x: numbers, ascending; xTitle: what they are.
  K.lineGroup = (x, xTitle) => {
    const group = {x, xTitle, charts: [], min: x[0], max: x[x.length - 1]};
    const first = x[0];
    const last = x[x.length - 1];
    group.show = (min, max) => {
      const span = Math.min(Math.max(max - min, (last - first) / 500, 1e-9), last - first || 1);
      group.min = Math.min(Math.max(min, first), Math.max(first, last - span));
      group.max = group.min + span;
      group.charts.forEach(chart => chart.range());
    };
    group.zoom = factor => {
      const middle = (group.min + group.max) / 2;
      const half = (group.max - group.min) / 2 * factor;
      group.show(middle - half, middle + half);
    };
    group.move = share => {
      const by = (group.max - group.min) * share;
      group.show(group.min + by, group.max + by);
    };
    group.all = () => group.show(first, last);
    group.keys = event => {
      const action = {"+": () => group.zoom(0.5), "=": () => group.zoom(0.5),
        "-": () => group.zoom(2), "0": group.all, ArrowLeft: () => group.move(-0.2),
        ArrowRight: () => group.move(0.2), Home: () => group.show(first, first + group.max - group.min),
        End: () => group.show(last - (group.max - group.min), last)}[event.key];
      if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        action();
      }
    };
    return group;
  };

  // Changes of large figures would be lines without a shape if the scale started at 0.
  const isNear = series => {
    const known = series.flatMap(one => one.values).filter(value => value !== null);
    const least = known.reduce((a, b) => Math.min(a, b), Infinity);
    const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
    return least > 0.6 * most && least < most;
  };

  const summary = (series, unit, x) => series.map(({label, values}) => {
    const known = values.filter(value => value !== null);
    return known.length === 0 ? label + ": nothing" : label + ": from " + K.format(known[0], unit)
      + " to " + K.format(known[known.length - 1], unit) + ", least "
      + K.format(known.reduce((a, b) => Math.min(a, b)), unit) + ", most "
      + K.format(known.reduce((a, b) => Math.max(a, b)), unit);
  }).join("; ") + "; over " + K.number(x.length) + " samples.";

  // series: [{label, values}]; all in one unit. tools: more controls.
  K.lines = (group, {title, note, unit, series, tools: more}) => {
    const near = isNear(series);
    const host = K.el("div", {class: "plot", tabindex: "0", role: "group",
      "aria-roledescription": "line chart", "aria-label": title + ". "
        + summary(series, unit, group.x) + " " + KEYS, onkeydown: group.keys});
    const live = K.el("p", {class: "live"});
    const legend = K.el("ul", {class: "legend"});
    const tools = [...more ?? [], K.button("+", "Zoom in: " + title, () => group.zoom(0.5)),
      K.button("−", "Zoom out: " + title, () => group.zoom(2)),
      K.button("All", "Show all: " + title, group.all)];
    const card = K.card(title, tools, note ? K.el("p", {class: "note"}, note) : null, host, legend,
      live, K.details("Table: " + title, () => K.table(title, [{title: group.xTitle, n: true},
        ...series.map(one => ({title: one.label, n: true}))], group.x.map((x, i) =>
        [K.number(x), ...series.map(one => K.format(one.values[i], unit))]))));
    const hidden = new Set();
    const chart = {plot: null, host, range: () => {
      chart.plot?.setScale("x", {min: group.min, max: group.max});
      live.textContent = group.xTitle + " " + K.number(Math.round(group.min)) + " to "
        + K.number(Math.round(group.max)) + (near ? "; the scale does not start at 0" : "");
    }};
    const draw = () => {
      chart.plot?.destroy();
      chart.plot = new uPlot(options(group, chart, series, unit, hidden, near), [group.x,
        ...series.map(one => one.values)], host);
      drawLegend(legend, series, unit, chart, hidden);
      chart.range();
    };
    requestAnimationFrame(() => {
      K.themed(draw);
      new ResizeObserver(() => chart.plot.setSize(
        {width: host.clientWidth, height: 240})).observe(host);
    });
    group.charts.push(chart);
    return card;
  };

  const options = (group, chart, series, unit, hidden, near) => ({
    width: Math.max(chart.host.clientWidth, 200), height: 240,
    legend: {show: false}, scales: {x: {time: false}, y: {range: (_, min, max) => near
      ? [min - (max - min || 1) * 0.06, max + (max - min || 1) * 0.06]
      : [Math.min(0, min ?? 0), max > 0 ? max * 1.06 : 1]}},
    cursor: {sync: {key: group.xTitle}, drag: {x: true, y: false, setScale: false}},
    axes: [{...axis(), label: group.xTitle, size: 28, space: 90, labelSize: 20, labelFont: "13px system-ui",
      values: (_, ticks) => ticks.map(K.number)},
    {...axis(), size: 74, values: (_, ticks) => ticks.map(tick => K.format(tick, unit)),
      incrs: unit === "bytes" ? BINARY : PARTED.includes(unit) ? undefined : COUNTS}],
    series: [{}, ...series.map((one, i) => ({label: one.label, stroke: K.series(i), width: 2,
      dash: K.dash(i), points: {show: false}, show: !hidden.has(i), spanGaps: false,
      paths: uPlot.paths.stepped({align: 1})}))],
    hooks: {
      setCursor: [plot => tell(plot, chart, series, unit)],
      setSelect: [plot => {
        if (plot.select.width > 3) {
          group.show(plot.posToVal(plot.select.left, "x"),
            plot.posToVal(plot.select.left + plot.select.width, "x"));
          plot.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
        }
      }]
    }
  });

  const axis = () => ({stroke: K.color("soft"), font: "12px system-ui",
    grid: {stroke: K.color("line"), width: 1}, ticks: {show: false}});

  const tell = (plot, chart, series, unit) => {
    const at = plot.cursor.idx;
    chart.host.parentNode?.querySelectorAll(".legend b").forEach((place, i) => {
      const values = series[i].values;
      place.textContent = K.format(values[at ?? values.length - 1], unit);
    });
  };

  const drawLegend = (legend, series, unit, chart, hidden) => {
    legend.replaceChildren(...series.map((one, i) => {
      const swatch = K.el("span", {class: "swatch"});
      swatch.style.background = K.series(i);
      const button = K.el("button", {type: "button", "aria-pressed": String(!hidden.has(i)),
        title: "Show or hide " + one.label, onclick: () => {
          hidden.has(i) ? hidden.delete(i) : hidden.add(i);
          button.setAttribute("aria-pressed", String(!hidden.has(i)));
          chart.plot.setSeries(i + 1, {show: !hidden.has(i)});
        }}, swatch, one.label + " ");
      return K.el("li", {}, button,
        K.el("b", {}, K.format(one.values[one.values.length - 1], unit)));
    }));
  };
})();
