// Members of the reader's own run, in workers: the central path stands at once, intervals sharpen as members come.
"use strict";
(() => {
  const C = Corridor;
  const MOST_WORKERS = 4;
  const workers = [];
  const befores = new Map(); // runs of a scenario as it stands, by scenario and member
  let job = 0, waiting = [], done = [], told = () => {}, setting = null;

  // The engine's own scripts, as they stand in the page, make the worker: the file needs nothing else.
  const source = async () => {
    const nodes = [...document.querySelectorAll("script[data-engine]")];
    const texts = await Promise.all(nodes.map(async (node) => (node.src ? (await fetch(node.src)).text() : node.textContent)));
    return URL.createObjectURL(new Blob([texts.join("\n;\n")], { type: "text/javascript" }));
  };

  const give = (worker) => {
    if (worker.busy || !worker.ready || !waiting.length) return;
    worker.busy = true;
    // Members that a worker has run before are taken up there again; the others go to whoever is free.
    const known = waiting.findIndex((k) => worker.has.has(k));
    const fresh = waiting.findIndex((k) => !workers.some((other) => other !== worker && other.has.has(k)));
    const [k] = waiting.splice(known >= 0 ? known : Math.max(fresh, 0), 1);
    worker.has.add(k);
    if (worker.job !== job) worker.postMessage({ setting });
    worker.job = job;
    worker.postMessage({ job, k });
  };
  const hear = (worker) => ({ data: message }) => {
    if (message.ready) worker.ready = true;
    else {
      worker.busy = false;
      if (message.before) befores.set(message.key, message.before);
      if (message.job === job) {
        const before = befores.get(message.key);
        done.push({ k: message.k, before, after: message.after ?? before });
        told(done);
      }
    }
    give(worker);
  };

  const begin = async (data) => {
    if (workers.length || !data.draws || typeof Worker === "undefined") return;
    const address = await source();
    const count = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2));
    for (let i = 0; i < count; i++) {
      const worker = new Worker(address);
      worker.has = new Set();
      worker.onmessage = hear(worker);
      worker.postMessage({ begin: data });
      workers.push(worker);
    }
  };

  // Runs every member under `now`; what ran for an earlier setting is dropped.
  const run = (members, next, listener) => {
    job += 1;
    done = [];
    setting = next;
    told = listener;
    waiting = [...Array(members).keys()];
    workers.forEach(give);
  };

  // Linear between the two nearest, as numpy.quantile.
  const quantiles = (values, levels) => {
    const order = Float64Array.from(values).sort();
    return levels.map((q) => {
      const at = q * (order.length - 1), low = Math.floor(at);
      return order[low] + (at - low) * ((order[low + 1] ?? order[low]) - order[low]);
    });
  };

  C.live = { begin, run, quantiles, stop: () => { job += 1; waiting = []; } };
})();
