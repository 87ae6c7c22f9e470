// One measure of the simulator: on or off, its strength in words and on a slider, dates and source in a fold.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;
  const L = C.levers;

  C.leverControl = (model, measure, i, { get, put }) => {
    const id = `lever-${measure.id}`;
    const name = C.text(measure.name);
    const worded = (v) => (measure.ratio ? `× ${C.rounded(v)}` : measure.share ? C.percent(v) : `${C.rounded(v)} ${C.text(measure.unit)}`);
    const ranged = measure.low !== null && measure.high !== null && measure.low < measure.high;
    const input = (kind, key, label, more = {}) => {
      const node = el("input", { type: kind, id: `${id}-${key}`, ...more });
      return { node, label: el("label", { class: "choice", for: `${id}-${key}` }, el("span", {}, label), node) };
    };
    const on = el("input", { type: "checkbox", id: `${id}-on`, onchange: () => change({ on: on.checked }) });
    const [allowedLow, allowedHigh] = model.measures[i].allowed;
    const slider = ranged ? el("input", {
      type: "range", id: `${id}-slide`, min: measure.low, max: measure.high, step: (measure.high - measure.low) / 200,
      "aria-label": `${C.say("lever_strength")}: ${name}`, oninput: () => change({ on: true, strength: tidy(Number(slider.value)) }),
    }) : null;
    const value = input("number", "value", `${C.say("lever_strength")} (${C.text(measure.unit)})`,
      { step: "any", min: allowedLow, max: allowedHigh });
    const start = input("date", "start", C.say("col_start"));
    const end = input("date", "end", C.say("col_end"));
    value.node.addEventListener("change", () => {
      const typed = Number(value.node.value);
      if (value.node.value !== "" && Number.isFinite(typed) && L.within(model, i, typed)) change({ on: true, strength: typed });
      else show();
    });
    start.node.addEventListener("change", () => (L.isDay(start.node.value) ? change({ start: L.dayOf(start.node.value) }) : show()));
    end.node.addEventListener("change", () => change({ last: L.isDay(end.node.value) ? L.dayOf(end.node.value) : null }));
    // A slider's step leaves 1.7000000000000002; three digits are what a strength has.
    const tidy = (v) => Number(v.toPrecision(4));
    const change = (part) => put(i, { ...get(i), ...part });
    const says = el("p", { class: "lever-says", "aria-live": "polite" });
    const state = el("span", { class: "lever-state" });
    const range = ranged ? C.say("lever_range", { low: C.rounded(measure.low), high: C.rounded(measure.high) }) : C.say("lever_no_range");
    const node = el("li", { class: "lever", "data-lever": measure.id },
      el("label", { class: "lever-on", for: `${id}-on` }, on, el("span", {}, name)), state,
      slider ? el("div", { class: "lever-slide" }, slider) : null,
      el("details", {}, el("summary", { "aria-label": `${C.say("lever_set")}: ${name}` }, C.say("lever_set")),
        el("div", { class: "lever-body" }, el("p", { class: "note" }, range, slider ? ` ${C.text(measure.unit)}` : ""),
          el("div", { class: "controls" }, value.label, start.label, end.label),
          el("p", { class: "note" }, [C.text(measure.actor), C.text(measure.gradeWords), measure.trigger ? C.say("lever_trigger", { name: measure.trigger }) : "",
            C.text(measure.source)].filter(Boolean).join(" · ")))),
      says);
    const show = () => {
      const x = get(i);
      on.checked = x.on;
      if (slider) slider.value = x.strength;
      slider?.setAttribute("aria-valuetext", worded(x.strength));
      value.node.value = x.strength;
      start.node.value = L.iso(x.start);
      end.node.value = x.last === null ? "" : L.iso(x.last);
      const outside = ranged && x.on && (x.strength < measure.low || x.strength > measure.high);
      node.classList.toggle("outside", outside);
      state.replaceChildren(x.on ? worded(x.strength) : C.say("lever_off"),
        outside ? el("span", { class: "badge warn" }, C.say("lever_outside")) : "");
    };
    return { node, show, says: (words) => { if (says.textContent !== words) says.replaceChildren(words); }, moved: (is) => node.classList.toggle("moved", is) };
  };
})();
