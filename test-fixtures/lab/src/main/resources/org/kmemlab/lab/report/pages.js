"use strict";
// Pictures of the machine at a few moments: who has which page, and which object of which slab.
(() => {
  const COLUMNS = 128;
  const ROWS = 64;

  K.pages = replay => {
    const moments = replay.moments;
    const now = {index: moments.length - 1, changed: []};
    const at = () => moments[now.index];
    const slider = label => {
      const place = K.el("output", {}, "event " + K.number(at().event));
      const [name, input] = K.range(label, moments.length - 1, now.index, index => {
        now.index = index;
        now.changed.forEach(change => change());
      });
      now.changed.push(() => {
        input.value = now.index;
        place.textContent = "event " + K.number(at().event);
      });
      return [name, input, place];
    };
    pageMap(replay, at, now, slider);
    K.slabs(replay, at, now, slider);
  };

  const pageMap = (replay, at, now, slider) => {
    const section = K.section("pages", "Pages", "Every page frame of the machine, at the moment that "
      + "you choose. A cell that stands for several frames has the mixture of their colours.");
    const total = at().runs.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0);
    const whole = 2 ** Math.ceil(Math.log2(Math.max(1, total / (COLUMNS * ROWS))));
    const classes = {owner: owners(replay), type: types(replay)};
    const view = {start: 0, pages: whole, by: "owner", frames: null};
    const read = () => {
      view.frames = expand(at(), replay, classes[view.by], total);
    };
    read();
    now.changed.push(() => {
      read();
      map.redraw();
      describe();
    });
    const first = (column, row) => view.start + (row * COLUMNS + column) * view.pages;
    const parts = (from, to) => {
      const counts = new Map();
      for (let pfn = from; pfn < Math.min(to, total); pfn++) {
        counts.set(view.frames[pfn], (counts.get(view.frames[pfn]) || 0) + 1);
      }
      return [...counts].sort((a, b) => b[1] - a[1]);
    };
    const model = {
      hint: "Click a cell to zoom in on it; arrow keys choose one, + and − zoom.",
      columns: () => COLUMNS,
      rows: () => Math.min(ROWS, Math.ceil((total - view.start) / (COLUMNS * view.pages))),
      height: () => 4 + 9 * model.rows(),
      gap: 0.4,
      color: (column, row) => {
        const from = first(column, row);
        return from >= total ? null : K.mix(parts(from, from + view.pages).map(([number, count]) =>
          [classes[view.by].color(number), count]));
      },
      tell: (column, row) => {
        const from = first(column, row);
        return from >= total ? "past the end of memory" : "frame " + K.hex(from)
          + (view.pages > 1 ? " to " + K.hex(Math.min(from + view.pages, total) - 1) : "") + ": "
          + parts(from, from + view.pages).map(([number, count]) =>
            (view.pages > 1 ? K.number(count) + " " : "") + classes[view.by].label(number)).join(", ");
      },
      zoom: (factor, column, row) => {
        const center = first(column, row);
        view.pages = Math.min(whole, Math.max(1, view.pages * factor));
        const shown = COLUMNS * ROWS * view.pages;
        const wanted = Math.floor((center - shown / 2) / (COLUMNS * view.pages)) * COLUMNS * view.pages;
        view.start = Math.max(0, Math.min(wanted, Math.max(0, total - shown)));
        map.column = Math.floor((center - view.start) / view.pages) % COLUMNS;
        map.row = Math.floor((center - view.start) / view.pages / COLUMNS);
      },
      all: () => Object.assign(view, {start: 0, pages: whole}),
      scroll: rows => {
        const wanted = view.start + rows * COLUMNS * view.pages;
        const moves = wanted >= 0 && wanted + COLUMNS * ROWS * view.pages <= total
          + COLUMNS * view.pages;
        view.start = moves ? wanted : view.start;
        return moves;
      }
    };
    // The smallest part of memory, by the steps of the zoom, that has all pages in use.
    const focus = () => {
      const idle = new Set(replay.users.map((user, i) => i).filter(i =>
        ["FREE", "PER_CPU", "UNMANAGED"].includes(replay.users[i].kind)));
      let low = total;
      let high = 0;
      let pfn = 0;
      at().runs.forEach((user, i, runs) => {
        if (i % 2 === 1) {
          if (!idle.has(user)) {
            low = Math.min(low, pfn);
            high = pfn + runs[i - 1];
          }
          pfn += runs[i - 1];
        }
      });
      view.pages = 1;
      view.start = Math.floor(Math.min(low, high) / COLUMNS) * COLUMNS;
      while (view.pages < whole && view.start + COLUMNS * ROWS * view.pages < high) {
        view.pages *= 2;
        view.start = Math.floor(Math.min(low, high) / (COLUMNS * view.pages)) * COLUMNS * view.pages;
      }
      map.redraw();
    };
    const sums = () => parts(0, total);
    const map = K.cellMap("Page map", "At event " + K.number(at().event) + ": "
      + sums().map(([number, count]) => K.plural(count, "page") + " "
        + classes.owner.label(number)).join(", ") + ".", model);
    const legend = K.el("div");
    const describe = () => legend.replaceChildren(K.legend(sums().map(([number, count]) =>
      [classes[view.by].label(number) + ", " + K.bytes(count * 4096),
        classes[view.by].name(number)])));
    describe();
    section.append(K.el("div", {class: "cards"}, K.card("Page map", [...slider("Moment"),
      ...K.select("Colour", ["by owner", "by migrate type"], index => {
        view.by = ["owner", "type"][index];
        read();
        describe();
        map.redraw();
      }), K.button("In use", "Zoom to the pages in use: page map", focus), ...map.tools], map.host, map.live, legend,
    K.details("Table: pages by user", () => K.table("Pages by user at event "
      + K.number(at().event), [{title: "user"}, {title: "pages", n: true}, {title: "memory", n: true}],
    sums().map(([number, count]) => [classes[view.by].label(number), K.number(count),
      K.bytes(count * 4096)]))))));
  };

  const KIND_COLORS = {UNMANAGED: "unmanaged", FREE: "free", PER_CPU: "percpu", PLAIN: "c0",
    LARGE_KMALLOC: "c7", BEFORE: "before"};

  // The caches with the most pages have colours of their own.
  const owners = replay => {
    const pages = new Map();
    replay.moments.at(-1).runs.forEach((user, i, runs) => {
      if (i % 2 === 1 && replay.users[user].kind === "SLAB") {
        pages.set(user, (pages.get(user) || 0) + runs[i - 1]);
      }
    });
    const ranked = [...pages].sort((a, b) => b[1] - a[1]).map(([user]) => user).slice(0, 5);
    const colors = ["c1", "c2", "c3", "c4", "c6"];
    const others = replay.users.length;
    const labels = Object.fromEntries(replay.kinds.map(kind => [kind.name, kind.label]));
    const name = user => user === others ? "c5" : replay.users[user].kind === "SLAB"
      ? colors[ranked.indexOf(user)] : KIND_COLORS[replay.users[user].kind];
    return classification(name, user => user === others ? "slabs of other caches"
      : replay.users[user].kind === "SLAB" ? "slabs of " + replay.users[user].cache
        : labels[replay.users[user].kind],
    user => replay.users[user].kind === "SLAB" && !ranked.includes(user) ? others : user);
  };

  // Pageblocks by migrate type; free pages pale. Numbers: twice the type, plus 1 for free ones.
  const types = replay => {
    const colors = ["c1", "c0", "c2", "c3"];
    const none = 2 * replay.migrateTypes.length;
    const label = number => number === none ? "not managed"
      : replay.migrateTypes[number >> 1] + (number & 1 ? ", free" : ", in use");
    return {label, color: number => number === none ? K.color("unmanaged") : (number & 1
      ? K.mix([[K.color(colors[number >> 1]), 0.28], [K.color("card"), 0.72]])
      : K.color(colors[number >> 1])), name: number => number === none ? "--unmanaged"
      : number & 1 ? "color-mix(in srgb, var(--" + colors[number >> 1] + ") 28%, var(--card))"
        : "--" + colors[number >> 1], byType: true, none};
  };

  const classification = (name, label, of) => ({label, of, name: number => "--" + name(number),
    color: number => K.color(name(number))});

  // A class for each frame.
  const expand = (moment, replay, classes, total) => {
    const frames = new Uint32Array(total);
    let pfn = 0;
    for (let i = 0; i < moment.runs.length; i += 2) {
      const end = pfn + moment.runs[i];
      const user = moment.runs[i + 1];
      if (!classes.byType) {
        frames.fill(classes.of(user), pfn, end);
      } else {
        const kind = replay.users[user].kind;
        const free = kind === "FREE" || kind === "PER_CPU" ? 1 : 0;
        for (let at = pfn; at < end; at++) {
          const type = moment.pageblockTypes[Math.floor(at / moment.pageblockPages)];
          frames[at] = kind === "UNMANAGED" || type < 0 ? classes.none : 2 * type + free;
        }
      }
      pfn = end;
    }
    return frames;
  };
})();
