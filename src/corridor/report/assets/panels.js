// Blocks that are no chart: tables, texts, code, parts by scenario, the one-page brief.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;

  const table = (block) => {
    const title = C.text(block.title);
    return el("div", { class: "card wide", id: `table-${block.name}` }, el("h3", {}, title),
      el("div", { class: "beside" }, C.tableDetails(title, () => block.table, block.open), C.actions({
        name: block.name, title, tableOf: () => block.table, queryOf: block.query ? () => block.query : null,
      })));
  };

  const words = (block) => el("div", { class: "card wide" }, el("h3", {}, C.text(block.title)), el("p", {}, C.text(block.text)));

  const code = (block) => {
    const title = C.text(block.title);
    const pre = el("pre", { tabindex: "0", "aria-label": title, role: "region" }, el("code", {}, block.code));
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
      el("div", { class: "beside" }, el("span", {}), C.actions({
        name: "brief", title: C.say("brief"), tableOf: () => current().table,
        queryOf: () => ({ table: "stock_months", where: { scenario: choice.value() } }),
      })));
  };
  const printButton = () => el("button", { type: "button", class: "quiet strong only-alone", onclick: () => print() }, C.say("brief_print"));

  Object.assign(C.blocks, { table, text: words, code, switch: parts, brief });
})();
