"use strict";
// Horizontal bars, drawn with ECharts, with intervals where there are any.
(() => {
  const WIDEST = 290;
  const ruler = document.createElement("canvas").getContext("2d");
  const room = rows => {
    ruler.font = "12px system-ui, sans-serif";
    return 14 + Math.min(WIDEST, Math.max(0, ...rows.map(row => ruler.measureText(row.label).width)));
  };

  // bars: [{label, value, low, high, color, text}]; log: whether contenders differ by factors of 100.
  K.bars = (title, {bars, unit, log, axisTitle}) => {
    const known = bars.filter(bar => bar.value !== null && bar.value !== undefined);
    const host = K.el("div", {class: "plot", role: "img", "aria-label": title + ". "
      + known.map(bar => bar.label + " " + K.format(bar.value, unit)).join(", ") + "."});
    K.echart(host, 54 + known.length * 25, () => option(known, unit, log, axisTitle));
    return host;
  };

  const option = (bars, unit, log, axisTitle) => {
    const least = Math.min(...bars.map(bar => bar.low ?? bar.value).filter(value => value > 0));
    const floor = log && Number.isFinite(least) ? Math.pow(10, Math.floor(Math.log10(least / 2))) : 0;
    return {
      grid: {left: room(bars), right: 84, top: 6, bottom: 46},
      tooltip: {trigger: "item", formatter: event => K.el("div", {}, tell(bars[event.dataIndex], unit))},
      xAxis: K.axis({type: log ? "log" : "value", min: log ? floor : 0, name: axisTitle,
        nameLocation: "middle", nameGap: 26,
        axisLabel: {formatter: value => K.format(value, unit), hideOverlap: true}}),
      yAxis: K.axis({type: "category", inverse: true, data: bars.map(bar => bar.label),
        axisLabel: {color: K.color("ink"), interval: 0, width: WIDEST, overflow: "truncate"}}),
      series: [
        {type: "bar", barMaxWidth: 16, data: bars.map(bar => ({
          value: log ? Math.max(bar.value, floor) : bar.value,
          itemStyle: {color: K.color(bar.color), borderRadius: [0, 3, 3, 0]},
          label: {show: true, position: "right", distance: bar.high > bar.value ? 14 : 6,
            color: K.color("ink"), formatter: () => bar.text ?? K.format(bar.value, unit)}}))},
        {type: "custom", silent: true, z: 5, renderItem: whisker, encode: {x: [1, 2], y: 0},
          data: bars.flatMap((bar, i) => bar.high > bar.low
            ? [[i, Math.max(bar.low, floor), bar.high]] : [])}]
    };
  };

  const whisker = (_, api) => {
    const low = api.coord([api.value(1), api.value(0)]);
    const high = api.coord([api.value(2), api.value(0)]);
    const line = (x1, y1, x2, y2) => ({type: "line", shape: {x1, y1, x2, y2},
      style: {stroke: K.color("ink"), lineWidth: 1.4}});
    return {type: "group", children: [line(low[0], low[1], high[0], high[1]),
      line(low[0], low[1] - 4, low[0], low[1] + 4), line(high[0], high[1] - 4, high[0], high[1] + 4)]};
  };

  const tell = (bar, unit) => bar.label + ": " + K.format(bar.value, unit) + (bar.high > bar.low
    ? " (" + K.format(bar.low, unit) + " to " + K.format(bar.high, unit) + ")" : "");

  // Bars that are made of parts: rows [{label, parts: [number]}], parts [[label, colour name]].
  K.stacked = (title, rows, parts) => {
    const host = K.el("div", {class: "plot", role: "img", "aria-label": title + ". "
      + rows.map(row => row.label + ": " + parts.map(([label], i) =>
        K.number(row.parts[i]) + " " + label).join(", ")).join("; ") + "."});
    K.echart(host, 40 + rows.length * 25, () => ({
      grid: {left: room(rows), right: 30, top: 6, bottom: 26},
      tooltip: {formatter: event => K.el("div", {}, event.name + ": " + K.number(event.value) + " "
        + event.seriesName)},
      xAxis: K.axis({type: "value", axisLabel: {formatter: K.number, hideOverlap: true}}),
      yAxis: K.axis({type: "category", inverse: true, data: rows.map(row => row.label),
        axisLabel: {color: K.color("ink"), interval: 0, width: WIDEST, overflow: "truncate"}}),
      series: parts.map(([label, color], i) => ({type: "bar", stack: "all", name: label,
        barMaxWidth: 16, itemStyle: {color: K.color(color)}, data: rows.map(row => row.parts[i])}))
    }));
    return host;
  };
})();
