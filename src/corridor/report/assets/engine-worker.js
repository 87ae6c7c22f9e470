// A worker of the page: it runs members, one a message. In the page itself this file does nothing.
"use strict";
if (typeof document === "undefined") {
  const E = CorridorEngine;
  let data, model, draws, setting; // what the reader has set, the same for every member until the next
  const before = new Map(); // runs of a scenario as it stands, by scenario and member
  const memories = new Map(); // and where the run before can be taken up again, by member
  const drawn = new Map(); // a member's own numbers do not depend on the setting
  const member = (job, k, { now, scenario, against }) => {
    if (!memories.has(k)) {
      memories.set(k, {});
      drawn.set(k, E.ofMember(model, draws, k));
    }
    const runIt = (setting, of) => slim(E.memberRun(data, model, drawn.get(k), setting, of, memories.get(k), k));
    const key = `${against.scenario.id}|${k}`;
    const fresh = !before.has(key);
    if (fresh) before.set(key, runIt(against.home, against.scenario));
    const after = now ? runIt(now, scenario) : null; // what the page has already is not sent again
    const given = after ? Object.values(after.stocks).map((values) => values.buffer) : [];
    postMessage({ job, k, key, before: fresh ? before.get(key) : null, after }, given);
  };
  const slim = ({ series, stocks }) => ({ series, stocks });
  onmessage = async ({ data: message }) => {
    if (message.begin) {
      data = message.begin;
      [model, draws] = await Promise.all([E.load(data.engine), E.unpack(data.draws)]);
      E.showStocks(model, data.stocks.flatMap((item) => item.stocks));
      postMessage({ ready: true });
    } else if (message.setting) setting = message.setting;
    else member(message.job, message.k, setting);
  };
}
