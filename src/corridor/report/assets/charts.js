// Charts: time charts with Observable Plot, horizontal strips by hand. All SVG, all colors from the style sheet.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;
  const DAY = 86400000;
  const at = (iso) => new Date(iso + "T00:00:00Z");
  const middle = (iso) => new Date(at(iso).getTime() + 14 * DAY); // a month's count stands in mid-month

  // A count that is held back arrives as "<10": it stands in the table and has no place on an axis.
  const isNumber = (value) => typeof value === "number";

  // Ticks on months, as many as there is room for; the year under January and under the first.
  const monthTicks = (first, last, width) => {
    const months = d3.utcMonths(d3.utcMonth.floor(first), new Date(last.getTime() + DAY));
    const room = Math.max(2, Math.floor(width / 44));
    const step = [1, 2, 3, 4, 6, 12].find((n) => months.length / n <= room) ?? 12;
    const kept = months.filter((m) => m.getUTCMonth() % step === 0);
    const iso = (m) => m.toISOString().slice(0, 10);
    let year = null;
    const label = new Map(kept.map((m) => {
      const fresh = m.getUTCFullYear() !== year;
      year = m.getUTCFullYear();
      return [iso(m), C.shortMonth(iso(m)) + (fresh ? "\n" + year : "")];
    }));
    return { kept, label: (date) => label.get(iso(d3.utcMonth.floor(date))) ?? "" };
  };

  // A month without a count breaks a line: what was not counted is not drawn.
  const gapped = (rows, most = 45) => rows.flatMap((row, i) => {
    const next = rows[i + 1];
    return next && next.x - row.x > most * DAY ? [row, { x: new Date((Number(row.x) + Number(next.x)) / 2), value: NaN }] : [row];
  });

  const bands = (levels) => [[0.025, 0.975], [0.05, 0.95], [0.1, 0.9], [0.25, 0.75]]
    .map((pair) => pair.map((q) => levels.findIndex((level) => Math.abs(level - q) < 1e-6)))
    .filter(([low, high]) => low >= 0 && high >= 0);

  const timePlot = (width, title, { dates, marks, asOf, shift = 0, top = null }) => {
    const [first, last] = d3.extent([...dates, at(asOf)]);
    const inner = width - 76;
    const ticks = monthTicks(first, last, inner);
    const share = (at(asOf) - first) / (last - first);
    const chart = Plot.plot({
      width,
      height: Math.round(Math.max(230, Math.min(320, width * 0.55))),
      marginLeft: 62, marginRight: 14, marginTop: 26, marginBottom: 42,
      style: { fontSize: "12px", background: "none", overflow: "visible", fontFamily: "inherit" },
      x: { type: "utc", domain: [first, last] },
      y: { zero: true, nice: true, ...(top === null ? {} : { domain: [0, top] }), tickFormat: (v) => C.number(v, v % 1 ? 1 : 0), ticks: 5, label: null, grid: true },
      marks: [
        Plot.axisX(ticks.kept.map((m) => new Date(m.getTime() + shift)).filter((d) => d >= first && d <= last),
          { tickFormat: ticks.label, label: null, tickSize: 4 }),
        ...marks,
        Plot.ruleX([at(asOf)], { stroke: "var(--ink)", strokeDasharray: "2,3" }),
        Plot.text([at(asOf)], {
          x: (d) => d, text: () => C.day(asOf), frameAnchor: "top", dy: -16, fill: "var(--ink)",
          textAnchor: share > 0.6 ? "end" : share < 0.2 ? "start" : "middle", // clear of the axis and the edge
        }),
      ],
    });
    for (const mark of chart.querySelectorAll("[aria-label]")) { // names of marks say nothing to a reader
      mark.dataset.mark = mark.getAttribute("aria-label");
      mark.removeAttribute("aria-label");
    }
    chart.setAttribute("role", "img");
    chart.setAttribute("aria-label", title);
    return chart;
  };

  const areas = (rows, levels, hatched) => bands(levels).map(([low, high]) => Plot.areaY(rows, {
    x: "x", y1: (d) => d.values[low], y2: (d) => d.values[high], fill: hatched ? "url(#hatch)" : "var(--fan)",
    fillOpacity: hatched ? 0.55 : 0.24,
  }));

  const median = (levels) => levels.findIndex((level) => Math.abs(level - 0.5) < 1e-6);

  const interval = (row, levels) => {
    const low = levels.findIndex((q) => Math.abs(q - 0.1) < 1e-6);
    const high = levels.findIndex((q) => Math.abs(q - 0.9) < 1e-6);
    if (low < 0 || high < 0) return C.rounded(row.values[median(levels)]);
    return `${C.rounded(row.values[median(levels)])} (80 %: ${C.rounded(row.values[low])} – ${C.rounded(row.values[high])})`;
  };

  const tip = (rows, y, words, pointer = Plot.pointerX) => Plot.tip(rows, pointer({
    x: "x", y, title: words, fill: "var(--card)", stroke: "var(--line)", fontSize: 12, maxRadius: 30,
  }));

  // A run of the reader's own, on top of the scenario's fan.
  const ownLine = (own, place) => (own ? [Plot.lineY(own.map(([iso, value]) => ({ x: place(iso), value })),
    { x: "x", y: "value", stroke: "var(--own)", strokeWidth: 3, ariaLabel: () => "own" })] : []);

  // `frame` holds the axes still where the same chart shows one forecast after another.
  const fan = (width, title, { view, observed, levels, hatched, asOf, own, line = null, frame = null }) => {
    const rows = view.months.map((iso, i) => ({ iso, x: middle(iso), values: view.values[i] }));
    const seen = observed.map(([iso, value, known]) => ({ iso, x: middle(iso), value, known }));
    const shown = seen.filter((d) => isNumber(d.value));
    const known = shown.filter((d) => d.known);
    const later = shown.filter((d) => !d.known);
    const mid = median(levels);
    // One pointer box per month, for what was counted and what was forecast.
    const months = new Map(rows.map((d) => [d.iso, { iso: d.iso, x: d.x, y: d.values[mid], words: [interval(d, levels)] }]));
    for (const d of seen) {
      const words = `${C.say(d.known ? "legend_known" : "legend_later")}: ${C.cell(d.value, "count")}`;
      if (months.has(d.iso)) months.get(d.iso).words.push(words);
      else months.set(d.iso, { iso: d.iso, x: d.x, y: Number(d.value) || 0, words: [words] });
    }
    return timePlot(width, title, {
      dates: [...[...rows, ...seen].map((d) => d.x), ...(frame?.span ?? []).map(middle)], asOf, shift: 14 * DAY, top: frame?.top ?? null,
      marks: [
        ...areas(rows, levels, hatched),
        Plot.lineY(rows, { x: "x", y: (d) => d.values[mid], stroke: "var(--fan)", strokeWidth: 2, strokeDasharray: "6,3" }),
        Plot.lineY(gapped(known), { x: "x", y: "value", stroke: "var(--ink)", strokeWidth: 1.5 }),
        Plot.dot(known, { x: "x", y: "value", fill: "var(--ink)", r: 2.5 }),
        Plot.lineY(gapped(later), { x: "x", y: "value", stroke: "var(--later)", strokeWidth: 1.5 }),
        Plot.dot(later, { x: "x", y: "value", fill: "var(--later)", symbol: "diamond", r: 4.5 }),
        ...ownLine(own, middle),
        ...(line === null ? [] : [Plot.ruleY([line], { stroke: "var(--own)", strokeWidth: 2, strokeDasharray: "8,3" }),
          Plot.text([line], { y: (d) => d, frameAnchor: "left", dx: 4, dy: -8, textAnchor: "start", text: (d) => C.number(d), fill: "var(--own)", fontWeight: 600 })]),
        tip([...months.values()], "y", (d) => [C.month(d.iso), ...d.words].join("\n")),
      ],
    });
  };

  const band = (width, title, { view, points, capacity, levels, hatched, asOf, own }) => {
    const rows = view.dates.map((iso, i) => ({ iso, x: at(iso), values: view.values[i] }));
    const [first, last] = [rows[0].x, rows.at(-1).x];
    const dots = points.filter(([, value]) => isNumber(value)).map(([iso, value, known]) => ({ iso, x: at(iso), value, known }));
    const room = capacity.map(([iso, value]) => ({ x: d3.max([at(iso), first]), value })).filter((d) => d.x <= last);
    if (room.length) room.push({ x: last, value: room.at(-1).value });
    const mid = median(levels);
    return timePlot(width, title, {
      dates: [...rows, ...dots].map((d) => d.x), asOf,
      marks: [
        ...areas(rows, levels, hatched),
        Plot.lineY(rows, { x: "x", y: (d) => d.values[mid], stroke: "var(--fan)", strokeWidth: 2, strokeDasharray: "6,3" }),
        Plot.lineY(room, { x: "x", y: "value", stroke: "var(--room)", strokeWidth: 2, strokeDasharray: "8,3,2,3", curve: "step-after" }),
        Plot.dot(dots.filter((d) => d.known), { x: "x", y: "value", fill: "var(--ink)", r: 3.5 }),
        Plot.dot(dots.filter((d) => !d.known), { x: "x", y: "value", fill: "var(--later)", symbol: "diamond", r: 4.5 }),
        ...ownLine(own, at),
        tip(rows, (d) => d.values[mid], (d) => `${C.day(d.iso)}\n${interval(d, levels)}`),
      ],
    });
  };

  const COLORS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)"];
  // Lines are of months, or of shorter periods that are named by their first day.
  const isMonthly = (block) => block.lines.every((line) => [...line.observed, ...line.forecast].every(([iso]) => iso.endsWith("-01")));
  const lines = (width, title, block) => {
    const monthly = isMonthly(block);
    const [place, name, most] = monthly ? [middle, C.month, 45] : [at, C.day, 10];
    const marks = [];
    const dates = [];
    block.lines.forEach((line, i) => {
      const color = COLORS[i];
      const symbol = ["circle", "square", "triangle", "star"][i];
      const ahead = line.forecast.map(([iso, low, mid, high]) => ({ iso, x: place(iso), low, mid, high }));
      const seen = line.observed.filter(([, value]) => isNumber(value)).map(([iso, value, known]) => ({ iso, x: place(iso), value, known }));
      const known = seen.filter((d) => d.known);
      const later = seen.filter((d) => !d.known);
      dates.push(...ahead.map((d) => d.x), ...seen.map((d) => d.x));
      marks.push(
        Plot.areaY(ahead, { x: "x", y1: "low", y2: "high", fill: color, fillOpacity: 0.2 }),
        Plot.lineY(ahead, { x: "x", y: "mid", stroke: color, strokeWidth: 2, strokeDasharray: "6,3" }),
        Plot.lineY(gapped(known, most), { x: "x", y: "value", stroke: color, strokeWidth: 2 }),
        Plot.dot(known, { x: "x", y: "value", fill: color, symbol, r: 3 }),
        Plot.dot(later, { x: "x", y: "value", stroke: color, fill: "var(--card)", symbol, r: 4, strokeWidth: 2 }),
        tip(seen, "value", (d) => `${C.text(line.label)}\n${name(d.iso)}: ${C.number(d.value)}`, Plot.pointer),
      );
    });
    return timePlot(width, title, { dates, marks, asOf: block.as_of, shift: monthly ? 14 * DAY : 0 });
  };

  // Horizontal strips: the label is HTML above its strip, so long names wrap and never overlap.
  const strips = (width, title, { rows, domain, ticks, tickLabel, height = 22, zero = null, axis = true }) => {
    const x = d3.scaleLinear(domain, [8, width - 8]);
    const list = rows.map((row) => {
      const strip = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${row.label}: ${row.value}` });
      if (zero !== null) strip.append(svg("line", { x1: x(zero), x2: x(zero), y1: 0, y2: height, class: "zero" }));
      strip.append(...row.draw(x, height));
      return el("li", {},
        el("div", { class: "strip-head" }, el("span", {}, row.label), el("span", { class: "strip-value" }, row.value)), strip,
        row.note ? el("p", { class: "strip-note", title: row.note }, row.note) : null);
    });
    const parts = [el("ul", { class: "strips", "aria-label": title }, list)];
    if (axis) {
      const room = Math.max(2, Math.floor(width / 130));
      const marks = (ticks ?? x.ticks(room)).filter((t) => x(t) >= 0 && x(t) <= width);
      const line = svg("svg", { width, height: 24, viewBox: `0 0 ${width} 24`, "aria-hidden": "true", class: "axis" });
      line.append(...marks.flatMap((t) => [
        svg("line", { x1: x(t), x2: x(t), y1: 0, y2: 5 }),
        svg("text", { x: x(t), y: 18, "text-anchor": x(t) < 30 ? "start" : x(t) > width - 40 ? "end" : "middle" }, tickLabel(t)),
      ]));
      parts.push(line);
    }
    return el("div", {}, parts);
  };

  Object.assign(C, { charts: { fan, band, lines, isMonthly, strips, at, COLORS } });
})();
