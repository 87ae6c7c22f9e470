// Chance cards: the chance that a series passes the reader's line, from the forecast's own quantiles.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;
  const FIRST = 3; // the first screen stays short

  // 1 minus the level interpolated between quantiles; beyond the outer ones only a bound is known.
  const chanceAbove = (levels, values, line) => {
    const order = [];
    values.forEach((value) => order.push(Math.max(value, order.at(-1) ?? -Infinity)));
    if (line < order[0]) return { chance: 1 - levels[0], bound: "card_above" };
    if (line >= order.at(-1)) return { chance: 1 - levels.at(-1), bound: "card_below" };
    const at = d3.bisectRight(order, line);
    const part = (line - order[at - 1]) / (order[at] - order[at - 1]);
    return { chance: 1 - (levels[at - 1] + part * (levels[at] - levels[at - 1])), bound: null };
  };

  const card = (spec) => {
    const id = `card-${spec.id}`;
    const remembered = C.state.chosen.get(`${id}-line`);
    const start = remembered ?? spec.line;
    const big = el("output", { class: "chance", for: `${id}-line ${id}-slider`, "aria-live": "polite" });
    const sentence = el("p", { class: "reading" });
    const when = C.choice(`${id}-when`, C.say("card_when"), spec.options.map((o, i) => ({ key: String(i), label: o.when })), () => show());
    const show = () => {
      const option = spec.options[Number(when.value())];
      const line = Number(field.value);
      const { chance, bound } = chanceAbove(option.levels, option.values, line);
      const shown = C.percent(chance);
      big.replaceChildren(bound ? C.say(bound, { chance: shown }) : shown);
      big.dataset.chance = chance;
      sentence.replaceChildren(C.fill(option.sentence, { line: C.number(line), when: option.when }));
    };
    const move = (from, to) => () => {
      if (from.value === "" || !Number.isFinite(Number(from.value))) return;
      to.value = from.value;
      C.state.chosen.set(`${id}-line`, Number(from.value));
      show();
    };
    const step = Math.max(1, 10 ** Math.floor(Math.log10(spec.max / 200)));
    const field = el("input", { type: "number", id: `${id}-line`, min: 0, step: "any", value: start });
    const slider = el("input", { type: "range", id: `${id}-slider`, min: 0, max: spec.max, step, value: start, "aria-label": C.say("card_slider") });
    field.addEventListener("input", move(field, slider));
    slider.addEventListener("input", move(slider, field));
    const node = el("article", { class: "card chance-card", id },
      el("h4", {}, C.text(spec.title)), big, sentence,
      el("div", { class: "controls" }, el("label", { class: "choice", for: `${id}-line` }, el("span", {}, C.say("card_line")), field), when.node),
      slider,
      el("p", { class: "note" }, C.say("card_points", { count: C.number(spec.points) }), " ",
        C.say("card_default", { value: C.number(spec.line) })),
      el("p", { class: "source" }, C.text(spec.source)));
    show();
    return node;
  };

  C.blocks.cards = (block) => el("div", { class: "wide" },
    el("h3", {}, C.text(block.title)), el("p", { class: "intro" }, C.text(block.intro)),
    el("div", { class: "cards" }, block.cards.slice(0, FIRST).map(card)),
    block.cards.length > FIRST ? el("details", { class: "more" },
      el("summary", {}, C.say("cards_more", { count: C.number(block.cards.length - FIRST) })),
      el("div", { class: "cards" }, block.cards.slice(FIRST).map(card))) : null);
  C.chanceAbove = chanceAbove;
})();
