"""``corridor reception [DIR] --city CITY`` and ``corridor reception --data MY_CENSUS``."""

from __future__ import annotations

import datetime as dt
import re
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
    quiet_option,
    seed_option,
    talk,
)

if TYPE_CHECKING:
    from corridor.model import Corridor
    from corridor.reception import Reception


class Chance(click.ParamType[float, Any]):
    """A chance as 0.05 or 5%."""

    name = "chance"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The chance as a share, above 0 and below 1."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(%?)\s*", str(value))
        share = float(found[1]) / (100.0 if found[2] else 1.0) if found else -1.0
        if not 0 < share < 1:
            self.fail(f"{value!r} is no chance; write 5% or 0.05", param, ctx)
        return share


@click.command()
@click.argument("corridor", metavar="[DIR]", required=False)
@click.option("--city", metavar="CITY", help="A city whose figures are shipped.")
@click.option(
    "--data", metavar="NAME", help="Your census, in place of a city: a dataset (corridor data add)."
)
@click.option(
    "--arrivals", metavar="NAME", help="With --data: your arrivals, by period or as running totals."
)
@click.option("--exits", metavar="NAME", help="With --data: your exits by period.")
@as_of_option()
@click.option("--scenario", metavar="SCENARIO", help="With DIR: arrivals and measures of this scenario.")
@click.option("--beds", type=click.FloatRange(0), help="Beds there are.  [default: those that are known]")
@click.option("--by", type=Day(), help="Last day that counts.  [default: 26 weeks ahead]")
@click.option(
    "--limit", type=Chance(), default="5%", show_default=True, help="Chance of too few beds to stay below."
)
@click.option("--cost", type=click.FloatRange(0), metavar="USD", help="Cost of a person and day.")
@click.option("--fiscal-month", type=click.IntRange(1, 12), help="Month in which the fiscal year begins.")
@click.option(
    "--people-per-room", type=click.FloatRange(0.1), default=2.5, show_default=True, help="People in a room."
)
@click.option(
    "--staff-per-100", type=click.FloatRange(0), default=8.0, show_default=True, help="Staff for 100 people."
)
@click.option(
    "--coordinate",
    is_flag=True,
    help="With DIR: send a scenario's releases to the cities by four rules instead.",
)
@click.option("--own-way", type=click.FloatRange(0, 1), default=0.3, show_default=True,
              help="With --coordinate: share that goes its own way.")  # fmt: skip
@click.option("--part", type=click.FloatRange(0, 1), default=1.0, show_default=True,
              help="With --coordinate: share of the others that is coordinated.")  # fmt: skip
@click.option("--scoreboard", is_flag=True, help="Score past forecasts beside a random walk instead.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a run folder, for `corridor report`.")
@seed_option()
@format_option()
@quiet_option()
def command(
    corridor: str | None, city: str | None, data: str | None, arrivals: str | None, exits: str | None,
    as_of: dt.date | None, scenario: str | None, beds: float | None, by: dt.date | None, limit: float,
    cost: float | None, fiscal_month: int | None, people_per_room: float, staff_per_100: float, coordinate: bool, own_way: float, part: float, scoreboard: bool,
    out: Path | None, seed: int, format: str, quiet: bool,
) -> None:  # fmt: skip
    """Say how many beds are missing, by when, and what drives it.

    From the figures of a shipped city, or from your own census (and arrivals and exits, where you have them). By
    week: the census with its 80 % interval, the chance that it passes the beds on the day and at any time up to
    it, and the extra beds that keep this chance below --limit.
    """
    from corridor.formats import open_corridor
    from corridor.reception import Options, Ratios, city_reception, own_reception

    if coordinate:
        if corridor is None or city or data:
            raise click.UsageError("--coordinate needs DIR, and neither --city nor --data")
        _coordinate(open_corridor(corridor), scenario, as_of, by, own_way, part, format)
        return
    if (city is None) == (data is None):
        raise click.UsageError("name either --city CITY or --data NAME")
    if data is None and (arrivals or exits):
        raise click.UsageError("--arrivals and --exits go with --data")
    if scenario is not None and (corridor is None or city is None):
        raise click.UsageError("--scenario needs DIR and --city")
    options = Options(by=by, limit=limit, seed=seed)
    ratios = Ratios(people_per_room=people_per_room, staff_per_100=staff_per_100)
    if data is not None:
        found = own_reception(data, arrivals, exits, beds=beds, as_of=as_of, cost=cost, ratios=ratios,
                              fiscal_month=fiscal_month or 1, options=options)  # fmt: skip
    else:
        opened = open_corridor(corridor or "americas")
        found = city_reception(opened, str(city), as_of or opened.settings.as_of, scenario=scenario, beds=beds,
                               cost=cost, fiscal_month=fiscal_month, ratios=ratios, options=options)  # fmt: skip
    if scoreboard:
        table = found.scoreboard()
        emit(table.to_dicts(), format, table.columns)
        return
    _show(found, format, quiet)
    if out is not None:
        from corridor.study.reception import write_reception

        write_reception(found, out, command_line())
        talk(f"wrote {out}; next: corridor report {out}", quiet=quiet)


