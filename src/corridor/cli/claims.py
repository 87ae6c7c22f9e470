"""``corridor claims DIR``."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor.cli.common import as_of_option, emit, format_option, lang_option

if TYPE_CHECKING:
    from corridor.claims import Verdict

_WIDTH = 100


@click.command()
@click.argument("corridor", metavar="DIR")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Statements of this file instead.",
)
@as_of_option()
@lang_option("Language of the text.")
@format_option()
def command(corridor: str, file: Path | None, as_of: dt.date | None, lang: str, format: str) -> None:
    """Check the statements of the corridor folder DIR (or a shipped corridor) against the published counts.

    Without --as-of all that is known now is used, in hindsight. JSON and CSV hold both languages.
    """
    from corridor.claims import COLUMNS, check_claims, verdict_row
    from corridor.formats import open_corridor, read_claims

    found = open_corridor(corridor)
    if file is not None:
        found = found.model_copy(update={"claims": read_claims(file)})
    verdicts = check_claims(found, as_of)
    if format == "table":
        click.echo("\n\n".join(_block(verdict, 1 if lang == "es" else 0) for verdict in verdicts))
    else:
        emit([verdict_row(verdict) for verdict in verdicts], format, COLUMNS)


def _block(verdict: Verdict, lang: int) -> str:
    """A verdict as lines of text; ``lang`` is 0 for English, 1 for Spanish."""
    from corridor.text import LANGS, period, say, word

    claim = verdict.claim
    quoted = say(
        "claims.quoted", text=(claim.statement, claim.statement_es), who=claim.said_by, date=claim.said_on
    )
    lines = [
        f"{claim.id}: {word('claims.outcome', verdict.verdict)[lang].upper()}",
        _wrap(quoted[lang]),
        _wrap((verdict.sentence, verdict.sentence_es)[lang]),
    ]
    details = {
        "first_month": period(verdict.first_month, LANGS[lang]) if verdict.first_month else "",
        "coverage": (verdict.coverage, verdict.coverage_es)[lang],
        "change_it": (verdict.change_it, verdict.change_it_es)[lang],
        "sources": "; ".join((*verdict.sources, claim.source)),
    }
    lines += [_wrap(f"{say(f'claims.label_{name}')[lang]}: {text}") for name, text in details.items() if text]
    return "\n".join(lines)


def _wrap(text: str) -> str:
    indent = "  "
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
