// The flow map: land, places, people on every way in the chosen month, encounters, measures as they start.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;
  const LAYERS = ["journey", "border", "inside", "back", "met"];
  const SHOWN = "journey,border,inside,met"; // returns would lie over everything else
  const COLOR = { journey: "var(--fan)", border: "var(--room)", inside: "var(--muted)", back: "var(--c4)" };
  const MET = ["var(--c2)", "var(--c3)", "var(--c4)", "var(--c1)"];
  const STEP = 900; // milliseconds between months when it plays
  const MOST_FAR = 8; // origins beyond the frame that are named
  let playing = 0;

  // Mercator, with longitudes that run on from the seam in the west. It opens on where people are on the way, met and
  // received, where origins lie far from it; `whole` is the zoom that shows them, too.
  const FAR = ["origin", "home"];
  const span = (points) => [d3.extent(points, (p) => p[0]), d3.extent(points, (p) => p[1])];
  const projection = (base, places, width, most) => {
    const raw = (lon, lat) => {
      const turned = ((lon - base.west) % 360 + 360) % 360 + base.west;
      const high = Math.max(-85, Math.min(85, lat)) * Math.PI / 360;
      return [turned * Math.PI / 180, -Math.log(Math.tan(Math.PI / 4 + high))];
    };
    const all = span(places.map((p) => raw(p.lon, p.lat)));
    const near = places.filter((p) => !FAR.includes(p.kind));
    const core = near.length > 2 ? span(near.map((p) => raw(p.lon, p.lat))) : all;
    const share = (axis) => (core[axis][1] - core[axis][0]) / Math.max(all[axis][1] - all[axis][0], 1e-6);
    const [[x0, x1], [y0, y1]] = Math.min(share(0), share(1)) < 0.6 ? core : all;
    const pad = Math.max(26, width * 0.05);
    const wide = Math.max(x1 - x0, 1e-3);
    const high = Math.max(y1 - y0, 1e-3);
    const height = Math.round(Math.max(Math.min(340, 0.75 * width), Math.min(most, (width - 2 * pad) * high / wide + 2 * pad)));
    const scale = Math.min((width - 2 * pad) / wide, (height - 2 * pad) / high);
    const project = (lon, lat) => {
      const [x, y] = raw(lon, lat);
      return [width / 2 + (x - (x0 + x1) / 2) * scale, height / 2 + (y - (y0 + y1) / 2) * scale];
    };
    const [[ax, bx], [ay, by]] = all.map(([from, to], axis) => [from, to].map((v) =>
      (axis ? height / 2 + (v - (y0 + y1) / 2) * scale : width / 2 + (v - (x0 + x1) / 2) * scale)));
    const bounds = [[Math.min(0, ax - pad), Math.min(0, ay - pad)], [Math.max(width, bx + pad), Math.max(height, by + pad)]];
    const whole = Math.min(1, width / (bounds[1][0] - bounds[0][0]), height / (bounds[1][1] - bounds[0][1]));
    return { project, height, bounds, whole };
  };

  const trace = (rings, project, close) => rings.map((ring) =>
    "M" + ring.map(([lon, lat]) => project(lon, lat).map((v) => v.toFixed(1)).join(",")).join("L") + (close ? "Z" : "")).join("");

  // A link bends to one side, and the more so the more links join its two places.
  const curve = (a, b, turn) => {
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const long = Math.hypot(dx, dy) || 1;
    const bend = Math.min(0.16 * long, 40) + turn * Math.min(9, 0.25 * long);
    const c = [(a[0] + b[0]) / 2 + bend * dy / long, (a[1] + b[1]) / 2 - bend * dx / long];
    const at = (t) => [0, 1].map((i) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * c[i] + t ** 2 * b[i]);
    const angle = (t) => {
      const along = [0, 1].map((i) => (1 - t) * (c[i] - a[i]) + t * (b[i] - c[i]));
      return Math.atan2(along[1], along[0]) * 180 / Math.PI;
    };
    return { d: `M${a}Q${c} ${b}`, at, angle, long };
  };

  // A way from beyond the frame comes in as a short arrow: its origin is named in the list of the corner.
  const STUB = 34;
  const stub = (from, to, inside) => {
    const [dx, dy] = [from[0] - to[0], from[1] - to[1]];
    const long = Math.hypot(dx, dy) || 1;
    const far = [to[0] + STUB * dx / long, to[1] + STUB * dy / long];
    const [a, b] = inside === "to" ? [far, to] : [to, far];
    return { d: `M${a}L${b}`, at: (t) => [0, 1].map((i) => a[i] + t * (b[i] - a[i])), angle: () => Math.atan2(b[1] - a[1], b[0] - a[0]) * 180 / Math.PI, long: STUB };
  };

  C.geo = { projection, trace, curve };

  const stopSign = () => [svg("circle", { r: 7, fill: "var(--card)", stroke: "var(--no)", "stroke-width": 2.5 }),
    svg("line", { x1: -4, x2: 4, y1: 4, y2: -4, stroke: "var(--no)", "stroke-width": 2.5 })];

  C.blocks.map = (block) => {
    clearInterval(playing);
    const placeAt = new Map(block.places.map((p, i) => [p.id, i]));
    const turns = new Map();
    block.links.forEach((link) => {
      const pair = [link.from, link.to].sort().join("|");
      link.turn = turns.get(pair) ?? 0;
      turns.set(pair, link.turn + 1);
    });
    const onStart = C.page() === "start"; // there the map has the height of the window, and its settings are folded
    let node, scene = null, transform = d3.zoomIdentity;
    const scenario = C.scenarioChoice("map", block.scenarios, () => { node.refresh(); move(); });
    const month = () => Math.max(0, block.months.indexOf(C.get("month", block.months[block.first])));
    const layers = () => new Set(C.get("layers", SHOWN).split(","));
    const place = C.choice("map-place", C.say("map_place"), [{ key: "", label: C.say("map_no_place") },
      ...block.places.map((p) => ({ key: p.id, label: p.name })).sort((a, b) => C.text(a.label).localeCompare(C.text(b.label), C.state.lang))],
    () => move(), { key: "place", fallback: "" });

    // People on a link, or met at a point: the reader's own run, else the scenario, else the fitted past.
    const cell = (table, at, m, own) => (own === undefined ? table[scenario.value()][at][m] ?? table[""]?.[at]?.[m] ?? null : [own, own, own]);
    const onLink = (at, m) => cell(block.flows, at, m, C.overlay.get()?.links?.[block.links[at].id]?.[block.months[m]]);
    const pointName = (p) => `${p.item}|${p.place}|${p.zone}`;
    const metAt = (at, m) => cell(block.met, at, m, C.overlay.get()?.met?.[pointName(block.points[at])]?.[block.months[m]]);
    const fitted = (m) => Object.values(block.flows[scenario.value()]).every((values) => !values[m]);
    const most = (table) => d3.max(Object.values(table).flatMap((rows) => rows.flatMap((row) => row.map((v) => v?.[1] ?? 0)))) || 1;
    const widest = most(block.flows), largest = most(block.met);
    let size = 1; // everything is slimmer on a narrow screen
    const thick = (people) => (people > 0 ? 0.7 + 13 * size * Math.sqrt(Math.min(1.5, people / widest)) : 0);
    const wide = (people) => 30 * size * Math.sqrt(Math.min(1.5, people / largest));
    const words = (v) => (v[0] === v[2] ? C.rounded(v[1]) : `${C.rounded(v[1])} (80 %: ${C.rounded(v[0])} – ${C.rounded(v[2])})`);
    const name = (id) => C.text(block.places[placeAt.get(id)].name);

    const inForce = (m) => {
      const first = block.months[m];
      const end = new Date(Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5, 7)), 0)).toISOString().slice(0, 10);
      return block.measures[scenario.value()].filter((x) => x.start <= end && (!x.end || x.end >= first))
        .map((x) => ({ ...x, fresh: x.start >= first }));
    };

    // -- what is drawn once for a width -------------------------------------------------------------------
    const draw = (width, title) => {
      const { project, height, bounds, whole } = projection(block.base, block.places, width, onStart ? Math.max(340, innerHeight - 305) : 640);
      const fits = Math.max(0.5, Math.min(1, width / 700));
      if (fits !== size) { size = fits; queueMicrotask(() => node.refresh()); }
      const at = block.places.map((p) => project(p.lon, p.lat));
      const base = svg("g", { class: "base" },
        svg("path", { d: trace(block.base.land, project, true), class: "land" }),
        svg("path", { d: trace(block.base.states, project, false), class: "states" }),
        svg("path", { d: trace(block.base.borders, project, false), class: "borders" }));
      const links = block.links.map((link) => {
        const parts = {
          line: svg("path", { fill: "none", stroke: COLOR[link.layer], "stroke-opacity": 0.62, "stroke-linecap": "butt" }),
          ties: link.kind === "rail" ? svg("path", { fill: "none", stroke: "var(--card)", "stroke-dasharray": "2 5" }) : null,
          arrow: svg("path", { d: "", fill: COLOR[link.layer], "fill-opacity": 0.9 }), title: svg("title", {}),
        };
        parts.group = svg("g", { class: "way", "data-link": link.id, "data-layer": link.layer }, parts.line, parts.ties, parts.arrow, parts.title);
        return parts;
      });
      const met = block.points.map((point) => {
        const color = MET[block.items.findIndex((i) => i.id === point.item) % MET.length];
        const circle = svg("circle", { fill: color, "fill-opacity": 0.3, stroke: color, "stroke-width": 1.5 });
        const words_ = svg("title", {});
        return { circle, title: words_, group: svg("g", { "data-point": pointName(point), "data-layer": "met" }, circle, words_) };
      });
      const dots = block.places.map((p, i) => svg("circle", { class: p.assumed ? "place assumed" : "place", r: 3.5, "data-place": p.id,
        onclick: () => pick(p.id) }, svg("title", {}, C.text(block.places[i].name))));
      const labels = svg("g", { class: "labels", "aria-hidden": "true" });
      const marks = svg("g", { class: "marks" });
      const canvas = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title, class: "flow-map" },
        svg("rect", { width, height, class: "sea" }), base, met.map((m) => m.group), links.map((l) => l.group), dots, marks, labels);
      scene = { width, height, project, at, base, links, met, dots, labels, marks, canvas, far: el("div", { class: "map-far" }) };
      const zoom = d3.zoom().scaleExtent([whole, 16]).translateExtent(bounds).extent([[0, 0], [width, height]])
        .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey
          : event.type.startsWith("touch") ? event.touches.length > 1 || transform.k !== 1 : !event.button))
        .on("zoom", (event) => { transform = event.transform; lay(); });
      scene.zoom = zoom;
      const selected = d3.select(canvas).call(zoom);
      const middle = [0, 1].map((axis) => (bounds[0][axis] + bounds[1][axis]) / 2);
      const everything = d3.zoomIdentity.translate(width / 2 - whole * middle[0], height / 2 - whole * middle[1]).scale(whole);
      // the second time, it goes back to where it opened
      const turned = () => (whole < 1 && Math.abs(transform.k / whole - 1) > 0.01 ? everything : d3.zoomIdentity);
      scene.by = (factor) => (factor ? selected.call(zoom.scaleBy, factor) : selected.call(zoom.transform, turned()));
      if (transform.k !== 1) selected.call(zoom.transform, transform);
      else lay();
      const button = (sign, label, factor) => el("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick: () => scene.by(factor) }, sign);
      return el("div", { class: "map-frame" }, canvas, scene.far, el("div", { class: "map-zoom", "data-unsaved": true },
        button("+", C.say("map_closer"), 1.7), button("−", C.say("map_farther"), 1 / 1.7), button("⤢", C.say("map_whole"), 0)));
    };
    const inFrame = ([x, y], edge = 6) => x > edge && y > edge && x < scene.width - edge && y < scene.height - edge;
    const pick = (id) => { C.set("place", C.get("place") === id ? "" : id, ""); };

    // -- where things lie, for a zoom ----------------------------------------------------------------------
    const lay = () => {
      const { base, links, met, dots, at } = scene;
      scene.canvas.style.touchAction = transform.k !== 1 ? "none" : "pan-y";
      base.setAttribute("transform", transform.toString());
      scene.here = at.map((p) => transform.apply(p));
      scene.beyond = new Set();
      scene.curves = block.links.map((link, i) => {
        const [from, to] = [scene.here[placeAt.get(link.from)], scene.here[placeAt.get(link.to)]];
        const [starts, ends] = [inFrame(from, 0), inFrame(to, 0)];
        if (starts === ends) return curve(from, to, link.turn);
        scene.beyond.add(i);
        return ends ? stub(from, to, "to") : stub(to, from, "from");
      });
      links.forEach((parts, i) => {
        const bend = scene.curves[i];
        parts.line.setAttribute("d", bend.d);
        parts.ties?.setAttribute("d", bend.d);
        const t = scene.beyond.has(i) ? 0.9 : 0.58;
        parts.arrow.setAttribute("transform", `translate(${bend.at(t)}) rotate(${bend.angle(t)})`);
      });
      met.forEach((parts, i) => {
        const [x, y] = transform.apply(scene.project(block.points[i].lon, block.points[i].lat));
        parts.circle.setAttribute("cx", x);
        parts.circle.setAttribute("cy", y);
      });
      dots.forEach((dot, i) => { dot.setAttribute("cx", scene.here[i][0]); dot.setAttribute("cy", scene.here[i][1]); });
      move();
    };

    // -- what the month, the scenario and the layers change ------------------------------------------------
    const move = () => {
      const m = month();
      time.update(m);
      below.update(m);
      if (!scene) return;
      const on = layers();
      const chosen = place.value();
      const busy = new Map(block.places.map((p) => [p.id, 0]));
      scene.links.forEach((parts, i) => {
        const link = block.links[i];
        const value = onLink(i, m);
        const shown = on.has(link.layer) && value && value[1] > 0;
        parts.group.style.display = shown ? "" : "none";
        if (!shown) return;
        const w = thick(value[1]);
        parts.line.setAttribute("stroke-width", w.toFixed(2));
        parts.line.setAttribute("stroke-dasharray", link.assumed ? "7 4" : "none");
        parts.ties?.setAttribute("stroke-width", Math.max(1, 0.5 * w).toFixed(2));
        parts.arrow.style.display = scene.curves[i].long > 14 + w ? "" : "none";
        parts.arrow.setAttribute("d", `M${-0.35 * w - 2},${-0.45 * w - 2.2}L${0.5 * w + 3.5},0L${-0.35 * w - 2},${0.45 * w + 2.2}Z`);
        parts.group.style.opacity = chosen && link.from !== chosen && link.to !== chosen ? 0.18 : 1;
        parts.title.textContent = `${name(link.from)} → ${name(link.to)}, ${C.text(link.way)}: ${words(value)}`;
        for (const end of [link.from, link.to]) busy.set(end, busy.get(end) + value[1]);
      });
      scene.met.forEach((parts, i) => {
        const value = metAt(i, m);
        const shown = on.has("met") && value && value[1] > 0;
        parts.group.style.display = shown ? "" : "none";
        if (!shown) return;
        parts.circle.setAttribute("r", wide(value[1]).toFixed(2));
        const item = block.items.find((x) => x.id === block.points[i].item);
        parts.title.textContent = `${C.text(block.points[i].name)}. ${C.text(item.label)}: ${words(value)}`;
      });
      scene.dots.forEach((dot, i) => dot.classList.toggle("chosen", block.places[i].id === chosen));
      sign(m);
      far(m, on);
      label(busy, chosen);
    };

    // Where those come from, and go, whose way begins or ends beyond the frame: the largest first.
    const far = (m, on) => {
      const people = new Map();
      for (const i of scene.beyond) {
        const link = block.links[i];
        const value = on.has(link.layer) && onLink(i, m);
        if (!value || value[1] < 1 || inFrame(scene.here[placeAt.get(link.from)], 0)) continue;
        people.set(link.from, (people.get(link.from) ?? 0) + value[1]);
      }
      const rows = [...people].sort((a, b) => b[1] - a[1]);
      const kept = rows.slice(0, MOST_FAR), others = d3.sum(rows.slice(MOST_FAR), (row) => row[1]);
      scene.far.replaceChildren(...(rows.length ? [el("h4", {}, C.say("map_far")), el("ul", {}, kept.map(([id, n]) => el("li", {}, el("span", {}, name(id)), C.rounded(n))),
        others ? el("li", {}, el("span", {}, C.say("map_far_others")), C.rounded(others)) : null)] : []));
    };

    const sign = (m) => {
      const marked = new Map();
      for (const measure of inForce(m)) for (const id of measure.marks) marked.set(id, [...(marked.get(id) ?? []), measure]);
      scene.marks.replaceChildren(...[...marked].map(([id, measures]) => {
        const i = block.links.findIndex((link) => link.id === id);
        return svg("g", { transform: `translate(${scene.curves[i].at(0.5)})`, "data-marked": id }, stopSign(),
          svg("title", {}, measures.map((x) => `${C.text(x.name)} (${C.text(x.strength)})`).join("\n")));
      }));
    };

    // The busiest places are named first; a name that would touch another, or the edge, is left to the list.
    const label = (busy, chosen) => {
      const corner = scene.width > 660 && scene.far.firstChild ? [[0, scene.height - 210, 245, scene.height]] : [];
      const taken = [[scene.width - 44, 0, scene.width, 122], ...corner, ...scene.here.map(([x, y]) => [x - 4, y - 4, x + 4, y + 4])];
      const order = block.places.map((p, i) => i).sort((a, b) =>
        (block.places[b].id === chosen) - (block.places[a].id === chosen) || busy.get(block.places[b].id) - busy.get(block.places[a].id));
      const hits = (box) => taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3]);
      const longest = scene.width < 500 ? 18 : 26;
      const out = [];
      for (const i of order) {
        if (!inFrame(scene.here[i], 0)) continue;
        const [x, y] = scene.here[i];
        const whole = C.text(block.places[i].name);
        const text = whole.length > longest ? whole.slice(0, longest - 1).trimEnd() + "…" : whole;
        const w = 6.5 * text.length + 4;
        const spots = [[x + 7, y + 4, "start"], [x - 7, y + 4, "end"], [x, y - 9, "middle"], [x, y + 17, "middle"]];
        for (const [tx, ty, anchor] of spots) {
          const left = anchor === "start" ? tx : anchor === "end" ? tx - w : tx - w / 2;
          const box = [left, ty - 11, left + w, ty + 3];
          if (box[0] < 1 || box[2] > scene.width - 1 || box[1] < 1 || box[3] > scene.height - 1 || hits(box)) continue;
          taken.push(box);
          out.push(svg("text", { x: tx, y: ty, "text-anchor": anchor,
            class: block.places[i].id === chosen ? "chosen" : null }, text));
          break;
        }
      }
      scene.labels.replaceChildren(...out);
    };

    // -- time, layers, measures, the chosen place ----------------------------------------------------------
    const show = (m) => {
      C.set("month", block.months[m], block.months[block.first]);
      node.refresh();
      move();
    };
    const time = (() => {
      const slider = el("input", { type: "range", id: "map-month", min: 0, max: block.months.length - 1, step: 1, value: month(),
        "aria-label": C.say("map_month"), oninput: () => { stop(); show(Number(slider.value)); } });
      const output = el("output", { class: "map-now", for: "map-month", "aria-live": "polite" });
      const button = el("button", { type: "button", class: "quiet strong", onclick: () => (playing ? stop() : start()) }, "▶ ", C.say("map_play"));
      const start = () => {
        button.replaceChildren("■ ", C.say("map_stop"));
        playing = setInterval(() => (button.isConnected ? show((month() + 1) % block.months.length) : stop()), STEP);
      };
      const stop = () => {
        clearInterval(playing);
        playing = 0;
        button.replaceChildren("▶ ", C.say("map_play"));
      };
      playing = 0;
      const update = (m) => {
        slider.value = m;
        const shown = C.month(block.months[m]) + (fitted(m) ? ` (${C.say("map_fitted")})` : "");
        slider.setAttribute("aria-valuetext", shown);
        output.replaceChildren(shown);
      };
      return { node: el("div", { class: "map-time" }, button, slider, output), update };
    })();
    const toggles = LAYERS.filter((name_) => (name_ === "met" ? block.points.length : block.links.some((l) => l.layer === name_)))
      .map((name_) => {
        const button = el("button", { type: "button", class: "chip", "data-toggle": name_, "aria-pressed": String(layers().has(name_)), onclick: () => {
          const now = layers();
          if (!now.delete(name_)) now.add(name_);
          button.setAttribute("aria-pressed", String(now.has(name_)));
          C.set("layers", LAYERS.filter((x) => now.has(x)).join(",") || "none", SHOWN);
          node.refresh();
          move();
        } }, C.say(`layer_${name_}`));
        return button;
      });

    const below = (() => {
      const measures = el("div", { class: "map-measures", "aria-live": "polite" });
      const details = el("div", { class: "map-details", "aria-live": "polite" });
      const people = (rows, other) => (rows.length ? el("ul", {}, rows.map(([link, value]) => el("li", {},
        `${name(link[other])}, ${C.text(link.way)}: ${words(value)}`, link.assumed ? el("span", { class: "badge" }, C.say("assumed")) : null)))
        : el("p", { class: "note" }, C.say("map_nobody")));
      const update = (m) => {
        const list = inForce(m);
        measures.replaceChildren(el("h4", {}, `${C.say("map_in_force")}, ${C.month(block.months[m])}`), list.length
          ? el("ul", {}, list.map((x) => el("li", { class: x.fresh ? "fresh" : null }, C.text(x.name), ` (${C.text(x.strength)}; ${C.text(x.grade)})`,
            x.fresh ? el("span", { class: "badge" }, `${C.say("map_begins")} ${C.day(x.start)}`) : null)))
          : el("p", { class: "note" }, C.say("map_none_in_force")));
        const id = place.value();
        if (!id) { details.replaceChildren(); return; }
        const rows = (end) => block.links.map((link, i) => [link, onLink(i, m)]).filter(([link, v]) => link[end] === id && v && v[1] > 0)
          .sort((a, b) => b[1][1] - a[1][1]);
        const met = block.points.map((p, i) => [p, metAt(i, m)]).filter(([p, v]) => p.place === id && v);
        details.replaceChildren(...[el("h4", {}, `${name(id)}, ${C.month(block.months[m])}`),
          met.length ? el("p", {}, met.map(([p, v]) => `${C.say("map_met")}: ${C.text(block.items.find((x) => x.id === p.item).label)}, ${words(v)}. `)) : null,
          el("div", { class: "map-two" }, el("div", {}, el("h5", {}, C.say("map_in")), people(rows("to"), "from")),
            el("div", {}, el("h5", {}, C.say("map_out")), people(rows("from"), "to")))].filter(Boolean));
      };
      return { node: el("div", { class: "map-below" }, measures, details, el("p", { class: "note map-help" }, C.say("map_help"))), update };
    })();

    const line = (color, w, dash, ties) => svg("svg", { width: 30, height: 14, viewBox: "0 0 30 14", "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 30, y1: 7, y2: 7, stroke: color, "stroke-width": w, "stroke-dasharray": dash, "stroke-opacity": 0.7 }),
      ties ? svg("line", { x1: 0, x2: 30, y1: 7, y2: 7, stroke: "var(--card)", "stroke-width": 0.5 * w, "stroke-dasharray": "2 5" }) : null);
    const scale = () => {
      const top = 10 ** Math.floor(Math.log10(widest));
      return [top, top / 10].filter((v) => v >= 1).map((v) => [line("var(--ink)", thick(v)), C.say("map_people", { count: C.number(v) })]);
    };
    const legendOf = () => [
      ...Object.keys(COLOR).filter((name_) => layers().has(name_)).map((name_) => [line(COLOR[name_], 5), C.say(`layer_${name_}`)]),
      [line("var(--ink)", 4, "7 4"), C.say("legend_assumed_way")],
      ...(block.links.some((l) => l.kind === "rail") ? [[line("var(--fan)", 6, null, true), C.say("legend_rail")]] : []),
      ...(block.items.length && layers().has("met") ? block.items.map((item, i) => [svg("svg", { width: 16, height: 14, viewBox: "0 0 16 14", "aria-hidden": "true" },
        svg("circle", { cx: 8, cy: 7, r: 6, fill: MET[i % MET.length], "fill-opacity": 0.3, stroke: MET[i % MET.length], "stroke-width": 1.5 })), C.text(item.label)]) : []),
      ...(block.measures[scenario.value()].some((x) => x.marks.length) ? [[svg("svg", { width: 18, height: 18, viewBox: "-9 -9 18 18", "aria-hidden": "true" }, stopSign()), C.say("legend_marked")]] : []),
      ...scale(),
    ];
    const tableOf = () => {
      const m = month();
      const on = layers();
      const rows = block.links.map((link, i) => [link, onLink(i, m)]).filter(([link, v]) => v && on.has(link.layer)).map(([link, v]) => ({
        from: block.places[placeAt.get(link.from)].name, to: block.places[placeAt.get(link.to)].name, way: link.way,
        low: v[0], median: v[1], high: v[2], assumed: link.assumed, month: block.months[m],
      }));
      return { columns: [["from", "text"], ["to", "text"], ["way", "text"], ["month", "month"], ["low", "number3"], ["median", "number3"], ["high", "number3"], ["assumed", "flag"]]
        .map(([key, kind]) => ({ key, kind, label: C.data.messages[`col_${key}`] })), rows };
    };

    const chips = el("div", { class: "chips map-layers", role: "group", "aria-label": C.say("map_layers") }, toggles);
    node = C.figure({
      block, wide: true, controls: [...(block.scenarios.length > 1 ? [scenario] : []), place, { node: chips }],
      always: time.node, folded: onStart ? C.say("map_more") : null,
      legendOf, readingOf: () => C.text(block.readings[scenario.value()][month()]), draw, tableOf, below: below.node, legendBelow: true,
      queryOf: () => ({ ...block.query, where: { scenario: fitted(month()) ? "" : scenario.value(), month: block.months[month()] } }),
    });
    C.on("overlay", move);
    const captionOf = (m) => [C.text(block.readings[scenario.value()][m]) || C.month(block.months[m]), fitted(m) ? ` (${C.say("map_fitted")})` : ""].join("");
    C.mapPrint({ node, block, legendOf: onStart ? legendOf : null, color: COLOR, layers, onLink, metAt, thick, wide, captionOf, metColor: (id) => MET[block.items.findIndex((item) => item.id === id) % MET.length] });
    time.update(month());
    below.update(month());
    return node;
  };
})();
