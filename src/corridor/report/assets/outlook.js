// Will it pass a line? A large fan with the reader's line to drag and past forecasts, the chance, and a small fan of each other series.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;

  const blocksOf = (type) => C.data.sections.flatMap((section) => section.blocks).filter((block) => block.type === type);
  const nearest = (levels, q) => levels.findIndex((level) => Math.abs(level - q) < 1e-6);

  // The last two years that were counted, and the forecast with its band of 80 %.
  const mini = (fan, scenario) => {
    const [W, H] = [190, 74];
    const view = fan.views[`${scenario}||`] ?? fan.views[`${fan.scenarios[0].id}||`];
    const seen = (fan.observed["|"] ?? []).filter((row) => typeof row[1] === "number" && row[2]).slice(-24);
    const [low, mid, high] = [0.1, 0.5, 0.9].map((q) => nearest(fan.levels, q));
    const at = (iso) => Date.parse(`${iso}T00:00:00Z`);
    const x = d3.scaleLinear(d3.extent([...seen.map((row) => row[0]), ...view.months].map(at)), [2, W - 2]);
    const y = d3.scaleLinear([0, d3.max([...seen.map((row) => row[1]), ...view.values.map((v) => v[high])]) || 1], [H - 2, 4]);
    const points = (rows) => rows.map(([iso, v]) => `${x(at(iso)).toFixed(1)},${y(v).toFixed(1)}`);
    const lower = view.months.map((iso, i) => [iso, view.values[i][low]]);
    const upper = view.months.map((iso, i) => [iso, view.values[i][high]]);
    return svg("svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, "aria-hidden": "true" },
      svg("path", { d: `M${[...points(lower), ...points(upper).reverse()].join("L")}Z`, fill: "var(--fan)", "fill-opacity": 0.3 }),
      svg("path", { d: `M${points(view.months.map((iso, i) => [iso, view.values[i][mid]])).join("L")}`, fill: "none", stroke: "var(--fan)", "stroke-width": 1.6, "stroke-dasharray": "5,3" }),
      svg("path", { d: `M${points(seen).join("L")}`, fill: "none", stroke: "var(--ink)", "stroke-width": 1.4 }));
  };

  C.blocks.outlook = (block) => {
    const fans = new Map(blocksOf("fan").map((fan) => [fan.id, fan]));
    const cards = new Map(blocksOf("cards").flatMap((one) => one.cards).map((card) => [card.id, card]));
    const series = block.series.filter((id) => fans.has(id) && cards.has(id));
    let node;
    const options = series.map((id) => ({ key: id, label: cards.get(id).title }));
    const pick = C.choice("outlook-series", C.say("outlook_of"), options, () => { refill(); node.update(); }, { fallback: series[0] });
    const scenario = C.scenarioChoice("outlook", fans.get(series[0]).scenarios, () => node.update());
    const card = () => cards.get(pick.value());
    const fan = () => fans.get(pick.value());
    const now = () => fan().views[`${scenario.value()}||`] ?? fan().views[`${fan().scenarios[0].id}||`];
    const past = () => block.past[pick.value()] ?? [];
    const slider = C.pastSlider("forecast-of", block.as_of, past, () => { say(); node.update(); });
    const view = () => slider.chosen() ?? now();
    const all = () => fan().observed["|"] ?? [];
    const observed = () => (slider.chosen() ? C.seenThen(all(), slider.chosen()) : all());
    const levels = () => (slider.chosen() ? block.past_levels : fan().levels);
    const lineKey = () => `line-${pick.value()}`;
    const line = () => { const kept = Number(C.get(lineKey(), "x")); return Number.isFinite(kept) ? kept : card().line; };

    const field = el("input", { type: "number", id: "outlook-line", min: 0, step: "any", inputmode: "numeric", oninput: () => {
      if (field.value !== "" && Number.isFinite(Number(field.value))) setLine(Number(field.value));
    } });
    const when = el("select", { id: "outlook-when", onchange: () => { C.set(`when-${pick.value()}`, when.value, String(card().start)); say(); } });
    const setLine = (value) => { C.set(lineKey(), value, card().line); node.update(); say(); };
    const refill = () => {
      field.value = line();
      slider.update();
      const chosen = C.get(`when-${pick.value()}`, String(card().start));
      when.replaceChildren(...card().options.map((o, i) => el("option", { value: String(i), selected: String(i) === chosen }, C.text(o.label))));
      say();
    };
    const big = el("output", { class: "chance", id: "outlook-chance", for: "outlook-line outlook-when", "aria-live": "polite" });
    const dots = el("span", { class: "chance-dots", "aria-hidden": "true" });
    const words = el("p", { class: "reading" });
    const say = () => {
      const option = card().options[Number(when.value)] ?? card().options[0];
      const { chance, bound } = C.chanceAbove(option.levels, option.values, line());
      const shown = C.percent(chance);
      big.dataset.chance = chance;
      big.replaceChildren(bound ? C.say(bound, { chance: shown }) : C.say("outlook_in_100", { n: C.number(100 * chance) }));
      dots.replaceChildren(...d3.range(10).map((i) => el("i", { class: i < Math.round(10 * chance) ? "on" : null })));
      words.replaceChildren(C.fill(option.sentence, { line: C.number(line()), when: option.when }), C.cameWords(option), slider.chosen() ? `${(option.came ?? null) === null ? "." : ""} ${C.say("past_chance", { date: C.day(block.as_of) })}` : "");
    };
    const labeled = (label, input) => el("label", { class: "choice", for: input.id }, el("span", {}, label), input);
    const small = el("div", { class: "small-fans" });
    const others = () => small.replaceChildren(...series.filter((id) => id !== pick.value()).map((id) =>
      el("button", { type: "button", onclick: () => { C.set("outlook-series", id, series[0]); refill(); node.update(); } }, el("span", {}, C.text(cards.get(id).title)), mini(fans.get(id), scenario.value()))));

    // The line follows the pointer while it is pressed.
    const drag = (chart) => {
      const scale = chart.scale("y");
      const move = (event) => {
        const box = chart.getBoundingClientRect();
        const value = scale.invert((event.clientY - box.top) * (chart.viewBox.baseVal.height || box.height) / box.height);
        if (value >= 0) { field.value = Number(value.toPrecision(3)); setLine(Number(field.value)); }
      };
      chart.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse") move(event); });
      return chart;
    };
    const head = el("div", { class: "outlook-head" }, el("div", { class: "outlook-answer" }, big, dots), words);
    node = C.figure({
      block, wide: true, controls: [pick, { node: labeled(C.say("card_line"), field) }, { node: labeled(C.say("card_when"), when) },
        ...(fan().scenarios.length > 1 ? [scenario] : [])],
      readingOf: () => C.text(view().reading), always: head,
      legendOf: () => [["known", C.say("legend_known")], ["median", C.say("legend_median")], ["bands", C.say("legend_bands")],
        ...(observed().some((row) => !row[2]) ? [["later", C.say(slider.chosen() ? "legend_came" : "legend_later")]] : [])],
      draw: (width, title) => {
        others();
        return drag(C.charts.fan(width, title, { view: view(), observed: observed(), levels: levels(), hatched: fan().hatched,
          asOf: slider.chosen()?.as_of ?? block.as_of, own: slider.chosen() ? null : C.overlay.get()?.series?.[pick.value()], line: line(),
          frame: past().length ? C.pastFrame(past(), now(), all(), line()) : null }));
      },
      tableOf: () => C.fanTable(levels(), view(), observed()), below: el("div", {}, slider.node, small),
      queryOf: () => (slider.chosen() ? { table: "past_forecasts", where: { series: pick.value(), as_of: slider.chosen().as_of } }
        : { ...block.query, where: { series: pick.value(), scenario: scenario.value(), place: "", nationality: "" } }),
    });
    C.on("outlook-series", () => { refill(); node.update(); });
    refill();
    return node;
  };
})();
