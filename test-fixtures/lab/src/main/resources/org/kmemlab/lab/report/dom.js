"use strict";
// What all scripts of the page share. Text is only ever set as text, never as markup.
const K = {};

(() => {
  K.el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) {
        node.addEventListener(name.slice(2), value);
      } else if (value !== undefined && value !== null && value !== false) {
        node.setAttribute(name, value === true ? "" : value);
      }
    }
    node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
    return node;
  };

  const grouped = new Intl.NumberFormat("en-US", {maximumFractionDigits: 0});
  const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

  // A number with as many decimals as help; a dash for none.
  K.number = value => {
    if (value === null || value === undefined || Number.isNaN(value)) {
      return "–";
    }
    if (Number.isInteger(value) || Math.abs(value) >= 1000) {
      return grouped.format(value);
    }
    return String(Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1)));
  };

  K.bytes = value => {
    if (value === null || value === undefined) {
      return "–";
    }
    let unit = 0;
    let shown = value;
    while (Math.abs(shown) >= 1024 && unit < UNITS.length - 1) {
      shown /= 1024;
      unit++;
    }
    return Number(shown.toFixed(Math.abs(shown) < 10 ? 2 : Math.abs(shown) < 100 ? 1 : 0)) + " "
      + UNITS[unit];
  };

  // A figure in its unit.
  K.format = (value, unit) => {
    if (value === null || value === undefined) {
      return "–";
    }
    switch (unit) {
      case "bytes": return K.bytes(value);
      case "permille": return K.number(value / 10) + " %";
      case "percent": return K.number(value) + " %";
      case "µs": return K.number(value / 1000) + " ms";
      case "ratio": case "order": return K.number(value);
      default: return K.number(value);
    }
  };

  K.hex = value => "0x" + value.toString(16);
  K.plural = (count, one, many) => K.number(count) + " " + (count === 1 ? one : many || one + "s");

  // columns: [{title, n: is it a number}], rows: arrays of text or nodes.
  K.table = (caption, columns, rows) => {
    const cell = (tag, column, content, scope) =>
      K.el(tag, {class: column.n ? "n" : null, scope}, content === "" ? "\u00a0" : content);
    return K.el("table", {},
      K.el("caption", {}, caption),
      K.el("thead", {}, K.el("tr", {}, columns.map(c => cell("th", c, c.title, "col")))),
      K.el("tbody", {}, rows.map(row => K.el("tr", {}, row.map((content, i) =>
        i === 0 ? cell("th", columns[0], content, "row") : cell("td", columns[i], content))))));
  };

  K.scroll = (label, content) =>
    K.el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label}, content);

  // Something that is built when somebody opens it.
  K.details = (title, build) => {
    const details = K.el("details", {}, K.el("summary", {}, title));
    details.addEventListener("toggle", () => {
      details.querySelector(".scroll")?.remove();
      if (details.open) {
        details.append(K.scroll(title, build()));
      }
    });
    return details;
  };

  K.card = (title, tools, ...content) => K.el("div", {class: "card"},
    K.el("div", {class: "head"}, K.el("h3", {}, title),
      tools && tools.length ? K.el("div", {class: "tools"}, tools) : null), content);

  K.button = (text, label, action) =>
    K.el("button", {type: "button", "aria-label": label, title: label, onclick: action}, text);

  let ids = 0;
  // A labelled choice; calls back with the chosen index.
  K.select = (label, options, action) => {
    const id = "choice" + ids++;
    const select = K.el("select", {id, onchange: () => action(select.selectedIndex)},
      options.map(option => K.el("option", {}, option)));
    return [K.el("label", {for: id}, label), select];
  };

  K.range = (label, max, value, action) => {
    const id = "choice" + ids++;
    const input = K.el("input", {type: "range", id, min: 0, max, step: 1, value,
      oninput: () => action(Number(input.value))});
    return [K.el("label", {for: id}, label), input];
  };

  K.section = (id, title, lead) => {
    const section = K.el("section", {id, "aria-labelledby": id + "-title"},
      K.el("h2", {id: id + "-title"}, title), lead ? K.el("p", {class: "soft"}, lead) : null);
    document.getElementById("main").append(section);
    document.getElementById("parts").append(
      K.el("li", {}, K.el("a", {href: "#" + id}, title)));
    return section;
  };

  K.facts = pairs => K.el("dl", {class: "facts"}, pairs.filter(([, value]) => value !== null
    && value !== undefined && value !== "").map(([name, value]) =>
    [K.el("dt", {}, name), K.el("dd", {}, value)]));

  K.tile = (value, label, bad) => document.getElementById("tiles").append(
    K.el("div", {class: bad ? "tile bad" : "tile"}, K.el("strong", {}, value),
      K.el("span", {}, label)));
})();
