"""``corridor check DIR``."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import emit, emit_object, format_option, talk

if TYPE_CHECKING:
    from corridor.model import Corridor


@click.command()
@click.argument("corridor", metavar="DIR")
@format_option()
def command(corridor: str, format: str) -> None:
    """Read the corridor folder DIR (or a shipped corridor) and say everything that is wrong in it.

    Without a fault: what it holds, with a count of each tag and grade. With any: all of them on standard
    error (and, as --format json, on standard output) and exit code 2.
    """
    from corridor.formats.folder import check_corridor, faults_error

    found = check_corridor(corridor)
    if found.corridor is None:
        if format == "json":
            emit_object({"path": str(found.path), "faults": [asdict(fault) for fault in found.faults]})
        raise faults_error(found)
    if format == "json":
        emit_object({"path": str(found.path), "faults": [], **found.summary})
    else:
        emit(list(_rows(found.summary)), format)
        for scenario, text in scenario_notes(found.corridor):
            talk(f"{scenario}: {text}", quiet=format != "table")
        talk(f"next: corridor simulate {shlex.quote(corridor)}", quiet=format != "table")


def scenario_notes(corridor: Corridor) -> Iterator[tuple[str, str]]:
    """By scenario, a sentence on each measure that would move nothing or is cut at a bound.

    Judged on the day on which the last of its measures has come into full effect.
    """
    from corridor.engine import RunSpec, compile_corridor, measure_notes
    from corridor.study.notes import note_text

    by_id = {measure.id: measure for measure in corridor.measures}
    for scenario in corridor.scenarios:
        days = [by_id[name].start + dt.timedelta(days=by_id[name].ramp_days) for name in scenario.measures]
        if corridor.settings.movement is not None or not days:
            continue
        compiled = compile_corridor(corridor, scenario, RunSpec(max(days), max(days), hindsight=True))
        for note in measure_notes(compiled):
            yield scenario.id, note_text(note, by_id[note.measure], corridor.measures)[0]


def _rows(summary: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in summary.items():
        if isinstance(value, Mapping):
            for word, count in value.items():
                yield {"what": f"{name.replace('_', ' ')}: {word}", "value": str(count)}
        else:
            text = ", ".join(value) if isinstance(value, list) else value
            yield {"what": name.replace("_", " "), "value": str(text)}
