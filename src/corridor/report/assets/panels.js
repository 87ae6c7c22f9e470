// Blocks that are no chart: tables, texts, code, parts by scenario, the one-page brief.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;

  // A row is kept if any of its words for the filter is the chosen one.
  const filter = (block, name, onchange) => {
    const words = new Map(block.table.rows.flatMap((row) => row.filter[name].map((word) => [word.en, word])));
    const sorted = [...words].sort((a, b) => C.text(a[1]).localeCompare(C.text(b[1]), C.state.lang));
    const chosen = C.choice(`${block.name}-${name}`, C.say(`filter_${name}`), [{ key: "", label: C.say("filter_any") },
      ...sorted.map(([key, label]) => ({ key, label }))], onchange, { fallback: "" });
    return { node: chosen.node, keeps: (row) => !chosen.value() || row.filter[name].some((word) => word.en === chosen.value()) };
  };

  const table = (block) => {
    const title = C.text(block.title);
    const filters = (block.filters ?? []).map((name) => filter(block, name, () => { details.refresh(); count(); }));
    const rows = () => block.table.rows.filter((row) => filters.every((f) => f.keeps(row)));
    const tableOf = () => ({ ...block.table, group: block.group, rows: rows() });
    const found = el("p", { class: "note", "aria-live": "polite" });
    const count = () => found.replaceChildren(C.say("filter_found", { shown: C.number(rows().length), count: C.number(block.table.rows.length) }));
    const details = C.tableDetails(title, tableOf, block.open);
    if (filters.length) count();
    return el("div", { class: block.assumed ? "card wide rests-on-nothing" : "card wide", id: `table-${block.name}` },
      el("h3", {}, title, block.assumed ? el("span", { class: "badge assumed" }, C.say("assumed")) : null),
      block.reading ? el("p", { class: "reading" }, C.text(block.reading)) : null,
      filters.length ? [el("div", { class: "controls" }, filters.map((f) => f.node)), found] : null,
      C.foot({
        table: details, name: block.name, title, tableOf: () => ({ ...block.table, rows: rows() }), queryOf: block.query ? () => block.query : null,
        anchor: `table-${block.name}`, source: block.source ? C.text(block.source) : null,
      }));
  };

  const words = (block) => el("div", { class: "card wide" }, el("h3", {}, C.text(block.title)), el("p", {}, C.text(block.text)));

  const code = (block) => {
    const title = C.text(block.title);
    const pre = el("pre", { tabindex: "0", "aria-label": title, role: "group" }, el("code", {}, block.code));
    if (block.closed) return el("div", { class: "card wide" }, el("details", {}, el("summary", {}, title), pre));
    return el("div", { class: "card wide" }, el("h3", {}, title), pre, C.copyButton(C.say("copy"), title, () => block.code));
  };

  // Parts of which those of one scenario are shown; the baseline has no difference from itself.
  const parts = (block) => {
    const grid = el("div", { class: "grid" });
    const fallback = block.scenarios.some((s) => s.id === C.data.comparison) ? C.data.comparison : block.scenarios[0].id;
    const choice = C.scenarioChoice(block.id, block.scenarios, () => show(), fallback);
    const show = () => grid.replaceChildren(...block.parts[choice.value()].map((part) => C.blocks[part.type](part)));
    show();
    return el("div", { class: "wide" }, block.scenarios.length > 1 ? el("div", { class: "controls chooser" }, choice.node) : null, grid);
  };

  const page = (content) => el("article", { class: "brief-page" },
    el("h3", {}, C.text(content.title)), el("p", { class: "note" }, C.text(content.stamp)),
    el("ul", { class: "brief-says" }, content.sentences.map((sentence) => el("li", {}, C.text(sentence)))),
    C.table(C.text(content.title), content.table),
    el("h4", {}, C.say("brief_rests")), el("ul", { class: "brief-rests" }, content.rests.map((line) => el("li", {}, C.text(line)))),
    el("p", { class: "source" }, C.text(content.source)));

  const brief = (block) => {
    const place = el("div", {});
    const scenarios = Object.entries(block.pages).map(([id, content]) => ({ id, label: content.scenario }));
    const alone = C.data.brief;
    const choice = alone ? null : C.scenarioChoice("brief", scenarios, () => show());
    const current = () => block.pages[alone ?? choice.value()];
    const show = () => place.replaceChildren(page(current()));
    show();
    if (alone) return el("div", { class: "wide card" }, place, el("div", { class: "controls" }, printButton()));
    const focus = el("button", { type: "button", class: "quiet strong", onclick: () => C.showOnly("brief") }, C.say("brief_open"));
    const back = el("button", { type: "button", class: "quiet only-alone", onclick: () => C.showOnly(null) }, C.say("brief_back"));
    return el("div", { class: "wide card", id: "figure-brief" }, el("p", { class: "note not-alone" }, C.say("brief_intro")),
      el("div", { class: "controls chooser" }, choice.node, focus, back, printButton()), place,
      C.foot({
        table: el("span", {}), name: "brief", title: C.say("brief"), tableOf: () => current().table,
        queryOf: () => ({ table: "stock_months", where: { scenario: choice.value() } }), anchor: "brief",
      }));
  };
  const printButton = () => el("button", { type: "button", class: "quiet strong only-alone", onclick: () => print() }, C.say("brief_print"));

  Object.assign(C.blocks, { table, text: words, code, switch: parts, brief });
})();
