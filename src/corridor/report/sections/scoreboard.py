"""How good the forecasts were on past dates: the scoreboard of the backtest against its reference."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.report.messages import Text, plain
from corridor.report.sections.base import Block, RunView, column, prose, table_block
from corridor.text import LANGS, percent

TEXTS: dict[str, Text] = {
    "title": {"en": "How good past forecasts were", "es": "Qué tan buenos fueron los pronósticos pasados"},
    "intro": {
        "en": "The default forecast, made again on past dates from what was public by then, beside the "
        "calibrated random walk on the same targets. Below 1 is better than that reference. The interval "
        "comes from drawing blocks of four months anew. Revisions of the counts are not known, so this is "
        "pseudo-real-time.",
        "es": "El pronóstico habitual, hecho de nuevo en fechas pasadas con lo que era público entonces, junto a "
        "la caminata aleatoria calibrada en los mismos objetivos. Menos de 1 es mejor que esa referencia. El "
        "intervalo resulta de volver a sortear bloques de cuatro meses. No se conocen las revisiones de las "
        "cifras: es un tiempo casi real.",
    },
    "reading": {
        "en": "One month ahead, standing on day 10, the score of the ten transit nationalities at the US border "
        "differs from the reference by {gain} (interval {low} to {high}); 80 % intervals held {covered} of "
        "the counts.",
        "es": "A un mes, situado en el día 10, el puntaje de las diez nacionalidades en tránsito en la frontera de "
        "EE. UU. difiere de la referencia en {gain} (intervalo {low} a {high}); los intervalos del 80 % "
        "contuvieron el {covered} de las cifras.",
    },
    "table": {"en": "Scoreboard", "es": "Tablero de puntajes"},
    "period_until_2023_12": {"en": "origins until December 2023", "es": "orígenes hasta diciembre de 2023"},
    "period_from_2024_01": {
        "en": "origins from January 2024, on which nothing was chosen",
        "es": "orígenes desde enero de 2024, sobre los que no se eligió nada",
    },
    "period_all": {"en": "all origins", "es": "todos los orígenes"},
    "origin_nowcast": {"en": "day 10", "es": "día 10"},
    "origin_month_end": {"en": "month end", "es": "fin de mes"},
    "set_us_transit_nationalities": {"en": "US, ten nationalities", "es": "EE. UU., diez nacionalidades"},
    "set_us_nationalities": {"en": "US, all nationalities", "es": "EE. UU., todas las nacionalidades"},
    "set_us_total": {"en": "US, total", "es": "EE. UU., total"},
    "set_us_sectors": {
        "en": "US, Border Patrol sectors",
        "es": "EE. UU., sectores de la Patrulla Fronteriza",
    },
    "set_us_field_offices": {"en": "US, field offices", "es": "EE. UU., oficinas de campo"},
    "set_mexico_total": {"en": "Mexico, total", "es": "México, total"},
    "set_mexico_nationalities": {"en": "Mexico, nationalities", "es": "México, nacionalidades"},
    "set_honduras_total": {"en": "Honduras, total", "es": "Honduras, total"},
    "set_honduras_nationalities": {"en": "Honduras, nationalities", "es": "Honduras, nacionalidades"},
    "set_darien_total": {"en": "Darién, total", "es": "Darién, total"},
    "set_darien_nationalities": {"en": "Darién, nationalities", "es": "Darién, nacionalidades"},
    "col_set": {"en": "Series", "es": "Series"},
    "col_origin": {"en": "Stands at", "es": "Situado en"},
    "col_horizon": {"en": "Months ahead", "es": "Meses adelante"},
    "col_period": {"en": "Origins", "es": "Orígenes"},
    "col_relative_wis": {"en": "Score against the reference", "es": "Puntaje frente a la referencia"},
    "col_low": {"en": "Low", "es": "Bajo"},
    "col_high": {"en": "High", "es": "Alto"},
    "col_relative_mae": {"en": "Error of the median", "es": "Error de la mediana"},
    "col_coverage_80": {"en": "Within 80 %", "es": "Dentro del 80 %"},
    "col_coverage_95": {"en": "Within 95 %", "es": "Dentro del 95 %"},
    "col_origins": {"en": "Months scored", "es": "Meses evaluados"},
}
_NUMBERS = ("relative_wis", "low", "high", "relative_mae", "coverage_80", "coverage_95")


class Scoreboard:
    """The scoreboard of the default forecaster."""

    id = "scoreboard"
    title = TEXTS["title"]

    def available(self, view: RunView) -> bool:
        """Whether the run carries a scoreboard."""
        return view.run.has("scoreboard")

    def payload(self, view: RunView) -> list[Block]:
        """What is compared, one sentence with the figures, and the table."""
        table = view.run.table("scoreboard")
        rows = [
            {**row, **{name: _word(prefix, row[name]) for name, prefix in _CODES.items()}}
            for row in table.iter_rows(named=True)
        ]
        columns = [column(name, label=TEXTS[f"col_{name}"]) for name in _CODES]
        columns.append(column("horizon", "number", label=TEXTS["col_horizon"]))
        columns += [column(name, "number3", label=TEXTS[f"col_{name}"]) for name in _NUMBERS]
        columns.append(column("origins", "number", label=TEXTS["col_origins"]))
        blocks: list[Block] = [prose(TEXTS["intro"])]
        said = _reading(table)
        if said:
            blocks.append(prose(said))
        return [*blocks, table_block("scoreboard", TEXTS["table"], columns, rows)]


_CODES = {"series_set": "set", "origin": "origin", "period": "period"}
TEXTS["col_series_set"] = TEXTS["col_set"]


def _word(prefix: str, code: str) -> Text:
    return TEXTS.get(f"{prefix}_{plain(code)}", dict.fromkeys(LANGS, code))


def _reading(table: pl.DataFrame) -> Text | None:
    first = table.filter(series_set="us_transit_nationalities", origin="nowcast", horizon=1)
    if first.is_empty() or first["low"][0] is None:
        return None
    row: dict[str, Any] = first.row(0, named=True)
    return {
        lang: TEXTS["reading"][lang].format(
            **{
                key: percent(row[name] - 1, lang, 1)
                for key, name in (("gain", "relative_wis"), ("low", "low"), ("high", "high"))
            },
            covered=percent(row["coverage_80"], lang, 0),
        )
        for lang in LANGS
    }
