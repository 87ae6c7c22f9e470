"""Reception in one call: fit, forecast, needs, extra beds, levers, cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from corridor.data import Dataset, load
from corridor.model import Corridor, InputError, html
from corridor.model.arrays import Floats
from corridor.reception.arrivals import arrival_paths
from corridor.reception.balance import Change, Fitted, Paths, simulate
from corridor.reception.combination import combined, scaled
from corridor.reception.figures import known_on
from corridor.reception.fitting import fit
from corridor.reception.identified import identified
from corridor.reception.levers import CityLever, effects, levers_of, standard_levers
from corridor.reception.needs import (
    Beds,
    Chance,
    ExtraBeds,
    Range,
    Ratios,
    chance_of_passing,
    extra_beds,
    fiscal_costs,
    week_table,
)
from corridor.reception.places import ReceptionPlace, city_ids, city_place, own_place
from corridor.reception.scenario import arrival_factor
from corridor.reception.scoreboard import census_scores, summary
from corridor.text import chance

MOST_WEEKS = 104
DEFAULT_WEEKS = 26


@dataclass(frozen=True)
class Options:
    """What to ask: until when, for which chance, with how many draws."""

    by: dt.date | None = None
    """Last day that counts; by default 26 weeks after the as-of day."""
    limit: float = 0.05
    draws: int = 1000
    seed: int = 1
    weeks: int | None = None
    """Weeks of the forecast; by default up to ``by``, and to the end of the fiscal year."""


@dataclass(frozen=True, repr=False, eq=False)
class Reception:
    """A place's census ahead and what it needs.

    Tables are Polars; ``paths`` holds the joint draws that every number comes from.
    """

    place: ReceptionPlace
    as_of: dt.date
    options: Options
    fitted: Fitted = field(repr=False)
    paths: Paths = field(repr=False)
    arrivals: Floats | None = field(repr=False, default=None)
    """Draws of the arrivals' own forecast, where there is one."""
    scenario: str | None = None
    levers: tuple[CityLever, ...] = ()
    reference: tuple[ReceptionPlace, Paths] | None = field(repr=False, default=None)
    """Under a scenario: the place and the paths without it."""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Reception({self.place.id!r}, as of {self.as_of}, {len(self.paths.days) - 1} weeks; {self.place.unit})"

    def _repr_html_(self) -> str:
        facts = {"as of": self.as_of, "unit": self.place.unit, "by": self.by}
        if self.place.beds:
            need = self.extra_beds()
            facts |= {
                "extra beds": need.extra,
                "needed by": need.needed_by,
                "chance without": chance(need.chance_without, "en"),
            }
        q = np.quantile(self.paths.total, [0.1, 0.5, 0.9], axis=1).T.round()
        rows = [(day, *map(int, levels)) for day, levels in zip(self.paths.days, q, strict=True)]
        return html.card(
            f"Reception in {self.place.name[0]}",
            facts,
            html.table(["week", "10 %", "50 %", "90 %"], rows, len(rows)),
        )

    @property
    def by(self) -> dt.date:
        """Last day that counts."""
        return self.options.by or self.as_of + dt.timedelta(weeks=DEFAULT_WEEKS)

    def weeks(self) -> pl.DataFrame:
        """Census, arrivals, exits, rooms, staff, meals, buses and cost by week: ``date, item, quantile, value``."""
        return week_table(self.paths, self.place.ratios, self.place.beds, self.options.seed)

    def chance(self) -> Chance:
        """The chance that the census passes the beds, by week and at any time up to it.

        Raises
        ------
        InputError
            If no beds are known.
        """
        return chance_of_passing(self.paths, self._beds())

    def extra_beds(self, limit: float | None = None, by: dt.date | None = None) -> ExtraBeds:
        """The smallest number of extra beds for a chance of at most the limit; `InputError` without beds."""
        return extra_beds(
            self.paths, self._beds(), by or self.by, self.options.limit if limit is None else limit
        )

    def _beds(self) -> Beds:
        if self.place.beds is None:
            raise InputError(f"no beds are known for {self.place.id!r}", hint="say them: --beds N")
        return self.place.beds

    @cached_property
    def lever_effects(self) -> pl.DataFrame:
        """What each lever moves by itself (see :func:`corridor.reception.levers.effects`).

        Under a scenario each of its measures is compared with the forecast without the scenario.
        """
        place, base = self.reference or (self.place, self.paths)
        return effects(
            self.fitted, base, self.levers, place.beds, place.ratios, self.by, self.options.limit,
            seed=self.options.seed,
        )  # fmt: skip

    def fiscal_years(self) -> pl.DataFrame:
        """Cost by fiscal year in US dollars; empty where no cost is known."""
        if self.place.ratios.cost is None:
            return pl.DataFrame()
        return fiscal_costs(
            self.fitted, self.paths, self.place.ratios.cost, self.place.fiscal_month, self.options.seed
        )

    def identified(self) -> pl.DataFrame:
        """What the figures have taught, and what stays as assumed."""
        return identified(self.fitted)

    def scoreboard(self) -> pl.DataFrame:
        """Dated censuses up to the as-of day, each forecast from what was known before, beside a random walk."""
        return summary(census_scores(self.place, until=self.as_of, members=20, draws=400))


