// The map on paper: small maps of some months beside each other, in place of the one that moves.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;
  const MOST = 6; // maps
  const NAMED = 5; // places with a name on each
  const [WIDTH, HEIGHT] = [340, 250];

  // The first and the last month, and those between at equal distances.
  const spread = (count) => (count <= MOST ? d3.range(count) : [...new Set(d3.range(MOST).map((i) => Math.round(i * (count - 1) / (MOST - 1))))]);

  // A name to the right of its place, or to the left; one that would touch another is left out.
  const names = (places, at, busy) => {
    const taken = [];
    const order = places.map((p, i) => i).filter((i) => busy[i] > 0 && at[i][0] > 0 && at[i][0] < WIDTH && at[i][1] > 8 && at[i][1] < HEIGHT)
      .sort((a, b) => busy[b] - busy[a]);
    return order.flatMap((i) => {
      if (taken.length >= NAMED) return [];
      const words = C.text(places[i].name), long = 5.2 * words.length, [x, y] = at[i];
      const spot = [[x + 5, "start"], [x - 5, "end"]].map(([from, anchor]) => [anchor === "start" ? from : from - long, from, anchor])
        .find(([left]) => left > 0 && left + long < WIDTH && !taken.some(([l, t, r]) => left < r && l < left + long && Math.abs(t - y) < 11));
      if (!spot) return [];
      taken.push([spot[0], y, spot[0] + long]);
      return [svg("text", { x: spot[1], y: y + 3.5, "text-anchor": spot[2] }, words)];
    });
  };

  // `onLink` and `metAt` give [low, median, high] by position and month; `thick` and `wide` the width and the radius of people.
  const small = ({ block, color, metColor, layers, onLink, metAt, thick, wide, captionOf }) => {
    const { project, height } = C.geo.projection(block.base, block.places, WIDTH, HEIGHT);
    const at = block.places.map((p) => project(p.lon, p.lat));
    const placeAt = new Map(block.places.map((p, i) => [p.id, i]));
    const land = ["land", "borders"].map((name) => [name, C.geo.trace(block.base[name], project, name === "land")]);
    const on = layers();
    const one = (m) => {
      const busy = block.places.map(() => 0);
      const ways = block.links.map((link, i) => {
        const value = on.has(link.layer) ? onLink(i, m) : null;
        if (!value || !(value[1] > 0)) return null;
        const [from, to] = [placeAt.get(link.from), placeAt.get(link.to)];
        for (const end of [from, to]) busy[end] += value[1];
        return svg("path", { d: C.geo.curve(at[from], at[to], link.turn).d, fill: "none", stroke: color[link.layer], "stroke-opacity": 0.62,
          "stroke-width": (0.6 * thick(value[1])).toFixed(2), "stroke-dasharray": link.assumed ? "4 3" : null, "data-way": link.id });
      });
      const met = on.has("met") ? block.points.map((point, i) => {
        const value = metAt(i, m);
        const [cx, cy] = project(point.lon, point.lat);
        return value && value[1] > 0 ? svg("circle", { cx, cy, r: (0.6 * wide(value[1])).toFixed(2), fill: metColor(point.item), "fill-opacity": 0.3, stroke: metColor(point.item) }) : null;
      }) : [];
      const caption = captionOf(m);
      return el("figure", { class: "map-small" }, svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": caption, class: "flow-map" },
        svg("rect", { width: WIDTH, height, class: "sea" }), land.map(([name, d]) => svg("path", { d, class: name })), met, ways,
        at.map(([cx, cy]) => svg("circle", { cx, cy, r: 1.8, class: "place" })), svg("g", { class: "labels" }, names(block.places, at, busy))),
      el("figcaption", {}, caption));
    };
    return spread(block.months.length).map(one);
  };

  // `legendOf` gives the legend where the figure's own is folded away.
  C.mapPrint = ({ node, legendOf, ...map }) => {
    const place = el("div", { class: "map-print" });
    node.querySelector(".chart").after(place);
    C.on("print", () => {
      place.replaceChildren(...(legendOf ? [C.legend(legendOf())] : []), ...small(map));
      node.classList.add("on-paper");
    });
  };
})();
