"use strict";
// Colours of the theme, for what is drawn on canvases.
(() => {
  const drawn = [];

  const colors = new Map();
  K.color = name => {
    if (!colors.has(name)) {
      colors.set(name, getComputedStyle(document.documentElement)
        .getPropertyValue("--" + name).trim());
    }
    return colors.get(name);
  };
  K.series = index => K.color("c" + index % 8);
  K.dash = index => [[], [8, 4], [2, 3], [10, 3, 2, 3]][Math.floor(index / 2) % 4];

  // Viridis: even in lightness, and readable with every kind of colour blindness.
  K.viridis = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"];

  // Of #rrggbb, or of what mix makes.
  K.rgb = color => color.startsWith("#")
    ? [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16))
    : color.match(/\d+/g).map(Number);
  // parts: [[colour, weight]]
  K.mix = parts => {
    const sum = [0, 0, 0];
    let all = 0;
    for (const [color, weight] of parts) {
      const rgb = K.rgb(color);
      for (let i = 0; i < 3; i++) {
        sum[i] += rgb[i] * weight;
      }
      all += weight;
    }
    return "rgb(" + sum.map(value => Math.round(value / all)).join(",") + ")";
  };
  K.scale = share => {
    const at = Math.max(0, Math.min(1, share)) * (K.viridis.length - 1);
    const low = Math.min(Math.floor(at), K.viridis.length - 2);
    return K.mix([[K.viridis[low], 1 - (at - low)], [K.viridis[low + 1], at - low]]);
  };

  // Draws now, and again when the theme changes.
  K.themed = draw => {
    drawn.push(draw);
    draw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colors.clear();
    drawn.forEach(draw => draw());
  });

  // An ECharts chart that follows the theme and the width of its place.
  K.echart = (host, height, option) => {
    let chart = null;
    host.style.height = height + "px";
    const draw = () => {
      chart?.dispose();
      chart = echarts.init(host, null, {renderer: "canvas"});
      chart.setOption(common(option()));
      handle.chart = chart;
      handle.drawn?.(chart);
    };
    const handle = {
      host,
      redraw: () => chart?.setOption(common(option()), {notMerge: true}),
      resize: newHeight => {
        host.style.height = newHeight + "px";
        chart?.resize();
      }
    };
    // Its place has a width when the page is laid out.
    requestAnimationFrame(() => {
      K.themed(draw);
      new ResizeObserver(() => chart.resize()).observe(host);
    });
    return handle;
  };

  const common = option => ({
    animation: false,
    textStyle: {color: K.color("ink"), fontFamily: "system-ui, sans-serif"},
    ...option,
    tooltip: {confine: true, backgroundColor: K.color("card"), borderColor: K.color("line"),
      textStyle: {color: K.color("ink"), fontSize: 13}, ...option.tooltip}
  });

  K.axis = extra => ({
    axisLine: {lineStyle: {color: K.color("soft")}}, axisTick: {show: false},
    axisLabel: {color: K.color("soft"), ...extra?.axisLabel},
    nameTextStyle: {color: K.color("soft")},
    splitLine: {lineStyle: {color: K.color("line")}, ...extra?.splitLine},
    ...Object.fromEntries(Object.entries(extra || {})
      .filter(([key]) => key !== "axisLabel" && key !== "splitLine"))
  });
})();
