// What every chart has around it: title, sentence, legend, controls, table, downloads, source.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;

  // Charts near the screen are drawn at once, the others when there is time, all of them before printing.
  const waiting = new Set();
  const near = (chart) => {
    const box = chart.getBoundingClientRect();
    return box.top < 1.5 * innerHeight && box.bottom > -0.5 * innerHeight;
  };
  let asked = false;
  const later = () => {
    if (asked || !waiting.size) return;
    asked = true;
    setTimeout(() => { // one at a time, so that the reader's hand goes first; an idle callback can starve
      asked = false;
      const [chart] = waiting;
      if (chart) { waiting.delete(chart); chart.redraw(); }
      later();
    }, 8);
  };
  const paint = (chart) => {
    waiting.delete(chart);
    if (near(chart)) chart.redraw();
    else { waiting.add(chart); later(); }
  };
  // Every chart that is laid out, also in a fold that was opened this moment.
  const paintAll = () => {
    waiting.forEach((chart) => chart.redraw());
    waiting.clear();
    document.querySelectorAll(".chart").forEach((chart) => { if (!chart.querySelector("svg")) chart.redraw?.(); });
  };
  addEventListener("scroll", () => waiting.forEach((chart) => near(chart) && paint(chart)), { passive: true });

  const watched = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0 && Math.abs(width - (entry.target.drawn ?? 0)) > 4) {
        entry.target.drawn = width;
        requestAnimationFrame(() => paint(entry.target));
      }
    }
  });

  const key = (kind) => {
    const mark = {
      known: [svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, stroke: "var(--ink)", "stroke-width": 1.5 }), svg("circle", { cx: 13, cy: 7, r: 3.5, fill: "var(--ink)" })],
      point: [svg("circle", { cx: 13, cy: 7, r: 4, fill: "var(--ink)" })],
      later: [svg("path", { d: "M13 1 L19 7 L13 13 L7 7 Z", fill: "var(--later)" })],
      median: [svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, stroke: "var(--fan)", "stroke-width": 2, "stroke-dasharray": "6,3" })],
      bands: [0.3, 0.55, 0.85].map((opacity, i) => svg("rect", { x: 0, width: 26, y: i * 2.4, height: 14 - i * 4.8, fill: "var(--fan)", opacity: opacity * 0.6 })),
      band80: [svg("rect", { x: 0, width: 26, y: 1, height: 12, fill: "var(--muted)", opacity: 0.35 })],
      hatched: [svg("rect", { x: 0, width: 26, y: 0, height: 14, fill: "url(#hatch)", stroke: "var(--fan)" })],
      capacity: [svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, stroke: "var(--room)", "stroke-width": 2, "stroke-dasharray": "8,3,2,3" })],
      hollow: [svg("circle", { cx: 13, cy: 7, r: 4, fill: "none", stroke: "var(--muted)", "stroke-width": 2 })],
      filled: [svg("circle", { cx: 13, cy: 7, r: 4.5, fill: "var(--fan)" })],
      open: [svg("circle", { cx: 13, cy: 7, r: 4.5, fill: "none", stroke: "var(--fan)", "stroke-width": 2 })],
      tick: [svg("line", { x1: 13, x2: 13, y1: 0, y2: 14, stroke: "var(--later)", "stroke-width": 3 })],
      faint: [svg("rect", { x: 4, width: 18, y: 1, height: 12, fill: "var(--muted)", opacity: 0.5 })],
      strong: [svg("rect", { x: 4, width: 18, y: 1, height: 12, fill: "var(--muted)" })],
      overlay: [svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, stroke: "var(--own)", "stroke-width": 3 })],
      dashed: [svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, stroke: "var(--muted)", "stroke-width": 2, "stroke-dasharray": "6,3" })],
    }[kind] ?? [svg("rect", { x: 4, width: 18, y: 1, height: 12, fill: kind })];
    return svg("svg", { width: 26, height: 14, viewBox: "0 0 26 14", "aria-hidden": "true" }, mark);
  };

  const legend = (entries) =>
    el("ul", { class: "legend" }, entries.map(([kind, words]) => el("li", {}, kind instanceof Node ? kind : key(kind), words)));

  // A labeled select. Its choice is kept in the address under `key`; selects of one key move together.
  const choice = (id, label, options, onchange, { key: name = id, fallback = options[0].key } = {}) => {
    const known = (value) => options.some((o) => o.key === value);
    const base = known(fallback) ? fallback : options[0].key;
    const chosen = () => (known(C.get(name)) ? C.get(name) : base);
    const groups = [...new Set(options.map((o) => o.group ?? ""))];
    const option = (o) => el("option", { value: o.key, selected: o.key === chosen() }, C.text(o.label));
    const select = el("select", { id, onchange: () => { C.set(name, select.value, base, select); onchange(); } },
      groups.map((group) => {
        const own = options.filter((o) => (o.group ?? "") === group);
        return group ? el("optgroup", { label: C.say(group) }, own.map(option)) : own.map(option);
      }));
    C.on(name, (origin) => {
      if (origin === select || select.value === chosen()) return;
      select.value = chosen();
      onchange();
    });
    return { node: el("label", { class: "choice", for: id }, el("span", {}, label), select), value: () => select.value };
  };
  const scenarioChoice = (id, scenarios, onchange, fallback = C.data.baseline) =>
    choice(`scenario-${id}`, C.say("scenario"), scenarios.map((s) => ({ key: s.id, label: s.label })), onchange,
      { key: "scenario", fallback });

  const figure = ({ block, badges = [], controls = [], legendOf, readingOf, draw, tableOf, queryOf, below, legendBelow = false, wide = false, always = null, folded = null }) => {
    const title = C.text(block.title);
    const reading = el("p", { class: "reading", "aria-live": controls.length ? "polite" : null });
    const chart = el("div", { class: "chart" });
    const keys = el("div", {});
    const details = C.tableDetails(title, tableOf);
    const refresh = () => {
      reading.replaceChildren(...C.terms(readingOf()));
      keys.replaceChildren(legendOf ? legend(legendOf()) : "");
      details.refresh();
    };
    chart.redraw = () => {
      const width = Math.floor(chart.clientWidth);
      if (width > 0) chart.replaceChildren(draw(width, `${title}. ${readingOf()}`));
    };
    const source = [C.text(block.source), block.credit ? C.text(block.credit) : ""].filter(Boolean).join(" ");
    const ask = queryOf ?? (block.query ? () => block.query : null);
    const settings = controls.length ? el("div", { class: "controls" }, controls.map((c) => c.node)) : null;
    const node = el("figure", { class: wide ? "card wide" : "card", id: `figure-${block.id}` },
      el("figcaption", {}, el("h3", {}, title, badges.map((b) => el("span", { class: `badge ${b[0]}` }, b[1]))), reading,
        (block.notes ?? []).map((note) => el("p", { class: "note" }, C.text(note)))),
      folded ? [chart, always, el("details", { class: "figure-more" }, el("summary", {}, folded), settings, keys, below ?? null)]
        : [settings, always, legendBelow ? [chart, keys] : [keys, chart], below ?? null],
      C.foot({ name: block.id, title, tableOf, chart, source, queryOf: ask, table: details, anchor: `figure-${block.id}` }));
    node.update = () => { refresh(); paint(chart); };
    node.refresh = refresh;
    refresh();
    watched.observe(chart);
    return node;
  };

  Object.assign(C, {
    figure, choice, scenarioChoice, legend, paintAll,
    forget: () => { watched.disconnect(); waiting.clear(); },
  });
})();
