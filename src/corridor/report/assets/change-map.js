// The map of what changes: ways on which more people travel than before, or fewer, over the months ahead.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;
  const SHOWN = 60; // ways, those that change most

  C.changeMap = () => {
    const block = C.data.sections.flatMap((section) => section.blocks).find((one) => one.type === "map");
    const place = el("div", { class: "change-map" });
    if (!block) return { node: place, update: () => {} };
    const reading = el("p", { class: "reading" });
    const frame = el("div", {});
    place.append(el("h3", {}, C.say("sim_map")), reading, frame,
      C.legend([["var(--own)", C.say("sim_more")], ["var(--fan)", C.say("sim_fewer")]]));
    const at = new Map(block.places.map((p) => [p.id, p]));
    const [land, borders] = ["land", "borders"].map((name) => svg("path", { class: name }));
    let drawn = 0;
    const name = (id) => C.text(at.get(id).name);

    const update = (before, after) => {
      const rows = block.links.map((link) => ({ link, gap: d3.sum(after[link.id] ?? []) - d3.sum(before[link.id] ?? []) }))
        .filter((row) => Math.abs(row.gap) >= 1).sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap)).slice(0, SHOWN);
      const width = Math.max(280, Math.floor(place.clientWidth || 420));
      const { project, height } = C.geo.projection(block.base, block.places, width, 380);
      const most = Math.abs(rows[0]?.gap ?? 1);
      if (drawn !== width) { // the land is the same at every change
        drawn = width;
        land.setAttribute("d", C.geo.trace(block.base.land, project, true));
        borders.setAttribute("d", C.geo.trace(block.base.borders, project, false));
      }
      const canvas = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", class: "flow-map", "aria-label": C.say("sim_map") },
        svg("rect", { width, height, class: "sea" }), land, borders,
        rows.map(({ link, gap }) => {
          const [from, to] = [link.from, link.to].map((id) => project(at.get(id).lon, at.get(id).lat));
          const bend = C.geo.curve(from, to, 0);
          return svg("path", { d: bend.d, fill: "none", stroke: gap > 0 ? "var(--own)" : "var(--fan)", "stroke-opacity": 0.75,
            "stroke-width": (0.8 + 9 * Math.sqrt(Math.abs(gap) / most)).toFixed(2) },
          svg("title", {}, `${name(link.from)} → ${name(link.to)}, ${C.text(link.way)}: ${C.rounded(gap, true)}`));
        }));
      frame.replaceChildren(canvas);
      const top = rows[0];
      reading.replaceChildren(top ? C.say("sim_map_reading", { from: name(top.link.from), to: name(top.link.to), gap: C.rounded(top.gap, true) }) : C.say("sim_map_nothing"));
    };
    return { node: place, update };
  };
})();
