// What the reader has set each lever to, what the run then gives, and the same as a scenario for the command line.
"use strict";
(() => {
  const C = Corridor;
  const E = CorridorEngine;
  const DAY = 86400000;
  const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
  const dayOf = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY);
  const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && Number.isFinite(dayOf(text));

  // -- settings: {on, start, last, strength} for every measure, days from 1970 ---------------------------------
  const settings = (data, model, scenario) => {
    const inForce = new Map(scenario.measures);
    return model.measures.map((measure, i) => ({
      on: inForce.has(i), start: measure.start, last: inForce.has(i) ? inForce.get(i) : measure.last, strength: measure.strength,
    }));
  };
  const same = (a, b) => a.on === b.on && (!a.on || (a.start === b.start && a.last === b.last && a.strength === b.strength));

  // In the address: only what differs, `id~on~start~end~strength`.
  const encode = (data, now, home) => now.map((x, i) => (same(x, home[i]) ? null
    : [data.measures[i].id, Number(x.on), iso(x.start), x.last === null ? "" : iso(x.last), x.strength].join("~")))
    .filter(Boolean).join(";");
  const within = (model, i, strength) => {
    const [low, high] = model.measures[i].allowed;
    return (low === null || strength >= low) && (high === null || strength <= high);
  };
  const decode = (data, model, text, home) => {
    const now = home.map((x) => ({ ...x }));
    for (const part of (text ?? "").split(";").filter(Boolean)) {
      const [id, on, start, end, strength] = part.split("~");
      const i = data.measures.findIndex((x) => x.id === id);
      const value = Number(strength);
      if (i < 0 || !isDay(start ?? "") || (end && !isDay(end)) || strength === "" || !Number.isFinite(value) || !within(model, i, value)) continue;
      now[i] = { on: on === "1", start: dayOf(start), last: end ? dayOf(end) : null, strength: value };
    }
    return now;
  };

  const { chosen, read, level, silent } = E;

  // Largest change of any number shown, relative to the larger of it and one person.
  const apart = (a, b) => {
    let most = 0;
    for (const kind of Object.keys(a)) {
      for (const id of Object.keys(a[kind])) {
        a[kind][id].forEach((v, i) => { most = Math.max(most, Math.abs(v - b[kind][id][i]) / Math.max(1, Math.abs(v))); });
      }
    }
    return most;
  };

  // For the charts and the map of the rest of the page.
  const overlay = (data, model, found) => {
    const monthly = (values) => Object.fromEntries(data.months.map((m, i) => [m, values[i]]));
    const each = (table, shape) => Object.fromEntries(Object.entries(table).map(([id, values]) => [id, shape(values, id)]));
    const ahead = new Map(data.series.map((x) => [x.id, x.ahead]));
    return {
      series: each(found.series, (values, id) => ahead.get(id).map((m) => [data.months[m], values[m]])),
      stocks: each(found.stocks, (values) => Array.from(values, (v, d) => [iso(model.sizes.first + d), v])),
      links: each(found.links, monthly), met: each(found.met, monthly),
    };
  };

  const run = (data, model, now, scenario, memory) => read(data, model, E.run(model, chosen(data, now, scenario.events), memory));

  // -- the same as a scenario of a corridor folder ----------------------------------------------------------------
  // A moved measure becomes one of its own beside the old one, which leaves the scenario or is lifted. Measured responses are
  // in no folder: the command finds them anew unless the reader moved one; one that is off then stands without effect.
  const answer = (x, measure) => ({
    measure, answer: true, id: measure.id, start: iso(x.start), end: x.last === null ? null : iso(x.last),
    strength: x.on ? x.strength : 1, inside: x.on && x.strength >= measure.low && x.strength <= measure.high,
  });
  const asScenario = (data, now, home, scenario, solved) => {
    const kept = [], lifts = scenario.lifts.map((x) => [...x]), moved = [];
    const isAnswer = (i) => (data.measures[i].answers ?? []).length > 0;
    const own = solved || now.some((x, i) => isAnswer(i) && !same(x, home[i]));
    now.forEach((x, i) => {
      const measure = data.measures[i];
      if (isAnswer(i)) {
        if (own && (x.on || home[i].on)) moved.push(answer(silent(data, now, i) ? { ...x, on: false } : x, measure));
        return;
      }
      const stays = same(x, home[i]);
      if (stays && x.on && !measure.base) kept.push(measure.id);
      if (stays) return;
      if (measure.base && !lifts.some(([id]) => id === measure.id)) lifts.push([measure.id, measure.start]);
      else if (measure.base) lifts.find(([id]) => id === measure.id)[1] = measure.start;
      if (x.on) {
        const inside = measure.low === null || (x.strength >= measure.low && x.strength <= measure.high);
        moved.push({ measure, id: `${measure.id}_moved`, start: iso(x.start), end: x.last === null ? null : iso(x.last), strength: x.strength, inside });
      }
    });
    return { kept, lifts, moved };
  };
  const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // Events that a scenario's file names: every scenario has those of the base already. A run of before does not tell them apart.
  const declared = (data, scenario) => (scenario.declares ?? scenario.events).map((i) => data.events[i]);
  // The scenario's file; its name is the reader's, where there is one.
  const yaml = (data, now, home, scenario, name = "") => {
    const { kept, lifts, moved } = asScenario(data, now, home, scenario, false);
    const { lever_moved_name: moved_, lever_moved_text: about } = C.data.messages;
    const quoted = (text) => JSON.stringify(text);
    return ["id: moved", `name: ${name ? quoted(name) : moved_.en}`, `name_es: ${name ? quoted(name) : moved_.es}`, `description: ${about.en}`, `description_es: ${about.es}`,
      `measures: [${[...kept, ...moved.map((x) => x.id)].join(", ")}]`, `events: [${declared(data, scenario).join(", ")}]`,
      ...(lifts.length ? ["lift:", ...lifts.map(([id, on]) => `  - {measure: ${id}, 'on': ${on}}`)] : [])].join("\n");
  };
  const command = (data, now, home, scenario) => {
    const { moved } = asScenario(data, now, home, scenario, false);
    const rows = moved.map((x) => data.columns.map((name, c) => cell({
      id: x.id, start: x.start, end: x.end ?? "", strength: String(x.strength), in_base: "no",
      grade: x.inside ? x.measure.grade : "assumed", ...(x.inside ? {} : { low: "", high: "" }),
    }[name] ?? x.measure.row[c])).join(","));
    const folder = `${data.corridor}-moved`;
    const dir = `python -c 'from corridor.formats import find_corridor; print(find_corridor("${data.corridor}").resolve())'`;
    return [`cp -r "$(${dir})" ${folder}`, ...(rows.length ? [`cat >> ${folder}/measures.csv <<'ROWS'`, ...rows, "ROWS"] : []),
      `cat > ${folder}/scenarios/moved.yaml <<'SCENARIO'`, yaml(data, now, home, scenario), "SCENARIO",
      `corridor simulate ${folder} ${scenario.id === "base" ? "" : `--scenario ${scenario.id} `}--scenario moved --end ${data.end}`
      + `${data.hindsight ? " --hindsight" : ""} --out ${folder}-run`, ""].join("\n");
  };
  const python = (data, now, home, scenario) => {
    const { kept, lifts, moved } = asScenario(data, now, home, scenario, true);
    const date = (text) => (text === null ? "None" : `dt.date.fromisoformat("${text}")`);
    const list = (items) => `(${items.map((x) => `${x}, `).join("").trimEnd()})`;
    const quoted = (items) => list(items.map((x) => JSON.stringify(x)));
    const plural = ["places", "routes", "nationalities", "households"];
    const told = (x) => Object.fromEntries(data.columns.map((name, c) => [name, {
      id: x.id, start: x.start, end: x.end ?? "", strength: String(x.strength), grade: x.inside ? x.measure.grade : "assumed",
      ...(x.inside ? {} : { low: "", high: "" }),
    }[name] ?? x.measure.row[c]]).filter(([, text]) => text !== "").map(([name, text]) => [name, plural.includes(name) ? text.split(";") : text]));
    const own = moved.map((x) => (x.answer ? `    Measure.model_validate(${JSON.stringify(told(x))}),` : `    known["${x.measure.id}"].model_copy(update={"id": "${x.id}", "in_base": False, "start": ${date(x.start)}, `
      + `"end": ${date(x.end)}, "strength": ${x.strength}${x.inside ? "" : ', "low": None, "high": None, "grade": "assumed"'}}),`));
    const calibrated = data.calibration !== null;
    return ["import datetime as dt", "", ...(calibrated ? ["from corridor.calibrate import read_calibration"] : []),
      `from corridor.engine import ${calibrated ? "run_member" : "RunSpec, compile_corridor, run_member"}`,
      ...(calibrated ? ["from corridor.forecast.engine import compile_forecast"] : []),
      `from corridor.formats import ${calibrated ? "find_corridor, " : ""}open_corridor`, `from corridor.model import Lift, ${moved.some((x) => x.answer) ? "Measure, " : ""}Scenario`, "",
      `corridor = open_corridor("${data.corridor}")`, "known = {measure.id: measure for measure in corridor.measures}",
      "moved = (", ...own, ")", 'corridor = corridor.model_copy(update={"measures": (*corridor.measures, *moved)})',
      "scenario = Scenario(", '    id="moved", name="moved", name_es="moved", description="moved", description_es="moved",',
      `    measures=${quoted([...kept, ...moved.map((x) => x.id)])},`, `    events=${quoted(declared(data, scenario))},`,
      `    lift=${list(lifts.map(([id, on]) => `Lift(measure="${id}", on=${date(on)})`))},`, ")",
      ...(calibrated ? [`calibration = read_calibration(find_corridor("${data.corridor}") / "calibration", ${date(data.calibration)})`,
        `run = compile_forecast(corridor, calibration, scenario, end=${date(data.end)}, hindsight=${data.hindsight ? "True" : "False"})`]
        : [`run = compile_corridor(corridor, scenario, RunSpec(${date(data.start)}, ${date(data.end)}, hindsight=${data.hindsight ? "True" : "False"}))`]),
      "print(run_member(run, None).monthly_flow.sum(axis=2))", ""].join("\n");
  };

  C.levers = { settings, same, silent, encode, decode, within, run, level, apart, overlay, command, yaml, python, iso, dayOf, isDay };
})();
