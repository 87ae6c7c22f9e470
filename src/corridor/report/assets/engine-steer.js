// People who are sent where there is room, as it is every morning: the same as `corridor.engine.kernels.steer`.
"use strict";
(() => {
  const E = CorridorEngine;
  const DECLARED = 1e17;

  // Beds free this morning by reception: room less all who are in it, in front of it or on the way there.
  const freeBeds = (m, room) => Array.from(m.front_stock, (k, j) => {
    if (room[k] > DECLARED) return -1;
    let free = room[k];
    for (let at = m.front_start[j]; at < m.front_start[j + 1]; at++) {
      const c = m.front_cells[at];
      free -= m.work.count[c] * m.cell_size[c];
    }
    return Math.max(free, 0);
  });

  // What the edges of a cell would carry if all who are directed went in proportion to free beds; null: nobody.
  const aim = (m, edges, beds) => {
    const { directed } = m.values;
    const sent = edges.map((x) => (beds[m.steer_front[x]] >= 0
      ? directed[m.by_flow[m.steer_edge[x]]] * m.work.rate[m.steer_edge[x]] : 0));
    const aimed = edges.map((x, i) => {
      let together = 0;
      edges.forEach((y, n) => { if (m.steer_front[y] === m.steer_front[x]) together += sent[n]; });
      return sent[i] > 0 ? beds[m.steer_front[x]] * sent[i] / together : 0;
    });
    const whole = sent.reduce((a, b) => a + b, 0), pull = aimed.reduce((a, b) => a + b, 0);
    return pull > 0 ? { sent, aimed: aimed.map((v) => whole * v / pull) } : null;
  };

  E.steer = (m, room) => {
    if (!m.values.directed.some((v) => v > 0)) return;
    const { rate, chance, count } = m.work;
    const beds = freeBeds(m, room);
    const people = beds.map(() => 0);
    const cells = Array.from(m.steer_cell, (c, i) => {
      const edges = Array.from({ length: m.steer_start[i + 1] - m.steer_start[i] }, (_, n) => m.steer_start[i] + n);
      const found = aim(m, edges, beds);
      if (found) edges.forEach((x, n) => { people[m.steer_front[x]] += count[c] * m.cell_size[c] * found.aimed[n]; });
      return { c, edges, found };
    });
    let part = 1;
    people.forEach((n, j) => { if (n > beds[j] && n > 0) part = Math.min(part, Math.max(beds[j], 0) / n); });
    for (const { c, edges, found } of cells) {
      let total = 0;
      for (let e = m.cell_start[c]; e < m.cell_start[c + 1]; e++) total += rate[e];
      edges.forEach((x, n) => {
        const e = m.steer_edge[x];
        const steered = found && beds[m.steer_front[x]] >= 0 ? part * (found.aimed[n] - found.sent[n]) : 0;
        chance[e] = (rate[e] + steered) / Math.max(total, 1);
      });
    }
  };
})();
