"""``corridor check DIR``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from corridor.cli.common import emit, emit_object, format_option, talk


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
        talk(f"next: corridor simulate {shlex.quote(corridor)}", quiet=format != "table")


def _rows(summary: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in summary.items():
        if isinstance(value, Mapping):
            for word, count in value.items():
                yield {"what": f"{name.replace('_', ' ')}: {word}", "value": str(count)}
        else:
            text = ", ".join(value) if isinstance(value, list) else value
            yield {"what": name.replace("_", " "), "value": str(text)}
