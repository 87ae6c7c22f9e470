// Measures in the page's engine: how far each is in force on a day, and the rules by which it moves numbers.
// The same rules as `corridor.engine.levers` says in words, for one segment of days at a time. What a measure
// touches comes resolved with the payload. No dependency; `engine.js` runs the days.
"use strict";
globalThis.CorridorEngine = {};
(() => {
  const UNLIMITED = 1e18;
  const LEAST_RATIO = 0.01; // a power law is not believed further down
  const STEP = 7; // days of a step of a ramp
  const LOWEST = { stay_days: 1, travel_days: 1 };

  // -- when ---------------------------------------------------------------------------------------------------
  // Periods are [first day, last day or null]; days count from 1970.
  const rampPart = (measure, day, begin, end) => {
    if (day < begin) return 0;
    const last = end === null ? day : Math.min(day, end);
    const risen = Math.min(1, (last - begin + 1) / Math.max(measure.ramp, 1));
    return risen * Math.max(0, 1 - (day - last) / Math.max(measure.decay, 1));
  };

  // The mean part in force over the days [from, to); where two periods meet, the larger part counts.
  const weight = (measure, periods, from, to) => {
    let sum = 0;
    for (let day = from; day < to; day++) {
      let part = 0;
      for (const [begin, end] of periods) part = Math.max(part, rampPart(measure, day, begin, end));
      sum += part;
    }
    return sum / (to - from);
  };

  const addRampStarts = (starts, measure, periods) => {
    for (const [begin, end] of periods) {
      for (let day = begin; day < begin + measure.ramp; day += STEP) starts.add(day);
      starts.add(begin).add(begin + Math.max(measure.ramp - 1, 0));
      if (end === null) continue;
      for (let day = end + 1; day < end + 1 + measure.decay; day += STEP) starts.add(day);
      starts.add(end + 1).add(end + 1 + measure.decay);
    }
  };

  // Periods in force; `on`: those of the measure's trigger so far.
  const inForce = (measure, on) => {
    if (measure.trigger < 0) return [[measure.start, measure.last]];
    const earlier = (a, b) => (a === null ? b : b === null ? a : Math.min(a, b));
    return on.map(([begin, end]) => [Math.max(begin, measure.start), earlier(end, measure.last)])
      .filter(([begin, end]) => end === null || begin <= end);
  };

  // Those that send people where there is room come last, broad scopes first, then by start.
  const inOrder = (a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1] || a.start - b.start
    || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

  // -- how ----------------------------------------------------------------------------------------------------
  // Places of the numbers that an effect touches, and of each one's target in the list of targets.
  const places = (effect, groups) => {
    const each = effect.groups.length || 1;
    const size = effect.targets.length * each;
    effect.of = Int32Array.from({ length: size }, (_, i) => Math.floor(i / each));
    effect.at = effect.of.map((n, i) => (effect.groups.length ? effect.targets[n] * groups + effect.groups[i % each] : effect.targets[n]));
  };

  const factorOf = (effect, w, s) => Math.pow(effect.bends ? Math.max(s, LEAST_RATIO) : s, w * effect.e);

  // E[min(T, limit)] of an Erlang stay of that mean.
  const shorter = (stay, limit, stages) => {
    const y = stages * limit / stay;
    let term = Math.exp(-y), q = 0, factorial = 0;
    for (let j = 0; j < stages; j++) {
      q += term;
      term = term * y / (j + 1);
      factorial += Math.log(j + 1);
    }
    const more = q + Math.exp(stages * Math.log(Math.max(y, 1e-300)) - y - factorial);
    return stay * (1 - more) + limit * q;
  };

  // A function of one number, for the rules that move each by itself.
  const mover = (model, effect, w, s) => {
    const factor = factorOf(effect, w, s);
    switch (effect.rule) {
      case "ratio": return (v) => v * factor;
      case "hazard": { // many groups share a number, and the power is costly
        let last = NaN, found = 0;
        return (v) => {
          if (v !== last) {
            last = v;
            found = 1 - Math.pow(1 - Math.min(v, 1), factor);
          }
          return found;
        };
      }
      case "limit": return (v) => Math.min(v, s);
      case "add": return (v) => v + w * s * effect.e;
      case "elastic": {
        const times = Math.pow(Math.max(effect.reference + w * s, 1) / effect.reference, effect.e);
        return (v) => v * times;
      }
      default: return (v, n) => (1 - w) * v + w * shorter(v, s, model.stages_declared[effect.targets[n]]);
    }
  };

  const moveEach = (model, values, effect, w, s) => {
    const array = values[effect.on];
    const move = mover(model, effect, w, s);
    const lowest = LOWEST[effect.on] ?? 0;
    const limits = effect.rule === "limit";
    const { at, of } = effect;
    for (let k = 0; k < at.length; k++) {
      const v = array[at[k]];
      if (v < UNLIMITED || limits) array[at[k]] = Math.max(move(v, of[k]), lowest);
    }
  };

  // Shares out of a stock: what is taken from the touched goes to the rest in proportion, or comes from it.
  const moveShares = (model, values, effect, w, s) => {
    const { share } = values;
    const G = model.sizes.groups;
    const factor = effect.rule === "thin" ? factorOf(effect, w, s) : 0;
    for (const [ours, rest] of effect.pools) {
      if (!rest.length) continue;
      for (const g of effect.groups) {
        let before = 0, remaining = 0;
        for (let i = 0; i < ours.length; i++) before += share[ours[i] * G + g];
        for (let i = 0; i < rest.length; i++) remaining += share[rest[i] * G + g];
        if (!(remaining > 0)) continue; // nowhere else to go: the lever does nothing
        const whole = before + remaining;
        let after = before;
        if (effect.rule === "thin") after = Math.min(before * factor, whole);
        else if (before > 0) after = (1 - w) * before + w * s;
        const mine = before > 0 ? after / before : 1;
        const others = (whole - after) / remaining;
        for (let i = 0; i < ours.length; i++) share[ours[i] * G + g] *= mine;
        for (let i = 0; i < rest.length; i++) share[rest[i] * G + g] *= others;
      }
    }
  };

  // `w s` is added in all, shared in proportion to what is there, in the unit of the strength.
  const distribute = (model, values, effect, w, s) => {
    const array = values[effect.on];
    const per = (n) => (effect.divide ? values[effect.divide][effect.divisors[n]] : 1);
    const usable = (i, n) => array[i] < UNLIMITED && per(n) > 0;
    let total = 0, count = 0;
    effect.at.forEach((i, k) => {
      if (!usable(i, effect.of[k])) return;
      total += array[i] * per(effect.of[k]);
      count += 1;
    });
    effect.at.forEach((i, k) => {
      const n = effect.of[k];
      if (array[i] >= UNLIMITED) return;
      const can = usable(i, n);
      const part = total > 0 ? (can ? array[i] * per(n) : 0) / total : can ? 1 / Math.max(count, 1) : 0;
      array[i] = Math.max(array[i] + w * s * part / (can ? per(n) : 1), 0);
    });
  };

  // A part of those who go to receptions goes in proportion to the declared room behind each.
  const byRoom = (model, values, effect, w, s) => {
    const { share } = values;
    const G = model.sizes.groups;
    const room = new Map();
    for (const [from, to] of effect.rooms) {
      if (!model.limited(to)) continue;
      room.set(from, (room.get(from) ?? 0) + Math.max(values.capacity[to] - values.occupied[to], 0));
    }
    for (const way of effect.ways) {
      const ours = way.filter((f) => room.has(effect.ends[f]));
      if (!ours.length) continue;
      for (const g of effect.groups) {
        const before = ours.map((f) => share[f * G + g]);
        const sent = new Map();
        ours.forEach((f, i) => sent.set(effect.ends[f], (sent.get(effect.ends[f]) ?? 0) + before[i]));
        const pull = ours.map((f, i) => {
          const all = sent.get(effect.ends[f]);
          return room.get(effect.ends[f]) * before[i] / (all > 0 ? all : 1);
        });
        const whole = before.reduce((a, b) => a + b, 0), total = pull.reduce((a, b) => a + b, 0);
        if (!(total > 0)) continue;
        ours.forEach((f, i) => { share[f * G + g] = before[i] + w * s * (whole * pull[i] / total - before[i]); });
      }
    }
  };

  // Move `values` by a measure as far as `w` says that its ramp has run.
  const apply = (model, values, measure, w) => {
    if (w === 0) return;
    for (const effect of measure.effects) {
      const s = measure.strength * effect.scale;
      if (!effect.targets.length) continue;
      if (effect.rule === "thin" || effect.rule === "set_share") moveShares(model, values, effect, w, s);
      else if (effect.rule === "distribute") distribute(model, values, effect, w, s);
      else if (effect.rule === "room") byRoom(model, values, effect, w, s);
      else moveEach(model, values, effect, w, s);
    }
  };

  Object.assign(CorridorEngine, { UNLIMITED, places, weight, addRampStarts, inForce, inOrder, apply });
})();
