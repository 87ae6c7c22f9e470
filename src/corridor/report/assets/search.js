// Search over everything with a name: pages, figures, places, measures, statements. "/" opens it.
"use strict";
(() => {
  const C = Corridor;
  const { el, data } = C;
  const MOST = 12;

  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  // Every entry: its words, where it is, and a choice that it sets on the way.
  const entries = () => {
    const found = data.pages.map((page) => ({ words: C.text(page.title), kind: "", to: page.id }));
    const add = (section, block) => {
      const at = (id) => `all/${id}`.replace("all", data.pages.find((page) => page.sections.includes(section.id)).id);
      if (block.id && block.title) found.push({ words: C.text(block.title), kind: C.text(section.title), to: at(`figure-${block.id}`) });
      if (block.type === "map") block.places.forEach((p) => found.push({ words: C.text(p.name), kind: C.text(section.title), to: at("figure-map"), set: ["place", p.id] }));
      if (block.type === "levers") block.measures.forEach((m, i) => found.push({ words: C.text(m.name), kind: C.text(section.title), to: at("levers"), focus: `lever-${block.data.measures[i].id}-on` }));
      if (block.type === "claims") block.claims.forEach((c) => found.push({ words: C.text(c.statement), kind: C.text(section.title), to: at(section.id) }));
      if (block.type === "table") found.push({ words: C.text(block.title), kind: C.text(section.title), to: at(`table-${block.name}`) });
      for (const part of Object.values(block.parts ?? {})) part.forEach((inner) => add(section, inner));
    };
    data.sections.forEach((section) => {
      found.push({ words: C.text(section.title), kind: "", to: `${data.pages.find((page) => page.sections.includes(section.id)).id}/${section.id}` });
      section.blocks.forEach((block) => add(section, block));
    });
    const seen = new Set();
    return found.map((entry) => ({ ...entry, key: plain(entry.words) }))
      .filter((entry) => !seen.has(entry.to + entry.words) && seen.add(entry.to + entry.words));
  };

  C.search = (goTo) => {
    let known = null;
    const list = el("ul", { class: "search-found", id: "search-found" });
    const go = (entry) => {
      field.value = "";
      list.replaceChildren();
      if (entry.set) C.set(...entry.set);
      goTo(entry.to);
      if (entry.focus) document.getElementById(entry.focus)?.focus();
    };
    const look = () => {
      known ??= entries();
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      const hits = words.length ? known.filter((entry) => words.every((word) => entry.key.includes(word))) : [];
      hits.sort((a, b) => b.key.startsWith(words[0]) - a.key.startsWith(words[0]) || a.key.length - b.key.length);
      list.replaceChildren(...(words.length && !hits.length ? [el("li", { class: "note" }, C.say("search_none"))] : hits.slice(0, MOST).map((entry) =>
        el("li", {}, el("button", { type: "button", onclick: () => go(entry) }, el("span", {}, entry.words), entry.kind ? el("small", {}, entry.kind) : null)))));
    };
    const field = el("input", { type: "search", id: "search", "aria-label": C.say("search_hint"), placeholder: `${C.say("search")}  /`, autocomplete: "off",
      oninput: look, onkeydown: (event) => {
        if (event.key === "Escape") { field.value = ""; list.replaceChildren(); field.blur(); }
        if (event.key === "Enter") list.querySelector("button")?.click();
        if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button")?.focus(); }
      } });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") { list.replaceChildren(); field.focus(); }
      if (!step) return;
      event.preventDefault();
      const buttons = [...list.querySelectorAll("button")];
      (buttons[buttons.indexOf(document.activeElement) + step] ?? field).focus();
    });
    return el("div", { class: "search", role: "search" }, field, list);
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    document.getElementById("search")?.focus();
  });
})();
