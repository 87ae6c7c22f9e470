// People who are sent where there is room, as it is every morning: the same as `corridor.engine.kernels.steer`.
"use strict";
(() => {
  const E = CorridorEngine;
  const DECLARED = 1e17;

  E.prepareSteering = (m) => {
    const edges = m.steer_edge.length, fronts = m.front_stock.length;
    m.steer_by = m.steer_edge.map((e) => m.by_flow[e]);
    m.steer_later = m.steer_edge.map((e) => m.later_of[e]);
    for (const name of ["sent", "aimed"]) m.work[name] = new Float64Array(edges);
    for (const name of ["beds", "people"]) m.work[name] = new Float64Array(fronts);
    m.work.anybody = new Uint8Array(m.steer_cell.length);
  };

  // Beds free this morning by reception: room less all who are in it, in front of it or on the way there; -1: no limit.
  const freeBeds = (m, room) => {
    const { beds, count } = m.work;
    const { front_stock: stock, front_start: start, front_cells: cells, cell_size: size } = m;
    for (let j = 0; j < stock.length; j++) {
      let free = room[stock[j]];
      if (free > DECLARED) {
        beds[j] = -1;
        continue;
      }
      for (let at = start[j]; at < start[j + 1]; at++) free -= count[cells[at]] * size[cells[at]];
      beds[j] = Math.max(free, 0);
    }
  };

  // What the edges [first, last) of a cell would carry if all who are directed went in proportion to free beds; whether any are.
  const aim = (m, first, last) => {
    const { rate, sent, aimed, beds } = m.work;
    const { steer_front: front, steer_edge: edge, steer_by: by } = m;
    const { directed } = m.values;
    let whole = 0, pull = 0;
    for (let x = first; x < last; x++) {
      sent[x] = beds[front[x]] >= 0 ? directed[by[x]] * rate[edge[x]] : 0;
      whole += sent[x];
    }
    for (let x = first; x < last; x++) {
      let together = 0;
      for (let y = first; y < last; y++) if (front[y] === front[x]) together += sent[y];
      aimed[x] = sent[x] > 0 ? beds[front[x]] * sent[x] / together : 0;
      pull += aimed[x];
    }
    for (let x = first; x < last; x++) aimed[x] = pull > 0 ? whole * aimed[x] / pull : 0;
    return pull > 0;
  };

  const somebodyDirected = (m) => {
    const { directed } = m.values;
    for (let x = 0; x < m.steer_by.length; x++) if (directed[m.steer_by[x]] > 0) return true;
    return false;
  };

  E.steer = (m, room) => {
    if (!somebodyDirected(m)) return;
    const { rate, chance, count, sent, aimed, beds, people, anybody } = m.work;
    const { steer_cell: cells, steer_start: start, steer_edge: edge, steer_later: later, steer_front: front, cell_start: edges } = m;
    freeBeds(m, room);
    people.fill(0);
    for (let i = 0; i < cells.length; i++) {
      anybody[i] = aim(m, start[i], start[i + 1]) ? 1 : 0;
      if (!anybody[i]) continue;
      const here = count[cells[i]] * m.cell_size[cells[i]];
      for (let x = start[i]; x < start[i + 1]; x++) people[front[x]] += here * aimed[x];
    }
    let part = 1;
    for (let j = 0; j < people.length; j++) {
      if (people[j] > beds[j] && people[j] > 0) part = Math.min(part, Math.max(beds[j], 0) / people[j]);
    }
    for (let i = 0; i < cells.length; i++) {
      let total = 0;
      for (let e = edges[cells[i]]; e < edges[cells[i] + 1]; e++) total += rate[e];
      for (let x = start[i]; x < start[i + 1]; x++) {
        const steered = anybody[i] && beds[front[x]] >= 0 ? part * (aimed[x] - sent[x]) : 0;
        chance[later[x]] = (rate[edge[x]] + steered) / Math.max(total, 1);
      }
    }
  };
})();
