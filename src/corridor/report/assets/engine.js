// The mean-field engine in the page: expected people by day, equal to `corridor.engine` to rounding.
// `load` unpacks what `corridor.report.engine_payload` made; `run` runs the days under any measures of it.
// Plain JavaScript over typed arrays, no dependency.
"use strict";
(() => {
  const E = CorridorEngine;
  const BASE = ["share", "daily_probability", "throughput", "capacity", "occupied", "stay_days", "travel_days",
    "departures", "cost_per_person_day", "processing_hours"];
  const FIXED = new Set(["daily_probability", "occupied", "cost_per_person_day", "processing_hours"]); // no lever moves them
  const [SHARE, HAZARD, STAY, TRAVEL, INCIDENT] = [0, 1, 2, 3, 4];
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

  // The model with what a member drew (`corridor.study.engine_draws`): its numbers, strengths and shocks.
  const ofMember = (m, draws, k) => {
    const { members, code, table } = draws;
    const out = { ...m };
    let at = 0;
    for (const [name, size] of draws.parts) {
      const values = new Float64Array(size);
      for (let i = 0; i < size; i++) values[i] = table[code[at + i] * members + k];
      at += size;
      out[name] = values;
    }
    const levers = out.levers.values();
    const next = () => levers.next().value;
    out.measures = m.measures.map((x, i) => ({
      ...x, strength: out.strength[i], effects: x.effects.map((effect) => ({ ...effect, e: next(), reference: next(), asks_again: next() })),
    }));
    out.events = m.events.map((x, i) => ({ ...x, people: out.people[i] }));
    return out;
  };

  // What does not change between runs: whose exit frees room, room for the work of a run.
  const prepare = (m) => {
    const { sizes, edge_cell: cell } = m;
    const edges = m.edge_dest.length, cells = m.cell_size.length;
    m.leaves = Uint8Array.from(cell, (c, e) => m.cell_room[c] >= 0 && m.cell_stock[m.edge_dest[e]] !== m.cell_stock[c]);
    m.is_later = new Uint8Array(edges);
    for (const e of m.later) m.is_later[e] = 1;
    m.values = {};
    m.base = {};
    for (const name of BASE) {
      m.base[name] = new Float64Array(m[`${name}_first`].length);
      m.values[name] = FIXED.has(name) ? m.base[name] : m.base[name].slice();
    }
    for (const measure of m.measures) for (const effect of measure.effects) E.places(effect, sizes.groups);
    m.work = {};
    for (const name of ["rate", "chance", "want", "asked", "together", "moved"]) m.work[name] = new Float64Array(edges);
    for (const name of ["arriving", "keep", "cell_days", "count"]) m.work[name] = new Float64Array(cells);
    m.values.directed = new Float64Array(sizes.flows * sizes.groups);
    m.work.plain = new Float64Array(m.plain_edge.length);
    m.work.per_stage = new Float64Array(sizes.flows * sizes.groups);
    m.work.leave = new Float64Array(sizes.stocks * sizes.groups);
    m.work.advance = new Float64Array(sizes.routes);
    m.work.hazard = new Float64Array(sizes.routes * sizes.groups); // per journey, of the total before it
    m.work.total = new Float64Array(sizes.routes * sizes.groups);
    m.plain_cell = Int32Array.from(m.plain_edge, (e) => cell[e]);
    m.plain_dest = Int32Array.from(m.plain_edge, (e) => m.edge_dest[e]);
    m.plain_size = Float64Array.from(m.plain_edge, (e) => m.cell_size[cell[e]]);
    m.edge_size = Float64Array.from(cell, (c) => m.cell_size[c]);
    const G = sizes.groups; // places of an edge's numbers in tables by group
    m.by_flow = m.edge_param_flow.map((f, e) => f * G + m.edge_group[e]);
    m.by_stock = m.edge_stock.map((k, e) => k * G + m.edge_group[e]);
    m.stock_at = m.stock_cells.map((c) => m.cell_stock[c]);
    m.later_cell = m.later.map((e) => cell[e]);
    m.depart_at = m.depart_stock.map((k, p) => k * G + m.depart_group[p]);
    m.year = Int32Array.from({ length: sizes.days }, (_, d) => new Date((sizes.first + d) * DAY).getUTCFullYear());
    m.new_year = Uint8Array.from({ length: sizes.days }, (_, d) => {
      const date = new Date((sizes.first + d) * DAY);
      return date.getUTCMonth() === 0 && date.getUTCDate() === 1;
    });
  };

  // -- numbers of a segment -----------------------------------------------------------------------------------
  const rewind = (m) => {
    m.base_at = 0;
    for (const name of BASE) m.base[name].set(m[`${name}_first`]);
  };
  // Brings `base` to the segment of the tables that holds on `day`; days only go forward.
  const forward = (m, day) => {
    while (m.base_at + 1 < m.base_start.length && m.base_start[m.base_at + 1] <= day) {
      m.base_at += 1;
      for (const name of BASE) {
        const [from, to] = [m[`${name}_from`][m.base_at], m[`${name}_from`][m.base_at + 1]];
        for (let i = from; i < to; i++) m.base[name][m[`${name}_at`][i]] = m[`${name}_value`][i];
      }
    }
  };
  // Probability per day of every edge.
  const rates = (m) => {
    const { share, daily_probability: daily, stay_days: stay, travel_days: travel } = m.values;
    const { rate, leave, advance, per_stage: perStage } = m.work;
    const { edge_rule: rule, by_flow: byFlow, by_stock: byStock, edge_route: route, stay_stages: stages } = m;
    const G = m.sizes.groups;
    for (let k = 0, i = 0; k < stages.length; k++) {
      for (let g = 0; g < G; g++, i++) leave[i] = Math.min(1, stages[k] / stay[i]);
    }
    for (let r = 0; r < advance.length; r++) advance[r] = Math.min(1, m.route_stages[r] / Math.max(travel[r], 1e-9));
    incidents(m);
    for (let e = 0; e < rate.length; e++) {
      switch (rule[e]) {
        case SHARE: rate[e] = share[byFlow[e]] * leave[byStock[e]]; break;
        case HAZARD: rate[e] = daily[byFlow[e]]; break;
        case STAY: rate[e] = leave[byStock[e]]; break;
        case TRAVEL: rate[e] = advance[route[e]]; break;
        case INCIDENT: rate[e] = perStage[byFlow[e]]; break;
        default: rate[e] = 0;
      }
    }
  };
  // Hazards per stage of flows off a route, such that the journey's probability is met.
  const incidents = (m) => {
    const { share } = m.values;
    const { advance, per_stage: perStage, hazard, total } = m.work;
    const G = m.sizes.groups;
    for (let r = 0; r < m.off_route.length; r++) {
      const flows = m.off_route[r];
      const power = -1 / m.route_stages[r];
      for (let g = 0; g < G && flows.length; g++) {
        let sum = 0;
        for (let i = 0; i < flows.length; i++) sum += share[flows[i] * G + g];
        const at = r * G + g;
        if (sum !== total[at]) { // the power is costly, and most journeys stay as they were
          total[at] = sum;
          hazard[at] = Math.pow(1 - Math.min(sum, 0.999), power) - 1;
        }
        const q = advance[r] * hazard[at];
        for (let i = 0; i < flows.length; i++) {
          const f = flows[i] * G + g;
          perStage[f] = sum > 0 ? q * (share[f] / sum) : 0;
        }
      }
    }
  };

  // -- a run --------------------------------------------------------------------------------------------------
  // `chosen`: {measures: [{index, start, last, strength}], events: [index]}; the rest comes from the payload.
  const run = (m, chosen) => {
    const measures = chosen.measures.map((x) => ({ ...m.measures[x.index], ...x })).sort(E.inOrder);
    const out = outputs(m);
    const state = { gates: gatesOf(m, new Set(measures.map((x) => x.index))), ...E.newTriggers(m, measures) };
    const events = chosen.events.map((index) => ({ ...m.events[index], daily: byDay(m, m.events[index]) }));
    const { count, together } = m.work;
    count.set(m.count);
    together.fill(0);
    rewind(m);
    let day = 0;
    while (day < m.sizes.days) day = runDays(m, day, measures, events, state, out);
    return out;
  };

  const outputs = ({ sizes: n, triggers }) => ({
    monthly_flow: new Float64Array(n.months * n.flows * n.groups),
    month_end_stock: new Float64Array(n.months * n.stocks * n.groups),
    daily_flow: new Float64Array(n.days * n.flows), daily_stock: new Float64Array(n.days * n.stocks),
    trigger_on: new Uint8Array(n.days * triggers.length), trigger_seen: new Float64Array(n.days * triggers.length),
  });

  // Gates that stand, by level, and the edges whose leavers free limited room at once.
  const gatesOf = (m, active) => {
    const gated = new Uint8Array(m.edge_dest.length);
    const gates = [];
    for (let a = 0; a < m.gate_level.length; a++) {
      const makers = m.makers.subarray(m.maker_start[a], m.maker_start[a + 1]);
      if (makers.length && !makers.some((i) => active.has(i))) continue;
      const edges = m.gate_edges.subarray(m.gate_start[a], m.gate_start[a + 1]);
      for (const e of edges) gated[e] = 1;
      gates.push({ level: m.gate_level[a], room: m.gate_kind[a] === ROOM_GATE, index: m.gate_index[a], edges });
    }
    const frees = Uint8Array.from(gated, (is, e) => m.leaves[e] && !is);
    return { gates, frees, list: Int32Array.from([...frees.keys()].filter((e) => frees[e])) };
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

  // First days of the segments from `day` on, given when each measure is in force.
  const segmentsFrom = (m, day, measures, periods) => {
    const begin = m.sizes.first + day, end = m.sizes.first + m.sizes.days;
    const starts = new Set([begin, ...m.base_start]);
    measures.forEach((measure, i) => E.addRampStarts(starts, measure, periods[i]));
    return Int32Array.from([...starts].filter((s) => s >= begin && s < end)).sort();
  };

  const enter = (m, measures, periods, gates, from, to) => {
    forward(m, from);
    for (const name of BASE) if (!FIXED.has(name)) m.values[name].set(m.base[name]);
    m.values.directed.fill(0);
    measures.forEach((measure, i) => E.apply(m, m.values, measure, E.weight(measure, periods[i], from, to)));
    rates(m);
    const { rate, chance, keep, plain } = m.work;
    const { cell_start: first, is_later: later, plain_edge: edge } = m;
    for (let c = 0; c < keep.length; c++) {
      let total = 0, gone = 0;
      for (let e = first[c]; e < first[c + 1]; e++) total += rate[e];
      const all = Math.max(total, 1);
      for (let e = first[c]; e < first[c + 1]; e++) {
        chance[e] = rate[e] / all;
        if (!later[e]) gone += chance[e];
      }
      keep[c] = Math.max(1 - gone, 0);
    }
    for (let i = 0; i < plain.length; i++) plain[i] = chance[edge[i]];
  };

  // Runs until an evening on which a trigger changes, or to the end; returns the position of the next day.
  const runDays = (m, begin, measures, events, state, out) => {
    const { sizes } = m;
    const w = m.work;
    const on = m.triggers.map((_, t) => E.periodsOn(m, out.trigger_on, t, begin, state.on[t]));
    const periods = measures.map((x) => E.inForce(x, x.trigger < 0 ? [] : on[x.trigger]));
    const starts = segmentsFrom(m, begin, measures, periods);
    forward(m, sizes.first + begin);
    w.cell_days.fill(0);
    w.moved.fill(0);
    w.arriving.fill(0);
    let segment = -1;
    for (let day = begin; day < sizes.days; day++) {
      const today = sizes.first + day;
      if (segment + 1 < starts.length && starts[segment + 1] === today) {
        segment += 1;
        countPlain(m);
        enter(m, measures, periods, state.gates, today, starts[segment + 1] ?? sizes.first + sizes.days);
      }
      state.on.forEach((is, t) => { out.trigger_on[day * m.triggers.length + t] = is; });
      E.oneDay(m, day, events, state, out);
      const ended = day === sizes.days - 1 || m.day_month[day + 1] !== m.day_month[day];
      const stop = E.evening(m, day, state, out);
      if (ended || stop) {
        countPlain(m);
        endMonth(m, m.day_month[day], ended, out);
      }
      if (stop) return day + 1;
    }
    return sizes.days;
  };

  const countPlain = (m) => {
    const { moved, cell_days: days, plain } = m.work;
    const { plain_edge: edge, plain_cell: cell } = m;
    const counted = m.plain_flow.length;
    for (let i = 0; i < counted; i++) moved[edge[i]] += days[cell[i]] * plain[i];
    days.fill(0);
  };

  const endMonth = (m, month, ended, out) => {
    const { moved, count } = m.work;
    const { flows, stocks, groups: G } = m.sizes;
    for (let e = 0; e < moved.length; e++) {
      if (moved[e] === 0) continue;
      out.monthly_flow[(month * flows + m.edge_flow[e]) * G + m.cell_group[m.edge_cell[e]]] += moved[e] * m.edge_size[e];
      moved[e] = 0;
    }
    if (!ended) return;
    for (const c of m.stock_cells) {
      out.month_end_stock[(month * stocks + m.cell_stock[c]) * G + m.cell_group[c]] += count[c] * m.cell_size[c];
    }
  };

  Object.assign(E, { load, unpack, ofMember, run });
})();
