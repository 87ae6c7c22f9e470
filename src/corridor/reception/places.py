"""A place of reception and what is known of it: the shipped cities, and a user's own from any dataset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl
import yaml

from corridor.data import Dataset, load
from corridor.model import Corridor, InputError, did_you_mean
from corridor.model.periods import period_end
from corridor.reception.balance import Plan, StayLimit
from corridor.reception.figures import Figure, Kind, from_running_totals, rounding
from corridor.reception.needs import Beds, Range, Ratios
from corridor.series import without_partial_dates
from corridor.text import Pair

WEAK_GRADES = ("repost", "unconfirmed")
HOUSEHOLD_DIMS = (
    "household",
    "household_type",
    "households",
    "type",
    "population",
    "kind",
    "group",
    "family",
)
"""Names of a dimension that is taken to be the household type."""
MOST_TYPES = 6
MOST_ZEROS = 0.1
"""Share of zeros from which counts that are kept as a flow are no census."""


@dataclass(frozen=True)
class ReceptionPlace:
    """One place of reception: its figures, rules, beds and costs, each with the day on which it was known."""

    id: str
    name: Pair
    figures: tuple[Figure, ...]
    unit: str = "people"
    households: Mapping[str, float] = field(default_factory=dict)
    """Types with the prior ratio of their exit rate to the first's; empty: not told apart."""
    limits: tuple[StayLimit, ...] = ()
    beds: Beds | None = None
    ratios: Ratios = field(default_factory=Ratios)
    fiscal_month: int = 1
    reimbursed: Range | None = None
    """Share of the spending that others (state, federal government) bore in the last year that is known."""
    arrivals: Dataset | None = None
    """Regular series of arrivals that can be forecast by itself."""
    notes: tuple[str, ...] = ()

    def census(self, as_of: dt.date | None = None) -> tuple[Figure, ...]:
        """Dated censuses of all households, in order."""
        kept = [f for f in self.figures if f.kind == "census" and not f.household]
        return tuple(sorted((f for f in kept if as_of is None or f.known_from <= as_of), key=lambda f: f.end))

    def plan(self, *, members: int = 40, seed: int = 1) -> Plan:
        """The balance's types and rules."""
        names = tuple(self.households) or ("",)
        ratios = tuple(self.households.values()) or (1.0,)
        return Plan(names, ratios, self.limits, members=members, seed=seed)


# -- shipped cities -------------------------------------------------------------------------------------------


@cache
def _cities() -> Mapping[str, Mapping[str, Any]]:
    return yaml.safe_load((files("corridor.reception") / "cities.yaml").read_text("utf-8"))


def city_ids() -> tuple[str, ...]:
    """Cities whose dated figures are shipped."""
    return tuple(_cities())


def city_place(city: str, as_of: dt.date, corridor: Corridor | None = None) -> ReceptionPlace:
    """A shipped city as it was known on a day.

    Parameters
    ----------
    corridor
        Gives the beds and the cost of a person and day of the stock ``<city>.census``, where no figure does.

    Raises
    ------
    InputError
        On an unknown city.
    """
    about = _cities().get(city)
    if about is None:
        raise InputError(
            f"no figures about the city {city!r}",
            hint=did_you_mean(city, city_ids()) or ", ".join(city_ids()),
        )
    rows = load("city_reception").table.filter(pl.col("city") == city)
    beds, cost, room_cost = _beds(about, rows), _cost(about, rows.filter(pl.col("known_from") <= as_of)), None
    if corridor is not None:
        room, room_cost = _of_corridor(corridor, f"{city}.census", as_of)
        beds = beds or (room if about.get("unit", "people") == "people" else None)
    known_beds = Beds(tuple(s for s in beds.steps if s[0] <= as_of), beds.source) if beds else None
    name: Pair = (about["name"], about["name_es"])
    return ReceptionPlace(
        city, name, city_figures(city), about.get("unit", "people"), dict(about.get("households", {})),
        _limits(about, rows), known_beds if known_beds and known_beds.steps else None,
        Ratios(cost=cost or (room_cost if about.get("unit", "people") == "people" else None)),
        about["fiscal_month"], _reimbursed(about["spending"], as_of),
    )  # fmt: skip


