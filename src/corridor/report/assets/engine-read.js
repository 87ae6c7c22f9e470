// What a reader's settings mean to the engine, and what its counts mean to a reader. No dependency; the page and
// its workers use the same.
"use strict";
(() => {
  const E = CorridorEngine;
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  // A measured response is off where all the measures that it answers are, unless its effect alone is asked for.
  const silent = (data, now, i) => {
    const answers = data.measures[i].answers ?? [];
    return answers.length > 0 && !now[i].alone && !now.some((x, k) => x.on && answers.includes(data.measures[k].id));
  };

  // A measure of the base that is off is lifted on its first day, as a scenario would.
  const chosen = (data, now, events) => ({
    measures: now.flatMap((x, index) => (x.on && !silent(data, now, index) ? [{ index, start: x.start, last: x.last, strength: x.strength }]
      : data.measures[index].base ? [{ index, start: x.start, last: x.start - 1, strength: x.strength }] : [])),
    events,
  });

  // -- what a run gives: every series by month, every stock by day, people on the map's links -------------------
  const read = (data, model, out) => {
    const { months: M, flows: F, stocks: K, groups: G, days: D } = model.sizes;
    const { monthly_flow: flow, daily_stock: stock } = out;
    const byFlow = new Float64Array(M * F);
    for (let i = 0, at = 0; i < byFlow.length; i++) {
      let people = 0;
      for (let g = 0; g < G; g++, at++) people += flow[at];
      byFlow[i] = people;
    }
    const monthly = (flows) => data.months.map((_, m) => {
      let people = 0;
      for (const f of flows) people += byFlow[m * F + f];
      return people;
    });
    const covered = (series, m) => {
      const coverage = series.coverage[m];
      let people = 0;
      for (const f of series.flows) for (let g = 0; g < G; g++) people += flow[(m * F + f) * G + g] * coverage[g];
      return people;
    };
    const found = { series: {}, stocks: {}, links: {}, met: {} };
    for (const series of data.series) found.series[series.id] = series.coverage ? data.months.map((_, m) => covered(series, m)) : monthly(series.flows);
    for (const item of data.stocks) {
      let at = 0;
      const values = new Float64Array(D);
      for (let d = 0; d < D; d++) {
        while (at + 1 < item.others.length && item.others[at + 1][0] <= d) at += 1;
        let people = item.others[at][1];
        for (const k of item.stocks) people += stock[d * K + k];
        values[d] = item.level ? people * item.level[d] : people;
      }
      found.stocks[item.id] = values;
    }
    for (const kind of ["links", "met"]) for (const [id, flows] of Object.entries(data[kind])) found[kind][id] = monthly(flows);
    return found;
  };

  // One number an item: the sum of the months not yet published, or the people on the last day.
  const level = (data, found) => {
    const out = {};
    for (const series of data.series) out[series.id] = sum(series.ahead.map((m) => found.series[series.id][m]));
    for (const item of data.stocks) out[item.id] = found.stocks[item.id].at(-1);
    return out;
  };

  // A city's census of member ``k`` on day ``d``: between the days on which a factor is given along a straight line
  // (`corridor.study.censuses.CityFactors.on`).
  const carriedOn = ({ carry, carried_on: days }, d, k) => {
    if (d <= days[0]) return carry[0][k];
    if (d >= days.at(-1)) return carry.at(-1)[k];
    const right = days.findIndex((day) => day > d), part = (d - days[right - 1]) / (days[right] - days[right - 1]);
    return (1 - part) * carry[right - 1][k] + part * carry[right][k];
  };

  // A member under settings of the reader: a strength that nobody moved is the member's own draw.
  // Member ``k``'s counts are carried to its draw of the forecast (`corridor.forecast.coupled.margins`) where a series has one.
  const memberRun = (data, model, drawn, now, scenario, memory = null, k = 0) => {
    const own = now.map((x, i) => (x.strength === model.measures[i].strength ? { ...x, strength: drawn.measures[i].strength } : x));
    const found = read(data, model, E.run(drawn, chosen(data, own, scenario.events), memory));
    for (const { id, carry } of data.series) if (carry) found.series[id] = found.series[id].map((people, m) => people * carry[m][k]);
    for (const item of data.stocks) if (item.carry) found.stocks[item.id] = found.stocks[item.id].map((people, d) => people * carriedOn(item, d, k));
    return found;
  };

  Object.assign(E, { chosen, silent, read, level, memberRun, carriedOn });
})();
