"""What commands share: options, output as table, JSON or CSV, progress, and folders for results."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")


class Day(click.ParamType):  # pyrefly: ignore  # generic from click 8.2 on
    """A day as ``2023-12-31``; the value is a `datetime.date`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Parse, or fail as a wrong call."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.datetime.strptime(str(value), "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a date; write year-month-day, for example 2023-12-31", param, ctx)


def out_option(default: str | None = None, *, help: str = "Folder for the results.") -> Callable[[F], F]:
    """``--out PATH``."""
    kind = click.Path(path_type=Path)
    return click.option("--out", type=kind, default=default, show_default=default is not None, help=help)


def seed_option(default: int = 1) -> Callable[[F], F]:
    """``--seed N``."""
    kind = click.IntRange(0, 2**63 - 1)
    return click.option("--seed", type=kind, default=default, show_default=True, help="Seed of all chance.")


def members_option(default: int) -> Callable[[F], F]:
    """``--members N``."""
    kind = click.IntRange(1, 1_000_000)
    text = "Runs in the ensemble."
    return click.option("--members", type=kind, default=default, show_default=True, help=text)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one, in their order."""

    def apply(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


def ensemble_options(members: int = 200) -> Callable[[F], F]:
    """``--members N --seed N``."""
    return together(members_option(members), seed_option())


def machine_options() -> Callable[[F], F]:
    """``--workers N --cluster ADDRESS --quiet``: where a command runs, and how loudly."""
    return together(workers_option(), cluster_option(), quiet_option())


def as_of_option() -> Callable[[F], F]:
    """``--as-of DATE``; None where it is not given."""
    return click.option(
        "--as-of", type=Day(), default=None, callback=_not_ahead, help="Use only what was public on this day."
    )


def _not_ahead(context: click.Context, option: click.Parameter, value: dt.date | None) -> dt.date | None:
    """What will be public on a day to come is not known; a day ahead is allowed for other time zones."""
    if value is not None and value > dt.date.today() + dt.timedelta(days=1):
        raise click.BadParameter(f"{value} is in the future", context, option)
    return value


def hindsight_option() -> Callable[[F], F]:
    """``--hindsight``."""
    return click.option("--hindsight", is_flag=True, help="Allow figures and measures learned later.")


def responses_option() -> Callable[[F], F]:
    """``--responses/--no-responses``."""
    return click.option(
        "--responses/--no-responses", default=True, show_default=True,
        help="Whether people answer measures as they answered past ones of the same class.",
    )  # fmt: skip


def lang_option(help: str = "Language of the report.") -> Callable[[F], F]:
    """``--lang en|es``."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "es"]),
        default="en",
        show_default=True,
        help=help,
    )


def format_option(default: str = "table") -> Callable[[F], F]:
    """``--format table|json|csv``, as argument ``format``."""
    kind = click.Choice(FORMATS)
    return click.option("--format", type=kind, default=default, show_default=True, help="Form of the output.")


def workers_option() -> Callable[[F], F]:
    """``--workers N``; the default is the number of processors this process may use."""
    kind = click.IntRange(1, 1024)
    return click.option(
        "--workers", type=kind, default=processors, help="Processes to run on.  [default: all processors]"
    )


def cluster_option() -> Callable[[F], F]:
    """``--cluster ADDRESS``: the work of the command goes to the workers of a Dask scheduler."""
    text = "Run on the workers of this Dask scheduler, for example tcp://10.0.0.5:8786."
    return click.option(
        "--cluster", metavar="ADDRESS", callback=_enter_cluster, expose_value=False, help=text
    )


def _enter_cluster(context: click.Context, option: click.Parameter, value: str | None) -> None:
    from corridor.model.workers import on_cluster

    if value is not None:
        context.with_resource(on_cluster(value))


def quiet_option() -> Callable[[F], F]:
    """``--quiet``."""
    return click.option("--quiet", "-q", is_flag=True, help="No progress and no talk.")


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def command_line() -> str:
    """The command as it was called, quoted so that a shell reads the same words again."""
    return shlex.join(["corridor", *sys.argv[1:]])


