// One day of the page's engine, and its evening: gates, people who leave together, triggers.
// The same order of events as `corridor.engine.kernels.days`.
"use strict";
(() => {
  const E = CorridorEngine;

  // Cut demand on `edges` down to `allowed` people, in proportion.
  const allocate = (edges, want, size, allowed) => {
    let demand = 0;
    for (let i = 0; i < edges.length; i++) demand += want[edges[i]] * size[edges[i]];
    if (demand <= allowed) return;
    const part = Math.max(allowed, 0) / demand;
    for (let i = 0; i < edges.length; i++) want[edges[i]] *= part;
  };

  // Departures, and people of events who come from outside.
  const depart = (m, day, events) => {
    const { count } = m.work;
    const { departures } = m.values;
    const { depart_cell: cells, depart_at: at, cell_size: size } = m;
    const part = 1 / m.days_in_month[day];
    const { factor } = m; // a member's shocks by month; none in the central path
    const month = m.day_month[day] * cells.length;
    for (let p = 0; p < cells.length; p++) {
      count[cells[p]] += departures[at[p]] * (part / size[cells[p]]) * (factor ? factor[month + p] : 1);
    }
    for (const event of events) if (event.cell !== undefined) count[event.cell] += event.daily[day];
  };

  // People of events are taken out of their cells before anybody else leaves.
  const setOut = (m, day, events) => {
    const { count, asked, together } = m.work;
    for (const event of events) {
      if (event.later === undefined || event.daily[day] <= 0) continue;
      for (const e of event.later) asked[e] = count[m.later_cell[e]];
      allocate(event.later, asked, m.later_size, event.daily[day]);
      for (const e of event.later) {
        count[m.later_cell[e]] -= asked[e];
        together[e] += asked[e];
      }
    }
  };
  const askTogether = (m, day, events, frees, room) => {
    const { arriving, want, together } = m.work;
    for (const event of events) {
      if (event.later === undefined || event.daily[day] <= 0) continue;
      for (const e of event.later) {
        const c = m.later_cell[e];
        arriving[c] += together[e];
        want[e] += together[e];
        if (m.cell_room[c] >= 0 && !frees[e]) room[m.cell_room[c]] -= together[e] * m.cell_size[c];
        together[e] = 0;
      }
    }
  };

  // Expected leavers: by edges that no gate can touch they move at once, by the others they ask. `arriving` holds who is
  // in each cell in the evening.
  const leave = (m, gates, dayFlow, room) => {
    const { count, chance, want, arriving, plain, keep, cell_days: days } = m.work;
    const { later_cell: laterCell, room_cells: inRoom, cell_room: roomOf, cell_size: sizeOf, plain_cell: from, plain_dest: to } = m;
    for (let i = 0; i < inRoom.length; i++) room[roomOf[inRoom[i]]] -= count[inRoom[i]] * sizeOf[inRoom[i]];
    for (let i = 0; i < want.length; i++) want[i] = count[laterCell[i]] * chance[i];
    freeRoom(m, gates.free, room);
    if (dayFlow) countDay(m, dayFlow);
    for (let c = 0; c < count.length; c++) {
      days[c] += count[c];
      arriving[c] = count[c] * keep[c];
    }
    for (let i = 0; i < plain.length; i++) arriving[to[i]] += count[from[i]] * plain[i];
  };
  const freeRoom = (m, free, room) => {
    const { count, chance, plain } = m.work;
    const { edge_cell: cellOf, plain_of: plainOf, later_of: laterOf } = m;
    for (let i = 0; i < free.length; i++) {
      const e = free[i], c = cellOf[e];
      const part = plainOf[e] < 0 ? chance[laterOf[e]] : plain[plainOf[e]];
      room[m.cell_room[c]] += count[c] * part * m.cell_size[c];
    }
  };
  const countDay = (m, dayFlow) => {
    const { count, plain } = m.work;
    const { plain_cell: from, plain_flow: flow, plain_size: size } = m;
    for (let i = 0; i < flow.length; i++) dayFlow[flow[i]] += count[from[i]] * plain[i] * size[i];
  };

  // Every gate, level by level; what is refused asks for its overflow edge on the next level.
  const passGates = (m, levels, throughput, room) => {
    const { want, asked } = m.work;
    const { later_size: size, later_overflow: overflow } = m;
    for (let level = 0; level < levels.length; level++) {
      const { from, to, gates } = levels[level];
      for (let i = from; i < to; i++) asked[i] = want[i];
      for (let k = 0; k < gates.length; k++) {
        const gate = gates[k];
        allocate(gate.edges, want, size, (gate.room ? room : throughput)[gate.index]);
      }
      for (let k = 0; k < gates.length; k++) {
        const { edges, room: isRoom, index } = gates[k];
        let used = 0;
        for (let i = 0; i < edges.length; i++) used += want[edges[i]] * size[edges[i]];
        (isRoom ? room : throughput)[index] -= used;
      }
      for (let i = from; i < to; i++) {
        if (overflow[i] >= 0 && asked[i] > want[i]) want[overflow[i]] += asked[i] - want[i];
      }
    }
  };

  // People whose demand was settled last move, and the evening is the next morning.
  const settle = (m, dayFlow) => {
    const w = m.work;
    const { count, want, arriving, moved } = w;
    const { later_cell: from, later_dest: to, later_flow: flow, later_size: size } = m;
    for (let i = 0; i < want.length; i++) {
      const people = want[i];
      arriving[from[i]] -= people;
      arriving[to[i]] += people;
      moved[i] += people;
      if (dayFlow && flow[i] >= 0) dayFlow[flow[i]] += people * size[i];
    }
    w.count = arriving;
    w.arriving = count;
  };

  const oneDay = (m, day, events, state, out) => {
    const { sizes } = m;
    const { room, throughput } = m.work;
    const { capacity, occupied } = m.values;
    depart(m, day, events);
    for (let k = 0; k < room.length; k++) room[k] = capacity[k] - occupied[k];
    throughput.set(m.values.throughput);
    setOut(m, day, events);
    const dayFlow = out.daily_flow && out.daily_flow.subarray(day * sizes.flows, (day + 1) * sizes.flows);
    E.steer(m, room);
    leave(m, state.gates, dayFlow, room);
    askTogether(m, day, events, state.gates.frees, room);
    for (let k = 0; k < room.length; k++) room[k] = Math.max(room[k], 0);
    passGates(m, state.gates.levels, throughput, room);
    settle(m, dayFlow);
    const { daily_cells: cells, daily_stocks: stock, cell_size: people } = m;
    const { count } = m.work;
    const { daily_stock: found } = out;
    const at = day * sizes.stocks;
    for (let i = 0; i < cells.length; i++) found[at + stock[i]] += count[cells[i]] * people[cells[i]];
  };

  // -- triggers -----------------------------------------------------------------------------------------------
  const newTriggers = (m, measures) => {
    const none = () => m.triggers.map(() => 0);
    const armed = m.triggers.map((_, t) => {
      const mine = measures.filter((x) => x.trigger === t);
      const last = mine.some((x) => x.last === null) ? null : Math.max(...mine.map((x) => x.last));
      return mine.length ? [Math.min(...mine.map((x) => x.start)), last] : null;
    });
    return { on: none(), below: none(), days_on: none(), used: none(), spent: none(), armed };
  };

  // Most days on in the calendar year up to and with a day; 0 where the trigger is not armed.
  const allowed = (m, trigger, armed, day) => {
    const date = m.sizes.first + day;
    if (!armed || date < armed[0] || (armed[1] !== null && date > armed[1])) return 0;
    const since = m.year[day] - new Date(armed[0] * 86400000).getUTCFullYear();
    return trigger.per_year[Math.min(since, trigger.per_year.length - 1)];
  };

  // Periods on, from the days before `day` and whether it is on then; one that goes on has no last day.
  const periodsOn = (m, record, t, day, now) => {
    const found = [];
    let was = 0;
    for (let d = 0; d <= day; d++) {
      const is = d === day ? now : record[d * m.triggers.length + t];
      if (is && !was) found.push([m.sizes.first + d, null]);
      if (!is && was) found.at(-1)[1] = m.sizes.first + d - 1;
      was = is;
    }
    return found;
  };

  // What each trigger counts, and whether it is on tomorrow; true if any changes.
  const evening = (m, day, state, out) => {
    const T = m.triggers.length;
    const tomorrow = day + 1;
    let changed = false;
    m.triggers.forEach((trigger, t) => {
      let people = 0;
      if (trigger.stock >= 0) people = out.daily_stock[day * m.sizes.stocks + trigger.stock];
      else {
        const { watch_later: edges, watch_weight: weight } = m;
        const { want } = m.work;
        const row = m.day_month[day] * edges.length, last = trigger.edges[1];
        for (let at = trigger.edges[0]; at < last; at++) people += want[edges[at]] * weight[row + at];
      }
      out.trigger_seen[day * T + t] = people;
    });
    if (tomorrow >= m.sizes.days) return false;
    m.triggers.forEach((trigger, t) => { changed = decide(m, trigger, t, day, tomorrow, state, out) || changed; });
    return changed;
  };

  const decide = (m, trigger, t, day, tomorrow, state, out) => {
    const seen = (d) => out.trigger_seen[d * m.triggers.length + t];
    const was = state.on[t];
    if (was) {
      state.days_on[t] += 1;
      state.used[t] += 1;
    }
    if (m.new_year[tomorrow]) state.used[t] = 0;
    let above = trigger.day_above !== null && seen(day) > trigger.day_above;
    let below = false;
    if (tomorrow >= trigger.window) {
      let mean = 0;
      for (let back = 0; back < trigger.window; back++) mean += seen(day - back);
      mean /= trigger.window;
      above = above || mean > trigger.on_above;
      below = mean < trigger.off_below;
    }
    state.below[t] = below ? state.below[t] + 1 : 0;
    const low = state.below[t] >= trigger.off_days;
    if (low) state.spent[t] = 0;
    let on;
    if (was) {
      on = !(low && state.days_on[t] >= trigger.min_days);
      if (state.days_on[t] >= trigger.max_days) {
        on = false;
        state.spent[t] = low ? 0 : 1;
      }
    } else on = above && !state.spent[t];
    on = on && state.used[t] < allowed(m, trigger, state.armed[t], tomorrow) ? 1 : 0;
    if (on === was) return false;
    state.on[t] = on;
    state.days_on[t] = 0;
    return true;
  };

  Object.assign(E, { oneDay, evening, periodsOn, newTriggers });
})();
