// The page: the bar, the pages and their sections, the address.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg, data, state } = C;
  const LANGS = Object.entries(data.messages.language_name);
  // The brief, and the page of a series, are one page.
  const single = Boolean(data.brief || !data.pages);
  data.pages ??= [{ id: "start", sections: data.sections.map((section) => section.id), nav: data.header.title, title: data.header.title }];
  const spec = new Map(data.sections.map((section) => [section.id, section]));
  const pages = new Map(data.pages.map((page) => [page.id, page]));
  const ALL = "all"; // every page under each other, for print
  const START = data.pages[0].id;
  const pageOf = new Map(data.pages.flatMap((page) => page.sections.map((id) => [id, page.id])));

  const hatch = (id, color, paper) => svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, fill: paper }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: color, "stroke-width": 3 }));
  const patterns = () => svg("svg", { width: 0, height: 0, class: "patterns", "aria-hidden": "true" },
    svg("defs", {}, hatch("hatch", "var(--fan)", "none"), hatch("hatch-ink", "var(--muted)", "var(--card)")));

  // -- the address: #/page/element&key=value; an element alone (#map), as before there were pages, finds its page ----
  const sectionOf = (id) => {
    if (spec.has(id)) return id;
    const [, kind, name] = /^(figure|table|card)-(.*)$/.exec(id) ?? [];
    const holds = (block) => (kind === "figure" && block.id === name) || (kind === "table" && block.name === name)
      || (kind === "card" && (block.cards ?? []).some((card) => card.id === name)) || Object.values(block.parts ?? {}).some((part) => part.some(holds));
    return data.sections.find((section) => section.blocks.some(holds))?.id;
  };
  const resolve = (path) => {
    const [first, second = ""] = path.startsWith("/") ? path.slice(1).split("/") : ["", path];
    const page = first === ALL || pages.has(first) ? first : pageOf.get(sectionOf(second)) ?? START;
    return { page, target: second };
  };
  let here = { page: START, target: "" };
  C.page = () => here.page;
  // Choices stay when the reader goes to another page; the browser's back button leads back.
  C.goTo = (path) => {
    const { page, target } = resolve(path.startsWith("/") ? path : `/${path}`);
    C.section(`/${page}${target ? `/${target}` : ""}`, true);
    follow();
  };
  const link = (path, words, more = {}) => el("a", { href: `#/${path}`, ...more, onclick: (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    C.goTo(path);
  } }, words);

  // A sentence whose numbers lead to the figure they come from.
  C.spoken = ({ text, links }) => {
    let rest = C.text(text);
    const parts = [];
    for (const { words, to } of links) {
      const number = C.text(words);
      const at = rest.indexOf(number);
      if (at < 0) continue;
      parts.push(rest.slice(0, at), link(to, number, { class: "door-number" }));
      rest = rest.slice(at + number.length);
    }
    return [...parts, rest];
  };

  // -- the bar and the navigation ------------------------------------------------------------------------------
  const offered = LANGS.filter(([code]) => data.languages.includes(code));
  const languages = () => offered.length < 2 ? null : el("div", { class: "languages", role: "group", "aria-label": C.say("language") },
    offered.map(([code, name]) => el("button", {
      type: "button", lang: code, "data-lang": code, "aria-pressed": String(code === state.lang), onclick: () => speak(code),
    }, name)));
  const tabs = () => el("nav", { class: "pages", "aria-label": C.say("pages") }, el("ul", {}, data.pages.map((page) =>
    el("li", {}, link(page.id, C.text(page.nav), { "data-page": page.id, "aria-current": page.id === here.page ? "page" : null })))));
  const skip = () => {
    const main = document.getElementById("main");
    main.scrollIntoView();
    main.focus({ preventScroll: true });
  };
  const header = () => el("header", { class: "top" },
    el("div", { class: "bar" }, el("span", { class: "brand" }, "Corridor"),
      el("span", { class: "stamp" }, el("b", {}, C.text(data.header.title)), " · ", C.text(data.header.stamp)),
      single ? null : C.search(C.goTo), languages()),
    single ? null : tabs(),
    data.header.hindsight ? el("p", { class: "banner", role: "note" }, C.text(data.header.hindsight)) : null);

  // -- sections --------------------------------------------------------------------------------------------------
  const blocks = (section) => el("div", { class: "grid" }, section.blocks.map((block) => C.blocks[block.type](block)));
  const heading = (section, more = {}) => el("h2", { id: `${section.id}-title`, tabindex: "-1", ...more }, C.text(section.title));
  const open = (section, lead) => el("section", { id: section.id, "aria-labelledby": `${section.id}-title` },
    heading(section, lead ? { class: "hidden" } : {}), blocks(section));
  // What stands below the first screen is built when it is opened.
  const fold = (section) => {
    const place = el("div", {});
    const build = () => { if (!place.firstChild) place.append(blocks(section)); };
    const details = el("details", { class: "fold", ontoggle: () => details.open && build() },
      el("summary", {}, heading(section)), place);
    const node = el("section", { id: section.id, "aria-labelledby": `${section.id}-title` }, details);
    node.unfold = () => { details.open = true; build(); };
    return node;
  };
  const missing = ({ text, command }) => el("div", { class: "card missing" }, el("p", {}, C.text(text)),
    command ? el("div", { class: "command" }, el("code", {}, command), C.copyButton(C.say("copy"), C.text(text), () => command)) : null);

  const titled = (page, words) => [el("h1", {}, words ?? C.text(page.title)), page.lead ? el("p", { class: "page-lead" }, C.spoken(page.lead)) : null];
  const doors = () => el("nav", { class: "doors", "aria-label": C.say("contents") }, el("ul", {}, data.pages.slice(1).map((page) =>
    el("li", {}, link(page.id, [el("b", {}, C.text(page.title)), el("span", {}, C.text(page.door))])))));
  const start = (page) => {
    const [first, ...rest] = page.sections.map((id) => open(spec.get(id), true));
    return [el("h1", { class: "hidden" }, C.text(data.header.title)),
      el("div", { class: "start" }, el("div", { class: "start-words" }, first ?? null, doors()), el("div", { class: "start-map" }, rest)),
      known()];
  };
  const known = () => (data.header.known.length ? el("details", { class: "known" }, el("summary", {}, C.say("known_title")),
    el("p", {}, C.text(data.header.subtitle)), el("ul", {}, data.header.known.map((item) => el("li", {}, C.text(item))))) : null);
  // What stands below the first screen, one press away.
  const onPage = (page) => (page.sections.length < 2 ? null : el("nav", { class: "on-page", "aria-label": C.say("on_page") }, el("ul", {},
    page.sections.slice(1).map((id) => el("li", {}, link(`${page.id}/${id}`, C.text(spec.get(id).title)))))));
  const onePage = (page) => [titled(page), onPage(page), page.missing ? missing(page.missing) : null,
    page.sections.map((id, place) => (place ? fold(spec.get(id)) : open(spec.get(id), true)))];
  const allPages = () => [el("h1", {}, C.text(data.header.title)), known(), data.pages.map((page) => page.sections.map((id) => open(spec.get(id))))];
  const content = () => {
    if (single) return [el("h1", {}, C.text(data.header.title)), data.sections.map((section) => open(section))];
    if (here.page === ALL) return allPages();
    const page = pages.get(here.page);
    return here.page === START ? start(page) : onePage(page);
  };

  // One section on a page of its own, for print; everything else waits.
  C.showOnly = (id) => {
    C.set("only", id);
    applyOnly();
    if (id) scrollTo({ top: 0, behavior: "instant" });
  };
  const applyOnly = () => {
    const only = C.get("only");
    document.body.classList.toggle("alone", Boolean(only || data.brief));
    if (only) document.getElementById(only)?.unfold?.();
    for (const node of document.querySelectorAll("main > section")) node.hidden = Boolean(only) && node.id !== only;
  };

  const draw = () => {
    document.documentElement.lang = state.lang;
    document.title = [here.page === START || single ? null : C.text(pages.get(here.page)?.title ?? data.messages.page_all_title), C.text(data.header.title)].filter(Boolean).join(" · ");
    document.body.dataset.page = here.page;
    C.forget();
    C.forgetListeners();
    document.getElementById("report").replaceChildren(
      patterns(),
      el("a", { href: "#main", class: "skip", onclick: (event) => { event.preventDefault(); skip(); } }, C.say("skip")),
      header(),
      el("main", { id: "main", class: "frame", tabindex: "-1" }, content().flat(3).filter(Boolean)),
      el("footer", { class: "bottom" }, el("p", {}, C.text(data.header.generated)),
        single || here.page === ALL ? null : el("p", {}, link(ALL, C.say("page_whole")))));
    applyOnly();
    drawn = `${state.lang} ${here.page}`;
  };

  const show = (target) => {
    const node = target && document.getElementById(sectionOf(target) ?? target);
    if (!node) return;
    node.unfold?.();
    const exact = document.getElementById(target) ?? node;
    exact.scrollIntoView();
    (exact.querySelector("h2, h3, h4") ?? exact).focus({ preventScroll: true });
  };

  // The page that the address names, drawn if it is another one than before.
  let drawn = "";
  const follow = () => {
    here = single ? { page: START, target: "" } : resolve(C.section());
    if (C.get("only") && here.page === START && !single) here = { page: pageOf.get(C.get("only")) ?? START, target: "" };
    if (drawn !== `${state.lang} ${here.page}`) {
      draw();
      if (!here.target) scrollTo({ top: 0, behavior: "instant" });
    }
    show(here.target);
  };

  // The reader stays at the same section, and the focus on the switch.
  const speak = (code) => {
    const bar = (id) => document.getElementById(id)?.getBoundingClientRect().top ?? Infinity;
    const at = data.sections.findLast((s) => bar(s.id) < innerHeight / 2);
    const before = at && scrollY > 0 ? bar(at.id) : null;
    const unfolded = [...document.querySelectorAll("main section")].filter((node) => node.querySelector("details.fold")?.open).map((node) => node.id);
    state.lang = code;
    C.write();
    draw();
    unfolded.forEach((id) => document.getElementById(id).unfold());
    if (before !== null) scrollBy({ top: bar(at.id) - before, behavior: "instant" });
    document.querySelector(`[data-lang="${code}"]`).focus({ preventScroll: true });
  };

  addEventListener("hashchange", () => { C.readAddress(); drawn = ""; follow(); });
  addEventListener("beforeprint", () => {
    document.querySelectorAll("main section").forEach((node) => node.unfold?.());
    C.paintAll();
    C.emit("print");
  });
  C.readAddress();
  follow();
})();