@cache
def city_figures(city: str) -> tuple[Figure, ...]:
    """Every dated figure about a shipped city, also those published later."""
    about = _cities()[city]
    rows = load("city_reception").table.filter((pl.col("city") == city) & (pl.col("agency") == ""))
    unit = about.get("unit", "people")
    census = rows.filter((pl.col("measure") == about["census"]) & (pl.col("unit") == unit))
    types = ["", *about.get("households", {})]
    found = [_figure("census", row) for row in census.to_dicts() if row["household"] in types]
    if "census_dataset" in about:
        found += _own_figures(load(about["census_dataset"]), "census")
    if "arrivals_total" in about:
        totals = rows.filter(pl.col("measure") == about["arrivals_total"]).to_dicts()
        found += from_running_totals(_figure("arrivals", row) for row in totals)
    for kind, key in (("arrivals", "arrivals_weekly"), ("exits", "exits_weekly")):
        if key in about:
            weekly = rows.filter(pl.col("measure") == about[key]).to_dicts()
            figures = (_figure(kind, row) for row in weekly)
            found += [replace(f, start=f.end - dt.timedelta(days=7)) for f in figures]
    return one_a_day(found)


def one_a_day(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """One census of a type on a day: the most exact; other figures as they are."""
    best: dict[tuple[object, ...], Figure] = {}
    for figure in figures:
        key = (figure.kind, figure.household, figure.start, figure.end)
        other = best.get(key)
        if other is None or _worth(figure) < _worth(other):
            best[key] = figure
    return tuple(sorted(best.values(), key=lambda f: (f.end, f.kind, f.household)))


def _worth(figure: Figure) -> tuple[object, ...]:
    return figure.weak, figure.high - figure.low, figure.known_from


def _figure(kind: Kind, row: Mapping[str, Any]) -> Figure:
    low, high = rounding(row["value"], row["qualifier"])
    weak = row["grade"] in WEAK_GRADES or row["precision"] in ("approximate", "month")
    return Figure(
        kind, row["date"], row["date"], row["value"], low, high, row["known_from"], row["household"], weak
    )


def _limits(about: Mapping[str, Any], rows: pl.DataFrame) -> tuple[StayLimit, ...]:
    """Announced limits: the first stays run out that many days after the rule begins."""
    found = []
    for measure, bound in about.get("limits", {}).items():
        for row in rows.filter(pl.col("measure") == measure).to_dicts():
            days = int(row["value"])
            start = row["date"] + dt.timedelta(days=days)
            found.append(StayLimit(start, days, tuple(bound), known_from=row["known_from"]))
    return tuple(found)


def _beds(about: Mapping[str, Any], rows: pl.DataFrame) -> Beds | None:
    if "beds" not in about:
        return None
    found = rows.filter(pl.col("measure").is_in(about["beds"])).sort("date")
    steps = tuple((row["known_from"], row["value"]) for row in found.to_dicts())
    return Beds(steps, "; ".join(found["publisher"].unique().sort())) if steps else None


def _cost(about: Mapping[str, Any], rows: pl.DataFrame) -> Range | None:
    """US dollars a person (or family) and day from the last figures that are known; 10 % either way is assumed."""
    if "per_diem" in about:
        night = rows.filter(pl.col("measure") == about["per_diem"]).sort("date").to_dicts()
        held = rows.filter(
            (pl.col("measure") == about["census"]) & (pl.col("agency") == "") & (pl.col("household") != "")
        )
        if held.is_empty():
            return None
        last = held.filter(pl.col("date") == held["date"].max())
        people = last.filter(pl.col("unit") == "people")["value"].sum()
        homes = last.filter(pl.col("unit") == "households")["value"].sum()
        if not night or not people or not homes:
            return None
        value = night[-1]["value"] * homes / people
        return Range(value, 0.9 * value, 1.1 * value, f"{night[-1]['publisher']}, {night[-1]['date']}")
    if "cost_week" in about:
        week = rows.filter(pl.col("measure") == about["cost_week"]).sort("date").to_dicts()
        if week:
            value = week[-1]["value"] / 7.0
            return Range(value, 0.9 * value, 1.1 * value, f"{week[-1]['publisher']}, {week[-1]['date']}")
    return None


def _of_corridor(corridor: Corridor, stock: str, as_of: dt.date) -> tuple[Beds | None, Range | None]:
    """Capacity and cost of a person and day from the corridor's parameters, as known on a day."""
    beds: list[tuple[dt.date, float]] = []
    cost: Range | None = None
    for row in corridor.parameters:
        if row.target != stock or (row.known_from or dt.date.min) > as_of:
            continue
        start = row.valid_from or dt.date(2000, 1, 1)
        if row.parameter == "capacity":
            beds.append((start, row.value))
        if row.parameter == "cost_per_person_day" and start <= as_of:
            cost = Range(row.value, row.low or row.value, row.high or row.value, row.source)
    return (Beds(tuple(sorted(beds)), "corridor") if beds else None), cost


def _reimbursed(place: str, as_of: dt.date) -> Range | None:
    """Share that the state and the federal government bore in the last year that is known."""
    rows = load("city_spending").table.filter((pl.col("place") == place) & (pl.col("known_from") <= as_of))
    wide = rows.pivot("payer", index="date", values="value", aggregate_function="first").sort("date")
    if wide.is_empty() or not {"total", "local"} <= set(wide.columns):
        return None
    last = wide.filter(pl.col("local").is_not_null()).to_dicts()
    if not last:
        return None
    share = 1.0 - last[-1]["local"] / last[-1]["total"]
    return Range(share, share, share, f"city_spending {last[-1]['date'].year}")


# -- a user's own ---------------------------------------------------------------------------------------------


def own_place(
    census: Dataset, arrivals: Dataset | None = None, exits: Dataset | None = None, *, beds: float | None = None,
    cost: float | None = None, fiscal_month: int = 1, ratios: Ratios | None = None,
) -> ReceptionPlace:  # fmt: skip
    """A place from a user's own series of whatever is known.

    Parameters
    ----------
    census
        People on dates, daily, weekly, monthly or a few points; by household type if a dimension is named so.
    arrivals, exits
        People by period. Arrivals kept as a stock that never falls are running totals.

    Raises
    ------
    InputError
        On negative beds or counts, an empty census, or more household types than can be told apart.
    """
    for name, value in (("beds", beds), ("cost", cost)):
        if value is not None and not 0 <= value < float("inf"):
            raise InputError(f"{name} is {value:g}", hint="zero or more")
    dim = next((d for d in HOUSEHOLD_DIMS if d in census.dims), None)
    notes: list[str] = []
    census = without_partial_dates(census, notes)
    arrivals, exits = (given and without_partial_dates(given, notes) for given in (arrivals, exits))
    figures = _own_figures(census, "census")
    if not figures:
        raise InputError(f"{census.id} holds no census", hint=f"corridor data show {census.id}")
    if census.kind == "flow":
        _check_census(census.id, figures)
        notes.append(
            f"{census.id} is kept as a flow and read as a census here; if it counts events, --arrivals {census.id} is meant"
        )
    types: dict[str, float] = {}
    if dim is not None:
        parts = _own_figures(census, "census", dim)
        names = sorted({f.household for f in parts if f.household})
        if len(names) > MOST_TYPES:
            notes.append(f"{dim} has {len(names)} values, more than {MOST_TYPES}: types are not told apart")
        elif len(names) > 1:
            types = dict.fromkeys(names, 1.0)
            figures += [f for f in parts if f.household]
    for kind, given in (("arrivals", arrivals), ("exits", exits)):
        if given is not None:
            figures += _own_figures(given, kind)
    first = min(f.end for f in figures if f.kind == "census")
    made = replace(ratios or Ratios(), cost=Range(cost, 0.9 * cost, 1.1 * cost, "given") if cost else None)
    room = Beds(((first, float(beds)),), "given") if beds is not None else None
    regular = (
        arrivals
        if arrivals is not None and arrivals.kind == "flow" and arrivals.frequency != "point"
        else None
    )
    return ReceptionPlace(
        census.id, (census.title or census.id, census.title or census.id), one_a_day(figures), census.unit, types,
        beds=room, ratios=made, fiscal_month=fiscal_month, arrivals=regular, notes=tuple(notes),
    )  # fmt: skip


def _check_census(name: str, figures: Sequence[Figure]) -> None:
    """Raise InputError if counts kept as a flow cannot be a census: some are zero and others are not."""
    zeros = sum(figure.value == 0 for figure in figures)
    if MOST_ZEROS * len(figures) < zeros < len(figures):
        raise InputError(
            f"{name} is kept as a flow, and {zeros} of its {len(figures)} counts are zero: it counts events, no people who are there",
            hint=f"name it by --arrivals {name} beside a census; a census is added with --kind stock",
        )


def _own_figures(dataset: Dataset, kind: Kind, by: str = "") -> list[Figure]:
    """Figures of a dataset: a level on the last day of its period, or people over the period."""
    keys = ["date", by] if by else ["date"]
    rows = dataset.table.filter(pl.col("value").is_not_null())
    if (rows["value"] < 0).any():
        raise InputError(
            f"{dataset.id} holds negative counts", hint="a census, arrivals and exits are zero or more"
        )
    table = rows.group_by(keys).agg(pl.col("value").sum(), pl.col("known_from").max()).sort(keys)
    point = dataset.frequency in ("point", "day")
    made = []
    for row in table.to_dicts():
        end = row["date"] if point else period_end(row["date"], dataset.frequency)  # pyrefly: ignore  # a step
        start = end if kind == "census" else row["date"] - dt.timedelta(days=1)
        value, known = float(row["value"]), max(row["known_from"], end)
        made.append(Figure(kind, start, end, value, value, value, known, str(row[by]) if by else ""))
    if kind == "census":
        return _thinned(made)
    if dataset.kind == "stock":
        values = [f.value for f in made]
        if values != sorted(values):
            raise InputError(f"{dataset.id} is kept as a stock, yet it falls: no running total of {kind}",
                             hint="corridor data add FILE --as NAME --kind flow")  # fmt: skip
        return list(from_running_totals(made))
    if dataset.frequency == "point":
        raise InputError(f"{dataset.id} holds dated points of a flow, which make up no period",
                         hint="add running totals (--kind stock), or one row for each week or month")  # fmt: skip
    return _weekly(made) if dataset.frequency == "day" else made


def _thinned(figures: Sequence[Figure]) -> list[Figure]:
    """Of a daily census one a week, counted back from the last; others as they are."""
    last = {f.household: f.end for f in sorted(figures, key=lambda f: f.end)}
    ends = {f.end for f in figures}
    if len(ends) < 2 or (max(ends) - min(ends)).days > 4 * len(ends):
        return list(figures)
    kept = {
        (f.household, (last[f.household] - f.end).days // 7): f for f in sorted(figures, key=lambda f: f.end)
    }
    return list(kept.values())


def _weekly(figures: Sequence[Figure]) -> list[Figure]:
    """Days of a flow added up to whole weeks, counted back from the last."""
    if not figures:
        return []
    last = max(f.end for f in figures)
    weeks: dict[int, list[Figure]] = {}
    for f in figures:
        weeks.setdefault((last - f.end).days // 7, []).append(f)
    made = []
    for back, days in weeks.items():
        if len(days) == 7:
            total, end = sum(f.value for f in days), last - dt.timedelta(weeks=back)
            known = max(f.known_from for f in days)
            made.append(Figure(days[0].kind, end - dt.timedelta(weeks=1), end, total, total, total, known))
    return sorted(made, key=lambda f: f.end)
