// One renderer per type of block.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg, charts } = C;
  const col = (key, kind, label) => ({ key, kind, label: label ?? C.data.messages[`col_${key}`] });
  const level = (q) => C.fill(C.data.messages.col_q, { level: C.number(100 * q, (1000 * q) % 10 > 0.001 ? 1 : 0) });
  const shownLevels = (levels) => [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]
    .map((q) => [q, levels.findIndex((have) => Math.abs(have - q) < 1e-6)]).filter(([, i]) => i >= 0);
  const badges = (block) => (block.hatched ? [["assumed", C.say("assumed")]] : []);

  const prose = (block) => el("p", { class: "wide intro" }, C.terms(C.text(block.text)));
  const answer = (block) => el("ol", { class: "answer wide" },
    block.sentences.map((sentence) => el("li", {}, C.spoken(sentence))));

  const fan = (block) => {
    let node;
    const update = () => node.update();
    const pick = C.choice(`show-${block.id}`, C.say("show"), block.options, update, { fallback: "|" });
    const own = () => (pick.value() === "|" ? C.overlay.get()?.series?.[block.id] : null);
    const scenario = C.scenarioChoice(block.id, block.scenarios, update);
    const view = () => block.views[`${scenario.value()}|${pick.value()}`] ?? block.views[`${block.scenarios[0].id}|${pick.value()}`];
    const observed = () => block.observed[pick.value()] ?? [];
    const controls = [];
    if (block.options.length > 1) controls.push(pick);
    if (block.scenarios.length > 1) controls.push(scenario);
    node = C.figure({
      block, controls, badges: badges(block),
      legendOf: () => [
        ["known", C.say("legend_known")], ["median", C.say("legend_median")],
        block.hatched ? ["hatched", C.say("legend_assumed")] : ["bands", C.say("legend_bands")],
        ...(observed().some((row) => !row[2]) ? [["later", C.say("legend_later")]] : []),
        ...(own() ? [["overlay", C.say("legend_overlay")]] : []),
      ],
      readingOf: () => C.text(view().reading),
      draw: (width, title) => charts.fan(width, title, {
        view: view(), observed: observed(), levels: block.levels, hatched: block.hatched, asOf: block.as_of, own: own(),
      }),
      tableOf: () => fanTable(block.levels, view(), observed()),
      queryOf: () => {
        const [place, nationality] = pick.value().split("|");
        return { ...block.query, where: { ...block.query.where, scenario: scenario.value(), place, nationality } };
      },
    });
    C.on("overlay", update);
    return node;
  };

  const fanTable = (levels, view, observed) => {
    const picked = shownLevels(levels);
    const rows = new Map();
    const row = (iso) => rows.get(iso) ?? rows.set(iso, { month: iso }).get(iso);
    observed.forEach(([iso, value, known]) => Object.assign(row(iso), { published: value, known }));
    view.months.forEach((iso, i) => picked.forEach(([q, at]) => { row(iso)[`q${q}`] = Math.round(view.values[i][at]); }));
    return {
      columns: [col("month", "month"), col("published", "count"), col("known", "flag"),
        ...picked.map(([q]) => col(`q${q}`, "number", q === 0.5 ? C.data.messages.col_median : level(q)))],
      rows: [...rows.values()].sort((a, b) => (a.month < b.month ? -1 : 1)),
    };
  };

  const band = (block) => {
    let node;
    const scenario = C.scenarioChoice(block.id, block.scenarios, () => node.update());
    const own = () => C.overlay.get()?.stocks?.[block.id];
    const view = () => block.views[scenario.value()];
    node = C.figure({
      block, badges: badges(block), controls: block.scenarios.length > 1 ? [scenario] : [],
      legendOf: () => [
        ["median", C.say("legend_median")],
        block.hatched ? ["hatched", C.say("legend_assumed")] : ["bands", C.say("legend_bands_daily")],
        ...(block.capacity.length ? [["capacity", C.say("legend_capacity")]] : []),
        ...(block.points.some((p) => p[2]) ? [["point", C.say("legend_known")]] : []),
        ...(block.points.some((p) => !p[2]) ? [["later", C.say("legend_later")]] : []),
        ...(own() ? [["overlay", C.say("legend_overlay")]] : []),
      ],
      readingOf: () => C.text(view().reading),
      draw: (width, title) => charts.band(width, title, { ...block, view: view(), asOf: block.as_of, own: own() }),
      tableOf: () => bandTable(block, view()),
      queryOf: () => ({ ...block.query, where: { ...block.query.where, scenario: scenario.value() } }),
    });
    C.on("overlay", () => node.update());
    return node;
  };

  // Month ends, and every dated point and change of room.
  const bandTable = (block, view) => {
    const picked = shownLevels(block.levels);
    const rows = [];
    view.dates.forEach((iso, i) => {
      if (i + 1 < view.dates.length && view.dates[i + 1].slice(0, 7) === iso.slice(0, 7)) return;
      const row = { date: iso };
      picked.forEach(([q, at]) => { row[`q${q}`] = Math.round(view.values[i][at]); });
      rows.push(row);
    });
    block.points.forEach(([date, published, known, label, source]) => rows.push({ date, published, known, label, source }));
    block.capacity.forEach(([date, capacity]) => rows.push({ date, capacity }));
    rows.sort((a, b) => (a.date < b.date ? -1 : 1));
    const extra = [];
    if (block.points.length) extra.push(col("published", "count"), col("known", "flag"), col("label"), col("source"));
    if (block.capacity.length) extra.push(col("capacity", "number"));
    return {
      columns: [col("date", "date"), ...picked.map(([q]) =>
        col(`q${q}`, "number", q === 0.5 ? C.data.messages.col_median : level(q))), ...extra],
      rows,
    };
  };

  const lines = (block) => C.figure({
    block, wide: true,
    legendOf: () => [
      ...block.lines.map((line, i) => [charts.COLORS[i], C.text(line.label)]),
      ["dashed", C.say("legend_median")], ["band80", C.say("legend_band80")], ["hollow", C.say("legend_later")],
    ],
    readingOf: () => C.text(block.reading),
    draw: (width, title) => charts.lines(width, title, block),
    tableOf: () => {
      const rows = new Map();
      const row = (iso) => rows.get(iso) ?? rows.set(iso, { month: iso }).get(iso);
      block.lines.forEach((line) => {
        line.observed.forEach(([iso, value]) => { row(iso)[line.id] = value; });
        line.forecast.forEach(([iso, , mid]) => { row(iso)[`${line.id}-median`] = Math.round(mid); });
      });
      const columns = block.lines.flatMap((line) => [
        col(line.id, "count", `${C.text(line.label)}: ${C.say("col_published")}`),
        col(`${line.id}-median`, "number", `${C.text(line.label)}: ${C.say("col_median")}`)]);
      const first = charts.isMonthly(block) ? col("month", "month") : col("month", "date", C.say("col_date"));
      return { columns: [first, ...columns],
        rows: [...rows.values()].sort((a, b) => (a.month < b.month ? -1 : 1)) };
    },
  });

  const circle = (x, value, height, attributes) => svg("circle", { cx: x(value), cy: height / 2, r: 5, ...attributes });

  // What a difference starts from and comes to, and what was counted since, where that is known.
  const based = (row, change) => {
    const base = (row.without ?? null) === null ? "" : `${C.rounded(row.without)} → ${C.rounded(row.with)}`;
    const came = (row.came ?? null) === null ? "" : `${C.say("col_came")}: ${C.number(row.came)}`;
    return [base, change, came].filter(Boolean).join(" · ");
  };
  const dots = (block) => C.figure({
    block, badges: badges(block), readingOf: () => C.text(block.reading),
    draw: (width, title) => charts.strips(width, title, {
      domain: d3.nice(...d3.extent([0, ...block.rows.flatMap((r) => [r.low, r.high])]), 4),
      zero: 0, tickLabel: (t) => (t === 0 ? "0" : C.rounded(t, true)),
      rows: block.rows.map((row) => ({
        label: C.text(row.label),
        value: based(row, `${C.rounded(row.median, true)} [${C.rounded(row.low, true)}; ${C.rounded(row.high, true)}]`),
        draw: (x, height) => [
          block.hatched
            ? svg("rect", { x: x(row.low), width: Math.max(1, x(row.high) - x(row.low)), y: height / 2 - 5, height: 10, fill: "url(#hatch)", stroke: "var(--fan)" })
            : svg("line", { x1: x(row.low), x2: x(row.high), y1: height / 2, y2: height / 2, stroke: "var(--fan)", "stroke-width": 3, "stroke-linecap": "round" }),
          circle(x, row.median, height, block.hatched ? { fill: "var(--card)", stroke: "var(--fan)", "stroke-width": 2 } : { fill: "var(--fan)" })],
      })),
    }),
    tableOf: () => ({
      columns: [col("name", "text", C.data.messages.col_item), col("period"), col("low", "number"), col("median", "number"),
        col("high", "number"), col("unit"), col("without", "number"), col("with", "number"), col("came", "number"), col("chance_lower", "percent"), col("founded", "percent")],
      rows: block.rows.map((row) => ({ ...row, unit: block.unit })),
    }),
  });

  // Bars of any section: values, intervals and the table come from Python.
  const bars = (block) => C.figure({
    block, readingOf: () => C.text(block.reading),
    draw: (width, title) => charts.strips(width, title, {
      domain: d3.nice(...d3.extent([0, ...block.rows.flatMap((r) => [r.low ?? r.value, r.value, r.high ?? r.value])]), 4),
      zero: 0, tickLabel: (t) => C.cell(t, block.kind),
      rows: block.rows.map((row) => {
        const whole = (row.low ?? null) !== null && (row.high ?? null) !== null;
        const shown = (value) => C.cell(value, block.kind);
        return {
          label: C.text(row.label),
          value: whole ? `${shown(row.value)} [${shown(row.low)}; ${shown(row.high)}]` : shown(row.value),
          draw: (x, height) => [
            svg("rect", { x: Math.min(x(0), x(row.value)), y: 5, width: Math.max(1, Math.abs(x(row.value) - x(0))), height: height - 10, fill: "var(--fan)" }),
            ...(whole ? [svg("line", { x1: x(row.low), x2: x(row.high), y1: height / 2, y2: height / 2, stroke: "var(--ink)", "stroke-width": 2 })] : []),
          ],
        };
      }),
    }),
    tableOf: () => block.table,
  });

  const list = (block) => el("div", { class: "card" }, el("h3", {}, C.text(block.title)),
    el("p", { class: "note" }, C.text(block.intro)), el("ul", {}, block.items.map((item) => el("li", {}, C.text(item)))));

  const GRADE_FILL = { causal: "var(--c1)", before_after: "var(--sky)", mechanical: "var(--c3)", assumed: "url(#hatch-ink)" };
  const grades = (block) => C.figure({
    block, readingOf: () => C.text(block.reading),
    legendOf: () => block.grades.map((g) => [GRADE_FILL[g.id], C.text(g.label)]),
    draw: (width, title) => charts.strips(width, title, {
      domain: [0, 1], ticks: [0, 0.5, 1], tickLabel: (t) => C.percent(t),
      rows: block.rows.map((row) => ({
        label: C.text(row.label),
        value: block.grades.filter((g) => row[g.id] >= 0.005).map((g) => `${C.text(g.label)} ${C.percent(row[g.id])}`).join(" · "),
        draw: (x, height) => {
          let from = 0;
          return block.grades.map((g) => {
            const start = from;
            from += row[g.id];
            return svg("rect", { x: x(start), y: 3, width: Math.max(0, x(from) - x(start)), height: height - 6, fill: GRADE_FILL[g.id], stroke: "var(--card)" });
          });
        },
      })),
    }),
    tableOf: () => ({
      columns: [col("label", "text", C.data.messages.col_item), ...block.grades.map((g) => col(g.id, "percent", g.label))],
      rows: block.rows,
    }),
  });

  const fit = (block) => {
    const show = (v) => (v === null || v === undefined ? "–" : block.share ? C.percent(v, 1) : C.number(v, 2));
    const inside = block.rows.some((r) => (r.in_sample ?? null) !== null);
    return C.figure({
      block, readingOf: () => C.text(block.reading),
      legendOf: () => [...(inside ? [["open", C.say("fit_in_sample")]] : []), ["filled", C.say("fit_out_of_sample")],
        ...(block.rows.some((r) => r.reference !== null && r.reference !== undefined) ? [["tick", C.say("fit_reference")]] : [])],
      draw: (width, title) => charts.strips(width, title, {
        domain: d3.nice(0, d3.max(block.rows.flatMap((r) => [r.in_sample ?? 0, r.out_of_sample ?? 0, r.reference ?? 0])), 4),
        tickLabel: (t) => (block.share ? C.percent(t) : C.number(t, 2)),
        rows: block.rows.map((row) => ({
          label: C.text(row.label), value: inside ? `${show(row.in_sample)} → ${show(row.out_of_sample)}` : show(row.out_of_sample),
          draw: (x, height) => [
            svg("line", { x1: x(0), x2: x(row.out_of_sample ?? 0), y1: height / 2, y2: height / 2, class: "zero" }),
            row.reference === null || row.reference === undefined ? null :
              svg("line", { x1: x(row.reference), x2: x(row.reference), y1: 2, y2: height - 2, stroke: "var(--later)", "stroke-width": 3 }),
            row.in_sample === null || row.in_sample === undefined ? null :
              circle(x, row.in_sample, height, { fill: "var(--card)", stroke: "var(--fan)", "stroke-width": 2 }),
            row.out_of_sample === null || row.out_of_sample === undefined ? null :
              circle(x, row.out_of_sample, height, { fill: "var(--fan)" }),
          ].filter(Boolean),
        })),
      }),
      tableOf: () => ({
        columns: [col("label", "text", C.data.messages.col_counting_point),
          ...["in_sample", "out_of_sample", "reference"].map((key) =>
            col(key, block.share ? "percent" : "number3", C.data.messages[`fit_${key}`]))],
        rows: block.rows,
      }),
    });
  };

  // How far the headline moves at the low and at the high value of each parameter; the widest stands first.
  const tornado = (block) => {
    const moved = (share, decimals = Math.abs(share) >= 0.01 ? 1 : 2) => `${C.number(100 * share, share ? decimals : 0, true)}\u00a0%`;
    const widest = d3.max(block.rows, (r) => Math.max(Math.abs(r.at_low), Math.abs(r.at_high)));
    const bar = (x, row, end, height) => svg("rect", {
      x: Math.min(x(0), x(end)), y: 2, width: Math.abs(x(end) - x(0)), height: height - 4, "fill-opacity": end === row.at_high ? 1 : 0.5,
      fill: row.assumed ? "url(#hatch-ink)" : "var(--c1)", stroke: row.assumed ? "var(--muted)" : "none" });
    return C.figure({
      block, wide: true, readingOf: () => C.text(block.reading),
      legendOf: () => [["url(#hatch-ink)", C.say("assumed")], ["var(--c1)", C.say("legend_with_source")], ["faint", C.say("legend_at_low")], ["strong", C.say("legend_at_high")]],
      draw: (width, title) => charts.strips(width, title, {
        domain: d3.nice(...d3.extent([0, ...block.rows.flatMap((r) => [r.at_low, r.at_high])]), 4), zero: 0, tickLabel: (share) => moved(share, widest >= 0.1 ? 0 : widest >= 0.01 ? 1 : 2), height: 16,
        rows: block.rows.map((row) => ({
          label: C.text(row.label), value: `${C.rounded(row.low)}: ${moved(row.at_low)} · ${C.rounded(row.high)}: ${moved(row.at_high)}`, note: C.text(row.source),
          draw: (x, height) => [bar(x, row, row.at_low, height), bar(x, row, row.at_high, height)],
        })),
      }),
      tableOf: () => block.table,
    });
  };

  const timeline = (block) => {
    const dates = block.rows.flatMap((r) => [r.start, r.end]).filter(Boolean).map(charts.at);
    const asOf = charts.at(block.as_of);
    const first = d3.max([d3.min([...dates, asOf]), d3.utcMonth.offset(asOf, -24)]);
    const last = d3.max([d3.min([d3.max([...dates, asOf]), d3.utcMonth.offset(asOf, 24)]), d3.utcMonth.offset(asOf, 6)]);
    const span = (row) => (row.end ? `${C.day(row.start)} – ${C.day(row.end)}` : `${C.day(row.start)} →`);
    return C.figure({
      block, wide: true, readingOf: () => C.text(block.reading),
      legendOf: () => [["var(--c1)", C.say("legend_founded")], ["url(#hatch-ink)", C.say("assumed")],
        ...(block.rows.some((row) => row.on) ? [["var(--c2)", C.say("timeline_trigger")]] : [])],
      draw: (width, title) => charts.strips(width, title, {
        domain: [first, last], zero: asOf, ticks: [asOf], tickLabel: () => C.day(block.as_of), height: 16,
        rows: block.rows.map((row) => ({
          label: C.text(row.measure), value: span(row),
          draw: (x, height) => {
            const from = Math.max(0, x(charts.at(row.start)));
            const to = Math.min(width, row.end ? x(charts.at(row.end)) : width);
            const assumed = row.grade_id === "assumed";
            if (row.on) {
              return [svg("rect", { x: from, y: 3, width: Math.max(3, to - from), height: height - 6, rx: 2, fill: "none", stroke: "var(--muted)", "stroke-dasharray": "2 3" }),
                ...row.on.map(([start, end, share]) => [Math.max(from, x(charts.at(start))), Math.min(to, x(d3.utcDay.offset(charts.at(end), 1))), share])
                  .filter(([a, b]) => b > a).map(([a, b, share]) => svg("rect", { x: a, y: 3, width: b - a, height: height - 6, fill: "var(--c2)", "fill-opacity": share }))];
            }
            return [svg("rect", { x: from, y: 3, width: Math.max(3, to - from), height: height - 6, rx: 2,
              fill: assumed ? "url(#hatch-ink)" : "var(--c1)", stroke: assumed ? "var(--muted)" : "none" })];
          },
        })),
      }),
      tableOf: () => ({
        columns: [col("measure"), col("start", "date"), col("end", "date"), col("grade")], rows: block.rows,
      }),
    });
  };

  const claims = (block) => el("div", { class: "claims wide" }, block.claims.map((claim) =>
    el("article", { class: "card claim" },
      el("p", { class: `verdict ${claim.verdict}` }, C.text(claim.verdict_label)),
      el("blockquote", {}, el("p", {}, C.say("quote", { text: claim.statement })), el("footer", {}, C.text(claim.said))),
      el("p", { class: "reading" }, C.text(claim.sentence)),
      el("details", { open: C.page() === "all" }, el("summary", { "aria-label": `${C.say("claim_facts")}: ${C.text(claim.statement)}` }, C.say("claim_facts")),
        el("dl", {}, claim.facts.map((fact) => [el("dt", {}, C.text(fact.label)), el("dd", {}, C.text(fact.text))]))))));

  C.fanTable = fanTable;
  C.blocks = { prose, answer, fan, band, lines, dots, bars, list, grades, fit, tornado, timeline, claims };
})();
