// The page: header, contents, sections, and the switch of languages.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg, data, state } = C;
  const LANGS = [["en", "English"], ["es", "Español"]];

  const hatch = (id, color, paper) => svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, fill: paper }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: color, "stroke-width": 3 }));
  const patterns = () => svg("svg", { width: 0, height: 0, class: "patterns", "aria-hidden": "true" },
    svg("defs", {}, hatch("hatch", "var(--fan)", "none"), hatch("hatch-ink", "var(--muted)", "var(--card)")));

  const languages = () => el("div", { class: "languages", role: "group", "aria-label": C.say("language") },
    LANGS.map(([code, name]) => el("button", {
      type: "button", lang: code, "data-lang": code, "aria-pressed": String(code === state.lang), onclick: () => speak(code),
    }, name)));

  const contents = () => {
    const links = () => el("ol", {}, data.sections.map((s) => el("li", {}, el("a", { href: `#${s.id}` }, C.text(s.title)))));
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
    el("h2", { id: `${spec.id}-title` }, C.text(spec.title)),
    el("div", { class: "grid" }, spec.blocks.map((block) => C.blocks[block.type](block))));

  const draw = () => {
    document.documentElement.lang = state.lang;
    document.title = C.text(data.header.title);
    C.forget();
    document.getElementById("report").replaceChildren(
      patterns(),
      el("a", { class: "skip", href: "#main" }, C.say("skip")),
      header(),
      el("div", { class: "frame" }, contents(),
        el("main", { id: "main", tabindex: "-1" }, data.sections.map(section))),
      el("footer", { class: "bottom" }, el("p", {}, C.text(data.header.generated))));
  };

  // The reader stays at the same section, and the focus on the switch.
  const speak = (code) => {
    const bar = (id) => document.getElementById(id)?.getBoundingClientRect().top ?? 0;
    const seen = data.sections.findLast((s) => bar(s.id) < innerHeight / 2);
    const before = seen && scrollY > 0 ? bar(seen.id) : null;
    state.lang = code;
    draw();
    if (before !== null) scrollBy({ top: bar(seen.id) - before, behavior: "instant" });
    document.querySelector(`[data-lang="${code}"]`).focus({ preventScroll: true });
  };

  draw();
})();
