// The section "Move the levers": a control for every measure, and what the corridor answers at once.
"use strict";
(() => {
  const C = Corridor;
  const { el, svg } = C;
  const L = C.levers;
  const NOTHING = 1e-9;
  const SAID = 5; // sentences; the table has every number
  const GRADES_AFTER = 400; // milliseconds of rest before each moved measure is run alone
  let model = null; // unpacked once for the page, whatever its language

  // -- one control --------------------------------------------------------------------------------------------
  const control = (measure, i, { get, put }) => {
    const id = `lever-${measure.id}`;
    const name = C.text(measure.name);
    const worded = (v) => (measure.ratio ? `× ${C.rounded(v)}` : `${C.rounded(v)} ${C.text(measure.unit)}`);
    const ranged = measure.low !== null && measure.high !== null && measure.low < measure.high;
    const input = (kind, key, label, more = {}) => {
      const node = el("input", { type: kind, id: `${id}-${key}`, ...more });
      return { node, label: el("label", { class: "choice", for: `${id}-${key}` }, el("span", {}, label), node) };
    };
    const on = el("input", { type: "checkbox", id: `${id}-on`, onchange: () => change({ on: on.checked }) });
    const [allowedLow, allowedHigh] = model.measures[i].allowed;
    const slider = ranged ? el("input", {
      type: "range", id: `${id}-slide`, min: measure.low, max: measure.high, step: (measure.high - measure.low) / 200,
      "aria-label": `${C.say("lever_strength")}: ${name}`, oninput: () => change({ on: true, strength: tidy(Number(slider.value)) }),
    }) : null;
    const value = input("number", "value", `${C.say("lever_strength")} (${C.text(measure.unit)})`,
      { step: "any", min: allowedLow, max: allowedHigh });
    const start = input("date", "start", C.say("col_start"));
    const end = input("date", "end", C.say("col_end"));
    value.node.addEventListener("change", () => {
      const typed = Number(value.node.value);
      if (value.node.value !== "" && Number.isFinite(typed) && L.within(model, i, typed)) change({ on: true, strength: typed });
      else show();
    });
    start.node.addEventListener("change", () => (L.isDay(start.node.value) ? change({ start: L.dayOf(start.node.value) }) : show()));
    end.node.addEventListener("change", () => change({ last: L.isDay(end.node.value) ? L.dayOf(end.node.value) : null }));
    // A slider's step leaves 1.7000000000000002; three digits are what a strength has.
    const tidy = (v) => Number(v.toPrecision(4));
    const change = (part) => put(i, { ...get(i), ...part });
    const says = el("p", { class: "lever-says", "aria-live": "polite" });
    const state = el("span", { class: "lever-state" });
    const range = ranged ? C.say("lever_range", { low: C.rounded(measure.low), high: C.rounded(measure.high) }) : C.say("lever_no_range");
    const node = el("li", { class: "lever", "data-lever": measure.id },
      el("label", { class: "lever-on", for: `${id}-on` }, on, el("span", {}, name)), state,
      el("details", {}, el("summary", { "aria-label": `${C.say("lever_set")}: ${name}` }, C.say("lever_set")),
        el("div", { class: "lever-body" },
          slider ? el("div", { class: "lever-slide" }, slider, el("span", { class: "note" }, range, " ", C.text(measure.unit))) : el("p", { class: "note" }, range),
          el("div", { class: "controls" }, value.label, start.label, end.label),
          el("p", { class: "note" }, [C.text(measure.actor), C.text(measure.gradeWords), measure.trigger ? C.say("lever_trigger", { name: measure.trigger }) : "",
            C.text(measure.source)].filter(Boolean).join(" · ")))),
      says);
    const show = () => {
      const x = get(i);
      on.checked = x.on;
      if (slider) slider.value = x.strength;
      slider?.setAttribute("aria-valuetext", worded(x.strength));
      value.node.value = x.strength;
      start.node.value = L.iso(x.start);
      end.node.value = x.last === null ? "" : L.iso(x.last);
      const outside = ranged && x.on && (x.strength < measure.low || x.strength > measure.high);
      node.classList.toggle("outside", outside);
      state.replaceChildren(x.on ? worded(x.strength) : C.say("lever_off"),
        outside ? el("span", { class: "badge warn" }, C.say("lever_outside")) : "");
    };
    return { node, show, says: (words) => { if (says.textContent !== words) says.replaceChildren(words); }, moved: (is) => node.classList.toggle("moved", is) };
  };

  // -- a small chart whose two lines are moved, not drawn again -------------------------------------------------
  const chart = (item, dates) => {
    const [W, H, LEFT, BOTTOM] = [236, 118, 50, 16];
    const path = (color, dash) => svg("path", { fill: "none", stroke: color, "stroke-width": 2.2, "stroke-dasharray": dash, "stroke-linejoin": "round" });
    const [home, own] = [path("var(--fan)", "6,3"), path("var(--own)", null)];
    const top = svg("text", { x: LEFT - 5, y: 12, "text-anchor": "end" });
    const half = svg("text", { x: LEFT - 5, y: 12 + (H - BOTTOM - 8) / 2, "text-anchor": "end" });
    const words = el("p", { class: "note" });
    const frame = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": C.text(item.label), class: "lever-chart", preserveAspectRatio: "none" },
      svg("line", { x1: LEFT, x2: W, y1: H - BOTTOM, y2: H - BOTTOM, class: "zero" }), svg("line", { x1: LEFT, x2: W, y1: 8, y2: 8, class: "zero" }),
      top, half, svg("text", { x: LEFT - 5, y: H - BOTTOM + 4, "text-anchor": "end" }, "0"),
      svg("text", { x: LEFT, y: H - 2 }, C.month(dates[0])), svg("text", { x: W, y: H - 2, "text-anchor": "end" }, C.month(dates.at(-1))), home, own);
    const line = (values, most) => "M" + Array.from(values, (v, i) => `${(LEFT + (W - LEFT) * i / Math.max(values.length - 1, 1)).toFixed(1)},${(H - BOTTOM - (H - BOTTOM - 8) * v / most).toFixed(1)}`).join("L");
    const update = (before, after) => {
      const most = Math.max(1e-9, ...before, ...after) * 1.02;
      home.setAttribute("d", line(before, most));
      own.setAttribute("d", before === after ? "" : line(after, most));
      top.textContent = C.rounded(most);
      half.textContent = C.rounded(most / 2);
    };
    return { node: el("li", { "data-chart": item.id }, el("h4", {}, C.text(item.label), item.deaths ? el("span", { class: "note" }, ` ${C.say("lower_bound")}`) : ""), frame, words), update, words };
  };

  // -- the section --------------------------------------------------------------------------------------------
  C.blocks.levers = (block) => {
    const { data } = block;
    const scenarioOf = () => data.scenarios.find((s) => s.id === C.scenario()) ?? data.scenarios[0];
    const choice = C.scenarioChoice("levers", block.scenarios, () => follow());
    let home, now, base, own, before = null, controls = [], grading = 0, founded = null, asked = 0;

    const head = el("h3", {}, C.say("lever_answer"));
    const answer = el("ul", { class: "lever-answer", "aria-live": "polite" });
    const took = el("p", { class: "note lever-took" });
    const table = el("div", {});
    const charts = block.items.filter((item) => item.chart).map((item) => ({ item, ...chart(item, block.dates) }));
    const lists = el("div", { class: "lever-lists" });
    const button = (words, action, more = {}) => el("button", { type: "button", class: "quiet strong", onclick: action, ...more }, words);
    const back = button(C.say("lever_back"), () => { now = home.map((x) => ({ ...x })); changed(); }, { id: "levers-back" });
    const copies = [C.copyButton(C.say("copy_command"), C.say("levers"), () => L.command(data, now, home, scenarioOf())),
      C.copyButton(C.say("copy_python"), C.say("levers"), () => L.python(data, now, home, scenarioOf()))];
    const body = el("div", { class: "lever-frame" },
      el("div", { class: "lever-left" }, lists),
      el("div", { class: "lever-right card" }, head, answer, took,
        C.legend([["median", C.say("lever_line_home")], ["overlay", C.say("lever_line_own")]]),
        el("ul", { class: "lever-charts" }, charts.map((x) => x.node)), table));
    const waiting = el("p", { class: "note" }, C.say("lever_loading"));
    const node = el("div", { class: "wide", id: "figure-levers" },
      el("div", { class: "controls chooser" }, block.scenarios.length > 1 ? choice.node : null, back, copies), waiting, body);
    body.hidden = true;

    const isMoved = () => now.some((x, i) => !L.same(x, home[i]));
    const put = (i, setting) => {
      now[i] = setting;
      asked = i + 1;
      changed();
    };

    // A frame may bring several changes: they are answered together.
    let due = 0;
    const changed = () => {
      C.set("moves", L.encode(data, now, home), "", node);
      cancelAnimationFrame(due);
      due = requestAnimationFrame(respond);
    };

    const respond = () => {
      const began = performance.now();
      const moved = isMoved();
      before = own;
      own = moved ? L.run(data, model, now, scenarioOf()) : base;
      founded = null;
      controls.forEach((one, i) => { one.show(); one.moved(!L.same(now[i], home[i])); });
      hints(before);
      charts.forEach(({ item, update }) => update(base[item.table][item.id], own[item.table][item.id]));
      speak();
      C.overlay.set(moved ? L.overlay(data, model, own) : null);
      const milliseconds = performance.now() - began;
      node.dataset.milliseconds = milliseconds.toFixed(1);
      took.replaceChildren(moved ? `${C.say("lever_rule")} ${C.say("lever_took", { ms: C.number(milliseconds) })}` : "");
      back.disabled = !moved;
      clearTimeout(grading);
      if (moved) grading = setTimeout(() => grade(), GRADES_AFTER);
    };

    // A lever that does nothing says so, and why where that is known.
    const hints = (last) => {
      const i = asked - 1;
      controls.forEach((one, k) => { if (k !== i && L.same(now[k], home[k])) one.says(""); });
      if (i < 0 || !last) return;
      const x = now[i], measure = data.measures[i];
      const first = model.sizes.first, end = first + model.sizes.days - 1;
      if (L.apart(last, own) > NOTHING) controls[i].says("");
      else if (measure.idle) controls[i].says(C.say("lever_idle"));
      else if ((measure.notes ?? []).length) controls[i].says(measure.notes.map(C.text).join(" "));
      else if (x.on && L.silent(data, now, i)) controls[i].says(C.say("lever_silent"));
      else if (x.on && (x.start > end || (x.last !== null && x.last < first))) controls[i].says(C.say("lever_outside_run", { first: C.day(L.iso(first)), last: C.day(L.iso(end)) }));
      else if (x.on && x.last !== null && x.last < x.start) controls[i].says(C.say("lever_no_days"));
      else if (measure.trigger) controls[i].says(C.say("lever_never_on", { name: measure.trigger }));
      else controls[i].says(C.say("lever_nothing"));
      asked = 0;
    };

    // -- in words ---------------------------------------------------------------------------------------------
    const speak = () => {
      const [was, is] = [L.level(data, base), L.level(data, own)];
      const rows = block.items.map((item) => ({ item, home: was[item.id], own: is[item.id], gap: is[item.id] - was[item.id] }));
      const real = rows.filter((row) => Math.abs(row.gap) >= 0.5);
      const scenario = C.text(block.scenarios.find((s) => s.id === scenarioOf().id).label);
      const order = (row) => Math.abs(row.gap) / Math.max(row.home, 1);
      const said = real.filter((row) => row.item.said).sort((a, b) => b.item.headline - a.item.headline || order(b) - order(a)).slice(0, SAID);
      head.replaceChildren(isMoved() && real.length ? C.say("lever_against", { scenario }) : C.say("lever_answer"));
      if (!isMoved()) answer.replaceChildren(el("li", {}, C.say("lever_unmoved", { scenario })));
      else if (!real.length) answer.replaceChildren(el("li", {}, C.say("lever_no_difference", { scenario })));
      else answer.replaceChildren(...said.map((row) => el("li", { "data-item": row.item.id }, sentence(row))));
      charts.forEach(({ item, words }) => {
        const shares = founded?.[item.id];
        words.replaceChildren(shares && !isFounded(shares) ? C.say("lever_only_if") : "");
      });
      show(rows);
    };
    const isFounded = (shares) => shares.causal + shares.before_after + shares.mechanical >= 0.5;
    const sentence = (row) => {
      const shares = founded?.[row.item.id];
      const way = C.say(row.gap < 0 ? "lever_lower" : "lever_higher");
      const values = { label: row.item.label, period: row.item.period, way };
      if (!shares) return C.say("lever_pending", values);
      const grades = block.grades.filter((g) => shares[g.id] >= 0.005).map((g) => `${C.text(g.label)} ${C.percent(shares[g.id])}`).join(", ");
      return C.say(isFounded(shares) ? "lever_difference" : "lever_if", { ...values, gap: C.rounded(Math.abs(row.gap)), grades,
        share: row.home > 0 ? ` (${C.number(100 * row.gap / row.home, 1, true)}\u00a0%)` : "" });
    };
    const show = (rows) => {
      const ensembles = block.ensembles[scenarioOf().id] ?? {};
      const number = (v) => C.rounded(v);
      const shown = rows.map((row) => {
        const e = ensembles[row.item.id];
        const shares = founded?.[row.item.id];
        const gap = Math.abs(row.gap) < 0.5 ? "0" : `${C.rounded(row.gap, true)}${shares && !isFounded(shares) ? ` (${C.say("assumed")})` : ""}`;
        return { item: row.item.label, period: row.item.period, ensemble: e ? `${number(e[1])} (${number(e[0])} – ${number(e[2])})` : "",
          home: number(row.home), own: number(row.own), gap };
      });
      table.replaceChildren(C.table(C.say("levers"), { columns: ["item", "home", "own", "gap", "ensemble", "period"].map((key) => ({
        key, label: C.say(`lever_col_${key}`), kind: key === "item" || key === "period" ? "text" : "interval" })), rows: shown }));
    };

    // Each moved measure alone on the scenario: the sizes of its effects, by grade, give what a difference rests on.
    const grade = (k = 0, sizes = {}) => {
      const mine = now.flatMap((x, i) => (L.same(x, home[i]) ? [] : [i]));
      const was = L.level(data, base);
      if (k < mine.length) {
        const i = mine[k];
        const alone = home.map((x, n) => (n === i ? now[i] : x));
        const is = L.level(data, mine.length === 1 ? own : L.run(data, model, alone, scenarioOf()));
        const { grade: name, low, high } = data.measures[i];
        const outside = now[i].on && low !== null && (now[i].strength < low || now[i].strength > high);
        for (const id of Object.keys(was)) {
          sizes[id] ??= Object.fromEntries(block.grades.map((g) => [g.id, 0]));
          sizes[id][outside ? "assumed" : name] += Math.abs(is[id] - was[id]);
        }
        grading = setTimeout(() => grade(k + 1, sizes), 0);
        return;
      }
      founded = {};
      for (const [id, parts] of Object.entries(sizes)) {
        const whole = Object.values(parts).reduce((a, b) => a + b, 0);
        if (whole > NOTHING) founded[id] = Object.fromEntries(Object.entries(parts).map(([name, v]) => [name, v / whole]));
      }
      speak();
      node.dataset.graded = "true";
    };

    // -- scenario, address, language ----------------------------------------------------------------------------
    const list = (title, indices, open) => (indices.length ? el("details", { open }, el("summary", {}, `${title} (${indices.length})`),
      el("ul", { class: "levers" }, indices.map((i) => controls[i].node))) : "");
    const follow = () => {
      if (!model) return;
      const scenario = scenarioOf();
      home = L.settings(data, model, scenario);
      now = L.decode(data, model, C.get("moves"), home);
      own = base = L.run(data, model, home, scenario);
      controls = data.measures.map((measure, i) => control({ ...measure, ...block.measures[i] }, i, { get: (n) => now[n], put }));
      const all = data.measures.map((_, i) => i);
      const touches = (test) => all.some((i) => test(i) && !L.same(now[i], home[i]));
      const mine = all.filter((i) => home[i].on && !data.measures[i].base);
      lists.replaceChildren(list(C.say("lever_list_scenario"), mine, true),
        list(C.say("lever_list_base"), all.filter((i) => data.measures[i].base), touches((i) => data.measures[i].base)),
        list(C.say("lever_list_other"), all.filter((i) => !home[i].on && !data.measures[i].base), !mine.length || touches((i) => !home[i].on && !data.measures[i].base)));
      data.measures.forEach((measure, i) => { if (measure.idle) controls[i].node.classList.add("idle"); });
      asked = 0;
      respond();
    };
    C.on("moves", (origin) => { if (origin !== node) follow(); });

    const begin = async () => {
      try {
        model ??= await CorridorEngine.load(data.engine);
      } catch {
        waiting.replaceChildren(C.say("lever_no_engine"));
        return;
      }
      if (!node.isConnected) return;
      waiting.hidden = true;
      body.hidden = false;
      follow();
    };
    setTimeout(begin, 0);
    return node;
  };
})();
