"""One self-contained HTML file from a run folder: both languages inside, no network, no build step."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from corridor.model import Fault, InputError, did_you_mean
from corridor.model.files import write_text
from corridor.report.assets import ENGINE, SCRIPTS, read
from corridor.report.blocks import COLUMN_KINDS, check_blocks
from corridor.report.messages import Text, glossary, page_messages, say
from corridor.report.pages import pages
from corridor.report.sections import SECTIONS, Brief, RunView, Section, sentences
from corridor.study.folder import RunFolder
from corridor.text import LANGS, MONTHS, Lang, day, month

PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript><main><h1>{title}</h1>{sentences}<p>{noscript}</p></main></noscript>
<div id="report"></div>
<script type="application/json" id="payload">{payload}</script>
{scripts}
</body>
</html>
"""


def write_html(
    run: RunFolder,
    out: Path,
    lang: Lang = "en",
    *,
    against: RunFolder | None = None,
    brief: str | None = None,
) -> Path:
    """Write the report of a run as one HTML file that switches between the languages of the corridor.

    It opens in ``lang``; with the default, ``en``, in the language of the reader's browser where it has that.

    ``against`` is another run, of which a section says what moved and why. ``brief`` is a scenario whose
    one-page brief is written alone. The file forbids itself any network by its Content-Security-Policy,
    which also names the hash of each of its scripts: nothing that stands in the data can run.

    Raises:
        InputError: the manifest lacks what a report needs, the corridor has no texts in ``lang``, the scenario has no brief, or the file cannot be
            written.
    """
    out = Path(out)
    write_text(out, render(run, lang, against=against, brief=brief))
    return out


def render(
    run: RunFolder, lang: Lang = "en", *, against: RunFolder | None = None, brief: str | None = None
) -> str:
    """The HTML text of a run's report."""
    for one in (run, against):
        if one is not None:
            _check(one)
    _check_language(run, lang)
    view = RunView(run, against)
    if brief is not None:
        _check_brief(view, brief)
    return page(view.title, sentences(view), payload(view, lang, brief), lang)


def page(
    title: Text, spoken: Sequence[Text], data: dict[str, Any], lang: Lang, *, served: bool = False
) -> str:
    """The HTML text of a page that shows ``data`` (see :func:`payload`); ``spoken`` is read where no script runs.

    A page that is ``served`` names its scripts by address (``/static/…``), so that its policy can forbid every
    script inside it.
    """
    scripts = [read(name) for name in SCRIPTS]
    for name, script in zip(SCRIPTS, scripts, strict=True):
        if "</script" in script.lower():
            raise ValueError(f"{name} would end its own script element")
    return PAGE.format(
        lang=lang,
        policy=SERVED_POLICY if served else _policy(scripts),
        title=escape(title[lang]),
        style=read("report.css"),
        sentences="".join(f"<p>{escape(sentence[lang])}</p>" for sentence in spoken),
        noscript=escape(say("noscript")[lang]),
        payload=as_script_json(data),
        scripts="\n".join(
            _script(name, None if served else script) for name, script in zip(SCRIPTS, scripts, strict=True)
        ),
    )


SERVED_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'; "
    "worker-src blob:; form-action 'none'; base-uri 'none'"
)


def _script(name: str, text: str | None) -> str:
    mark = " data-engine" if name in ENGINE else ""
    return (
        f'<script{mark} src="/static/{name}"></script>' if text is None else f"<script{mark}>{text}</script>"
    )


def _check(run: RunFolder) -> None:
    """A report needs a date to stand at, and the levels that its sentences name."""
    faults = []
    try:
        dt.date.fromisoformat(str(run.manifest.get("as_of", ""))[:10])
    except ValueError:
        hint = "year-month-day, for example 2023-12-31"
        faults.append(Fault("manifest.json", None, "as_of", "is not a date", hint))
    for name in ("forecast", "periods", "daily"):
        have = set(run.table(name)["quantile"].round(4).to_list())
        if have and not have >= {0.1, 0.5, 0.9}:
            faults.append(Fault(name, None, "quantile", "lacks one of the levels 0.1, 0.5, 0.9"))
    if faults:
        raise InputError(f"{run.path} has too little for a report", faults=faults)


def languages_of(run: RunFolder) -> tuple[Lang, ...]:
    """Languages that the corridor's texts have; all where the manifest does not say."""
    listed = run.manifest.get("languages") or LANGS
    return tuple(lang for lang in LANGS if lang in listed)


def _check_language(run: RunFolder, lang: Lang) -> None:
    languages = languages_of(run)
    if lang not in languages:
        hint = f"its corridor has: {', '.join(languages)} (languages in corridor.yaml)"
        raise InputError(f"{run.path} has no texts in {lang!r}", hint=hint)


def _check_brief(view: RunView, scenario: str) -> None:
    """A brief needs a scenario of the run, and stocks by month."""
    if not Brief().available(view):
        raise InputError(
            f"{view.run.path} has nothing for a brief", hint="it needs stocks of people by month"
        )
    if scenario not in view.scenarios:
        hint = did_you_mean(scenario, view.scenarios) or f"scenarios: {', '.join(view.scenarios)}"
        raise InputError(f"{view.run.path} has no scenario {scenario!r}", hint=hint)


def payload(view: RunView, lang: Lang = "en", brief: str | None = None) -> dict[str, Any]:
    """Everything that the page shows, as plain data; with ``brief`` a scenario's brief and nothing else."""
    every = SECTIONS if brief is None else (Brief(),)
    shown = [section for section in every if section.available(view)]
    return {
        "lang": lang,
        "languages": languages_of(view.run),
        "brief": brief,
        "run": {"name": view.run.path.name, "command": str(view.run.manifest.get("command", ""))},
        "baseline": view.scenarios[0] if view.scenarios else None,
        "comparison": view.run.manifest.get("comparison"),
        "header": _header(view),
        "pages": pages(view, shown),
        "sections": [_section(section, view) for section in shown],
        "kinds": {name: asdict(kind) for name, kind in COLUMN_KINDS.items()},
        "messages": page_messages(),
        "glossary": glossary(),
        "months": {language: MONTHS[language] for language in LANGS},
    }


def _section(section: Section, view: RunView) -> dict[str, Any]:
    """A section's blocks, checked against what the page can draw."""
    blocks = section.payload(view)
    check_blocks(section.id, blocks)
    return {"id": section.id, "title": section.title, "blocks": blocks}


def as_script_json(value: Any) -> str:
    """JSON that cannot end or open an element inside a script."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _plain(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; worker-src blob:; form-action 'none'; base-uri 'none'"
    )


def _header(view: RunView) -> dict[str, Any]:
    manifest = view.run.manifest
    known = view.published.filter("known")
    last = dict(known.group_by("series").agg(pl.col("month").max()).rows())
    items = [
        say("known_item", label=view.name(series), month={lang: month(last[series], lang) for lang in LANGS})
        for series in view.ordered(last)
    ]
    date = {lang: day(view.as_of, lang) for lang in LANGS}
    return {
        "title": view.title,
        "subtitle": say("stands_at_long", date=date),
        "stamp": say("stands_at", date=date),
        "known": items,
        "hindsight": say("hindsight", date=date) if manifest.get("hindsight") else None,
        "generated": say("generated", version=str(manifest.get("version", ""))),
    }
