// The as-of slider of a fan chart: which past forecast is shown, beside the counts that came after it.
"use strict";
(() => {
  const C = Corridor;
  const { el } = C;

  // `list` gives the past forecasts of the series that is shown, the earliest first; the last stop is the run's own.
  C.pastSlider = (id, asOf, list, onchange) => {
    const key = () => C.get(id, "");
    const at = () => { const found = list().findIndex((view) => view.as_of === key()); return found < 0 ? list().length : found; };
    const output = el("output", { class: "past-date", for: id, "aria-live": "polite" });
    const slider = el("input", { type: "range", id, min: 0, step: 1, "aria-label": C.say("past_slider"), oninput: () => {
      C.set(id, list()[Number(slider.value)]?.as_of ?? "", "", slider);
      update();
      onchange();
    } });
    const node = el("div", { class: "past" }, el("label", { class: "past-row", for: id }, el("span", {}, C.say("past_slider")), slider, output),
      el("p", { class: "note" }, C.say("past_note")));
    const update = () => {
      const views = list();
      node.hidden = !views.length;
      slider.max = views.length;
      slider.value = at();
      const words = views[at()] ? C.day(views[at()].as_of) : C.say("past_this_run", { date: C.day(asOf) });
      slider.setAttribute("aria-valuetext", words);
      output.replaceChildren(words);
    };
    update();
    return { node, update, chosen: () => list()[at()] ?? null };
  };

  // The counts as a reader of that day knew them: what the forecast was made from, and what came after it.
  C.seenThen = (observed, view) => observed.map(([iso, value]) => [iso, value, iso < view.months[0]]);

  // One frame for every stop of the slider, so that only the forecast moves.
  C.pastFrame = (views, now, observed, line) => {
    const every = [now, ...views].flatMap((view) => view.values.map((values) => values.at(-1)));
    return {
      span: [...observed.map(([iso]) => iso), ...now.months],
      top: d3.max([...every, ...observed.map(([, value]) => (typeof value === "number" ? value : 0)), line]),
    };
  };
})();