def talk(text: str, *, quiet: bool = False) -> None:
    """A line for the person at the terminal, on standard error."""
    if not quiet:
        click.echo(printable(text), err=True)


def emit(
    rows: Sequence[Mapping[str, Any]], format: str = "table", columns: Sequence[str] | None = None
) -> None:
    """Rows to standard output in one of `FORMATS`; ``columns`` gives their order (default: as in the first row)."""
    names = list(columns if columns is not None else rows[0] if rows else ())
    if format == "json":
        text = json.dumps([{name: row.get(name) for name in names} for row in rows], **_JSON)
    elif format == "csv":
        text = _csv(rows, names)
    else:
        text = _table(rows, names, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)
    click.echo(text.rstrip("\n") if format == "json" else printable(text).rstrip("\n"))


def emit_object(value: Mapping[str, Any]) -> None:
    """One object as JSON to standard output."""
    click.echo(json.dumps(value, **_JSON))


_JSON: dict[str, Any] = {"indent": 2, "ensure_ascii": False, "default": str}


def _csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    from corridor.model.cells import safe_cell

    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([safe_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without characters that would steer a terminal; line ends and tabs stay."""
    return _CONTROL.sub("\ufffd", text)


NARROWEST = 8
"""Characters to which a column of text may be cut."""


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str], width: int | None = None) -> str:
    """Aligned columns: numbers to the right, text to the left; texts are cut to fit into ``width``."""
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    right = [bool(rows) and all(_is_number(row.get(name)) for row in rows) for name in names]
    widths = [max(len(name), *(len(line[i]) for line in cells), 0) for i, name in enumerate(names)]

    spare = 0 if width is None else sum(widths) + 2 * (len(widths) - 1) - width
    while spare > 0:
        wide = max((i for i in range(len(names)) if not right[i]), key=widths.__getitem__, default=None)
        if wide is None or widths[wide] <= NARROWEST:
            break
        cut = min(spare, widths[wide] - NARROWEST, max(1, widths[wide] // 8))
        widths[wide], spare = widths[wide] - cut, spare - cut

    def line(texts: Sequence[str]) -> str:
        texts = [t if len(t) <= w else f"{t[: w - 1]}…" for t, w in zip(texts, widths, strict=True)]
        aligned = [t.rjust(w) if r else t.ljust(w) for t, w, r in zip(texts, widths, right, strict=True)]
        return "  ".join(aligned).rstrip()

    return "\n".join([line(list(names)), line(["-" * width for width in widths]), *map(line, cells)])


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) and 1e5 <= abs(value) < math.inf:
        return f"{value:,.0f}"
    return f"{value:,.6g}" if isinstance(value, float) else printable(str(value).replace("\n", " "))


@contextmanager
def progress(text: str, total: float | None, *, quiet: bool = False) -> Generator[Callable[[float], None]]:
    """A bar with the time left on standard error, if that is a terminal; yields ``advance(steps)``."""
    if quiet or not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda steps: bar.advance(task, steps)


def out_folder(path: Path) -> Path:
    """The absolute path of a folder for results, sure to be writable; nothing is left behind.

    Asked before any work starts. Raises: `InputError` where a file is in the way or it is read-only.
    """
    from corridor.model.errors import InputError

    path = path.expanduser().absolute()
    base = path
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()  # a name too long, or with a zero byte
        while not base.exists() and base != base.parent:
            base = base.parent
        if not base.is_dir():
            raise InputError(f"{path} cannot be a folder: {base} is a file", hint="choose another --out")
        if not os.access(base, os.W_OK | os.X_OK):
            raise InputError(f"{path} cannot be written: {base} is read-only", hint="choose another --out")
        # Access rights alone do not tell of a file system that is mounted read-only.
        with tempfile.TemporaryDirectory(dir=base, prefix=".corridor-"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path} cannot be written: {reason}", hint="choose another --out") from error
    return path
