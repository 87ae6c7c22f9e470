// A worker of the page: it runs members, one a message. In the page itself this file does nothing.
"use strict";
if (typeof document === "undefined") {
  const E = CorridorEngine;
  let data, model, draws;
  const before = new Map(); // runs of a scenario as it stands, by scenario and member
  const member = ({ job, k, now, scenario, against }) => {
    const drawn = E.ofMember(model, draws, k);
    const key = `${against.scenario.id}|${k}`;
    if (!before.has(key)) before.set(key, slim(E.memberRun(data, model, drawn, against.home, against.scenario, k)));
    const was = before.get(key);
    postMessage({ job, k, before: was, after: now ? slim(E.memberRun(data, model, drawn, now, scenario, k)) : was });
  };
  const slim = ({ series, stocks }) => ({ series, stocks });
  onmessage = async ({ data: message }) => {
    if (message.begin) {
      data = message.begin;
      [model, draws] = await Promise.all([E.load(data.engine), E.unpack(data.draws)]);
      postMessage({ ready: true });
    } else member(message);
  };
}
