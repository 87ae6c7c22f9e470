"""A small corridor under the ids of the synthetic run, for the section in which levers move."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache
from typing import Any

from engine_tools import measure
from lever_corridor import everything

from corridor.engine import Noise, RunSpec
from corridor.model import Corridor, Indicator, Observation, Scenario
from corridor.study.lever_data import lever_data

START, END = dt.date(2023, 12, 1), dt.date(2024, 6, 30)
SPEC = RunSpec(START, END, noise=Noise(parameters=False, intensities=False, counts=False))
SCENARIOS = ("no-agreement", "agreement")
JANUARY = dt.date(2024, 1, 1)
SERIES = {
    "us_total": ("cross", "port"),
    "mexico_encounters": ("met_guided", "met_rail", "met_bus"),
    "deaths_border": ("die_guided", "die_rail", "die_bus"),
}
STOCKS = {
    "ice_detained": ("jail.detained",),
    "census_denver": ("lake.census",),
    "waiting_north": ("border.waiting",),
}
RAIL, PORT = "del_rio>tucson:rail", "tucson>hostile:port_admission"


@cache
def corridor() -> Corridor:
    """The corridor of all levers, with series, measures and two scenarios."""
    months = {"start": JANUARY, "name": "English name", "name_es": "Nombre en español"}
    given = [
        measure("mexican_enforcement", 1.6, "ratio", id="enforcement", low=1.1, high=2.4, ramp_days=20,
                **{**months, "grade": "before_after"}),
        measure("railways", 0.4, "ratio", id="trains", low=0.1, high=0.8, **months),
        measure("detention_capacity", 60, "people", id="beds", low=20, high=100, **{**months, "grade": "mechanical"}),
        measure("city_transport", 70, "people/week", id="buses", **months),
        measure("trade", 0.5, "ratio", id="trucks", low=0.2, high=0.9, **months),
        measure("railways", 0.4, "ratio", id="late", **{**months, "start": dt.date(2025, 1, 1)}),
        measure("ports_appointments", 10, "people/day", id="appointments", low=5, high=20, in_base=True, **months),
    ]  # fmt: skip
    seen = [
        Observation(id=name, name=name, name_es=name, dataset="none", flows=flows, counting_point="here")
        for name, flows in SERIES.items()
    ]
    kinds = {"us_total": "total", "mexico_encounters": "total", "deaths_border": "deaths"}
    shown = [Indicator(id=x.id, name=x.id, name_es=x.id, kind=kinds[x.id], observation=x.id, tag="observed")
             for x in seen]  # fmt: skip
    shown += [Indicator(id=name, name=name, name_es=name, kind="waiting", stocks=stocks, tag="assumed")
              for name, stocks in STOCKS.items()]  # fmt: skip
    told = {"name": "n", "name_es": "n", "description": "d", "description_es": "d"}
    scenarios = (
        Scenario(id="no-agreement", **told), Scenario(id="agreement", measures=("enforcement", "trains"), **told),
    )  # fmt: skip
    parts = {
        "observations": tuple(seen),
        "indicators": tuple(shown),
        "measures": tuple(given),
        "scenarios": scenarios,
    }
    return everything().model_copy(update=parts)


def levers() -> dict[str, Any]:
    """What the page gets, with two of the synthetic run's links."""
    noisy = dataclasses.replace(
        SPEC, noise=Noise(counts=False)
    )  # the page's members; its central path has none
    data = lever_data(corridor(), noisy, SCENARIOS)
    at = [flow.id for flow in corridor().flows].index
    return {**data, "links": {RAIL: [at("take_rail")], PORT: [at("port")]}, "met": {}}
