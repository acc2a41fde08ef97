"use strict";
// The replay: figures over time and free lists.
(() => {
  K.replay = replay => {
    tiles(replay);
    overTime(replay);
    freeLists(replay);
    K.pages(replay);
  };

  const tiles = replay => {
    const last = name => replay.series.columns[name].at(-1);
    K.tile(K.number(replay.events), "events replayed");
    K.tile(K.bytes(replay.objects.peakLiveBytes), "most bytes of objects at one moment");
    K.tile(K.number(replay.fragmentationPercent) + " %", "of object bytes lost inside objects");
    K.tile(K.bytes(last("slabBytes")), "pages of slabs at the end");
    K.tile(K.format(last("unusable9Permille"), "permille"), "of free memory unusable for order 9");
    K.tile(K.number(last("failed")), "requests failed", last("failed") > 0);
  };

  const overTime = replay => {
    const section = K.section("time", "Over time", "The machine after each of "
      + K.plural(replay.series.event.length, "sample") + ". Drag across a chart to zoom all of them; "
      + "its legend shows the values under the pointer.");
    const titles = Object.fromEntries(replay.measures.map(one => [one.name, one]));
    const group = K.lineGroup(replay.series.event, "event");
    const column = name => replay.series.columns[name];
    const still = name => column(name).every(value => value === column(name)[0]);
    const drawn = new Set();
    const chart = (title, note, names) => {
      if (names.every(still)) {
        return null;
      }
      names.forEach(name => drawn.add(name));
      return K.lines(group, {title, note, unit: titles[names[0]].unit, series: names.map(name =>
        ({label: titles[name].title, values: column(name)}))});
    };
    section.append(K.el("div", {class: "cards two"},
      chart("Memory of slabs", "The gap between the lines is what slabs hold and nobody uses.",
        ["slabBytes", "objectBytes"]),
      chart("Slabs", "Slabs that stay partial keep their pages for a few objects.",
        ["slabs", "partialSlabs"]),
      chart("Objects in use", "Of all caches together.", ["objects"]),
      chart("Other pages in use", "Page cache, page tables, buffers: whatever is no slab.",
        ["otherBytes"]),
      chart("Free pages in zones", "On the free lists, without what CPUs keep.", ["freePages"]),
      chart("Free pages on CPUs", "What CPUs keep is not free for others.", ["perCpuPages"]),
      chart("External fragmentation", "Free memory in pieces too small for an order.",
        ["unusable3Permille", "unusable6Permille", "unusable9Permille"]),
      chart("Largest free block", "Requests above this order fail or reclaim.",
        ["largestFreeOrder"]),
      chart("Steals", "Blocks taken from pageblocks of another migrate type, so far.", ["steals"]),
      chart("Frees out of the ordinary", "On another CPU, or seen only by what came after; so far.",
        ["crossCpuFrees", "silentFrees"]),
      chart("Failed requests", "The machine had no memory for them; so far.", ["failed"]),
      chart("Time", "When the events happened: flat where the workload was busy.",
        ["timeMicros"])));
    const unchanged = Object.keys(titles).filter(name => !drawn.has(name));
    if (unchanged.length > 0) {
      section.append(K.el("p", {class: "soft"}, "Unchanged throughout: " + unchanged.map(name =>
        titles[name].title + ": " + K.format(column(name)[0], titles[name].unit)).join("; ") + "."));
    }
    section.append(K.details("Table: what became of the events", () => K.table(
      "Events by kind and outcome", [{title: "event"}, ...replay.outcome.buckets.map(title =>
        ({title, n: true}))], replay.outcome.rows.map(row =>
        [row.kind, ...row.counts.map(K.number)]))));
  };

  const freeLists = replay => {
    const section = K.section("buddy", "Free lists", "The buddy allocator's free blocks by order, "
      + "over time. Splitting moves colour down, merging moves it up; a fresh machine has all of it "
      + "in the top row.");
    const zones = replay.freeBlocks;
    const types = replay.migrateTypes;
    const events = replay.series.event;
    const orders = zones[0].rows[0].length / types.length;
    const choice = {zone: 0, type: 0};
    const shift = zones.length > 1 ? 1 : 0;
    const count = (sample, order) => {
      let blocks = 0;
      zones.forEach((zone, z) => {
        if (choice.zone < shift || choice.zone - shift === z) {
          for (let t = 0; t < types.length; t++) {
            if (choice.type === 0 || choice.type - 1 === t) {
              blocks += zone.rows[sample][order * types.length + t];
            }
          }
        }
      });
      return blocks;
    };
    const names = zones.map(zone => "node " + zone.node + ", " + zone.zone);
    const host = K.el("div", {class: "plot", tabindex: "0", role: "group",
      "aria-roledescription": "heat map", "aria-label": "Free blocks by order over time. At the end: "
        + Array.from({length: orders}, (_, order) => "order " + order + ": "
          + K.plural(count(events.length - 1, order), "block")).join(", ")
        + ". Keys: + and − zoom, ← and → move, 0 shows all."});
    let range = [0, 100];
    const option = () => {
      const cells = [];
      let most = 1;
      for (let sample = 0; sample < events.length; sample++) {
        for (let order = 0; order < orders; order++) {
          const blocks = count(sample, order);
          if (blocks > 0) {
            const pages = blocks * 2 ** order;
            most = Math.max(most, pages);
            cells.push([sample, order, Math.log2(1 + pages), blocks, pages]);
          }
        }
      }
      return {
        grid: {left: 62, right: 112, top: 8, bottom: 92},
        tooltip: {formatter: event => K.el("div", {}, "event " + K.number(events[event.value[0]])
          + ", order " + event.value[1] + ": " + K.plural(event.value[3], "block") + ", "
          + K.bytes(event.value[4] * 4096))},
        xAxis: K.axis({type: "category", data: events.map(K.number), name: "event",
          nameLocation: "middle", nameGap: 26}),
        yAxis: K.axis({type: "category", data: Array.from({length: orders}, (_, i) => String(i)),
          name: "order", nameLocation: "middle", nameGap: 30, splitLine: {show: true}}),
        visualMap: {min: 0, max: Math.log2(1 + most), dimension: 2, calculable: true, right: 0,
          top: 4, itemHeight: 190, inRange: {color: K.viridis}, textStyle: {color: K.color("soft")},
          formatter: value => K.bytes((2 ** value - 1) * 4096), precision: 1},
        dataZoom: [{type: "slider", bottom: 12, height: 22, start: range[0], end: range[1],
          textStyle: {color: K.color("soft")}, borderColor: K.color("line")}],
        series: [{type: "heatmap", data: cells, progressive: 0}]
      };
    };
    const chart = K.echart(host, 400, option);
    chart.drawn = drawn => drawn.on("datazoom", () => {
      const zoom = drawn.getOption().dataZoom[0];
      range = [zoom.start, zoom.end];
    });
    const show = (start, end) => {
      const span = Math.min(100, Math.max(2, end - start));
      const from = Math.min(Math.max(0, start), 100 - span);
      range = [from, from + span];
      chart.chart.dispatchAction({type: "dataZoom", dataZoomIndex: 0, start: range[0], end: range[1]});
    };
    const zoom = factor => {
      const middle = (range[0] + range[1]) / 2;
      const half = (range[1] - range[0]) / 2 * factor;
      show(middle - half, middle + half);
    };
    const move = share => show(range[0] + (range[1] - range[0]) * share,
      range[1] + (range[1] - range[0]) * share);
    host.addEventListener("keydown", event => {
      const action = {"+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2),
        "0": () => show(0, 100), ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2)}[event.key];
      if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        action();
      }
    });
    const tools = [
      ...K.select("Zone", zones.length > 1 ? ["all zones", ...names] : names, index => {
        choice.zone = index;
        chart.redraw();
      }), ...K.select("Type", ["all types", ...types], index => {
        choice.type = index;
        chart.redraw();
      }), K.button("+", "Zoom in: free lists", () => zoom(0.5)),
      K.button("−", "Zoom out: free lists", () => zoom(2)),
      K.button("All", "Show all: free lists", () => show(0, 100))];
    section.append(K.el("div", {class: "cards"}, K.card("Free memory by order", tools,
      K.el("p", {class: "note"}, "Colour: bytes free in blocks of this order (logarithmic). "
        + "Empty: none."), host,
      K.details("Table: free blocks by order", () => K.table("Free blocks of each order",
        [{title: "event", n: true}, ...Array.from({length: orders}, (_, i) =>
          ({title: "order " + i, n: true}))], events.map((event, sample) => [K.number(event),
          ...Array.from({length: orders}, (_, order) => K.number(count(sample, order)))]))))));
  };
})();
