// Packages of measures as parties see them: chances as shades, and any two indicators against each other.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;

  // Shade by chance; a hatched edge says that it mostly rests on assumptions. The words say the same.
  const cell = (spec) => {
    if (!spec) return el("td", { class: "party-cell none" }, "—");
    const shade = spec.chance === null ? null : `--shade: ${Math.round(5 + 55 * spec.chance)}%`;
    return el("td", { class: `party-cell${spec.assumed ? " rests-on-nothing" : ""}`, style: shade },
      spec.chance === null ? null : el("strong", {}, C.text(spec.text)),
      el("span", { class: "party-demands" }, C.text(spec.demands)),
      spec.grade ? el("span", { class: "party-grade" }, C.text(spec.grade)) : null,
      el("span", { class: "party-accepts" }, C.text(spec.accepts)));
  };

  // The package in the page's own engine, where one measure after the other can be moved.
  const move = (moves) => {
    C.set("scenario", C.data.baseline, C.data.baseline);
    C.set("moves", moves, "");
    C.goTo("what-if/levers");
  };

  const row = (block, spec) => el("tr", {},
    el("th", { scope: "row" }, el("strong", {}, C.text(spec.label)),
      el("details", {}, el("summary", {}, C.text(spec.count)), el("ul", {}, spec.measures.map((m) => el("li", {}, C.text(m))))),
      spec.moves ? el("button", { type: "button", class: "quiet", onclick: () => move(spec.moves) }, C.text(block.move)) : null),
    spec.cells.map(cell),
    spec.beside.map((text) => el("td", { class: "num beside-cell" }, C.text(text))));

  const packages = (block) => {
    const title = C.text(block.title);
    const heads = [block.first, ...block.parties, ...block.beside];
    return el("div", { class: "card wide packages", id: `figure-${block.id}` },
      el("h3", {}, title), el("p", { class: "reading" }, C.text(block.reading)),
      el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title },
        el("table", {}, el("caption", { class: "hidden" }, title),
          el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, C.text(head))))),
          el("tbody", {}, block.rows.map((spec) => row(block, spec))))),
      el("p", { class: "note" }, C.text(block.legend)),
      C.foot({ table: el("span", {}), name: block.id, title, tableOf: () => block.table, queryOf: () => block.query, anchor: `figure-${block.id}` }));
  };

  const tradeoff = (block) => {
    let node;
    const options = block.items.map((item) => ({ key: item.id, label: item.label }));
    const across = C.choice(`${block.id}-x`, C.text(block.across), options, () => node.update(), { fallback: options[0].key });
    const up = C.choice(`${block.id}-y`, C.text(block.up), options, () => node.update(), { fallback: (options[1] ?? options[0]).key });
    const item = (id) => block.items.find((one) => one.id === id);
    const draw = (width, title) => {
      const [x, y] = [across.value(), up.value()];
      const points = block.points.filter((p) => p.values[x] && p.values[y])
        .map((p) => ({ label: C.text(p.label), accepted: p.accepted, x: p.values[x], y: p.values[y] }));
      const axis = (id) => ({ label: `${C.text(item(id).label)} (${C.text(item(id).unit)})`, labelAnchor: "center", tickFormat: (v) => C.number(v, 0), ticks: Math.max(3, Math.floor(width / 130)), grid: true });
      const chart = Plot.plot({
        width, height: Math.max(260, Math.min(420, width * 0.6)), marginLeft: 86, marginBottom: 46, marginTop: 24, marginRight: 24,
        style: { fontSize: "12px", background: "none", overflow: "visible", fontFamily: "inherit" },
        x: axis(x), y: { ...axis(y), ticks: 5 },
        marks: [
          Plot.ruleX([0], { stroke: "var(--muted)" }), Plot.ruleY([0], { stroke: "var(--muted)" }),
          Plot.ruleY(points, { x1: (d) => d.x[0], x2: (d) => d.x[2], y: (d) => d.y[1], stroke: "var(--fan)", strokeOpacity: 0.35 }),
          Plot.ruleX(points, { y1: (d) => d.y[0], y2: (d) => d.y[2], x: (d) => d.x[1], stroke: "var(--fan)", strokeOpacity: 0.35 }),
          Plot.dot(points, { x: (d) => d.x[1], y: (d) => d.y[1], r: 5, fill: (d) => (d.accepted ? "var(--fan)" : "var(--card)"), stroke: "var(--fan)", strokeWidth: 2 }),
          Plot.text(points, { x: (d) => d.x[1], y: (d) => d.y[1], text: "label", dy: -11, fill: "var(--ink)" }),
        ],
      });
      chart.querySelectorAll("[aria-label]").forEach((mark) => mark.removeAttribute("aria-label"));
      chart.setAttribute("role", "img");
      chart.setAttribute("aria-label", title);
      return chart;
    };
    node = C.figure({
      block, wide: true, controls: [across, up], readingOf: () => C.text(block.reading), draw,
      legendOf: () => [["filled", C.text(block.accepted)], ["open", C.text(block.others)]],
      tableOf: () => block.table, queryOf: () => block.query,
    });
    return node;
  };

  Object.assign(C.blocks, { packages, tradeoff });
})();
