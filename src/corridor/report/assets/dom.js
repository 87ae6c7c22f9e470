// Elements, tables and CSV. Text enters the page only as text nodes.
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

  const table = (caption, { columns, rows }) => {
    const numeric = (kind) => ["number", "number3", "count", "percent"].includes(kind);
    const head = el("tr", {}, columns.map((c) =>
      el("th", { scope: "col", class: numeric(c.kind) && "num" }, C.text(c.label))));
    const body = rows.map((row) => el("tr", {}, columns.map((c, place) =>
      el(place ? "td" : "th", { scope: place ? null : "row", class: numeric(c.kind) && "num" },
        C.cell(row[c.key], c.kind)))));
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el("table", {}, el("caption", { class: "hidden" }, caption), el("thead", {}, head), el("tbody", {}, body)));
  };

  // A spreadsheet runs text that begins like a formula; an apostrophe stops it. Small counts are suppressed.
  const csvCell = (value, kind) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return kind === "count" && value > 0 && value < 10 ? "<10" : String(value);
    if (typeof value === "boolean") return String(value);
    let shown = C.text(value);
    if (/^\s*[=+\-@]|^[\t\r\n]/.test(shown)) shown = "'" + shown;
    return /[",\r\n]/.test(shown) ? '"' + shown.replaceAll('"', '""') + '"' : shown;
  };
  const csv = ({ columns, rows }) =>
    [columns.map((c) => csvCell(c.label)), ...rows.map((row) => columns.map((c) => csvCell(row[c.key], c.kind)))]
      .map((cells) => cells.join(",") + "\r\n").join("");

  const csvButton = (name, title, build) => el("button", {
    type: "button", class: "quiet", "aria-label": `${C.say("csv")}: ${title}`,
    onclick: () => {
      const file = new Blob(["\ufeff" + csv(build())], { type: "text/csv;charset=utf-8" });
      const url = URL.createObjectURL(file);
      const link = el("a", { href: url, download: `${name}.csv` });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    },
  }, C.say("csv"));

  // The table under a chart is built when it is opened: dozens of them would slow the first paint.
  const tableDetails = (title, build, open = false) => {
    const place = el("div", {});
    const details = el("details", { open, ontoggle: () => details.open && place.replaceChildren(table(title, build())) },
      el("summary", {}, C.say("table")), place);
    details.refresh = () => details.open && place.replaceChildren(table(title, build()));
    if (open) place.replaceChildren(table(title, build()));
    return details;
  };

  Object.assign(C, { el, svg, table, csv, csvButton, tableDetails });
})();
