"""The command line: one module per command, imported only when it runs; the one place that handles errors."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from typing import Any, NoReturn

import click

import corridor

COMMANDS: Mapping[str, str] = {
    "demo": "Run December 2023 from the shipped data to a report.",
    "new": "Write a small corridor folder to start from.",
    "copy": "Copy a corridor to start your own from.",
    "check": "Say everything that is wrong in a corridor folder.",
    "import": "Write a corridor folder from a case of Flee.",
    "data": "List, show and export series; add your own, read new editions.",
    "calibrate": "Fit a corridor to what was known on a date.",
    "forecast": "Forecast a corridor's series or a dataset.",
    "backtest": "Score every forecaster on past dates.",
    "validate": "Score a corridor's baseline on past dates.",
    "simulate": "Run a corridor's scenarios.",
    "explore": "Search packages of measures that parties can agree on.",
    "update": "Read new editions, fit, run and report, and say what changed.",
    "evaluate": "Say what a measure did, with interval and checks.",
    "report": "Write the report of a finished run.",
    "serve": "Serve the pages of finished runs, with JSON of everything.",
    "rerun": "Repeat a run from its manifest and compare the results.",
    "claims": "Check statements against the data.",
    "measures": "List and show the register of measures.",
    "place": "Say which household should go to which site, with a proven bound.",
    "reception": "Say how many beds a city needs, by when, with what chance and at what cost.",
    "place-generate": "Make up households, sites and scores to try placement on.",
}
"""Commands with their one line of help, which stands here so that ``--help`` imports none of them."""

_DEBUG = "--debug"
_MOST_FAULTS = 20
"""Faults that are printed; of the rest, their number."""


def _module(name: str) -> str:
    """Module of a command: hyphens become underscores, a word of Python's gets one at its end."""
    word = name.replace("-", "_")
    return f"{__name__}.{word}_" if iskeyword(word) else f"{__name__}.{word}"


class LazyGroup(click.Group):
    """A group whose commands are modules ``corridor.cli.<name>`` (hyphens as underscores) with an attribute ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands that are installed."""
        return [name for name in COMMANDS if find_spec(_module(name)) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return import_module(_module(cmd_name)).command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The named command; an unknown one is a wrong call, with a guess at what was meant."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            import difflib

            names = self.list_commands(ctx)
            near = difflib.get_close_matches(args[0], names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"commands: {', '.join(names)}"
            raise click.UsageError(f"there is no command {args[0]!r}\nhint: {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; with --record also write what it rests on and what came out."""
        file = ctx.params.get("record")
        if file is None:
            return super().invoke(ctx)
        from corridor.cli.rerun import recorded

        return recorded(file, lambda: super(LazyGroup, self).invoke(ctx))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command; every error becomes a plain message and an exit code (1 failed, 2 wrong input)."""
        words = list(sys.argv[1:] if args is None else args)
        debug = _DEBUG in words
        words = [word for word in words if word != _DEBUG]
        if "NO_COLOR" in os.environ:
            extra.setdefault("color", False)
        _terminate_as_interrupt()
        _write_utf8()
        try:
            code = super().main(words, prog_name or "corridor", complete_var, False, **extra)
        except (Exception, KeyboardInterrupt) as error:
            if debug:
                traceback.print_exc()
            _stop(error)
        sys.exit(code if isinstance(code, int) else 0)


def _terminate_as_interrupt() -> None:
    """A request to terminate is Ctrl-C: workers end, and what is finished is kept."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _write_utf8() -> None:
    """Names, signs and sentences are UTF-8 whatever the locale says; what cannot be written is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _stop(error: BaseException) -> NoReturn:
    """Say what happened on standard error and leave."""
    if isinstance(error, click.ClickException):
        error.show()
        sys.exit(error.exit_code)
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        _say("stopped")
        others = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
        for thread in others:
            thread.join(0.5)
        if any(thread.is_alive() for thread in others):
            # A worker that was ended in the middle of a message leaves its pool's thread waiting for the rest
            # of it, and the interpreter waiting for the thread.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1)
        sys.exit(1)
    from corridor.model.errors import CorridorError

    if isinstance(error, CorridorError):
        faults = getattr(error, "faults", ())
        from corridor.cli.common import printable

        for fault in faults[:_MOST_FAULTS]:
            click.echo(printable(str(fault)), err=True)
        if len(faults) > _MOST_FAULTS:
            click.echo(f"… and {len(faults) - _MOST_FAULTS:,} more faults", err=True)
        _say(printable(error.message) + (f"\nhint: {error.hint}" if error.hint else ""))
        sys.exit(error.exit_code)
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        _say(f"{error.strerror}{where}")
        sys.exit(1)
    first = (str(error).splitlines() or [""])[0]
    _say(f"unexpected {type(error).__name__}: {first}; run again with {_DEBUG} to see where")
    sys.exit(1)


def _say(text: str) -> None:
    color = False if "NO_COLOR" in os.environ else None
    first, *rest = text.split("\n")
    click.echo("\n".join([click.style("error", fg="red") + f": {first}", *rest]), err=True, color=color)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(_DEBUG, is_flag=True, expose_value=False, help="Show where an error arose.")
@click.option(
    "--record", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write a manifest of the command, which `corridor rerun` repeats.",
)  # fmt: skip
@click.version_option(corridor.__version__, prog_name="corridor")
def main(record: Path | None) -> None:
    """Corridor: observe, forecast, simulate and plan migration corridors."""
