// What a reader takes along: CSV, SVG, the command and the Python that give the same rows.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;

  // A spreadsheet runs text that begins like a formula; an apostrophe stops it.
  const csvCell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    if (typeof value === "boolean") return String(value);
    let shown = C.text(value);
    if (/^\s*[=+\-@]|^[\t\r\n]/.test(shown)) shown = "'" + shown;
    return /[",\r\n]/.test(shown) ? '"' + shown.replaceAll('"', '""') + '"' : shown;
  };
  const csv = ({ columns, rows }) =>
    [columns.map((c) => csvCell(c.label)), ...rows.map((row) => columns.map((c) => csvCell(row[c.key])))]
      .map((cells) => cells.join(",") + "\r\n").join("");

  const download = (name, type, text) => {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = el("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };

  // -- SVG that stands alone: colors and fonts of the page are written into it ---------------------------
  const STYLE = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "opacity", "font-size", "font-weight", "font-family", "text-anchor", "display", "visibility",
    "paint-order", "vector-effect"];
  const flat = (node) => {
    const copy = node.cloneNode(true);
    const pairs = [[node, copy], ...[...node.querySelectorAll("*")].map((from, i) => [from, copy.querySelectorAll("*")[i]])];
    for (const [from, to] of pairs) {
      if (to.tagName === "style") { to.textContent = ""; continue; }
      const style = getComputedStyle(from);
      for (const name of ["class", ...STYLE]) to.removeAttribute(name);
      to.setAttribute("style", STYLE.map((name) => `${name}:${style.getPropertyValue(name).replaceAll('"', "'")}`).join(";"));
    }
    return copy;
  };
  const lines = (text, room) => {
    const out = [""];
    for (const word of text.split(/\s+/)) {
      if (out.at(-1) && out.at(-1).length + word.length > room) out.push(word);
      else out[out.length - 1] += (out.at(-1) ? " " : "") + word;
    }
    return out;
  };
  const words = (x, y, size, text, more = {}) => svg("text", { x, y, "font-size": size, ...more }, text);

  // A chart is one SVG, or a list of strips with a line of text above each.
  const placed = (chart, top) => {
    const out = [];
    let y = top;
    const put = (node) => {
      const copy = flat(node);
      copy.setAttribute("x", 0);
      copy.setAttribute("y", y);
      copy.style.overflow = "visible";
      out.push(copy);
      y += node.getBoundingClientRect().height;
    };
    for (const node of chart.querySelectorAll("svg")) {
      if (node.parentElement.closest("svg") || node.closest("[data-unsaved]")) continue;
      const head = node.closest("li")?.querySelector(".strip-head");
      if (head) {
        const [label, value] = head.children;
        for (const line of lines(`${label.textContent}   ${value.textContent}`, chart.clientWidth / 7)) {
          y += 16;
          out.push(words(8, y, 12, line));
        }
        y += 4;
      }
      put(node);
    }
    return [out, y];
  };
  const svgText = (chart, title, source) => {
    const width = chart.clientWidth;
    const look = getComputedStyle(chart.closest(".card") ?? document.body);
    const head = lines(title, width / 9);
    const [parts, bottom] = placed(chart, 14 + 20 * head.length);
    const foot = lines(source, width / 6);
    const height = bottom + 14 * foot.length + 16;
    const patterns = [...document.querySelectorAll(".patterns pattern")].map(flat);
    const node = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`,
      fill: look.color, "font-family": "system-ui, sans-serif" },
    svg("defs", {}, patterns), svg("rect", { width, height, fill: look.backgroundColor }),
    head.map((line, i) => words(8, 20 + 20 * i, 16, line, { "font-weight": "bold" })), parts,
    foot.map((line, i) => words(8, bottom + 18 + 14 * i, 11, line)));
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(node);
  };

  // -- the same rows elsewhere ---------------------------------------------------------------------------
  const shell = (text) => (/^[\w./=:,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const command = ({ table, where }) => ["corridor report", shell(C.data.run.name), "--table", table,
    ...Object.entries(where).map(([name, value]) => `--where ${shell(`${name}=${value}`)}`), "--format csv"].join(" ");
  const python = ({ table, where }) => {
    const rows = Object.entries(where).map(([name, value]) => {
      const several = String(value).split(",").map((part) => JSON.stringify(part));
      const test = several.length > 1 ? `.is_in([${several.join(", ")}])` : ` == ${several[0]}`;
      const column = `pl.col(${JSON.stringify(name)})${/^\d{4}-\d\d-\d\d$/.test(value) ? ".cast(pl.String)" : ""}`;
      return `    ${column}${test},\n`;
    });
    const filter = rows.length ? `.filter(\n${rows.join("")})` : "";
    const made = C.data.run.command ? `# the run was made by: ${C.data.run.command.replaceAll(/\s+/g, " ")}\n` : "";
    return `${made}from pathlib import Path\n\nimport polars as pl\n\nfrom corridor.report import RunFolder\n\n`
      + `run = RunFolder.open(Path(${JSON.stringify(C.data.run.name)}))\nprint(run.table(${JSON.stringify(table)})${filter})\n`;
  };

  // `navigator.clipboard` needs a secure origin, which a file is not.
  const copyText = (text, place) => {
    const area = el("textarea", { class: "hidden", "aria-hidden": "true", tabindex: "-1" }, text);
    place.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    place.focus({ preventScroll: true });
  };
  const copyButton = (label, title, build) => {
    const button = el("button", { type: "button", class: "quiet", "aria-label": title ? `${label}: ${title}` : null, onclick: () => {
      copyText(build(), button);
      button.replaceChildren(C.say("copied"));
      setTimeout(() => button.replaceChildren(label), 1600);
    } }, label);
    return button;
  };
  // A picture of the drawing, twice as fine as on the screen.
  const savePng = (name, text, { width, height }) => {
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas", { width: 2 * width, height: 2 * height });
      const pen = canvas.getContext("2d");
      pen.scale(2, 2);
      pen.drawImage(image, 0, 0, width, height);
      canvas.toBlob((blob) => download(`${name}.png`, "image/png", blob));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  };
  const sizeOf = (text) => {
    const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(text);
    return { width: Number(width), height: Number(height) };
  };
  const address = (anchor) => `${location.href.split("#")[0]}#/${C.page()}/${anchor}${location.hash.includes("&") ? location.hash.slice(location.hash.indexOf("&")) : ""}`;
  const saveButton = (words_, long, title, action) =>
    el("button", { type: "button", class: "quiet", "aria-label": `${long}: ${title}`, onclick: action }, words_);

  // Buttons of a view: CSV, SVG and PNG to download; the command, the Python and the address to copy.
  const actions = ({ name, title, tableOf, chart, source, queryOf, anchor }) => el("div", { class: "actions" },
    saveButton(C.say("csv_short"), C.say("csv_long"), title, () =>
      download(`${name}.csv`, "text/csv;charset=utf-8", "\ufeff" + csv(tableOf()))),
    chart ? saveButton(C.say("svg"), C.say("svg_long"), title, () =>
      download(`${name}.svg`, "image/svg+xml;charset=utf-8", svgText(chart, title, source))) : null,
    chart ? saveButton(C.say("png"), C.say("png_long"), title, () => {
      const text = svgText(chart, title, source);
      savePng(name, text, sizeOf(text));
    }) : null,
    queryOf ? [copyButton(C.say("copy_command"), title, () => command(queryOf())),
      copyButton(C.say("copy_python"), title, () => python(queryOf()))] : null,
    anchor ? copyButton(C.say("copy_link"), title, () => address(anchor)) : null);

  // Under a view: its source in one line that opens, its table, and what a reader takes along.
  const foot = ({ table, source, ...view }) => {
    const line = source ? el("details", { class: "sources" }, el("summary", { "aria-label": `${C.say("figure_sources")}: ${view.title}` }, source)) : null;
    if (line) line.ontoggle = () => line.classList.toggle("whole", line.open);
    return el("div", { class: "beside" }, table, el("details", { class: "save" },
      el("summary", { "aria-label": `${C.say("figure_save")}: ${view.title}` }, C.say("figure_save")), actions({ ...view, source })), line);
  };

  Object.assign(C, { csv, svgText, command, python, copyButton, actions, foot });
})();
