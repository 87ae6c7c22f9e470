"""``corridor serve RUN…``."""

from __future__ import annotations

from pathlib import Path

import click

from corridor.cli.common import quiet_option, talk


@click.command(short_help="Serve the pages of finished runs.")
@click.argument("runs", metavar="RUN…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.option(
    "--token",
    envvar="CORRIDOR_TOKEN",
    default="",
    help="What every request must carry; needed beyond this machine.",
)
@click.option(
    "--keep", type=click.Path(path_type=Path), default=Path(".corridor-serve"), show_default=True,
    help="Folder of saved scenarios and ensembles.",
)  # fmt: skip
@click.option(
    "--line", metavar="SERIES=NUMBER", default="", help="Line to watch, for the feed and the webhook."
)
@click.option(
    "--webhook", metavar="URL", default="", help="Called after an update where the line is likely passed."
)
@click.option(
    "--chance",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="How likely, for the webhook.",
)
@quiet_option()
def command(
    runs: tuple[Path, ...], host: str, port: int, token: str, keep: Path, line: str, webhook: str, chance: float,
    quiet: bool,
) -> None:  # fmt: skip
    """Serve the pages of the run folders RUN… from one process, and the JSON of every page, table and figure.

    GET /openapi.json describes the addresses. It needs the extra: pip install 'corridor[serve]'.
    """
    from corridor.model import InputError

    try:
        import uvicorn

        from corridor.serve import Runs, Settings, make_app
    except ImportError as error:
        raise InputError("the server is not installed", hint="pip install 'corridor[serve]'") from error
    series, number = _line(line)
    settings = Settings(
        folder=keep,
        host=host,
        port=port,
        token=token,
        webhook=webhook,
        series=series,
        line=number,
        chance=chance,
    ).check()
    app = make_app(Runs(runs), settings)
    talk(f"serving {', '.join(run.name for run in runs)} at http://{host}:{port}/", quiet=quiet)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


def _line(text: str) -> tuple[str, float]:
    series, found, number = text.partition("=")
    if not text:
        return "", 0.0
    try:
        return series, float(number) if found else float("nan")
    except ValueError as error:
        raise click.UsageError("--line: write series=number, for example us_total=300000") from error
