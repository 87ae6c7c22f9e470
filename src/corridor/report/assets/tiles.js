// The simulator's outcomes: a tile for each, and two charts of the reader's choice, both with their intervals.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;
  const [LOW, HIGH] = [0.1, 0.9];
  const FEWEST = 5; // members before an interval is shown

  const share = (was, is) => (was > 0 ? 100 * (is - was) / was : 0);
  const signed = (v) => `${C.number(v, Math.abs(v) < 9.95 ? 1 : 0, true)}\u00a0%`;

  // `found` is what the members gave: the level of the item in each, before and after.
  C.tile = (item) => {
    const big = el("output", { class: "tile-big" });
    const base = el("span", { class: "tile-base" });
    const range = el("span", { class: "tile-range" });
    const ground = el("span", { class: "tile-ground" });
    const node = el("li", { class: "tile", "data-tile": item.id },
      el("span", { class: "tile-name" }, C.text(item.label), item.deaths ? "*" : ""), big, base, range, ground);
    const update = ({ was, is, moved, members, told, words }) => {
      const enough = members.length >= FEWEST;
      const span = (values, write) => C.live.quantiles(values, [LOW, HIGH]).map((v) => write(v));
      node.dataset.told = String(told);
      const level = (v) => C.rounded(Math.round(v));
      base.replaceChildren(moved && Math.abs(is - was) >= 0.5 ? `${level(was)} → ${level(is)}` : moved ? level(was) : "");
      if (!moved || Math.abs(is - was) < 0.5) {
        big.replaceChildren(moved ? C.say("sim_same") : C.rounded(Math.round(was)));
        range.replaceChildren(!moved && enough ? C.say("sim_range", Object.fromEntries(span(members.map((m) => m.before), (v) => C.rounded(Math.round(v))).map((v, i) => [i ? "high" : "low", v]))) : "");
        ground.replaceChildren(moved ? "" : C.text(item.period));
        return;
      }
      big.replaceChildren(was >= 1 ? signed(share(was, is)) : C.rounded(is - was, true));
      const [low, high] = enough
        ? span(members.map((m) => (was >= 1 ? share(m.before, m.after) : m.after - m.before)), was >= 1 ? signed : (v) => C.rounded(v, true)) : [];
      range.replaceChildren(low ? C.say(told === false ? "sim_if" : "sim_range", { low, high }) : "");
      ground.replaceChildren(words);
    };
    return { item, node, update };
  };

  // Two lines with a band each; the lines stand at once, the bands as members come.
  C.twoLines = (items, key, first, dates) => {
    const [W, H, LEFT, BOTTOM, TOP] = [340, 190, 54, 18, 8];
    const options = items.map((item) => ({ key: item.id, label: item.label }));
    const choice = C.choice(`sim-${key}`, C.say("sim_chart"), options, () => node.redo?.(), { fallback: first });
    const path = (more) => svg("path", { fill: "none", "stroke-linejoin": "round", ...more });
    const bands = ["var(--fan)", "var(--own)"].map((color) => path({ fill: color, "fill-opacity": 0.2, class: "band" }));
    const [home, own] = [path({ stroke: "var(--fan)", "stroke-width": 2.2, "stroke-dasharray": "6,3", class: "line" }),
      path({ stroke: "var(--own)", "stroke-width": 2.4, class: "line" })];
    const ticks = [0, 0.5, 1].map((part) => [part, svg("text", { x: LEFT - 6, y: H - BOTTOM - part * (H - BOTTOM - TOP) + 4, "text-anchor": "end" })]);
    const frame = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", class: "lever-chart" },
      ticks.map(([part]) => svg("line", { x1: LEFT, x2: W, y1: H - BOTTOM - part * (H - BOTTOM - TOP), y2: H - BOTTOM - part * (H - BOTTOM - TOP), class: "zero" })),
      ticks.map(([, text]) => text), svg("text", { x: LEFT, y: H - 3 }, C.month(dates[0])), svg("text", { x: W, y: H - 3, "text-anchor": "end" }, C.month(dates.at(-1))),
      bands, home, own);
    const words = el("p", { class: "note" });
    const node = el("div", { class: "sim-chart card" }, choice.node, frame, words);
    const item = () => items.find((one) => one.id === choice.value());
    const scale = (values, most) => (v, i) => `${(LEFT + (W - LEFT) * i / Math.max(values.length - 1, 1)).toFixed(1)},${(H - BOTTOM - (H - BOTTOM - TOP) * v / most).toFixed(1)}`;
    const line = (values, most) => `M${Array.from(values, scale(values, most)).join("L")}`;
    const area = ([low, high], most) => `M${Array.from(low, scale(low, most)).join("L")}L${Array.from(high, scale(high, most)).reverse().join("L")}Z`;
    const bandOf = (runs) => {
      const spans = Array.from(runs[0], (_, i) => C.live.quantiles(Float64Array.from(runs, (run) => run[i]), [LOW, HIGH]));
      return [0, 1].map((side) => spans.map((span) => span[side]));
    };
    const update = (before, after, members, moved, onlyDirection) => {
      const { table, id, label, deaths } = item();
      node.dataset.chart = id;
      frame.setAttribute("aria-label", C.text(label));
      const [was, is] = [before[table][id], after[table][id]];
      const spans = members.length >= FEWEST ? [bandOf(members.map((m) => m.before[table][id])), moved ? bandOf(members.map((m) => m.after[table][id])) : null] : [null, null];
      const most = Math.max(1e-9, ...was, ...is, ...spans.flatMap((span) => (span ? [...span[1]] : []))) * 1.03;
      bands.forEach((band, i) => band.setAttribute("d", spans[i] ? area(spans[i], most) : ""));
      home.setAttribute("d", line(was, most));
      own.setAttribute("d", moved ? line(is, most) : "");
      ticks.forEach(([part, text]) => { text.textContent = part ? C.rounded(part * most) : "0"; });
      words.replaceChildren([deaths ? C.say("lower_bound") : "", onlyDirection(id) ? C.say("lever_only_if") : ""].filter(Boolean).join(" "));
      node.dataset.members = String(members.length);
    };
    return { node, update, item };
  };
})();