def city_reception(
    corridor: Corridor | None, city: str, as_of: dt.date, *, scenario: str | None = None, beds: float | None = None,
    cost: float | None = None, fiscal_month: int | None = None, ratios: Ratios | None = None,
    options: Options | None = None, progress: Callable[[], None] = lambda: None,
) -> Reception:  # fmt: skip
    """Reception of a shipped city from what was known on a day, under a scenario of a corridor.

    Raises
    ------
    InputError
        On an unknown city or scenario, too few figures, or options out of range.
    """
    place = city_place(city, as_of, corridor)
    if beds is not None:
        place = _with_beds(place, beds, as_of)
    rate = Range(cost, 0.9 * cost, 1.1 * cost, "given") if cost else place.ratios.cost
    place = replace(place, ratios=replace(ratios or place.ratios, cost=rate),
                    fiscal_month=fiscal_month or place.fiscal_month)  # fmt: skip
    made = _reception(place, as_of, options or Options())
    if scenario is None or corridor is None:
        return made
    weeks = len(made.paths.days) - 1
    base = next((s.id for s in corridor.scenarios if s.id == "no-agreement"), None)
    factor = arrival_factor(corridor, scenario, base, city, as_of, weeks)
    progress()
    levers = levers_of(corridor, scenario, city, tuple(place.households), place.ratios.cost, as_of,
                       _rooms(corridor, as_of))  # fmt: skip
    return _with_scenario(made, scenario, factor, levers)


def _with_scenario(
    made: Reception, scenario: str, factor: Floats, levers: tuple[CityLever, ...]
) -> Reception:
    """The same place with a scenario's arrivals (its coordination is in them) and its measures on stays and beds."""
    days = made.paths.days[1:]
    changes = [lever.change(days) for lever in levers]
    limits = tuple(limit for change in changes for limit in change.limits)
    stays = [change.stay_days for change in changes if change.stay_days is not None]
    together = Change(limits, factor, np.sum(stays, axis=0) if stays else None)
    paths = simulate(made.fitted, len(days), draws=made.options.draws, seed=made.options.seed,
                     arrivals=made.paths.arrivals[1:], change=together)  # fmt: skip
    paths = paths if made.paths.factor is None else scaled(paths, made.paths.factor)
    beds = made.place.beds
    for lever in levers:
        if beds is not None and lever.beds:
            beds = beds.more(lever.beds, lever.start)
    place, reference = replace(made.place, beds=beds), (made.place, made.paths)
    return replace(made, place=place, paths=paths, scenario=scenario, levers=levers, reference=reference)


def city_state(corridor: Corridor, city: str, as_of: dt.date) -> tuple[float, float, float]:
    """Census, most people (infinite where no beds are known) and mean stay in weeks of a city counted in people.

    A city counted in families, or without a census yet, has no census and no limit.
    """
    found = _fitted_city(corridor, city, as_of)
    if found is None:
        return 0.0, float("inf"), 20.0
    place, fitted = found
    census = float((fitted.weights * fitted.state.census().sum(axis=1)).sum())
    stay = float(np.exp(-(fitted.weights * fitted.state.usual).sum()))
    return census, float(place.beds.on([as_of])[0]) if place.beds else float("inf"), stay


def city_paths(
    corridor: Corridor, city: str, as_of: dt.date, weeks: int, *, draws: int, seed: int = 1
) -> Paths | None:
    """Draws of the census of a city by week from the as-of day on, those of `city_reception`; None where it counts families.

    Raises
    ------
    InputError
        On an unknown city, or one without a census by then.
    """
    place = city_place(city, as_of, corridor)
    return _forecast(place, as_of, weeks, draws, seed)[1] if place.unit == "people" else None


def _fitted_city(corridor: Corridor, city: str, as_of: dt.date) -> tuple[ReceptionPlace, Fitted] | None:
    place = city_place(city, as_of, corridor)
    known = known_on(place.figures, as_of)
    if place.unit != "people" or not [f for f in known if f.kind == "census" and not f.household]:
        return None
    return place, fit(known, as_of, place.plan(members=15))


def _rooms(corridor: Corridor, as_of: dt.date) -> Mapping[str, tuple[float, float]]:
    """Weekly arrivals and free room of every shipped city counted in people."""
    rooms: dict[str, tuple[float, float]] = {}
    for city in city_ids():
        found = _fitted_city(corridor, city, as_of)
        if found is not None and found[0].beds is not None:
            fitted = found[1]
            arrivals = float((fitted.weights * np.exp(fitted.state.arrivals)).sum())
            census = float((fitted.weights * fitted.state.census().sum(axis=1)).sum())
            rooms[city] = arrivals, float(found[0].beds.on([as_of])[0]) - census
    return rooms


