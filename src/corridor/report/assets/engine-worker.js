// A worker of the page: it runs members, one a message. In the page itself this file does nothing.
"use strict";
if (typeof document === "undefined") {
  const E = CorridorEngine;
  let data, model, draws;
  const before = new Map(); // runs of a scenario as it stands, by scenario and member
  const memories = new Map(); // and where the run before can be taken up again, by member
  const member = ({ job, k, now, scenario, against }) => {
    const drawn = E.ofMember(model, draws, k);
    if (!memories.has(k)) memories.set(k, {});
    const runIt = (setting, of) => slim(E.memberRun(data, model, drawn, setting, of, memories.get(k), k));
    const key = `${against.scenario.id}|${k}`;
    if (!before.has(key)) before.set(key, runIt(against.home, against.scenario));
    const was = before.get(key);
    postMessage({ job, k, before: was, after: now ? runIt(now, scenario) : was });
  };
  const slim = ({ series, stocks }) => ({ series, stocks });
  onmessage = async ({ data: message }) => {
    if (message.begin) {
      data = message.begin;
      [model, draws] = await Promise.all([E.load(data.engine), E.unpack(data.draws)]);
      E.showStocks(model, data.stocks.flatMap((item) => item.stocks));
      postMessage({ ready: true });
    } else member(message);
  };
}
