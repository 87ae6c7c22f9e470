// A run of the page's engine that starts where it differs from the run before: states of earlier days are kept.
"use strict";
(() => {
  const E = CorridorEngine;
  const TRIGGERS = ["on", "below", "days_on", "used", "spent"];
  const APART = 15; // days between two mornings that are kept, at least
  const ARRAYS = ["count", "moved", "plain_moved"];

  const copyState = (state) => Object.fromEntries(TRIGGERS.map((name) => [name, [...state[name]]]));

  // What acts on the days of a segment: each measure in force, how far and how strongly, one after the other.
  const acting = (measures, weights) => measures.flatMap((x, i) => (weights[i] ? [x.index, weights[i], x.strength] : []));
  const sameActs = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);

  const indices = (acts) => acts.filter((_, i) => i % 3 === 0);

  // A segment that begins, and the state of its first morning where a measure acts for the first time.
  const remember = (m, state, { begin, day, until, weights }) => {
    const acts = acting(state.measures, weights);
    state.seen ??= new Set(state.records.flatMap((record) => indices(record.acts)));
    const last = state.records.findLast((record) => record.kept)?.day ?? 0;
    const fresh = day >= last + APART && indices(acts).some((index) => !state.seen.has(index));
    indices(acts).forEach((index) => state.seen.add(index));
    let kept = null;
    if (fresh) {
      E.countPlain(m);
      kept = { ...copyState(state), ...Object.fromEntries(ARRAYS.map((name) => [name, m.work[name].slice()])) };
    }
    state.records.push({ begin, day, until, acts, kept, triggers: copyState(state) });
  };

  const keyOf = (m, chosen, state) => JSON.stringify([chosen.events, Boolean(chosen.daily), state.armed, state.gates.standing]);

  // How many segments of the run before are the same in this one.
  const sameSegments = (m, memory, state) => {
    const { records, out } = memory;
    let at = 0;
    while (at < records.length) {
      const { begin } = records[at];
      const { starts, until, weights } = E.plan(m, begin, { ...state, ...records[at].triggers }, out.trigger_on);
      for (let n = 0; at < records.length && records[at].begin === begin; n++, at++) {
        const record = records[at];
        if (starts[n] !== m.sizes.first + record.day || until(n) !== record.until) return at;
        if (!sameActs(acting(state.measures, weights(n)), record.acts)) return at;
      }
    }
    return at;
  };

  // Put back the last kept morning on which everything was as it is now; returns its day, 0 for the first.
  const resume = (m, memory, chosen, state, out) => {
    const key = keyOf(m, chosen, state);
    if (memory.key !== key) {
      Object.assign(memory, { key, records: null });
      return 0;
    }
    let at = Math.min(sameSegments(m, memory, state), memory.records.length - 1);
    while (at > 0 && !memory.records[at].kept) at -= 1;
    const { kept, day, begin } = memory.records[at];
    if (!kept) return 0;
    for (const name of ARRAYS) m.work[name].set(kept[name]);
    for (const name of TRIGGERS) state[name] = [...kept[name]];
    state.begin = begin;
    state.records = memory.records.slice(0, at);
    copyUntil(m, memory.out, out, day);
    return day;
  };

  const copyUntil = (m, from, to, day) => {
    const { flows, stocks, groups } = m.sizes;
    const month = m.day_month[day], T = m.triggers.length;
    const sizes = { monthly_flow: month * flows * groups, month_end_stock: month * stocks * groups, daily_flow: day * flows,
      daily_stock: day * stocks, trigger_on: day * T, trigger_seen: day * T };
    for (const [name, size] of Object.entries(sizes)) if (to[name]) to[name].set(from[name].subarray(0, size));
  };

  Object.assign(E, { remember, resume });
})();
