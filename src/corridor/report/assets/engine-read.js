// What a reader's settings mean to the engine, and what its counts mean to a reader. No dependency; the page and
// its workers use the same.
"use strict";
(() => {
  const E = CorridorEngine;
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  // A measured response is off where all the measures that it answers are.
  const silent = (data, now, i) => {
    const answers = data.measures[i].answers ?? [];
    return answers.length > 0 && !now.some((x, k) => x.on && answers.includes(data.measures[k].id));
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
    const byFlow = new Float64Array(M * F);
    for (let i = 0; i < byFlow.length; i++) for (let g = 0; g < G; g++) byFlow[i] += out.monthly_flow[i * G + g];
    const counted = (series, m) => {
      if (!series.coverage) return sum(series.flows.map((f) => byFlow[m * F + f]));
      let people = 0;
      for (const f of series.flows) for (let g = 0; g < G; g++) people += out.monthly_flow[(m * F + f) * G + g] * series.coverage[m][g];
      return people;
    };
    const found = { series: {}, stocks: {}, links: {}, met: {} };
    for (const series of data.series) found.series[series.id] = data.months.map((_, m) => counted(series, m));
    for (const item of data.stocks) {
      let at = 0;
      found.stocks[item.id] = Float64Array.from({ length: D }, (_, d) => {
        while (at + 1 < item.others.length && item.others[at + 1][0] <= d) at += 1;
        return sum(item.stocks.map((k) => out.daily_stock[d * K + k])) + item.others[at][1];
      });
    }
    for (const kind of ["links", "met"]) {
      for (const [id, flows] of Object.entries(data[kind])) {
        found[kind][id] = data.months.map((_, m) => sum(flows.map((f) => byFlow[m * F + f])));
      }
    }
    return found;
  };

  // One number an item: the sum of the months not yet published, or the people on the last day.
  const level = (data, found) => {
    const out = {};
    for (const series of data.series) out[series.id] = sum(series.ahead.map((m) => found.series[series.id][m]));
    for (const item of data.stocks) out[item.id] = found.stocks[item.id].at(-1);
    return out;
  };

  // A member under settings of the reader: a strength that nobody moved is the member's own draw.
  // Its counts are carried to its draw of the forecast (`corridor.forecast.coupled.margins`) where the series has one.
  const memberRun = (data, model, drawn, now, scenario, k) => {
    const own = now.map((x, i) => (x.strength === model.measures[i].strength ? { ...x, strength: drawn.measures[i].strength } : x));
    const found = read(data, model, E.run(drawn, chosen(data, own, scenario.events)));
    for (const { id, carry } of data.series) if (carry) found.series[id] = found.series[id].map((people, m) => people * carry[m][k]);
    return found;
  };

  Object.assign(E, { chosen, silent, read, level, memberRun });
})();
