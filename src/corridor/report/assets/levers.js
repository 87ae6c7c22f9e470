// The simulator: measures by who acts, outcomes at once, intervals as members come, grades, charts, map of changes.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;
  const L = C.levers;
  const NOTHING = 1e-9;
  const SAID = 5; // sentences; the table has every number
  const GRADES_AFTER = 400; // milliseconds of rest before each moved measure is run alone
  const MEMBERS_AFTER = 120; // and before members run
  const STEP_AFTER = 500; // and before a setting is a step that undo takes back
  const FEWEST = 5; // members before an interval is drawn,
  const DRAWN_EVERY = 200; // and milliseconds before it is drawn again: the members need the processor
  let model = null; // unpacked once for the page, whatever its language

  C.blocks.levers = (block) => {
    const { data } = block;
    const named = (id) => data.scenarios.find((s) => s.id === id) ?? data.scenarios[0];
    const scenarioOf = () => named(choice.value());
    const many = block.scenarios.length > 1;
    // The scenario of which the page's first sentence tells, against the baseline; a reader's choice goes before.
    const told = C.data.comparison && data.scenarios.some((s) => s.id === C.data.comparison) ? C.data.comparison : null;
    const choice = C.scenarioChoice("levers", block.scenarios, () => follow(), told ?? C.data.baseline);
    const against = C.choice("against", C.say("sim_against"), [{ key: "same", label: C.say("sim_itself") }, ...block.scenarios.map((s) => ({ key: s.id, label: s.label }))], () => follow(), { fallback: told ? C.data.baseline : "same" });
    const reference = () => (against.value() === "same" ? scenarioOf() : named(against.value()));
    let home, now, base, baseHome, own, controls = [], grading = 0, due = 0, running = 0, later = 0, founded = null, asked = 0, members = [];
    const memory = {}, memoryAlone = {}; // where the run before can be taken up again
    const effects = new Map(); // of each measure alone, by what it was set to
    const steps = { past: [], ahead: [], timer: 0 };

    // -- the frame ------------------------------------------------------------------------------------------------
    const button = (words, action, more = {}) => el("button", { type: "button", class: "quiet strong", onclick: action, ...more }, words);
    const undo = button("↶", () => step(steps.past, steps.ahead), { id: "levers-undo", "aria-label": C.say("sim_undo"), title: C.say("sim_undo") });
    const redo = button("↷", () => step(steps.ahead, steps.past), { id: "levers-redo", "aria-label": C.say("sim_redo"), title: C.say("sim_redo") });
    const back = button(C.say("sim_reset"), () => { now = home.map((x) => ({ ...x })); changed(); }, { id: "levers-back" });
    const title = el("input", { type: "text", id: "sim-name", maxlength: 60, value: C.get("name", ""), placeholder: C.say("sim_unnamed"), onchange: () => C.set("name", title.value, "") });
    const copies = [
      C.copyButton(C.say("copy_command"), C.say("levers"), () => L.command(data, now, home, scenarioOf())),
      C.copyButton(C.say("copy_python"), C.say("levers"), () => L.python(data, now, home, scenarioOf())),
      C.copyButton(C.say("sim_copy_yaml"), C.say("levers"), () => L.yaml(data, now, home, scenarioOf(), title.value)),
      C.copyButton(C.say("copy_link"), C.say("levers"), () => { C.write.now(); return location.href; })];
    const toolbar = el("div", { class: "controls chooser sim-bar" }, many ? choice.node : null, many ? against.node : null,
      el("label", { class: "choice", for: "sim-name" }, el("span", {}, C.say("sim_name")), title), el("div", { class: "actions" }, undo, redo, back, copies));

    const tiles = block.items.filter((item) => item.tile).map(C.tile);
    const warn = el("p", { class: "sim-warn", "aria-live": "polite" });
    const took = el("p", { class: "note lever-took" });
    const totals = block.items.filter((item) => item.chart);
    const charts = [0, 1].map((n) => C.twoLines(totals, String(n + 1), totals[Math.min(n ? totals.findIndex((i) => i.id !== totals[0].id && i.total) : 0, totals.length - 1)]?.id ?? totals[0].id, block.dates));
    charts.forEach((chart) => { chart.node.redo = () => drawCharts(); });
    const changes = C.changeMap();
    const answer = el("ul", { class: "lever-answer", "aria-live": "polite" });
    const table = el("div", {});
    const lists = el("div", { class: "lever-lists" });
    const body = el("div", { class: "sim" },
      el("ul", { class: "tiles", "aria-label": C.say("lever_answer") }, tiles.map((x) => x.node)), warn,
      el("div", { class: "lever-frame" }, el("div", { class: "lever-left" }, lists),
        el("div", { class: "lever-right" },
          C.legend([["median", C.say("lever_line_home")], ["overlay", C.say("lever_line_own")], ["band80", C.say("sim_band")]]),
          el("div", { class: "sim-charts" }, charts.map((x) => x.node)), changes.node, took,
          el("details", { class: "lever-all" }, el("summary", {}, C.say("sim_words")), answer, table))));
    const waiting = el("p", { class: "note" }, C.say("lever_loading"));
    const node = el("div", { class: "wide", id: "figure-levers" }, toolbar, waiting, body);
    body.hidden = true;

    // -- what the reader does -------------------------------------------------------------------------------------
    const isMoved = () => now.some((x, i) => !L.same(x, home[i]));
    const differs = () => isMoved() || reference() !== scenarioOf();
    const put = (i, setting) => {
      now[i] = setting;
      asked = i + 1;
      changed();
    };
    const changed = () => { // a frame may bring several changes: they are answered together
      remember();
      C.set("moves", L.encode(data, now, home), "", node);
      cancelAnimationFrame(due);
      due = requestAnimationFrame(respond);
    };
    const code = () => L.encode(data, now, home);
    const remember = () => {
      clearTimeout(steps.timer);
      steps.from ??= C.get("moves", "");
      steps.timer = setTimeout(() => {
        if (steps.from !== code()) { steps.past.push(steps.from); steps.ahead = []; }
        steps.from = undefined;
        marks();
      }, STEP_AFTER);
    };
    const marks = () => { undo.disabled = !steps.past.length; redo.disabled = !steps.ahead.length; back.disabled = !isMoved(); };
    const step = (from, to) => {
      if (!from.length) return;
      to.push(code());
      now = L.decode(data, model, from.pop(), home);
      C.set("moves", code(), "", node);
      respond();
      marks();
    };

    // -- the answer -------------------------------------------------------------------------------------------------
    const respond = () => {
      const began = performance.now();
      const before = own;
      own = isMoved() ? L.run(data, model, now, scenarioOf(), memory) : reference() === scenarioOf() ? base : L.run(data, model, home, scenarioOf());
      founded = null;
      members = [];
      node.dataset.members = "0";
      delete node.dataset.graded;
      controls.forEach((one, i) => { one.show(); one.moved(!L.same(now[i], home[i])); });
      hints(before);
      showTiles();
      drawCharts();
      marks();
      const milliseconds = performance.now() - began;
      node.dataset.milliseconds = milliseconds.toFixed(1);
      took.replaceChildren(differs() ? `${C.say("lever_rule")} ${C.say("lever_took", { ms: C.number(milliseconds) })}` : "");
      clearTimeout(grading);
      clearTimeout(running);
      clearTimeout(later);
      C.live.stop();
      running = setTimeout(rest, MEMBERS_AFTER);
      if (differs()) grading = setTimeout(() => grade(), GRADES_AFTER);
    };
    // What may wait until the hand rests: words, the map, other charts of the page, members.
    const rest = () => {
      speak();
      later = setTimeout(restOfAll, 0); // a task of its own: a hand that moves again is not kept waiting
    };
    const restOfAll = () => {
      changes.update(base.links, own.links);
      later = setTimeout(() => C.overlay.set(isMoved() ? L.overlay(data, model, own) : null), 0);
      seen.disconnect();
      seen.observe(node);
    };
    // Members cost time: they run once the simulator is on the screen.
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      C.live.begin(data);
      runMembers();
    });
    const runMembers = () => {
      const started = performance.now();
      let drawn = -Infinity;
      C.live.run(block.members, { now: differs() ? now : null, scenario: scenarioOf(), against: { home: baseHome, scenario: reference() } }, (done) => {
        if (!node.isConnected) return C.live.stop();
        members = done;
        node.dataset.members = String(done.length);
        node.dataset.band = (performance.now() - started).toFixed(0);
        if (done.length < block.members && (done.length < FEWEST || performance.now() - drawn < DRAWN_EVERY)) return undefined;
        showTiles();
        drawCharts();
        drawn = performance.now();
        return undefined;
      });
    };
    // One number an item, found once for each run: tiles ask for all of them whenever members come.
    const levels = new WeakMap();
    const levelOf = (item, run) => {
      if (!levels.has(run)) levels.set(run, { ...L.level(data, { series: run.series, stocks: run.stocks }), cost: cost(run) });
      const known = levels.get(run);
      return known[item.id] ?? known.cost;
    };
    const cost = (run) => d3.sum(block.costs, ({ id, usd }) => d3.sum(run.stocks[id]) * usd) / data.months.length;
    const showTiles = () => tiles.forEach(({ item, update }) => {
      const shares = founded?.[item.id];
      const told = shares ? isFounded(shares) : null;
      const top = shares ? block.grades.filter((g) => shares[g.id] >= 0.005).sort((a, b) => shares[b.id] - shares[a.id])[0] : null;
      update({ was: levelOf(item, base), is: levelOf(item, own), moved: differs(), told,
        members: members.map((m) => ({ before: levelOf(item, m.before), after: levelOf(item, m.after) })),
        words: top ? `${C.text(top.label)} ${C.percent(shares[top.id])}` : "" });
    });
    const drawCharts = () => {
      if (base) charts.forEach((chart) => chart.update(base, own, members, differs(), (id) => Boolean(founded?.[id]) && !isFounded(founded[id])));
    };

    // A lever that does nothing says so, and why where that is known.
    const hints = (last) => {
      const i = asked - 1;
      controls.forEach((one, k) => { if (k !== i && L.same(now[k], home[k])) one.says(""); });
      warn.replaceChildren("");
      if (i < 0 || !last) return;
      const x = now[i], measure = data.measures[i];
      const first = model.sizes.first, end = first + model.sizes.days - 1;
      const say = (words) => {
        controls[i].says(words);
        warn.replaceChildren(words ? `⚠ ${C.text(block.measures[i].name)}: ${words}` : "");
      };
      if (L.apart(last, own) > NOTHING) say(contradiction(i));
      else if (measure.idle) say(C.say("lever_idle"));
      else if ((measure.notes ?? []).length) say(measure.notes.map(C.text).join(" "));
      else if (x.on && L.silent(data, now, i)) say(C.say("lever_silent"));
      else if (x.on && (x.start > end || (x.last !== null && x.last < first))) say(C.say("lever_outside_run", { first: C.day(L.iso(first)), last: C.day(L.iso(end)) }));
      else if (x.on && x.last !== null && x.last < x.start) say(C.say("lever_no_days"));
      else if (measure.trigger) say(C.say("lever_never_on", { name: measure.trigger }));
      else say(C.say("lever_nothing"));
      asked = 0;
    };
    // Two measures of one lever that push opposite ways at the same time.
    const contradiction = (i) => {
      const way = (k) => Math.sign(now[k].strength - (model.measures[k].neutral ?? 0));
      const meets = (k) => now[k].on && now[k].start <= (now[i].last ?? Infinity) && (now[k].last ?? Infinity) >= now[i].start;
      const other = now[i].on ? now.findIndex((_, k) => k !== i && data.measures[k].lever === data.measures[i].lever && data.measures[k].unit === data.measures[i].unit && meets(k) && way(k) * way(i) < 0) : -1;
      return other < 0 ? "" : C.say("sim_contradicts", { name: C.text(block.measures[other].name) });
    };

    // -- in words -----------------------------------------------------------------------------------------------------
    const speak = () => {
      const [was, is] = [L.level(data, base), L.level(data, own)];
      const rows = block.items.filter((item) => item.id in was).map((item) => ({ item, home: was[item.id], own: is[item.id], gap: is[item.id] - was[item.id] }));
      const real = rows.filter((row) => Math.abs(row.gap) >= 0.5);
      const scenario = C.text(block.scenarios.find((s) => s.id === reference().id).label);
      const order = (row) => Math.abs(row.gap) / Math.max(row.home, 1);
      const said = real.filter((row) => row.item.said).sort((a, b) => b.item.headline - a.item.headline || order(b) - order(a)).slice(0, SAID);
      if (!differs()) answer.replaceChildren(el("li", {}, C.say("lever_unmoved", { scenario })));
      else if (!real.length) answer.replaceChildren(el("li", {}, C.say("lever_no_difference", { scenario })));
      else answer.replaceChildren(...said.map((row) => el("li", { "data-item": row.item.id }, sentence(row))));
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

    // Each measure that differs, alone: the sizes of its effects, by grade, give what a difference rests on.
    const grade = (k = 0, sizes = {}) => {
      const mine = now.flatMap((x, i) => (L.same(x, baseHome[i]) ? [] : [i]));
      const items = block.items;
      if (k < mine.length) {
        const i = mine[k];
        const key = `${reference().id} ${i} ${JSON.stringify(now[i])} ${L.silent(data, now, i)}`; // what nobody has moved since was run before
        const fresh = !effects.has(key);
        if (fresh) effects.set(key, effectAlone(i, mine.length === 1));
        const { grade: name, low, high } = data.measures[i];
        const outside = now[i].on && low !== null && (now[i].strength < low || now[i].strength > high);
        for (const item of items) {
          sizes[item.id] ??= Object.fromEntries(block.grades.map((g) => [g.id, 0]));
          sizes[item.id][outside ? "assumed" : name] += effects.get(key)[item.id];
        }
        if (fresh) grading = setTimeout(() => grade(k + 1, sizes), 0);
        else grade(k + 1, sizes);
        return;
      }
      founded = {};
      for (const [id, parts] of Object.entries(sizes)) {
        const whole = Object.values(parts).reduce((a, b) => a + b, 0);
        if (whole > NOTHING) founded[id] = Object.fromEntries(Object.entries(parts).map(([name, v]) => [name, v / whole]));
      }
      speak();
      showTiles();
      drawCharts();
      node.dataset.graded = "true";
    };

    // How far each item moves by one measure alone, as it is set now: a response too, though what it answers is left out.
    const effectAlone = (i, only) => {
      const mine = { ...now[i], alone: !L.silent(data, now, i) };
      const is = only ? own : L.run(data, model, baseHome.map((x, n) => (n === i ? mine : x)), reference(), memoryAlone);
      return Object.fromEntries(block.items.map((item) => [item.id, Math.abs(levelOf(item, is) - levelOf(item, base))]));
    };

    // -- scenario, address, language ------------------------------------------------------------------------------------
    const group = ({ id, label }) => {
      const mine = data.measures.flatMap((_, i) => (block.measures[i].who === id ? [i] : []));
      const used = mine.some((i) => (home[i].on && !data.measures[i].base) || !L.same(now[i], home[i]));
      const on = mine.filter((i) => now[i].on).length;
      return mine.length ? el("details", { class: "sim-who", open: used }, el("summary", {}, C.text(label), el("small", {}, C.say("sim_on", { on: String(on), count: String(mine.length) }))),
        el("ul", { class: "levers" }, mine.map((i) => controls[i].node))) : null;
    };
    const follow = () => {
      if (!model) return;
      const scenario = scenarioOf();
      home = L.settings(data, model, scenario);
      now = L.decode(data, model, C.get("moves"), home);
      baseHome = L.settings(data, model, reference());
      own = base = L.run(data, model, baseHome, reference(), memory);
      controls = data.measures.map((measure, i) => C.leverControl(model, { ...measure, ...block.measures[i] }, i, { get: (n) => now[n], put }));
      lists.replaceChildren(...block.who.map(group).filter(Boolean));
      data.measures.forEach((measure, i) => { if (measure.idle) controls[i].node.classList.add("idle"); });
      asked = 0;
      respond();
    };
    C.on("moves", (origin) => { if (origin !== node) follow(); });

    const begin = async () => {
      try {
        model ??= await CorridorEngine.load(data.engine);
        CorridorEngine.showStocks(model, data.stocks.flatMap((item) => item.stocks));
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
