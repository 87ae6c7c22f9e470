"""``corridor evaluate DIR``."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import (
    Day,
    as_of_option,
    command_line,
    emit,
    emit_object,
    format_option,
    hindsight_option,
    lang_option,
    out_folder,
    out_option,
    progress,
    quiet_option,
    seed_option,
    talk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridor.data import Dataset
    from corridor.evaluate import EffectEstimate, Pooled
    from corridor.model import Corridor
    from corridor.series import PublishedSeries
    from corridor.text import Pair

_WIDTH = 100


@click.command()
@click.argument("corridor", metavar="[DIR]", required=False)
@click.option(
    "--data", metavar="NAME", help="A dataset by itself, with --date: by week if it is weekly or daily."
)
@click.option(
    "--from", "since", type=Day(), default=None, help="Leave out what is earlier: where the history begins."
)
@click.option("--measure", default=None, help="Measure whose effect is asked: its date and nationalities.")
@click.option("--series", default=None, help="Series that is counted.  [default: the headline's]")
@click.option("--date", type=Day(), default=None, help="Day on which it began, for a date without a measure.")
@click.option(
    "--months", type=click.IntRange(1, 12), default=1, show_default=True, help="Months counted together."
)
@click.option("--by", multiple=True, help="Narrow the series: nationality=VEN,CUB. Repeat it.")
@click.option(
    "--control", "controls", multiple=True, help="Series that the measure did not touch. Repeat it."
)
@click.option(
    "--donor", "donors", multiple=True, help="Series of the same publisher without spill-over. Repeat it."
)
@click.option("--pool", "lever", default=None, help="Pool the past measures of a lever instead.")
@as_of_option()
@hindsight_option()
@seed_option()
@lang_option("Language of the text.")
@out_option(help="Also write a run folder with the card as report.html.")
@format_option()
@quiet_option()
def command(
    corridor: str | None, data: str | None, since: dt.date | None, measure: str | None, series: str | None, date: dt.date | None, months: int, by: tuple[str, ...],
    controls: tuple[str, ...], donors: tuple[str, ...], lever: str | None, as_of: dt.date | None, hindsight: bool,
    seed: int, lang: str, out: Path | None, format: str, quiet: bool,
) -> None:  # fmt: skip
    """Say what a measure did to a series of the corridor folder DIR (or a shipped corridor), as one card.

    The counts after the date are compared with those expected from the months before. Without --as-of the data stand at the
    corridor's own date; --hindsight takes all that is known now.
    """
    from corridor.formats import open_corridor
    from corridor.model import InputError

    if hindsight and as_of:
        raise click.UsageError("--hindsight takes all that is known now; leave --as-of out")
    if data is not None:
        if corridor or measure or series or date is None:
            raise click.UsageError("--data NAME goes with --date, without DIR, --measure and --series")
        _lone(data, date, since, months, by, as_of, seed, 1 if lang == "es" else 0, format, out)
        return
    if corridor is None:
        raise click.UsageError("name a corridor DIR, or --data NAME with --date")
    found = open_corridor(corridor)
    stands = None if hindsight else as_of or found.settings.as_of
    words = command_line()
    if lever is not None:
        single = [name for name, value in (("--measure", measure), ("--series", series), ("--date", date), ("--by", by), ("--control", controls), ("--donor", donors), ("--out", out)) if value]  # fmt: skip
        if single:
            raise click.UsageError(f"--pool takes no {', '.join(single)}")
        _pool(found, lever, stands, months, seed, words, format)
        return
    if measure is None and (series is None or date is None):
        raise InputError(
            "nothing to evaluate", hint="give --measure ID, --series S with --date D, or --pool LEVER"
        )
    target = out_folder(out) if out else None
    effect = _effect(
        found, stands, seed, words, quiet,
        {"measure": measure, "series": series, "date": date, "months": months, "by": _scope(by),
         "controls": controls, "donors": donors, "since": since},
    )  # fmt: skip
    _show(effect, 1 if lang == "es" else 0, format)
    if target:
        report = _write(found, effect, target, stands, lang)
        talk(f"report: {report}", quiet=quiet)


def _lone(
    name: str, date: dt.date, since: dt.date | None, months: int, by: tuple[str, ...], as_of: dt.date | None,
    seed: int, lang: int, format: str, out: Path | None,
) -> None:  # fmt: skip
    """The card of a dataset by itself: by week where it is weekly or daily and other years can be compared, else by month."""
    from dataclasses import replace

    import polars as pl

    from corridor.data import load
    from corridor.evaluate import measure_effect
    from corridor.evaluate.question import Question
    from corridor.evaluate.weekly import weekly_counts, weekly_effect, weekly_rows
    from corridor.model import InputError
    from corridor.series import partial_ends, read_series, whole_dates
    from corridor.text import say

    notes: list[str] = []
    dataset = load(name)
    dataset = whole_dates(dataset.as_of(as_of) if as_of else dataset, _scope(by), notes)
    if since:
        dataset = replace(dataset, table=dataset.table.filter(pl.col("date") >= since))
    found = None
    if dataset.frequency in ("week", "day"):
        try:
            found = weekly_effect(weekly_counts(dataset, _scope(by)), date)
        except InputError as short:  # too few other years: months need none
            talk(f"not by week: {str(short).splitlines()[0]}; by month instead", quiet=False)
    if found is not None:
        _notes([*notes, *map(str, partial_ends(read_series(dataset, (), _scope(by)), "week"))])
        if out:
            weeks = [
                {"period": one.week, "observed": one.observed, "expected": one.expected}
                for one in found.weeks
            ]
            _lone_page(dataset, found.series, as_of, [found.sentence], weeks, out, lang)
        if format == "json":
            emit_object({"dataset": name, "date": date, "sentence": found.sentence[0],
                         "sentence_es": found.sentence[1], "weeks": weekly_rows(found)})  # fmt: skip
        elif format == "csv":
            emit(weekly_rows(found), "csv")
        else:
            lines = [_wrap(found.sentence[lang]), "", say("effects.label_by_week")[lang]]
            for one in found.weeks:
                effect = (one.effect, one.low_95, one.high_95)
                what = say("effects.card_week", week=one.week, observed=one.observed, effect=effect)
                lines.append(f"  {what[lang]}")
            click.echo("\n".join(lines))
        return
    if dataset.frequency in ("quarter", "year"):
        raise InputError(
            f"{name} is counted by {dataset.frequency}, and effects are measured by month or week",
            hint=f"corridor forecast --data {name} tells what is to be expected",
        )
    published = read_series(dataset, (), _scope(by))
    _notes([*notes, *map(str, partial_ends(published, "month"))])
    series = published.at("month", split_weeks=published.step == "week").trimmed()
    if not series.periods:
        raise InputError(
            f"{name} holds no whole month",
            hint="dated points of a flow, and days that fill no month, make up no period",
        )
    question = Question(series, date, months, name=say("effects.only_date", date=date))
    effect = measure_effect(question, None, seed=seed, as_of=as_of)
    if out:
        said = [effect.sentence, *(check.sentence for check in effect.checks)]
        rows = [
            {"period": one.first, "observed": one.observed, "expected": one.expected}
            for one in effect.by_month
        ]
        _lone_page(dataset, series, as_of, said, rows, out, lang)
    _show(effect, lang, format)


def _notes(notes: Sequence[str]) -> None:
    for note in notes:
        talk(f"note: {note}", quiet=False)


def _lone_page(
    dataset: Dataset, series: PublishedSeries, as_of: dt.date | None, said: Sequence[Pair], rows: list[dict[str, Any]],
    out: Path, lang: int,
) -> None:  # fmt: skip
    """The page of an effect on one series."""
    import numpy as np

    from corridor.cli.series_page import write_page
    from corridor.text import by_lang

    counts = [None if np.isnan(value) else float(value) for value in series.counts]
    publishers = "; ".join(dict.fromkeys(source.publisher for source in dataset.sources)) or dataset.id
    parts = {
        "name": dataset.id, "unit": dataset.unit, "source": publishers, "kind": dataset.kind, "step": series.step,
        "as_of": as_of or dt.date.today(), "observed": list(zip(series.periods, counts, strict=True)),
        "effect": [by_lang(pair) for pair in said], "after": rows,
    }  # fmt: skip
    write_page(out, "es" if lang else "en", parts, quiet=False)


def _scope(by: tuple[str, ...]) -> dict[str, list[str]]:
    """``nationality=VEN,CUB`` as values by dimension."""
    found: dict[str, list[str]] = {}
    for text in by:
        dim, sign, values = text.partition("=")
        named = [value.strip() for value in values.split(",") if value.strip()]
        if not sign or not named:
            raise click.BadParameter(
                f"{text!r} is not DIMENSION=VALUE, such as nationality=VEN", param_hint="--by"
            )
        found.setdefault(dim.strip(), []).extend(named)
    return found


def _effect(
    corridor: Corridor, as_of: dt.date | None, seed: int, words: str, quiet: bool, asked: dict[str, Any]
) -> EffectEstimate:
    from corridor.evaluate import build_question, events_around, measure_effect
    from corridor.evaluate.checks import CHECKS

    question = build_question(corridor, as_of=as_of, **asked)
    events = events_around(corridor, question, as_of)
    with progress("checks", len(CHECKS), quiet=quiet) as advance:
        return measure_effect(
            question, events, seed=seed, command=words, as_of=as_of, tick=lambda: advance(1)
        )


def _show(effect: EffectEstimate, lang: int, format: str) -> None:
    from corridor.evaluate.tables import EFFECTS, effect_object, span_rows

    if format == "json":
        emit_object(effect_object(effect))
    elif format == "csv":
        emit(span_rows(effect), "csv", EFFECTS)
    else:
        click.echo(_card(effect, lang))


def _card(effect: EffectEstimate, lang: int) -> str:
    """An effect as lines of text; ``lang`` is 0 for English, 1 for Spanish."""
    from corridor.text import say, word

    lines = [_wrap(f"{effect.name[lang]} ({effect.date})"), _wrap(effect.sentence[lang])]
    for key, spans in (("by_month", effect.by_month), ("cumulative", effect.cumulative)):
        lines += ["", say(f"effects.label_{key}")[lang]]
        for one in spans:
            effect_of = (one.effect, one.low_95, one.high_95)
            what = say(
                "effects.card_span", period=(one.first, one.last), observed=one.observed, effect=effect_of
            )
            lines.append(f"  {what[lang]}")
    lines += ["", say("effects.label_checks")[lang]]
    for check in effect.checks:
        outcome = word("effects.outcome", check.outcome)[lang].upper()
        name = say(f"effects.check_{check.name}")[lang]
        lines.append(_wrap(f"{outcome}: {name}. {check.sentence[lang]}", "  "))
    lines += ["", _wrap(f"{say('effects.label_sources')[lang]}: {'; '.join(effect.sources)}")]
    return "\n".join(lines)


def _wrap(text: str, start: str = "") -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=start, subsequent_indent="    ", break_long_words=False)


def _write(
    corridor: Corridor, effect: EffectEstimate, target: Path, as_of: dt.date | None, lang: str
) -> Path:
    """A run folder with this effect only, and its report."""
    from corridor.evaluate import effect_tables
    from corridor.report import RunFolder, write_html

    settings = corridor.settings
    manifest = {
        **vars(effect.provenance), "as_of": (as_of or settings.as_of).isoformat(), "name": settings.name,
        "corridor": settings.id, "name_es": settings.name_es, "hindsight": as_of is None, "license": settings.license,
        "attribution": settings.attribution,
    }  # fmt: skip
    run = RunFolder.write(target, effect_tables([effect]), manifest)
    return write_html(run, target / "report.html", "es" if lang == "es" else "en")


def _pool(
    corridor: Corridor, lever: str, as_of: dt.date | None, months: int, seed: int, words: str, format: str
) -> None:
    from corridor.evaluate import measure_row, pool
    from corridor.evaluate.tables import effect_object

    pooled = pool(corridor, lever, as_of, months=months, seed=seed, command=words)
    row = measure_row(pooled) if pooled.unit or format == "csv" else None
    if format == "json":
        emit_object(
            {
                **{name: getattr(pooled, name) for name in ("lever", "unit", "stands_for", "strength", "low", "high", "between_sd", "known_from", "left_out")},
                "grade": "before_after", "row": row, "effects": [effect_object(e) for e in pooled.effects],
            }
        )  # fmt: skip
    elif format == "csv":
        emit([row or {}], "csv")
    else:
        click.echo(_pool_text(pooled, row))


def _pool_text(pooled: Pooled, row: dict[str, object] | None) -> str:
    unit = f" {pooled.unit}" if pooled.unit else " (a response, no strength of the lever)"
    lines = [
        f"{pooled.lever}: {pooled.strength:.2f}{unit} [{pooled.low:.2f} to {pooled.high:.2f}, 90 % for one more measure]",
        _wrap(f"stands for: {pooled.stands_for}", "  "),
        f"  grade before_after; known from {pooled.known_from}; spread between measures {pooled.between_sd:.2f} (log)",
        "",
    ]  # fmt: skip
    for effect in pooled.effects:
        h = effect.headline
        lines.append(
            f"  {effect.measure} ({effect.date}), {effect.series}: {100 * h.effect:+.0f} % "
            f"[{100 * h.low_95:+.0f}, {100 * h.high_95:+.0f}], {effect.conclusion}"
        )
    lines += [f"  left out: {name}: {why}" for name, why in pooled.left_out.items()]
    if row:
        lines += ["", "row for measures.csv: --format csv (set its dates and scope)"]
    return "\n".join(lines)
