// Measures in the page's engine: how far each is in force on a day, and the rules by which it moves numbers.
// The same rules as `corridor.engine.levers` says in words, for one segment of days at a time. What a measure
// touches comes resolved with the payload. No dependency; `engine.js` runs the days.
"use strict";
globalThis.CorridorEngine = {};
(() => {
  const UNLIMITED = 1e18;
  const LEAST_RATIO = 0.01; // a power law is not believed further down
  const LEAST_SHARE = 1e-12; // of a share that is set
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

  // Broad scopes first, then by start.
  const inOrder = (a, b) => a.order - b.order || a.start - b.start
    || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

  // -- how ----------------------------------------------------------------------------------------------------
  // Places of the numbers that an effect touches, and of each one's target in the list of targets.
  // Numbers that nobody reads (departures of a group that has none) are left alone: `used` marks those that are, by array.
  const places = (effect, groups, used) => {
    const each = effect.groups.length || 1;
    const all = effect.targets.flatMap((target, n) => Array.from({ length: each }, (_, i) => [n, effect.groups.length ? target * groups + effect.groups[i] : target]));
    const mask = effect.rule === "distribute" ? null : used[effect.on];
    const kept = mask ? all.filter(([, at]) => mask[at]) : all;
    effect.of = Int32Array.from(kept, ([n]) => n);
    effect.at = Int32Array.from(kept, ([, at]) => at);
  };

  const factorOf = (effect, w, s) => Math.pow(effect.bends ? Math.max(s, LEAST_RATIO) : s, w * effect.e);

  // P(T > limit) of an Erlang stay of that mean.
  const longer = (stay, limit, stages) => {
    const y = stages * limit / stay;
    let term = Math.exp(-y), q = 0;
    for (let j = 0; j < stages; j++) {
      q += term;
      term = term * y / (j + 1);
    }
    return q;
  };

  // E[min(T, limit)] of it.
  const shorter = (stay, limit, stages) => {
    const y = stages * limit / stay;
    const q = longer(stay, limit, stages);
    let factorial = 0;
    for (let j = 0; j < stages; j++) factorial += Math.log(j + 1);
    const more = q + Math.exp(stages * Math.log(Math.max(y, 1e-300)) - y - factorial);
    return stay * (1 - more) + limit * q;
  };

  // A function of one number, for the rules that move each by itself.
  const mover = (model, effect, w, s) => {
    const factor = factorOf(effect, w, s);
    switch (effect.rule) {
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
      case "direct": return (v) => 1 - (1 - v) * (1 - w * s);
      default: return (v, n) => (1 - w) * v
        + w * (effect.e * v + (1 - effect.e) * shorter(v, s, model.stages_declared[effect.targets[n]]));
    }
  };

  const moveEach = (model, values, effect, w, s) => {
    const array = values[effect.on];
    const lowest = LOWEST[effect.on] ?? 0;
    const { at, of } = effect;
    if (effect.rule === "ratio") {
      const factor = factorOf(effect, w, s);
      for (let k = 0; k < at.length; k++) {
        const v = array[at[k]];
        if (v < UNLIMITED) array[at[k]] = Math.max(v * factor, lowest);
      }
      return;
    }
    const move = mover(model, effect, w, s);
    const limits = effect.rule === "limit";
    for (let k = 0; k < at.length; k++) {
      const v = array[at[k]];
      if (v < UNLIMITED || limits) array[at[k]] = Math.max(move(v, of[k]), lowest);
    }
  };

  const setShare = (before, whole, w, s) => (before > 0
    ? Math.min(Math.max((1 - w) * before + w * s, LEAST_SHARE * whole), (1 - LEAST_SHARE) * whole) : before);

  const summed = (share, flows, G, g) => {
    let sum = 0;
    for (let i = 0; i < flows.length; i++) sum += share[flows[i] * G + g];
    return sum;
  };

  // Of those who leave a reception, the part that its limit sends out and that finds no other place.
  const leaveAtLimit = (model, values, effect, w, s) => {
    const { share, stay_days: stay } = values;
    const G = model.sizes.groups;
    effect.pools.forEach(([ours, rest], n) => {
      const k = effect.pool_stocks[n];
      for (const g of effect.groups) {
        const before = summed(share, ours, G, g), remaining = summed(share, rest, G, g);
        if (!(remaining > 0)) continue;
        const goal = effect.e * (1 - effect.asks_again) * longer(stay[k * G + g], s, model.stages_declared[k]);
        const after = (1 - w) * before + w * Math.max(before, goal);
        for (const f of ours) share[f * G + g] += (after - before) / ours.length;
        for (const f of rest) share[f * G + g] *= (before + remaining - after) / remaining;
      }
    });
  };

  // Departures answer to the chance of not being removed.
  const answerToChance = (model, values, effect, w, s) => {
    const { share, departures } = values;
    const G = model.sizes.groups;
    const factor = new Map();
    for (const g of effect.groups) {
      let removed = 0, then = 0, stocks = 0;
      [effect.pools, effect.untouched].forEach((pools, left) => {
        for (const [ours, rest] of pools) {
          const before = summed(share, ours, G, g), remaining = summed(share, rest, G, g);
          if (!(before + remaining > 0)) continue;
          removed += before;
          then += left || !(remaining > 0) ? before : setShare(before, before + remaining, w, s);
          stocks += 1;
        }
      });
      const chance = (part) => Math.max(1 - part / Math.max(stocks, 1), LEAST_RATIO);
      factor.set(g, Math.pow(chance(then) / chance(removed), effect.e));
    }
    effect.at.forEach((i) => { departures[i] *= factor.get(i % G); });
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
        else after = setShare(before, whole, w, s);
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

  // Move `values` by one effect of a measure as far as `w` says that its ramp has run.
  const apply = (model, values, measure, effect, w) => {
    if (w === 0 || !effect.targets.length) return;
    const s = measure.strength * effect.scale;
    if (effect.rule === "thin" || effect.rule === "set_share") moveShares(model, values, effect, w, s);
    else if (effect.rule === "distribute") distribute(model, values, effect, w, s);
    else if (effect.rule === "at_limit") leaveAtLimit(model, values, effect, w, s);
    else if (effect.rule === "chance") answerToChance(model, values, effect, w, s);
    else moveEach(model, values, effect, w, s);
  };

  // Shares of the pools that an effect moves or reads.
  const pooled = (model, effect) => {
    const G = model.sizes.groups;
    const flows = new Set([...(effect.pools ?? []), ...(effect.untouched ?? [])].flat(2));
    return Int32Array.from([...flows].flatMap((f) => effect.groups.map((g) => f * G + g)));
  };

  // What an effect reads or writes besides `values[effect.on][effect.at]`: `[array, positions]` each.
  // A rule that is not listed in `apply` or reads more must be listed here too.
  const touched = (model, effect) => {
    const G = model.sizes.groups;
    const grid = (flows) => Int32Array.from(flows.flatMap((f) => effect.groups.map((g) => f * G + g)));
    return [[effect.on, effect.at], ["share", pooled(model, effect)], ["stay_days", grid(effect.pool_stocks ?? [])],
      ...(effect.divide ? [[effect.divide, Int32Array.from(new Set(effect.divisors))]] : [])].filter(([, at]) => at.length);
  };

  Object.assign(CorridorEngine, { UNLIMITED, places, weight, addRampStarts, inForce, inOrder, apply, pooled, touched });
})();