def own_reception(
    census: Dataset | str, arrivals: Dataset | str | None = None, exits: Dataset | str | None = None, *,
    beds: float | None = None, as_of: dt.date | str | None = None, cost: float | None = None, fiscal_month: int = 1,
    ratios: Ratios | None = None, options: Options | None = None,
) -> Reception:  # fmt: skip
    """Reception from a user's own series of whatever is known.

    Raises
    ------
    InputError
        On a dataset that is not there, or too few figures.

    Examples
    --------
    >>> from corridor.reception import own_reception
    >>> own_reception("chicago_shelter_census", beds=6000, as_of="2024-08-31").extra_beds().by
    datetime.date(2025, 3, 1)
    """
    opened = [load(d) if isinstance(d, str) else d for d in (census, arrivals, exits) if d is not None]
    rest = iter(opened[1:])
    place = own_place(opened[0], next(rest) if arrivals is not None else None, next(rest) if exits is not None else None,
                      beds=beds, cost=cost, fiscal_month=fiscal_month, ratios=ratios)  # fmt: skip
    day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return _reception(place, day or max(f.known_from for f in place.census()), options or Options())


def _with_beds(place: ReceptionPlace, beds: float, as_of: dt.date) -> ReceptionPlace:
    if not 0 <= beds < float("inf"):
        raise InputError(f"beds is {beds:g}", hint="zero or more")
    return replace(place, beds=Beds(((as_of, float(beds)),), "given"))


def _reception(place: ReceptionPlace, as_of: dt.date, options: Options) -> Reception:
    by = options.by or as_of + dt.timedelta(weeks=DEFAULT_WEEKS)
    if by <= as_of:
        raise InputError(f"--by {by} is not after the as-of day {as_of}")
    if not 0 < options.limit < 1:
        raise InputError(
            f"the limit of the chance is {options.limit:g}", hint="between 0 and 1, for example 0.05"
        )
    weeks = options.weeks or -(-(by - as_of).days // 7)
    if weeks > MOST_WEEKS:
        raise InputError(f"{weeks} weeks ahead are too many", hint=f"at most {MOST_WEEKS}")
    fitted, paths, paths_of = _forecast(place, as_of, weeks, options.draws, options.seed)
    census = [f for f in fitted.figures if f.kind == "census" and not f.household]
    notes = [*place.notes, *_notes(place, census[-1].end, as_of, paths_of is not None, len(census))]
    if place.beds is not None and paths.total[0].mean() > place.beds.on([as_of])[0]:
        notes.append("the census is above the beds on the as-of day already")
    start = as_of + dt.timedelta(weeks=1)
    levers = standard_levers(start, place.ratios.cost)
    return Reception(place, as_of, options, fitted, paths, paths_of, levers=levers, notes=tuple(notes))


def _forecast(
    place: ReceptionPlace, as_of: dt.date, weeks: int, draws: int, seed: int
) -> tuple[Fitted, Paths, Floats | None]:
    """The balance fitted to what was known, draws of the census, and those of arrivals where they have a forecast of their own.

    Raises InputError where no census was public.
    """
    known = known_on(place.figures, as_of)
    if not any(f.kind == "census" and not f.household for f in known):
        first = place.census()
        hint = f"the first was public on {first[0].known_from}" if first else "add a census"
        raise InputError(f"no census of {place.id!r} was public on {as_of}", hint=hint)
    fitted = fit(known, as_of, place.plan(seed=seed))
    arrivals = None if place.arrivals is None else arrival_paths(place.arrivals, as_of, weeks, draws, seed)
    return (
        fitted,
        combined(simulate(fitted, weeks, draws=draws, seed=seed, arrivals=arrivals), fitted),
        arrivals,
    )


def _notes(place: ReceptionPlace, last: dt.date, as_of: dt.date, forecast: bool, count: int) -> list[str]:
    kinds = {f.kind for f in place.figures if f.known_from <= as_of}
    notes = []
    if kinds == {"census"}:
        notes.append(
            "only a census is known: its net change is identified, arrivals and length of stay are not"
        )
    elif "exits" not in kinds:
        notes.append(
            "no exits are known: the mean stay follows from arrivals and census; its shape is assumed"
        )
    if forecast:
        notes.append("arrivals are forecast by the default forecaster of one series")
    elif "arrivals" in kinds:
        notes.append(
            "arrivals are too few or too irregular for a forecast of their own: they follow the balance"
        )
    if count < 3:
        notes.append(f"{count} census figures are known: intervals rest on what is assumed")
    if (as_of - last).days > 45:
        notes.append(f"the last census is {(as_of - last).days} days old")
    return notes
