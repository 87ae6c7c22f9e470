"""A corridor of two routes in which exactly three packages are acceptable to every party, and the study of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from corridor.model import Corridor, Indicator, Measure, Party, Scenario
from corridor.study import Study
from small_corridors import SOURCE, flow, parameter, route, small_corridor, stock

AS_OF = dt.date(2023, 1, 31)


def measure(name: str, lever: str, strength: float, **more: Any) -> Measure:
    """A measure that begins on the day after the as-of date."""
    given = {"low": None, "high": None, "grade": "assumed", "unit": "ratio", **more}
    return Measure(
        id=name, name=name, name_es=name, lever=lever, actor="A", start=dt.date(2023, 2, 1), strength=strength,
        known_from=AS_OF, source=SOURCE, **given,
    )  # fmt: skip


def demand(name: str, measures: list[str], bound: str = "included", **more: Any) -> dict[str, Any]:
    """A demand with a source of its own."""
    return {
        "id": name, "text": name, "text_es": name, "measures": measures, "bound": bound, "source": SOURCE,
        "source_grade": "primary", "known_from": AS_OF, **more,
    }  # fmt: skip


def interest(indicator: str, direction: str = "down") -> dict[str, Any]:
    """An indicator with a source of its own."""
    return {
        "indicator": indicator, "direction": direction, "text": indicator, "text_es": indicator, "source": SOURCE,
        "source_grade": "primary", "known_from": AS_OF,
    }  # fmt: skip


def party(name: str, demands: list[dict[str, Any]] = (), interests: list[dict[str, Any]] = ()) -> Party:  # type: ignore[assignment]
    """A party."""
    return Party.model_validate(
        {"id": name, "name": name, "name_es": name, "demands": list(demands), "interests": list(interests)}
    )


PARTIES = (
    # aid at its whole strength, and no more departures
    party("giver", [demand("whole_aid", ["aid"], "no_less_than", value=0.8)]),
    party("origin", [demand("none_more", ["more"], "not_at_all")]),
    # fewer people in its shelters; control on the two ways at half its strength at most, and aid only with some of it
    party(
        "town",
        [
            demand("north_half", ["north"], "no_more_than", value=1.5),
            demand("south_half", ["south"], "no_more_than", value=1.5),
            demand("aid_with_control", ["aid"], "only_with", together=["north", "south"]),
        ],
        [interest("in_town")],
    ),
)


def planted(parties: tuple[Party, ...] = PARTIES, **ranges: Any) -> Corridor:
    """People of two origins come to a town; on each way some are met and wait. ``ranges`` give measures an interval."""
    stocks = [
        stock("o1.home"), stock("o2.home"), stock("hold.waiting"), stock("town.arrived", stay_days=30), stock("town.gone"),
    ]  # fmt: skip
    routes = [route("o1", "town", 2), route("o2", "town", 2)]
    flows = [
        flow("go1", "o1.home", "town.arrived", "travel", route="o1-town", daily_probability=0.5),
        flow("go2", "o2.home", "town.arrived", "travel", route="o2-town", daily_probability=0.5),
        flow("met1", None, "hold.waiting", "interdiction", from_route="o1-town", share=0.2),
        flow("met2", None, "hold.waiting", "interdiction", from_route="o2-town", share=0.2),
        flow("leave", "town.arrived", "town.gone", "exit", share=1.0),
    ]
    measures = (
        measure("aid", "response", 0.8, **ranges.get("aid", {})),
        measure("more", "response", 1.5),
        measure("north", "mexican_enforcement", 2.0, routes=("o1-town",)),
        measure("south", "mexican_enforcement", 2.0, routes=("o2-town",)),
    )
    indicators = (
        Indicator(id="in_town", name="In town", name_es="En la ciudad", kind="census", stocks=("town.arrived",), tag="anchored"),
        Indicator(id="held", name="Waiting", name_es="En espera", kind="waiting", stocks=("hold.waiting",), tag="assumed"),
    )  # fmt: skip
    names = {"name": "x", "name_es": "x", "description": "x", "description_es": "x"}
    found = small_corridor(
        stocks, flows, [parameter("departures", 900, "o1.home"), parameter("departures", 700, "o2.home")],
        routes=routes, days=240, measures=measures, indicators=indicators, parties=parties,
        scenarios=(Scenario(id="nothing", **names), Scenario(id="all", measures=("aid", "more", "north", "south"), **names)),
    )  # fmt: skip
    return found.model_copy(update={"settings": found.settings.model_copy(update={"as_of": AS_OF})})


def study_of(corridor: Corridor, members: int = 20) -> Study:
    """A study of it without a calibration."""
    return Study(
        corridor=corridor, folder=Path(), calibration=None, scenarios=("nothing",), end=dt.date(2023, 7, 31), as_of=AS_OF,
        members=members,
    )  # fmt: skip
