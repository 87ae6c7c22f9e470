// The mean-field engine in the page: expected people by day, equal to `corridor.engine` to rounding.
// `load` unpacks what `corridor.report.engine_payload` made; `run` runs the days under any measures of it.
// Plain JavaScript over typed arrays, no dependency.
"use strict";
(() => {
  const E = CorridorEngine;
  const BASE = ["share", "daily_probability", "throughput", "capacity", "occupied", "stay_days", "travel_days",
    "departures", "cost_per_person_day", "processing_hours"];
  const FIXED = new Set(["daily_probability", "occupied", "cost_per_person_day", "processing_hours"]); // no lever moves them
  const ROOM_GATE = 2;
  const DAY = 86400000;

  // -- unpacking ----------------------------------------------------------------------------------------------
  const unpack = async (text) => {
    const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = await new Response(stream).arrayBuffer();
    const length = new DataView(bytes).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
    const out = { ...head };
    for (const [name, kind, at, size] of head.arrays) {
      out[name] = new (kind === "f8" ? Float64Array : Int32Array)(bytes, 4 + length + at, size);
    }
    return out;
  };
  const load = async (text) => {
    const model = await unpack(text);
    prepare(model);
    return model;
  };

  // Of stocks by day, only these and those that triggers count are kept from now on.
  const showStocks = (m, stocks) => {
    const shown = new Set([...stocks, ...m.triggers.map((trigger) => trigger.stock)]);
    m.daily_cells = m.stock_cells.filter((c) => shown.has(m.cell_stock[c]));
    m.daily_stocks = m.daily_cells.map((c) => m.cell_stock[c]);
  };

  // The model with what a member drew (`corridor.study.engine_draws`): its numbers, strengths and shocks.
  const ofMember = (m, draws, k) => {
    const { members, code, table } = draws;
    const out = { ...m, parts_of: null };
    let at = 0;
    for (const [name, size] of draws.parts) {
      const values = new Float64Array(size);
      for (let i = 0; i < size; i++) values[i] = table[code[at + i] * members + k];
      at += size;
      out[name] = values;
    }
    if (m.paths?.length) sharesOnPaths(m, out);
    if (out.start_log) out.count = m.count.map((units, c) => (m.start_at[c] < 0 ? units : units * Math.exp(out.start_log[m.start_at[c]])));
    const levers = out.levers.values();
    const next = () => levers.next().value;
    out.measures = m.measures.map((x, i) => ({
      ...x, strength: out.strength[i], effects: x.effects.map((effect) => ({ ...effect, e: next(), reference: next(), asks_again: next() })),
    }));
    out.events = m.events.map((x, i) => ({ ...x, people: out.people[i] }));
    return out;
  };

  // A member's shares, segment by segment, moved by the paths of the forecast and brought to one again (`MemberPaths.apply`).
  const sharesOnPaths = (m, out) => {
    const { groups: G } = m.sizes;
    const { path_factor: central, path_nationality: nationality, raw_from: rawFrom, raw_at: rawAt } = m; // many fields: asked once
    const { path_log: log, raw_value: rawValue } = out;
    const raw = out.raw_first.slice(), moved = new Float64Array(raw.length), factors = new Float64Array(G);
    out.share_first = new Float64Array(raw.length);
    if (m.own_at) { // a run of before has none
      out.share_from = m.own_from;
      out.share_at = m.own_at;
    }
    out.share_value = new Float64Array(out.share_at.length);
    for (let s = 0; s < m.base_start.length; s++) {
      for (let i = rawFrom[s]; i < rawFrom[s + 1]; i++) raw[rawAt[i]] = rawValue[i];
      moved.set(raw);
      for (const { on, flows, from, own, width } of m.paths) {
        const logs = (own ?? -1) >= 0; // a run of before has none
        const apart = width > 1 ? 1 : 0, month = logs ? own + m.path_month[s] * width : 0; // of the member's logs over the central path
        for (let g = 0; g < G; g++) factors[g] = central[from + s * G + g] * (!logs ? 1 : Math.exp(log[month + apart * nationality[g]]));
        for (const f of flows) for (let g = 0; g < G; g++) {
          const factor = factors[g], i = f * G + g;
          moved[i] = on === "odds" ? moved[i] * factor : -Math.expm1(Math.log1p(-Math.min(moved[i], 1 - 1e-12)) * factor);
        }
      }
      for (let k = 0; k + 1 < m.sibling_begin.length; k++) {
        const siblings = m.sibling_flows.subarray(m.sibling_begin[k], m.sibling_begin[k + 1]);
        for (let g = 0; g < G; g++) {
          let total = 0;
          for (const f of siblings) total += moved[f * G + g];
          if (total > 0) for (const f of siblings) moved[f * G + g] /= total;
        }
      }
      if (s === 0) out.share_first.set(moved);
      const { share_at: at, share_value: value, share_from: begin } = out;
      for (let i = begin[s]; i < begin[s + 1]; i++) value[i] = moved[at[i]];
    }
  };

  // What does not change between runs: room for the work of a run; edges whose demand is settled late under numbers of
  // their own (their places in `later`), so that what a day needs lies close together.
  const prepare = (m) => {
    const { sizes, edge_cell: cell, later } = m;
    const edges = m.edge_dest.length, cells = m.cell_size.length;
    m.leaves = Uint8Array.from(cell, (c, e) => m.cell_room[c] >= 0 && m.cell_stock[m.edge_dest[e]] !== m.cell_stock[c]);
    m.gates_of = { key: null, gates: null };
    m.values = {};
    m.base = {};
    for (const name of BASE) {
      m.base[name] = new Float64Array(m[`${name}_first`].length);
      m.values[name] = FIXED.has(name) ? m.base[name] : m.base[name].slice();
    }
    m.values.directed = new Float64Array(sizes.flows * sizes.groups);
    m.work = {};
    m.work.rate = new Float64Array(edges);
    for (const name of ["chance", "want", "asked", "together", "moved"]) m.work[name] = new Float64Array(later.length);
    for (const name of ["arriving", "keep", "cell_days", "count"]) m.work[name] = new Float64Array(cells);
    for (const name of ["plain", "plain_moved"]) m.work[name] = new Float64Array(m.plain_edge.length);
    m.work.room = new Float64Array(sizes.stocks);
    m.work.throughput = new Float64Array(m.values.throughput.length);
    const Place = cells < 65536 ? Uint16Array : Int32Array;
    m.plain_cell = Place.from(m.plain_edge, (e) => cell[e]);
    m.plain_dest = Place.from(m.plain_edge, (e) => m.edge_dest[e]);
    m.plain_size = Float64Array.from(m.plain_edge, (e) => m.cell_size[cell[e]]);
    m.plain_of = placeIn(m.plain_edge, edges);
    m.later_of = placeIn(later, edges);
    const G = sizes.groups; // places of an edge's numbers in tables by group
    m.by_flow = m.edge_param_flow.map((f, e) => f * G + m.edge_group[e]);
    m.by_stock = m.edge_stock.map((k, e) => k * G + m.edge_group[e]);
    m.monthly_of = m.edge_flow.map((f, e) => f * G + m.cell_group[cell[e]]);
    m.daily_cells = m.stock_cells;
    m.daily_stocks = m.stock_cells.map((c) => m.cell_stock[c]);
    m.later_cell = Place.from(later, (e) => cell[e]);
    m.later_dest = Place.from(later, (e) => m.edge_dest[e]);
    m.later_flow = later.map((e) => m.edge_flow[e]);
    m.later_size = Float64Array.from(later, (e) => m.cell_size[cell[e]]);
    m.later_overflow = later.map((e) => (m.edge_overflow[e] < 0 ? -1 : m.later_of[m.edge_overflow[e]]));
    m.gate_later = m.gate_edges.map((e) => m.later_of[e]);
    m.watch_later = m.watch_edges.map((e) => m.later_of[e]);
    for (const event of m.events) if (event.edges) event.later = Int32Array.from(event.edges, (e) => m.later_of[e]);
    m.depart_at = m.depart_stock.map((k, p) => k * G + m.depart_group[p]);
    E.factors(m);
    E.prepareSteering(m);
    const effects = m.measures.flatMap((measure) => measure.effects);
    const used = { departures: new Uint8Array(m.departures_first.length), share: m.first.place.slice(0, sizes.flows * G).map((p) => p + 1) };
    for (const i of m.depart_at) used.departures[i] = 1;
    for (const effect of effects) for (const i of E.pooled(m, effect)) used.share[i] = 1;
    for (const list of m.off_route) for (const f of list) used.share.fill(1, f * G, (f + 1) * G);
    for (const effect of effects) {
      E.places(effect, G, used);
      effect.touched = E.touched(m, effect);
    }
    m.year = Int32Array.from({ length: sizes.days }, (_, d) => new Date((sizes.first + d) * DAY).getUTCFullYear());
    m.new_year = Uint8Array.from({ length: sizes.days }, (_, d) => {
      const date = new Date((sizes.first + d) * DAY);
      return date.getUTCMonth() === 0 && date.getUTCDate() === 1;
    });
  };

  // The place of each of `size` items in a list, -1 where it is not there.
  const placeIn = (list, size) => {
    const place = new Int32Array(size).fill(-1);
    list.forEach((item, i) => { place[item] = i; });
    return place;
  };

  // -- numbers of a segment -----------------------------------------------------------------------------------
  const rewind = (m) => {
    m.base_at = 0;
    for (const name of BASE) m.base[name].set(m[`${name}_first`]);
  };
  // Brings `base` to the segment of the tables that holds on `day`, and says whether that moved anything; days only go forward.
  const forward = (m, day) => {
    const before = m.base_at;
    while (m.base_at + 1 < m.base_start.length && m.base_start[m.base_at + 1] <= day) {
      m.base_at += 1;
      for (const name of BASE) {
        const base = m.base[name], from = m[`${name}_from`], at = m[`${name}_at`], value = m[`${name}_value`];
        const last = from[m.base_at + 1];
        for (let i = from[m.base_at]; i < last; i++) base[at[i]] = value[i];
      }
    }
    return m.base_at !== before;
  };

  // -- a run --------------------------------------------------------------------------------------------------
  // `chosen`: {measures: [{index, start, last, strength}], events: [index], daily}; the rest comes from the payload.
  // `daily`: whether to keep flows by day as well, which the page does not show. With a `memory` (an object, empty at
  // first) a run starts where it differs from the one before, and what it returns holds until the next but one.
  const run = (m, chosen, memory = null) => {
    const measures = chosen.measures.map((x) => ({ ...m.measures[x.index], ...x })).sort(E.inOrder);
    const out = outputs(m, chosen.daily, memory);
    const gates = gatesFor(m, measures.map((x) => x.index));
    const state = { gates, parts: partsFor(m, measures), measures, begin: 0, records: [], remembers: memory !== null, ...E.newTriggers(m, measures) };
    const events = chosen.events.map((index) => ({ ...m.events[index], daily: byDay(m, m.events[index]) }));
    const { count, together, moved, plain_moved: plainMoved, cell_days: days } = m.work;
    for (const array of [together, moved, plainMoved, days]) array.fill(0);
    count.set(m.count);
    m.work.anew = true;
    rewind(m);
    let day = memory ? E.resume(m, memory, chosen, state, out) : 0;
    while (day < m.sizes.days) day = runDays(m, day, events, state, out);
    if (memory) {
      if (memory.out && !memory.out.daily_flow) m.work.spare = memory.out;
      Object.assign(memory, { out, records: state.records });
    }
    return out;
  };

  const outputs = (m, daily, memory) => {
    const { sizes: n, triggers, work } = m;
    const spare = memory && !daily ? work.spare : null; // fresh memory costs more than old
    work.spare = null;
    if (spare) {
      for (const array of Object.values(spare)) array?.fill(0);
      return spare;
    }
    return {
      monthly_flow: new Float64Array(n.months * n.flows * n.groups), month_end_stock: new Float64Array(n.months * n.stocks * n.groups),
      daily_flow: daily ? new Float64Array(n.days * n.flows) : null, daily_stock: new Float64Array(n.days * n.stocks),
      trigger_on: new Uint8Array(n.days * triggers.length), trigger_seen: new Float64Array(n.days * triggers.length),
    };
  };

  // A member's own effects, whose numbers are not those of another.
  const partsFor = (m, measures) => {
    const key = measures.map((x) => x.index).join();
    if (m.parts_of?.key !== key) m.parts_of = { key, parts: E.partsOf(m, measures) };
    return m.parts_of.parts;
  };

  // The same for every member and every strength, so what was found for these measures is used again.
  const gatesFor = (m, indices) => {
    const key = [...indices].sort((a, b) => a - b).join();
    if (m.gates_of.key !== key) Object.assign(m.gates_of, { key, gates: gatesOf(m, new Set(indices)) });
    return m.gates_of.gates;
  };

  // Gates that stand, by level, and the edges whose leavers free limited room at once.
  const gatesOf = (m, active) => {
    const gated = new Uint8Array(m.edge_dest.length);
    const gates = [];
    for (let a = 0; a < m.gate_level.length; a++) {
      const makers = m.makers.subarray(m.maker_start[a], m.maker_start[a + 1]);
      if (makers.length && !makers.some((i) => active.has(i))) continue;
      const [from, to] = [m.gate_start[a], m.gate_start[a + 1]];
      for (let i = from; i < to; i++) gated[m.gate_edges[i]] = 1;
      gates.push({ name: a, level: m.gate_level[a], room: m.gate_kind[a] === ROOM_GATE, index: m.gate_index[a], edges: m.gate_later.subarray(from, to) });
    }
    const frees = m.leaves.map((leaves, e) => (leaves && !gated[e] ? 1 : 0));
    const levels = Array.from({ length: m.level_start.length - 1 }, (_, level) => ({
      from: m.level_start[level], to: m.level_start[level + 1], gates: gates.filter((gate) => gate.level === level),
    }));
    const free = [];
    for (let e = 0; e < frees.length; e++) if (frees[e]) free.push(e);
    return { levels, frees: m.later.map((e) => frees[e]), free: Int32Array.from(free), standing: gates.map((gate) => gate.name) };
  };

  const byDay = (m, event) => {
    const daily = new Float64Array(m.sizes.days);
    const each = (event.cell === undefined ? event.people : event.people / m.cell_size[event.cell]) / event.days;
    for (let i = 0; i < event.days; i++) {
      const day = event.start - m.sizes.first + i;
      if (day >= 0 && day < daily.length) daily[day] = (i + 1) * each - i * each;
    }
    return daily;
  };

  // From the day `begin` on, if no trigger changes: when each measure is in force, and the first days of the segments.
  const plan = (m, begin, state, record) => {
    const { measures } = state;
    const on = m.triggers.map((_, t) => E.periodsOn(m, record, t, begin, state.on[t]));
    const periods = measures.map((x) => E.inForce(x, x.trigger < 0 ? [] : on[x.trigger]));
    const first = m.sizes.first + begin, end = m.sizes.first + m.sizes.days;
    const all = new Set([first, ...m.base_start]);
    measures.forEach((measure, i) => E.addRampStarts(all, measure, periods[i]));
    const starts = Int32Array.from([...all].filter((s) => s >= first && s < end)).sort();
    const until = (n) => starts[n + 1] ?? end;
    const weights = (n) => measures.map((x, i) => E.weight(x, periods[i], starts[n], until(n)));
    return { starts, until, weights };
  };

  // Runs from `day` until an evening on which a trigger changes, or to the end; returns the position of the next day.
  // `state.begin` is the day on which the triggers were last looked at.
  const runDays = (m, from, events, state, out) => {
    const { sizes } = m;
    const { starts, until, weights } = plan(m, state.begin, state, out.trigger_on);
    let segment = starts.indexOf(sizes.first + from) - 1;
    let before = [];
    for (let day = from; day < sizes.days; day++) {
      if (segment + 1 < starts.length && starts[segment + 1] === sizes.first + day) {
        segment += 1;
        const now = weights(segment);
        const moved = forward(m, sizes.first + day);
        if (state.remembers) E.remember(m, state, { begin: state.begin, day, until: until(segment), weights: now });
        E.enter(m, state.parts, state.measures, now, before, moved);
        before = now;
      }
      state.on.forEach((is, t) => { out.trigger_on[day * m.triggers.length + t] = is; });
      E.oneDay(m, day, events, state, out);
      if (day === sizes.days - 1 || m.day_month[day + 1] !== m.day_month[day]) endMonth(m, m.day_month[day], out);
      if (E.evening(m, day, state, out)) {
        state.begin = day + 1;
        return day + 1;
      }
    }
    return sizes.days;
  };

  const countPlain = (m) => {
    const { plain_moved: moved, cell_days: days, plain } = m.work;
    const { plain_cell: cell } = m;
    const counted = m.plain_flow.length;
    for (let i = 0; i < counted; i++) moved[i] += days[cell[i]] * plain[i];
    days.fill(0);
  };

  const endMonth = (m, month, out) => {
    countPlain(m);
    const { moved, plain_moved: plainMoved, count } = m.work;
    const { flows, stocks, groups: G } = m.sizes;
    const { plain_edge: plain, plain_size: plainSize, later, later_flow: flow, later_size: laterSize, monthly_of: at } = m;
    const found = out.monthly_flow.subarray(month * flows * G, (month + 1) * flows * G);
    for (let i = 0; i < m.plain_flow.length; i++) found[at[plain[i]]] += plainMoved[i] * plainSize[i];
    for (let i = 0; i < later.length; i++) if (flow[i] >= 0) found[at[later[i]]] += moved[i] * laterSize[i];
    plainMoved.fill(0);
    moved.fill(0);
    const stock = out.month_end_stock;
    for (const c of m.stock_cells) stock[(month * stocks + m.cell_stock[c]) * G + m.cell_group[c]] += count[c] * m.cell_size[c];
  };

  Object.assign(E, { load, unpack, showStocks, ofMember, run, plan, countPlain });
})();
