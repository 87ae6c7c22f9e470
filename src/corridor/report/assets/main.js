// The page: header, contents, sections, and the switch of languages.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg, data, state } = C;
  const LANGS = Object.entries(data.messages.language_name);

  const hatch = (id, color, paper) => svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, fill: paper }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: color, "stroke-width": 3 }));
  const patterns = () => svg("svg", { width: 0, height: 0, class: "patterns", "aria-hidden": "true" },
    svg("defs", {}, hatch("hatch", "var(--fan)", "none"), hatch("hatch-ink", "var(--muted)", "var(--card)")));

  const offered = LANGS.filter(([code]) => data.languages.includes(code));
  const languages = () => offered.length < 2 ? null : el("div", { class: "languages", role: "group", "aria-label": C.say("language") },
    offered.map(([code, name]) => el("button", {
      type: "button", lang: code, "data-lang": code, "aria-pressed": String(code === state.lang), onclick: () => speak(code),
    }, name)));

  const go = (id) => {
    const target = document.getElementById(id);
    if (!target) return;
    if (id !== "main") C.section(id);
    target.scrollIntoView();
    (id === "main" ? target : target.querySelector("h2")).focus({ preventScroll: true });
    document.querySelector("details.small")?.removeAttribute("open");
  };
  const link = (id, words, more = {}) => el("a", { href: `#${id}`, ...more, onclick: (event) => { event.preventDefault(); go(id); } }, words);

  const contents = () => {
    const links = () => el("ol", {}, data.sections.map((s) => el("li", {}, link(s.id, C.text(s.title), { "data-section": s.id }))));
    return [
      el("nav", { class: "contents side", "aria-label": C.say("contents") }, links()),
      el("details", { class: "contents small" }, el("summary", {}, C.say("contents")), el("nav", { "aria-label": C.say("contents") }, links())),
    ];
  };

  const header = () => el("header", { class: "top" },
    el("div", { class: "bar" }, el("span", { class: "brand" }, "Corridor"), el("span", { class: "stamp" }, C.text(data.header.stamp)), languages()),
    el("h1", {}, C.text(data.header.title)),
    el("p", { class: "lead" }, C.text(data.header.subtitle)),
    data.header.hindsight ? el("p", { class: "banner", role: "note" }, C.text(data.header.hindsight)) : null,
    data.header.known.length ? el("details", { class: "known" },
      el("summary", {}, C.say("known_title")), el("ul", {}, data.header.known.map((item) => el("li", {}, C.text(item))))) : null);

  const section = (spec) => el("section", { id: spec.id, "aria-labelledby": `${spec.id}-title` },
    el("h2", { id: `${spec.id}-title`, tabindex: "-1" }, C.text(spec.title)),
    el("div", { class: "grid" }, spec.blocks.map((block) => C.blocks[block.type](block))));

  // One section on a page of its own, for print; everything else waits.
  C.showOnly = (id) => {
    C.set("only", id);
    applyOnly();
    if (id) scrollTo({ top: 0, behavior: "instant" });
    else go("brief");
  };
  const applyOnly = () => {
    const only = C.get("only");
    document.body.classList.toggle("alone", Boolean(only || data.brief));
    for (const node of document.querySelectorAll("main > section")) node.hidden = Boolean(only) && node.id !== only;
  };

  const draw = () => {
    document.documentElement.lang = state.lang;
    document.title = C.text(data.header.title);
    C.forget();
    C.forgetListeners();
    document.getElementById("report").replaceChildren(
      patterns(),
      link("main", C.say("skip"), { class: "skip" }),
      header(),
      el("div", { class: "frame" }, data.brief ? null : contents(),
        el("main", { id: "main", tabindex: "-1" }, data.sections.map(section))),
      el("footer", { class: "bottom" }, el("p", {}, C.text(data.header.generated))));
    applyOnly();
    follow();
  };

  // The contents mark the section that is being read.
  let seen = null;
  const follow = () => {
    seen?.disconnect();
    const mark = () => {
      const now = data.sections.findLast((s) => document.getElementById(s.id)?.getBoundingClientRect().top < innerHeight / 3);
      for (const node of document.querySelectorAll("[data-section]")) {
        if (node.dataset.section === now?.id) node.setAttribute("aria-current", "true");
        else node.removeAttribute("aria-current");
      }
    };
    seen = new IntersectionObserver(mark, { rootMargin: "-33% 0px -66% 0px" });
    document.querySelectorAll("main > section").forEach((node) => seen.observe(node));
  };

  // The reader stays at the same section, and the focus on the switch.
  const speak = (code) => {
    const bar = (id) => document.getElementById(id)?.getBoundingClientRect().top ?? 0;
    const at = data.sections.findLast((s) => bar(s.id) < innerHeight / 2);
    const before = at && scrollY > 0 ? bar(at.id) : null;
    state.lang = code;
    C.write();
    draw();
    if (before !== null) scrollBy({ top: bar(at.id) - before, behavior: "instant" });
    document.querySelector(`[data-lang="${code}"]`).focus({ preventScroll: true });
  };

  addEventListener("hashchange", () => { C.readAddress(); draw(); go(C.section()); });
  C.readAddress();
  draw();
  if (C.section()) go(C.section());
})();
