"use strict";
// Maps of cells, drawn with ECharts: a place to choose a cell, zoom to it, and hear what it is.
(() => {
  const KEYS = "Keys: arrows choose a cell, + zooms in on it, − zooms out, 0 shows all.";

  // A legend of colours: [[label, colour name or colour]].
  K.legend = entries => K.el("ul", {class: "legend"}, entries.map(([label, color]) => {
    const swatch = K.el("span", {class: "swatch"});
    swatch.style.background = color.startsWith("--") ? "var(" + color + ")" : color;
    return K.el("li", {}, swatch, label);
  }));

  // model: {columns(), rows(), color(column, row) or null, tell(column, row), rowLabels(),
  //         hint, zoom(factor, column, row), all(), scroll(rows) or undefined, height()}
  K.cellMap = (title, summary, model) => {
    const host = K.el("div", {class: "plot", tabindex: "0", role: "group",
      "aria-roledescription": "map of cells", "aria-label": title + ". " + summary + " " + KEYS});
    const live = K.el("p", {class: "live", role: "status"}, model.hint);
    const map = {host, live, column: 0, row: 0};
    const handle = K.echart(host, model.height(), () => option(model, map));
    handle.drawn = chart => chart.on("click", event => {
      choose(event.value[0], event.value[1]);
      model.zoom?.(1 / 4, map.column, map.row);
      map.redraw();
    });
    const choose = (column, row) => {
      map.column = Math.max(0, Math.min(model.columns() - 1, column));
      map.row = Math.max(0, Math.min(model.rows() - 1, row));
      map.chosen = true;
      live.textContent = model.tell(map.column, map.row);
    };
    map.redraw = () => {
      handle.resize(model.height());
      map.column = Math.min(map.column, model.columns() - 1);
      map.row = Math.min(map.row, model.rows() - 1);
      live.textContent = map.chosen ? model.tell(map.column, map.row) : model.hint;
      handle.redraw();
    };
    map.zoom = factor => {
      model.zoom?.(factor, map.column, map.row);
      map.redraw();
    };
    map.all = () => {
      model.all?.();
      map.redraw();
    };
    host.addEventListener("keydown", event => {
      const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (moves[event.key]) {
        const [right, down] = moves[event.key];
        const past = map.row + down < 0 ? -1 : map.row + down >= model.rows() ? 1 : 0;
        if (past !== 0 && model.scroll?.(past)) {
          map.redraw();
        } else {
          choose(map.column + right, map.row + down);
          handle.redraw();
        }
      } else if (event.key === "+" || event.key === "=") {
        map.zoom(1 / 4);
      } else if (event.key === "-") {
        map.zoom(4);
      } else if (event.key === "0") {
        map.all();
      } else {
        return;
      }
      event.preventDefault();
    });
    map.tools = [K.button("+", "Zoom in: " + title, () => map.zoom(1 / 4)),
      K.button("−", "Zoom out: " + title, () => map.zoom(4)),
      K.button("All", "Show all: " + title, map.all)];
    return map;
  };

  const option = (model, map) => {
    const cells = [];
    for (let row = 0; row < model.rows(); row++) {
      for (let column = 0; column < model.columns(); column++) {
        const color = model.color(column, row);
        if (color) {
          const chosen = map.chosen && column === map.column && row === map.row;
          cells.push({value: [column, row, 0], itemStyle: chosen
            ? {color, borderColor: K.color("focus"), borderWidth: 2.5} : {color}});
        }
      }
    }
    const range = count => Array.from({length: count}, (_, i) => i);
    const labels = model.rowLabels?.();
    return {
      grid: {left: labels ? model.labelWidth ?? 150 : 2, right: 2, top: 2, bottom: 2},
      tooltip: {formatter: event => K.el("div", {}, model.tell(event.value[0], event.value[1]))},
      xAxis: {type: "category", data: range(model.columns()), show: false},
      yAxis: K.axis({type: "category", data: labels ?? range(model.rows()), inverse: true,
        show: !!labels, axisLine: {show: false},
        axisLabel: {width: (model.labelWidth ?? 150) - 12, overflow: "truncate", interval: 0}}),
      series: [{type: "heatmap", data: cells, progressive: 0,
        itemStyle: {borderColor: K.color("card"), borderWidth: model.gap ?? 0.5},
        emphasis: {itemStyle: {borderColor: K.color("focus"), borderWidth: 2}}}]
    };
  };
})();
