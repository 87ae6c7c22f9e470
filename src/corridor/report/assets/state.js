// What the reader chose (language, scenario, month, lines …), kept in the address; and the reader's own run.
"use strict";
(() => {
  const C = Corridor;
  const { state, data } = C;
  const heard = new Map();
  let section = "";
  let timer = 0;

  // A listener belongs to what is drawn now: all are dropped when the page is drawn again.
  const on = (key, listener) => heard.set(key, [...(heard.get(key) ?? []), listener]);
  const emit = (key, origin) => (heard.get(key) ?? []).forEach((listener) => listener(origin));

  // A file that was written in English opens in the reader's language, where it has that.
  const home = data.lang !== "en" ? data.lang : (navigator.languages ?? []).map((code) => code.slice(0, 2)).find((code) => data.languages.includes(code)) ?? data.lang;

  const fragment = () => {
    const parts = [...state.chosen].map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
    if (state.lang !== home) parts.unshift(`lang=${state.lang}`);
    return "#" + [section || "/", ...parts].join("&");
  };
  const write = () => {
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState(null, "", fragment()), 200); // browsers ration these calls
  };

  write.now = () => { clearTimeout(timer); history.replaceState(null, "", fragment()); };

  const decode = (text) => {
    try { return decodeURIComponent(text); } catch { return text; }
  };
  const read = () => {
    const [first, ...parts] = location.hash.slice(1).split("&");
    const pairs = [...(first.includes("=") ? [first] : []), ...parts].map((part) => {
      const at = part.indexOf("=");
      return [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
    section = first.includes("=") ? "" : decode(first); // "/page/element", or an element alone
    state.chosen = new Map(pairs.filter(([key]) => key && key !== "lang"));
    const lang = pairs.find(([key]) => key === "lang")?.[1];
    state.lang = data.languages.includes(lang) ? lang : home;
  };

  const get = (key, fallback = null) => state.chosen.get(key) ?? fallback;
  // What is chosen by default does not burden the address.
  const set = (key, value, fallback = null, origin = null) => {
    if (value === null || String(value) === String(fallback)) state.chosen.delete(key);
    else state.chosen.set(key, String(value));
    write();
    emit(key, origin);
  };

  // Expected values of a run made in the page: {series: {id: [[month, value]]}, stocks: {id: [[date, value]]},
  // links: {id: {month: people}}}. Charts and map draw them over the scenario; null takes them away.
  let run = null;
  const overlay = { get: () => run, set: (value) => { run = value; emit("overlay"); } };

  Object.assign(C, {
    on, emit, get, set, overlay, write, readAddress: read,
    // Where the reader is; a new page is a step that the back button takes back.
    section: (id, step = false) => {
      if (id === undefined) return section;
      if (step) { clearTimeout(timer); history.replaceState(null, "", fragment()); }
      section = id;
      if (step) history.pushState(null, "", fragment());
      else write();
      return section;
    },
    forgetListeners: () => heard.clear(),
    scenario: () => get("scenario", data.baseline),
  });
})();
