// Numbers of a segment of days in the page's engine: what measures change, and the daily chances that follow.
// Only what differs from the segment before is computed again.
"use strict";
(() => {
  const E = CorridorEngine;
  const [SHARE, HAZARD, STAY, TRAVEL, INCIDENT] = [0, 1, 2, 3, 4];
  const MOVED = ["share", "throughput", "capacity", "stay_days", "travel_days", "departures", "directed"]; // by levers

  // The probability per day of an edge is a product of two factors; a change of one concerns the cells listed under it, so
  // that a segment of days costs only what it changes. A factor has a name (its place in one of the lists below, one after
  // the other) and a place, given in the order of the edges that use it.
  //   first:  share | daily probability | hazard per stage (each flow by group) | advance (route) | 1 | 0
  //   second: part that leaves a stay (stock by group) | 1
  const factors = (m) => {
    const { flows, groups, stocks, routes } = m.sizes;
    const F = flows * groups, K = stocks * groups;
    const at = { share: 0, daily: F, stage: 2 * F, advance: 3 * F, one: 3 * F + routes, zero: 3 * F + routes + 1 };
    const firstOf = (e) => {
      switch (m.edge_rule[e]) {
        case SHARE: return at.share + m.by_flow[e];
        case HAZARD: return at.daily + m.by_flow[e];
        case STAY: return at.one;
        case TRAVEL: return at.advance + m.edge_route[e];
        case INCIDENT: return at.stage + m.by_flow[e];
        default: return at.zero;
      }
    };
    const stays = (e) => m.edge_rule[e] === SHARE || m.edge_rule[e] === STAY;
    const edges = Int32Array.from(m.edge_dest.keys());
    m.factor_at = at;
    m.first = factorTable(m, edges.map(firstOf), at.zero + 1);
    m.second = factorTable(m, edges.map((e) => (stays(e) ? m.by_stock[e] : K)), K + 1);
    m.journeys = journeysOf(m);
    m.all_routes = Int32Array.from({ length: routes }, (_, r) => r);
    m.route_of = new Int32Array(flows).fill(-1); // of flows off a route
    m.off_route.forEach((list, r) => { for (const f of list) m.route_of[f] = r; });
    Object.assign(m.work, { first: new Float64Array(m.first.names.length), second: new Float64Array(m.second.names.length),
      stay: new Float64Array(K), advance: new Float64Array(routes), hazard: new Float64Array(routes * groups), // per journey,
      total: new Float64Array(routes * groups), // of the total before it
      marked: new Uint8Array(m.cell_size.length), anew: true });
  };

  // `of`: place of each edge's factor; `place`: by name, -1 where no edge uses it; `names`: by place;
  // `cells[start[p]] … cells[start[p + 1] - 1]`: the cells of those edges.
  const factorTable = (m, nameOf, size) => {
    const place = new Int32Array(size).fill(-1), names = [];
    const of = nameOf.map((name) => {
      if (place[name] < 0) place[name] = names.push(name) - 1;
      return place[name];
    });
    const start = new Int32Array(names.length + 1), cells = new Int32Array(of.length);
    for (const p of of) start[p + 1] += 1;
    for (let p = 0; p < names.length; p++) start[p + 1] += start[p];
    const next = start.slice();
    of.forEach((p, e) => { cells[next[p]] = m.edge_cell[e]; next[p] += 1; });
    return { of, place, names: Int32Array.from(names), start, cells };
  };

  // Places of factors and what lies at them, as they are asked for most often: the model itself has too many fields to be quick.
  const putAt = (marked, values, start, cells, p, value) => {
    if (values[p] === value) return;
    values[p] = value;
    for (let i = start[p], last = start[p + 1]; i < last; i++) marked[cells[i]] = 1;
  };
  const putFirst = (m, name, value) => {
    const { place, start, cells } = m.first, p = place[name];
    if (p >= 0) putAt(m.work.marked, m.work.first, start, cells, p, value);
  };
  const putShares = (m, list) => { // those that are a factor by themselves
    const { place, start, cells } = m.first, { first, marked } = m.work, { share } = m.values;
    for (let i = 0; i < list.length; i++) putAt(marked, first, start, cells, place[list[i]], share[list[i]]);
  };
  // Parts that leave a stay: of the positions `at`, or of all.
  const putStays = (m, at) => {
    const { stay, second, marked } = m.work, { stay_days: days } = m.values;
    const { place, start, cells } = m.second, { stay_stages: stages, sizes } = m;
    const size = at ? at.length : days.length, { groups } = sizes;
    for (let n = 0; n < size; n++) {
      const i = at ? at[n] : n;
      if (stay[i] === days[i]) continue;
      stay[i] = days[i];
      if (place[i] >= 0) putAt(marked, second, start, cells, place[i], Math.min(1, stages[Math.floor(i / groups)] / days[i]));
    }
  };
  const putAdvance = (m, r) => {
    m.work.advance[r] = Math.min(1, m.route_stages[r] / Math.max(m.values.travel_days[r], 1e-9));
    putFirst(m, m.factor_at.advance + r, m.work.advance[r]);
  };
  // Hazards per stage of the flows off each of `routes`, such that the journey's probability is met.
  const putIncidents = (m, routes) => {
    const { share } = m.values, { hazard, total, first, advance, marked } = m.work, { start, cells } = m.first;
    const { journeys, off_route: off, route_stages: stages, sizes } = m;
    for (let k = 0; k < routes.length; k++) {
      const r = routes[k], { shares, places, groups } = journeys[r];
      const flows = off[r].length, power = -1 / stages[r], onward = advance[r];
      for (let n = 0, at = 0; n < groups; n++, at += flows) {
        let sum = 0;
        for (let i = at; i < at + flows; i++) sum += share[shares[i]];
        const here = r * sizes.groups + n;
        if (sum !== total[here]) { // the power is costly, and most journeys stay as they were
          total[here] = sum;
          hazard[here] = Math.pow(1 - Math.min(sum, 0.999), power) - 1;
        }
        const q = onward * hazard[here];
        for (let i = at; i < at + flows; i++) {
          if (places[i] >= 0) putAt(marked, first, start, cells, places[i], sum > 0 ? q * (share[shares[i]] / sum) : 0);
        }
      }
    }
  };
  // Of each route's flows off it, group by group as far as any edge needs them: places of shares and of factors.
  const journeysOf = (m) => m.off_route.map((flows) => {
    const G = m.sizes.groups;
    const rows = Array.from({ length: G }, (_, g) => flows.map((f) => f * G + g));
    const kept = rows.filter((row) => row.some((i) => m.first.place[m.factor_at.stage + i] >= 0));
    const shares = Int32Array.from(kept.flat());
    return { shares, places: shares.map((i) => m.first.place[m.factor_at.stage + i]), groups: kept.length };
  });

  // Bring all factors up to `values`.
  const putAll = (m) => {
    const w = m.work;
    if (w.anew) {
      w.first.fill(NaN);
      w.second.fill(NaN);
      w.stay.fill(NaN);
      w.marked.fill(1);
    }
    const { share, daily_probability: daily } = m.values;
    const { daily: D, stage, one, zero } = m.factor_at;
    const whole = m.second.place[m.sizes.stocks * m.sizes.groups];
    if (whole >= 0) putAt(w.marked, w.second, m.second.start, m.second.cells, whole, 1);
    putFirst(m, one, 1);
    putFirst(m, zero, 0);
    putStays(m, null);
    for (let r = 0; r < m.sizes.routes; r++) putAdvance(m, r);
    const { names, start, cells } = m.first, { first, marked } = w;
    for (let p = 0; p < names.length; p++) {
      const name = names[p];
      if (name < D) putAt(marked, first, start, cells, p, share[name]);
      else if (name < stage) putAt(marked, first, start, cells, p, daily[name - D]);
    }
    putIncidents(m, m.all_routes);
  };

  // Chances of the marked cells, and who stays in them. What moved by their old chances is counted first.
  const chances = (m) => {
    const w = m.work;
    const { rate, chance, keep, plain, first, second, marked, plain_moved: moved, cell_days: days } = w;
    const { cell_start: start, later_of: laterOf, plain_of: plainOf } = m;
    const a = m.first.of, b = m.second.of;
    const counted = m.plain_flow.length;
    for (let c = 0; c < marked.length; c++) { // in their order, as they lie in memory
      if (!marked[c]) continue;
      marked[c] = 0;
      let total = 0, gone = 0;
      for (let e = start[c]; e < start[c + 1]; e++) {
        rate[e] = first[a[e]] * second[b[e]];
        total += rate[e];
      }
      const all = Math.max(total, 1);
      for (let e = start[c]; e < start[c + 1]; e++) {
        const part = rate[e] / all, i = plainOf[e];
        if (i < 0) {
          chance[laterOf[e]] = part;
          continue;
        }
        gone += part;
        if (i < counted) moved[i] += days[c] * plain[i];
        plain[i] = part;
      }
      days[c] = 0;
      keep[c] = Math.max(1 - gone, 0);
    }
  };

  // -- measures -------------------------------------------------------------------------------------------------
  // Effects that share a number act on each other, in the order of their measures; the others need not be asked when
  // one is a day further. Parts: `{effects: [[place of the measure, effect]], places, at: [[array, positions]], shares, routes}`.
  const partsOf = (m, measures) => {
    const effects = measures.flatMap((measure, k) => measure.effects.filter((x) => x.targets.length).map((x) => [k, x]));
    const parent = effects.map((_, i) => i);
    const root = (i) => {
      let at = i;
      while (parent[at] !== at) at = parent[at];
      return at;
    };
    const owner = {};
    effects.forEach(([, effect], i) => {
      for (const [name, at] of effect.touched) {
        owner[name] ??= new Int32Array(m.values[name].length).fill(-1);
        const mine = owner[name];
        for (let n = 0; n < at.length; n++) {
          if (mine[at[n]] < 0) mine[at[n]] = i;
          else if (mine[at[n]] !== i) parent[root(i)] = root(mine[at[n]]);
        }
      }
    });
    const parts = new Map();
    effects.forEach((one, i) => { parts.set(root(i), [...(parts.get(root(i)) ?? []), one]); });
    return [...parts.values()].map((mine) => partOf(m, mine));
  };
  const partOf = (m, effects) => {
    const at = new Map();
    for (const [, effect] of effects) {
      for (const [name, positions] of effect.touched) if (MOVED.includes(name)) at.set(name, [...(at.get(name) ?? []), positions]);
    }
    const places = [...at].map(([name, lists]) => [name, union(lists, m.values[name].length)]);
    const shares = places.flatMap(([name, list]) => (name === "share" ? [...list.filter((i) => m.first.place[i] >= 0)] : []));
    const routes = new Set();
    for (const [name, list] of places) {
      if (name === "travel_days") for (const r of list) routes.add(r);
      if (name === "share") for (const i of list) if (m.route_of[Math.floor(i / m.sizes.groups)] >= 0) routes.add(m.route_of[Math.floor(i / m.sizes.groups)]);
    }
    return { effects, measures: [...new Set(effects.map(([k]) => k))], at: places, shares: Int32Array.from(shares), routes: Int32Array.from(routes) };
  };
  const union = (lists, size) => {
    const has = new Uint8Array(size);
    let count = 0;
    for (const list of lists) for (let i = 0; i < list.length; i++) { count += 1 - has[list[i]]; has[list[i]] = 1; }
    const out = new Int32Array(count);
    for (let p = 0, n = 0; p < size; p++) if (has[p]) { out[n] = p; n += 1; }
    return out;
  };

  const putPart = (m, part) => {
    putShares(m, part.shares);
    for (const [name, at] of part.at) {
      if (name === "stay_days") putStays(m, at);
      else if (name === "travel_days") for (let i = 0; i < at.length; i++) putAdvance(m, at[i]);
    }
    putIncidents(m, part.routes);
  };

  // Numbers and chances for days on which the measures are in force as far as `weights` say; `moved`: the numbers before
  // any measure have changed too.
  const enter = (m, parts, measures, weights, before, moved) => {
    const all = m.work.anew || moved;
    if (all) for (const name of MOVED) if (name !== "directed") m.values[name].set(m.base[name]);
    if (all) m.values.directed.fill(0);
    for (const part of parts) {
      if (!all && part.measures.every((k) => weights[k] === before[k])) continue;
      if (!all) for (const [name, at] of part.at) reset(m.values[name], m.base[name], at);
      for (const [k, effect] of part.effects) E.apply(m, m.values, measures[k], effect, weights[k]);
      if (!all) putPart(m, part);
    }
    if (all) putAll(m);
    m.work.anew = false;
    for (const c of m.steer_cell) m.work.marked[c] = 1; // the mornings have moved their chances
    chances(m);
  };
  const reset = (values, base, at) => {
    for (let i = 0; i < at.length; i++) values[at[i]] = base ? base[at[i]] : 0;
  };

  Object.assign(E, { factors, partsOf, enter });
})();
