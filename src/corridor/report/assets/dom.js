// Elements and tables. Text enters the page only as text nodes.
"use strict";
(() => {
  const C = Corridor;
  const SVG = "http://www.w3.org/2000/svg";

  const apply = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === "") continue;
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
  };
  const el = (tag, attributes, ...children) => apply(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    apply(document.createElementNS(SVG, tag), attributes, children);

  const look = (kind) => C.data.kinds[kind]?.align || null;

  const MOST = 100; // rows of a table before the reader asks for all of them
  // With `group`, the rows stand under a heading for each value of that column.
  const table = (caption, { columns, rows: every, group }, all = false) => {
    const rows = all ? every : every.slice(0, every.length > MOST + 20 ? MOST : every.length);
    const shown = columns.filter((c) => c.key !== group);
    const head = el("tr", {}, shown.map((c) => el("th", { scope: "col", class: look(c.kind) }, C.text(c.label))));
    let last = null;
    const body = rows.flatMap((row) => {
      const cells = el("tr", {}, shown.map((c, place) =>
        el(place ? "td" : "th", { scope: place ? null : "row", class: look(c.kind) }, C.cell(row[c.key], c.kind))));
      const name = group ? C.text(row[group]) : null;
      if (name === last) return [cells];
      last = name;
      return [el("tr", { class: "group" }, el("th", { scope: "rowgroup", colspan: shown.length }, name)), cells];
    });
    const frame = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
      el("table", {}, el("caption", { class: "hidden" }, caption), el("thead", {}, head), el("tbody", {}, body)));
    if (rows.length === every.length) return frame;
    const whole = el("div", {}, frame, el("button", { type: "button", class: "quiet strong more",
      onclick: () => whole.replaceChildren(table(caption, { columns, rows: every, group }, true)) },
    C.say("table_more", { count: C.number(every.length) })));
    return whole;
  };

  // The table under a chart is built when it is opened: dozens of them would slow the first paint.
  const tableDetails = (title, build, open = false) => {
    const place = el("div", {});
    const details = el("details", { open, ontoggle: () => details.open && place.replaceChildren(table(title, build())) },
      el("summary", { "aria-label": `${C.say("figure_table")}: ${title}` }, C.say("figure_table")), place);
    details.refresh = () => details.open && place.replaceChildren(table(title, build()));
    if (open) place.replaceChildren(table(title, build()));
    return details;
  };

  // Terms of the field carry their sentence: the first of each in a text, the longest name first.
  const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  let known = { lang: null };
  const glossary = () => {
    if (known.lang !== C.state.lang) {
      const meaning = new Map((C.data.glossary ?? []).map(({ term, text }) => [C.text(term).replace(/ \(.*\)$/, "").toLowerCase(), C.text(text)]));
      const names = [...meaning.keys()].sort((a, b) => b.length - a.length).map(escaped);
      known = { lang: C.state.lang, meaning, find: names.length ? new RegExp(`(?<![\\p{L}\\d])(${names.join("|")})(e?s)?(?![\\p{L}\\d])`, "giu") : null };
    }
    return known;
  };
  const terms = (words) => {
    const { find, meaning } = glossary();
    if (!find || typeof words !== "string") return [words];
    const parts = [];
    const seen = new Set();
    let at = 0;
    for (const match of words.matchAll(find)) {
      const name = match[1].toLowerCase();
      if (seen.has(name)) continue;
      seen.add(name);
      parts.push(words.slice(at, match.index), el("dfn", { title: meaning.get(name) }, match[0]));
      at = match.index + match[0].length;
    }
    return [...parts, words.slice(at)];
  };

  Object.assign(C, { el, svg, terms, table, tableDetails });
})();
