// Numbers, dates and messages in the language of the page; the same rules as `corridor.text`: halves go away from zero.
"use strict";
globalThis.Corridor = {};
(() => {
  const data = JSON.parse(document.getElementById("payload").textContent);
  const state = { lang: data.lang, chosen: new Map() };
  const THIN = "\u202f";
  const MINUS = "\u2212";

  const text = (value) => {
    if (value === null || value === undefined) return "";
    return typeof value === "object" ? (value[state.lang] ?? "") : String(value);
  };

  // One pass, so that a value that holds braces is not read again.
  const fill = (template, values = {}) =>
    text(template).replace(/\{(\w+)\}/g, (all, name) => (name in values ? text(values[name]) : all));

  const say = (key, values) => fill(data.messages[key], values);

  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

  const number = (value, decimals = 0, sign = false) => {
    const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
    let shown = grouped(whole);
    if (state.lang === "es") shown = shown.replaceAll(",", whole.length > 4 ? THIN : "");
    if (part) shown += (state.lang === "es" ? "," : ".") + part;
    if (!/[1-9]/.test(shown)) return shown;
    return value < 0 ? MINUS + shown : sign ? "+" + shown : shown;
  };

  const significant = (value, digits = 3) =>
    value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(digits));

  const rounded = (value, sign = false) => {
    const small = significant(value);
    let decimals = Math.abs(small) >= 100 ? 0 : Math.abs(small) >= 10 ? 1 : 2;
    if (small === Math.round(small)) decimals = 0;
    if (small !== 0 && Math.abs(small) < 0.01) decimals = 4;
    return number(small, decimals, sign);
  };

  const percent = (share, decimals = 0) => number(100 * share, decimals) + "\u00a0%";

  // A chance from draws, which cannot show what is rarer than one in a hundred.
  const chance = (share) => share < 0.01 ? "<" + percent(0.01) : share > 0.99 ? ">" + percent(0.99) : percent(share);

  const monthName = (iso) => data.months[state.lang][Number(iso.slice(5, 7)) - 1];
  const month = (iso) => monthName(iso) + (state.lang === "en" ? " " : " de ") + iso.slice(0, 4);
  const shortMonth = (iso) => monthName(iso).slice(0, 3);
  const day = (iso) => Number(iso.slice(8, 10)) + (state.lang === "en" ? " " : " de ") + month(iso);

  const FORMATS = {
    text, date: day, month, percent, chance, rounded, percent2: (share) => percent(share, 2),
    flag: (value) => say(value ? "yes" : "no"),
    number: (value) => (Number.isInteger(value) ? number(value) : rounded(value)),
  };
  // A cell of a table as the reader sees it; Python declares the kinds. A text in a column of numbers stays a text.
  const cell = (value, kind) => {
    if (value === null || value === undefined || value === "") return "";
    const { format, suffix } = data.kinds[kind] ?? data.kinds.text;
    const words = typeof value === "object" || (typeof value === "string" && !["date", "month"].includes(format));
    const plain = typeof value === "number" && format === "text";
    return (words ? text(value) : plain ? FORMATS.number(value) : FORMATS[format](value)) + suffix;
  };

  Object.assign(Corridor, {
    data, state, text, fill, say, number, significant, rounded, percent, chance, month, shortMonth, day, cell,
  });
})();
