"""``corridor measures``: who did, announced or asked for what, when that was known, and what models it."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import (
    as_of_option,
    emit,
    emit_object,
    format_option,
    hindsight_option,
    lang_option,
    talk,
)

if TYPE_CHECKING:
    from corridor.formats.register import Registered
    from corridor.model import Corridor, RegisterEntry

_WIDTH = 100
_WIDTHS = {"actor": 22, "name": 48, "levers": 24, "strength": 32, "grade": 16}
"""Widest texts of the table of ``list``; JSON and CSV have them whole."""
_STATUSES = ("in_force", "announced", "asked_for", "reported", "proposed", "ended", "not_enacted")
_LANG = lang_option("Language of the text.")


@click.group("measures", help="List and show the register of measures.")
def command() -> None:
    """Group of the commands on the register."""


@command.command("list", short_help="List what was known on a day.")
@click.argument("corridor", metavar="[DIR]", default="americas")
@as_of_option()
@click.option("--lever", metavar="LEVER", help="Only entries that pull this lever.")
@click.option("--actor", metavar="ACTOR", help="Only entries whose actor's name contains this.")
@click.option("--status", type=click.Choice(_STATUSES), help="Only entries of this status on the day.")
@hindsight_option()
@_LANG
@format_option()
def list_command(
    corridor: str,
    as_of: dt.date | None,
    lever: str | None,
    actor: str | None,
    status: str | None,
    hindsight: bool,
    lang: str,
    format: str,
) -> None:
    """List the register of the corridor folder DIR (default: the shipped Americas) as known on a day.

    The day is the corridor's own unless --as-of gives another. JSON and CSV hold both languages.
    """
    from corridor.formats.register import REGISTER_COLUMNS, register_row, registered

    whole, day = _open(corridor, as_of)
    found = list(registered(whole, day, hindsight=hindsight))
    if lever is not None:
        _known_lever(lever, whole)
        found = [one for one in found if lever in one.entry.levers]
    if actor is not None:
        _known_actor(actor, whole)
        found = [one for one in found if _acts(one.entry, actor)]
    if status is not None:
        found = [one for one in found if one.status == status]
    if format == "table":
        emit([_line(one, lang) for one in found], format, tuple(_line_columns(hindsight)))
    else:
        emit([register_row(one) for one in found], format, REGISTER_COLUMNS)
    later = "; * became known later" if any(one.later for one in found) else ""
    count = "1 entry" if len(found) == 1 else f"{len(found)} entries"
    talk(f"{count} as of {day}{later}; (!) weak: a repost, or a date inferred or unconfirmed")


@command.command("show", short_help="Show one entry with its source.")
@click.argument("name", metavar="ID")
@click.argument("corridor", metavar="[DIR]", default="americas")
@as_of_option()
@hindsight_option()
@_LANG
@format_option()
def show_command(
    name: str, corridor: str, as_of: dt.date | None, hindsight: bool, lang: str, format: str
) -> None:
    """Show the entry ID of the register of DIR (default: the shipped Americas): who, when, how strong, source."""
    from corridor.formats.register import REGISTER_COLUMNS, register_row

    whole, day = _open(corridor, as_of)
    found = _find(whole, name, day, hindsight)
    if format == "table":
        click.echo(_block(found, whole, day, lang))
    elif format == "json":
        emit_object({**register_row(found), "modeled_by": _modeled(found, whole)})
    else:
        emit([register_row(found)], format, REGISTER_COLUMNS)


def _open(corridor: str, as_of: dt.date | None) -> tuple[Corridor, dt.date]:
    from corridor.formats import open_corridor

    whole = open_corridor(corridor)
    return whole, as_of or whole.settings.as_of


def _find(whole: Corridor, name: str, day: dt.date, hindsight: bool) -> Registered:
    from corridor.formats.register import registered
    from corridor.model import InputError, did_you_mean

    for found in registered(whole, day, hindsight=hindsight):
        if found.entry.id == name:
            return found
    entries = {entry.id: entry for entry in whole.register_entries}
    if name in entries:
        message = f"{name!r} was not known on {day} (known from {entries[name].known_from})"
        raise InputError(message, hint="add --hindsight")
    models = [entry.id for entry in whole.register_entries if whole.original(name) in entry.measures]
    if models:
        message = f"{name!r} is a measure of measures.csv, not an entry of the register"
        raise InputError(message, hint=f"it models {', '.join(models)}")
    hint = did_you_mean(name, entries) or "`corridor measures list` names them all"
    raise InputError(f"there is no entry {name!r} in the register", hint=hint)


def _known_lever(lever: str, whole: Corridor) -> None:
    from corridor.formats.levers import known_levers
    from corridor.model import InputError, did_you_mean

    known = known_levers()
    if lever not in known:
        used = {name for entry in whole.register_entries for name in entry.levers}
        hint = did_you_mean(lever, known) or f"of this register: {', '.join(sorted(used))}"
        raise InputError(f"there is no lever {lever!r}", hint=hint)


def _known_actor(actor: str, whole: Corridor) -> None:
    from corridor.model import InputError, did_you_mean

    if not any(_acts(entry, actor) for entry in whole.register_entries):
        names = {name for entry in whole.register_entries for name in (entry.actor, entry.actor_es)}
        hint = did_you_mean(actor, names)
        hint = hint or f"actors: {', '.join(sorted({entry.actor for entry in whole.register_entries}))}"
        raise InputError(f"no entry is of an actor {actor!r}", hint=hint)


def _acts(entry: RegisterEntry, actor: str) -> bool:
    return any(actor.casefold() in name.casefold() for name in (entry.actor, entry.actor_es))


def _line_columns(hindsight: bool) -> Iterable[str]:
    later = ("later",) if hindsight else ()
    return ("known_from", *later, "status", "actor", "id", "name", *list(_WIDTHS)[2:], "source_grade")


def _line(one: Registered, lang: str) -> dict[str, Any]:
    entry, words = one.entry, _words(lang)
    texts = {
        "actor": entry.actor_es if lang == "es" else entry.actor,
        "name": ("(!) " if entry.weak else "") + (entry.name_es if lang == "es" else entry.name),
        "levers": ";".join(entry.levers),
        "strength": one.strength,
        "grade": "; ".join(words("grade", grade) for grade in one.grade.split(";") if grade),
    }
    return {
        "known_from": str(entry.known_from),
        "later": "*" if one.later else "",
        "status": words("status", one.status),
        "id": entry.id,
        **{name: _cut(text, _WIDTHS[name]) for name, text in texts.items()},
        "source_grade": words("source", entry.source_grade),
    }


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _words(lang: str) -> Callable[[str, str], str]:
    from corridor.report.messages import word

    return lambda prefix, code: word(prefix, code)["es" if lang == "es" else "en"]


def _modeled(found: Registered, whole: Corridor) -> list[dict[str, Any]]:
    """The measures and events of an entry, with the scenarios that name or lift them."""
    keep = (
        "id",
        "lever",
        "strength",
        "people",
        "low",
        "high",
        "unit",
        "trigger",
        "grade",
        "in_base",
        "hindsight",
        "source",
    )
    return [
        {
            **{name: getattr(model, name) for name in keep if name in type(model).model_fields},
            "scenarios": [
                s.id for s in whole.scenarios if model.id in (*map(whole.original, s.measures), *s.events)
            ],
            "lifted_by": [s.id for s in whole.scenarios if model.id in whole.lifted_in(s)],
        }
        for model in found.measures
    ]


def _block(found: Registered, whole: Corridor, day: dt.date, lang: str) -> str:
    from corridor.formats.register import strength_text
    from corridor.model.scalars import to_text
    from corridor.text import day as written

    entry, words, es = found.entry, _words(lang), lang == "es"
    tongue = "es" if es else "en"

    def say(key: str) -> str:
        return words("register", key)

    def date(value: dt.date | None) -> str:
        return written(value, tongue) if value else ""

    head = f"{entry.id}: {words('status', found.status).upper()} ({date(max(day, entry.known_from))})"
    lines = [head, _wrap(entry.name_es if es else entry.name)]
    weak = f"{say('weak')}: {words('source', entry.source_grade)}, {words('dating', entry.dating)}"
    figure = "" if entry.unit is None else f"{to_text(entry.value)} {words('unit', entry.unit)}"
    details = {
        "later": date(day) if found.later else "",
        "actor": entry.actor_es if es else entry.actor,
        "announced": date(entry.announced),
        "known": date(entry.known_from),
        "start": f"{date(entry.start)} ({words('dating', entry.dating)})" if entry.start else "",
        "end": date(found.end),
        "scope": entry.scope_es if es else entry.scope,
        "levers": ", ".join(entry.levers),
        "figure": figure,
    }
    lines += [_wrap(f"{say(key)}: {text}") for key, text in details.items() if text]
    for model, more in zip(found.measures, _modeled(found, whole), strict=True):
        used = more["scenarios"] or [say("in_base" if model.in_base else "in_none")]
        lifted = f"; {say('lifted_by')}: {', '.join(more['lifted_by'])}" if more["lifted_by"] else ""
        grade = f", {words('grade', more['grade'])}" if "grade" in more else ""
        text = f"{strength_text(model)}{grade}; {say('scenarios')}: {', '.join(used)}{lifted}"
        lines.append(_wrap(f"{say('modeled')}: {model.id}, {text}; {model.source}"))
    lines += [_wrap(weak)] if entry.weak else []
    note = entry.note_es if es else entry.note
    lines += [_wrap(f"{say('note')}: {note}")] if note else []
    rank = words("source", entry.source_grade)
    lines.append(_wrap(f"{say('source')}: {entry.publisher}; {entry.source} ({rank}); {entry.url}"))
    return "\n".join(lines)


def _wrap(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