def _coordinate(
    corridor: Corridor, scenario: str | None, as_of: dt.date | None, by: dt.date | None, own_way: float, part: float,
    format: str,
) -> None:  # fmt: skip
    from corridor.study.coordination import coordination_table

    day = as_of or corridor.settings.as_of
    weeks = 26 if by is None else max(1, (by - day).days // 7)
    table = coordination_table(corridor, scenario, day, weeks=weeks, own_way=own_way, part=part)
    emit(
        [{k: v if isinstance(v, str) else round(v) for k, v in row.items()} for row in table.to_dicts()],
        format,
    )


def _show(found: Reception, format: str, quiet: bool) -> None:
    rows = week_rows(found)
    if format == "json":
        emit_object(answer(found) | {"weeks": rows, "levers": found.lever_effects.to_dicts(),
                                     "fiscal_years": found.fiscal_years().to_dicts(),
                                     "identified": found.identified().to_dicts()})  # fmt: skip
        return
    emit([_without_certainty(row) for row in rows] if format == "table" else rows, format)
    for note in found.notes:
        talk(f"note: {note}", quiet=quiet)
    if format == "table":
        for sentence in sentences(found):
            talk(sentence, quiet=quiet)


def _without_certainty(row: dict[str, Any]) -> dict[str, Any]:
    """The row with `<1` and `>99` in place of chances that draws cannot show."""
    from corridor.text.numbers import RARE

    rare = 100 * RARE
    shown = {
        name: f"<{rare:g}" if value < rare else f">{100 - rare:g}"
        for name in ("chance_percent", "ever_percent")
        if (value := row.get(name)) is not None and not rare <= value <= 100 - rare
    }
    return row | shown


def week_rows(found: Reception) -> list[dict[str, Any]]:
    """One row for each week: medians, the census with its 80 % interval, and the chance of too few beds."""
    table = found.weeks()
    values = {(row["date"], row["item"], row["quantile"]): row["value"] for row in table.to_dicts()}
    chance = found.chance() if found.place.beds else None
    need = dict(found.extra_beds(by=found.paths.days[-1]).schedule) if found.place.beds else {}
    rows = []
    for i, day in enumerate(found.paths.days):
        row: dict[str, Any] = {"week": day.isoformat(), "census": round(values[day, "census", 0.5]),
                               "low": round(values[day, "census", 0.1]), "high": round(values[day, "census", 0.9])}  # fmt: skip
        if chance is not None:
            row |= {"chance_percent": round(100 * float(chance.above[i]), 1),
                    "ever_percent": round(100 * float(chance.ever[i]), 1), "extra_beds": need[day]}  # fmt: skip
        for item in ("rooms", "staff", "arrivals", "exits", "buses", "meals", "cost"):
            if (day, "cost", 0.5) in values or item != "cost" or (i == 0 and found.place.ratios.cost):
                value = values.get((day, item, 0.5))
                row[item] = None if value is None else round(value)
        rows.append(row)
    return rows


def answer(found: Reception) -> dict[str, Any]:
    """The answer as one object."""
    made: dict[str, Any] = {"place": found.place.id, "as_of": found.as_of, "unit": found.place.unit,
                            "scenario": found.scenario, "notes": list(found.notes)}  # fmt: skip
    if found.place.beds:
        need = found.extra_beds()
        made |= {"by": need.by, "limit": need.limit, "extra_beds": need.extra, "needed_by": need.needed_by,
                 "chance_without": need.chance_without, "chance_with": need.chance_with}  # fmt: skip
    return made


def sentences(found: Reception) -> list[str]:
    """The answer in words: beds, levers, money, what is identified."""
    from corridor.text import chance

    said = []
    if found.place.beds:
        need = found.extra_beds()
        when = f", the first of them by {need.needed_by}" if need.needed_by else ""
        said.append(f"{need.extra:,} extra beds keep the chance of too few by {need.by} at {need.limit:.0%} or below{when}; "
                    f"without any it is {chance(need.chance_without, 'en')}")  # fmt: skip
    for row in found.lever_effects.to_dicts():
        part = f"{row['name']}: census {row['census_change']:+,.0f} on {found.by}"
        if row["extra_beds"] is not None:
            part += (
                f", chance {chance(row['chance'], 'en')} without extra beds, {row['extra_beds']:,} extra beds"
            )
        said.append(
            part + (f", cost {row['cost_change']:+,.0f} USD" if row["cost_change"] is not None else "")
        )
    years = found.fiscal_years()
    for row in years.to_dicts() if years.width else []:
        if row["part"] == "total" and row["quantile"] == 0.5:
            part = "" if row["covered"] > 0.995 else f" ({row['covered']:.0%} of its days)"
            said.append(f"fiscal year {row['fiscal_year']}{part}: {row['value'] / 1e6:,.0f} million USD")
    unknown = [
        row["quantity"].replace("_", " ") for row in found.identified().to_dicts() if not row["identified"]
    ]
    if unknown:
        said.append(f"not told apart by these figures, so as assumed: {', '.join(dict.fromkeys(unknown))}")
    return said
