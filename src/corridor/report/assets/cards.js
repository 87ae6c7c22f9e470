// Chance cards: the chance that a series passes the reader's line, from the forecast's own quantiles.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;

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

  // What was counted, beside a forecast of a month that is known by now.
  C.cameWords = ({ came }) => ((came ?? null) === null ? "" : `. ${C.say("past_came", { value: C.cell(came, "count") })}`);

  const card = (spec) => {
    const id = `card-${spec.id}`;
    const lineKey = `line-${spec.id}`;
    const kept = Number(C.get(lineKey, "x"));
    const start = Number.isFinite(kept) ? kept : spec.line;
    const big = el("output", { class: "chance", for: `${id}-line ${id}-slider`, "aria-live": "polite" });
    const sentence = el("p", { class: "reading" });
    const options = spec.options.map((o, i) => ({ key: String(i), label: o.label }));
    const when = C.choice(`${id}-when`, C.say("card_when"), options, () => show(),
      { key: `when-${spec.id}`, fallback: String(spec.start) });
    const show = () => {
      const option = spec.options[Number(when.value())];
      const line = Number(field.value);
      const { chance, bound } = chanceAbove(option.levels, option.values, line);
      const shown = C.percent(chance);
      big.replaceChildren(bound ? C.say(bound, { chance: shown }) : shown);
      big.dataset.chance = chance;
      sentence.replaceChildren(C.fill(option.sentence, { line: C.number(line), when: option.when }), C.cameWords(option));
    };
    const move = (from, to) => () => {
      if (from.value === "" || !Number.isFinite(Number(from.value))) return;
      to.value = from.value;
      C.set(lineKey, from.value, spec.line);
      show();
    };
    const step = Math.max(1, 10 ** Math.floor(Math.log10(spec.max / 200)));
    const field = el("input", { type: "number", id: `${id}-line`, min: 0, step: "any", value: start, inputmode: "numeric" });
    const slider = el("input", { type: "range", id: `${id}-slider`, min: 0, max: spec.max, step, value: start,
      "aria-label": `${C.say("card_slider")}: ${C.text(spec.title)}` });
    field.addEventListener("input", move(field, slider));
    slider.addEventListener("input", move(slider, field));
    const node = el("article", { class: "card chance-card", id },
      el("h4", {}, C.text(spec.title)), big, sentence, slider,
      el("div", { class: "controls" }, el("label", { class: "choice", for: `${id}-line` }, el("span", {}, C.say("card_line")), field), when.node),
      el("p", { class: "note" }, C.say("card_points", { count: C.number(spec.points) }), " ",
        C.say("card_default", { value: C.number(spec.line) })),
      el("p", { class: "source" }, C.text(spec.source)));
    show();
    return node;
  };

  const GROUPS = ["total", "census", "series", "other"];
  const group = (spec) => (GROUPS.includes(spec.kind) ? spec.kind : "other");

  // Every card is one press away; those that are open stand in the order of the buttons.
  C.blocks.cards = (block) => {
    const fallback = block.first.join(",");
    const known = new Set(block.cards.map((spec) => spec.id));
    const open = new Set((C.get("cards", fallback)).split(",").filter((id) => known.has(id)));
    const ordered = GROUPS.flatMap((name) => block.cards.filter((spec) => group(spec) === name));
    const grid = el("div", { class: "cards", id: "cards" });
    const show = () => grid.replaceChildren(...ordered.filter((spec) => open.has(spec.id)).map(card));
    const chip = (spec) => {
      const button = el("button", { type: "button", class: "chip", "data-card": spec.id, "aria-pressed": String(open.has(spec.id)), onclick: () => {
        if (!open.delete(spec.id)) open.add(spec.id);
        button.setAttribute("aria-pressed", String(open.has(spec.id)));
        const first = block.first.length === open.size && block.first.every((id) => open.has(id));
        C.set("cards", first ? null : [...open].join(","));
        show();
        if (open.has(spec.id)) document.getElementById(`card-${spec.id}`).scrollIntoView({ block: "nearest", behavior: "auto" });
      } }, C.text(spec.title));
      return button;
    };
    const row = (name) => {
      const mine = ordered.filter((spec) => group(spec) === name);
      return mine.length ? el("div", { class: "chips", role: "group", "aria-label": C.say(`kinds_${name}`) },
        el("span", { class: "chips-name" }, C.say(`kinds_${name}`)), mine.map(chip)) : null;
    };
    show();
    return el("div", { class: "wide" },
      el("h3", {}, C.text(block.title)), el("p", { class: "intro" }, C.text(block.intro)),
      block.cards.length > block.first.length ? el("div", { class: "chooser-chips", role: "group", "aria-label": C.say("cards_pick") }, GROUPS.map(row)) : null, grid);
  };
  C.chanceAbove = chanceAbove;
})();
