"use strict";
// Slabs: how full they are, and which of their objects are in use.
(() => {
  const CACHES = 24;
  const SLABS = 64;
  const OBJECT_ROWS = 40;

  // A slab: first frame, objects, and from here on the indices of the free ones.
  const FREE_AT = 2;

  const inUse = slab => slab[1] - (slab.length - FREE_AT);

  K.slabs = (replay, at, now, slider) => {
    const section = K.section("slabs", "Slabs", "How full each slab is. Nearly empty slabs are what "
      + "internal fragmentation is made of: a few objects keep whole pages.");
    const chosen = {cache: null};
    const detail = objectMap(replay, at, chosen);
    const overview = occupancy(at, name => detail.choose(name));
    now.changed.push(() => {
      overview.redraw();
      detail.redraw();
    });
    section.append(K.el("div", {class: "cards"},
      K.card("Slab occupancy", [...slider("Moment")], overview.host, overview.live,
        scale("empty", "full"), K.details("Table: caches", () => cacheTable(at()))),
      detail.card));
  };

  // Slabs of which only the number is known are full, and stand at the end.
  const UNKNOWN = -1;
  const count = cache => cache.slabs.length + cache.unplaced;
  const every = cache => cache.slabs.concat(Array.from({length: cache.unplaced}, () =>
    [UNKNOWN, cache.objects]));
  const bySlabs = moment => [...moment.caches].sort((a, b) => count(b) - count(a));

  const scale = (low, high) => {
    const bar = K.el("span", {class: "swatch"});
    bar.style.width = "9rem";
    bar.style.background = "linear-gradient(to right," + K.viridis.join(",") + ")";
    return K.el("ul", {class: "legend"}, K.el("li", {}, low, bar, high));
  };

  const cacheTable = moment => K.table("Caches at event " + K.number(moment.event),
    [{title: "cache"}, {title: "objects in use", n: true}, {title: "objects", n: true},
      {title: "use", n: true}, {title: "slabs", n: true}, {title: "not full", n: true},
      {title: "bytes of an object", n: true}, {title: "memory", n: true}],
    bySlabs(moment).map(cache => {
      const full = cache.unplaced * cache.objects;
      const used = cache.slabs.reduce((sum, slab) => sum + inUse(slab), full);
      const all = cache.slabs.reduce((sum, slab) => sum + slab[1], full);
      return [cache.name, K.number(used), K.number(all), K.number(100 * used / all) + " %",
        K.number(count(cache)), K.number(cache.slabs.filter(slab => slab.length > FREE_AT).length),
        K.number(cache.bytes), K.bytes(count(cache) * cache.pages * 4096)];
    }));

  const occupancy = (at, choose) => {
    let shown = null;
    const caches = () => {
      if (shown?.moment !== at()) {
        shown = {moment: at(), caches: bySlabs(at()).slice(0, CACHES).map(cache =>
          ({name: cache.name, slabs: every(cache)}))};
      }
      return shown.caches;
    };
    const most = () => Math.max(1, ...caches().map(cache => cache.slabs.length));
    const perCell = () => Math.ceil(most() / SLABS);
    const slabsOf = (column, row) => {
      const cache = caches()[row];
      return cache ? cache.slabs.slice(column * perCell(), (column + 1) * perCell()) : [];
    };
    const model = {
      hint: "Click a slab to see the objects of its cache below; arrow keys choose one, + shows it.",
      columns: () => Math.max(20, Math.ceil(most() / perCell())),
      rows: () => Math.max(1, caches().length),
      height: () => 10 + 20 * Math.max(1, caches().length),
      labelWidth: 170, gap: 1.5,
      rowLabels: () => caches().map(cache => cache.name),
      color: (column, row) => {
        const slabs = slabsOf(column, row);
        return slabs.length === 0 ? null : K.scale(slabs.reduce((sum, slab) => sum + inUse(slab), 0)
          / slabs.reduce((sum, slab) => sum + slab[1], 0));
      },
      tell: (column, row) => {
        const slabs = slabsOf(column, row);
        const name = caches()[row]?.name ?? "";
        return slabs.length === 0 ? name + ": no slab here" : name + ", " + slabs.slice(0, 4).map(slab =>
          (slab[0] === UNKNOWN ? "a slab older than the trace" : "slab at frame " + K.hex(slab[0]))
          + ": " + inUse(slab) + " of " + slab[1] + " in use").join("; ") + (slabs.length > 4
          ? "; and " + (slabs.length - 4) + " more" : "");
      },
      zoom: (factor, column, row) => caches()[row] && choose(caches()[row].name)
    };
    const map = K.cellMap("Slab occupancy", "A row for each cache, a cell for each slab. "
      + caches().map(cache => cache.name + ": " + K.plural(cache.slabs.length, "slab")).join(", ")
      + ". Zooming in shows the objects of the chosen cache below.", model);
    return map;
  };

  const objectMap = (replay, at, chosen) => {
    const cache = () => at().caches.find(one => one.name === chosen.cache) ?? bySlabs(at())[0];
    const view = {first: 0};
    const rows = () => cache() ? cache().slabs.slice(view.first, view.first + OBJECT_ROWS) : [];
    const model = {
      hint: "Arrow keys choose an object.",
      columns: () => Math.max(32, ...rows().map(slab => slab[1])),
      rows: () => Math.max(1, rows().length),
      height: () => 10 + 16 * Math.max(1, rows().length),
      labelWidth: 110, gap: 1,
      rowLabels: () => rows().map(slab => K.hex(slab[0])),
      color: (column, row) => {
        const slab = rows()[row];
        return !slab || column >= slab[1] ? null
          : K.color(slab.indexOf(column, FREE_AT) >= 0 ? "free" : "c0");
      },
      tell: (column, row) => {
        const slab = rows()[row];
        return !slab || column >= slab[1] ? "nothing here" : cache().name + ", slab at frame "
          + K.hex(slab[0]) + ", object " + column + ": "
          + (slab.indexOf(column, FREE_AT) >= 0 ? "free" : "in use");
      },
      scroll: by => {
        const wanted = view.first + by * 8;
        const moves = cache() && wanted >= 0 && wanted < cache().slabs.length;
        view.first = moves ? wanted : view.first;
        return moves;
      }
    };
    const map = K.cellMap("Objects of a cache", "A row for each slab, a cell for each object.", model);
    const names = [...new Set(replay.moments.flatMap(moment => bySlabs(moment).map(c => c.name)))];
    const choose = K.select("Cache", names, index => show(names[index]));
    const page = by => {
      if (model.scroll(by * OBJECT_ROWS / 8)) {
        map.redraw();
      }
    };
    const title = K.el("p", {class: "note"});
    const show = name => {
      chosen.cache = name;
      choose[1].selectedIndex = names.indexOf(name);
      view.first = 0;
      redraw();
    };
    const redraw = () => {
      title.textContent = !cache() ? "No slabs yet." : cache().name + ": "
        + K.plural(count(cache()), "slab") + ", objects of " + K.bytes(cache().bytes)
        + ", numbered from left to right." + (cache().unplaced === 0 ? "" : " Not shown: "
        + K.plural(cache().unplaced, "full slab") + " older than the trace, at unknown places.");
      map.redraw();
    };
    const card = K.card("Objects of a cache", [...choose,
      K.button("▲", "Earlier slabs", () => page(-1)), K.button("▼", "Later slabs", () => page(1))],
    title, map.host, map.live, K.legend([["free", "--free"], ["in use", "--c0"]]));
    requestAnimationFrame(() => show(bySlabs(at())[0]?.name ?? names[0]));
    return {card, redraw, choose: name => {
      show(name);
      card.scrollIntoView({block: "nearest"});
    }};
  };
})();
