"""Every lever of the shipped Americas corridor at neutral, half, usual, double and extreme strength.

``python benchmarks/lever_extremes.py`` prints a Markdown table: expected values (no noise), from the calibrated
state of the as-of date, each measure alone on top of the base measures from ``FIRST`` on, against the base. Flows
and deaths are sums from ``FIRST`` to ``LAST``, stocks those of the last evening. ``--lever NAME`` prints one.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import corridor
from corridor.calibrate import read_calibration
from corridor.engine import (
    Compiled,
    MemberResult,
    RunSpec,
    arrays_from,
    compile_corridor,
    neutral_strength,
    run_member,
)
from corridor.engine.bound import BoundMeasure
from corridor.formats import open_corridor
from corridor.model import Measure, Scenario
from corridor.study import Study
from corridor.study.expectations import expecting

AS_OF = dt.date(2023, 12, 31)
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2024, 6, 30)
INF = float("inf")


@dataclass(frozen=True)
class Case:
    """A lever in one unit: its strengths from neutral to extreme, and where it acts."""

    lever: str
    unit: str
    strengths: tuple[float, ...]
    places: tuple[str, ...] = ()
    lift: tuple[str, ...] = ()
    expecting: bool = False
    """Whether departures answer to what they can expect as they do in a scenario (``study.expectations``)."""

    @property
    def name(self) -> str:
        """Lever, unit and scope in words."""
        scope = f" ({', '.join(self.places)})" if self.places else ""
        lifted = f" (without {', '.join(self.lift)})" if self.lift else ""
        answered = " (answered)" if self.expecting else ""
        return f"`{self.lever}` {self.unit}{scope}{lifted}{answered}"


def ratio(
    lever: str,
    half: float,
    usual: float,
    double: float,
    extreme: float,
    *places: str,
    expecting: bool = False,
) -> Case:
    """A case whose unit is a ratio."""
    return Case(lever, "ratio", (1.0, half, usual, double, extreme), places, expecting=expecting)


CITIES = ("new_york", "chicago", "denver", "massachusetts", "washington_dc")
CASES = (
    ratio("mexican_enforcement", 1.3, 1.6, 2.2, 5.0),
    ratio("mexican_enforcement", 0.8, 0.6, 0.3, 0.0),
    ratio("transit_enforcement", 1.3, 1.6, 2.2, 5.0),
    ratio("transit_enforcement", 75.0, 150.0, 290.0, 1000.0, "darien"),
    Case("redirect_south", "share", (0.0, 0.15, 0.3, 0.6, 1.0)),
    Case("redirect_south", "share", (0.0, 0.15, 0.3, 0.6, 1.0), lift=("inm_funds_halt",)),
    Case("redirect_south", "days", (0.0, 3.5, 7.0, 14.0, 60.0), lift=("inm_funds_halt",)),
    ratio("railways", 0.75, 0.5, 0.25, 0.0),
    ratio("smuggler_crackdown", 1.05, 1.1, 1.3, 3.0),
    ratio("visas", 0.95, 0.9, 0.5, 0.0),
    Case("legal_pathways", "people/month", (0.0, 2500.0, 5000.0, 10000.0, 100000.0)),
    Case("family_reunification", "people/month", (0.0, 250.0, 500.0, 1000.0, 50000.0)),
    ratio("family_reunification", 0.95, 0.9, 0.5, 0.0),
    Case("ports_closure", "people/day", (INF, 300.0, 100.0, 50.0, 0.0)),
    ratio("ports_closure", 0.98, 0.95, 0.5, 0.0),
    Case("ports_appointments", "people/day", (0.0, 50.0, 100.0, 1450.0, 5000.0)),
    Case("ports_appointments", "people/day", (0.0, 50.0, 100.0, 1450.0, 5000.0), expecting=True),
    ratio("ports_closure", 0.98, 0.95, 0.5, 0.0, expecting=True),
    ratio("ports_closure", 0.98, 0.95, 0.5, 0.0, "piedras_negras", expecting=True),
    ratio("waiting", 1.1, 1.2, 2.0, 10.0),
    ratio("waiting", 0.9, 0.8, 0.5, 0.1),
    Case("asylum_rules", "share", (0.05, 0.25, 0.5, 0.8, 1.0), ("border",)),
    ratio("asylum_rules", 0.9, 0.8, 0.6, 0.0),
    ratio("consequences", 0.75, 0.5, 0.25, 0.0),
    ratio("consequences", 1.25, 1.5, 2.0, 4.0),
    Case("detention_capacity", "people", (0.0, 11700.0, 23400.0, 46800.0, 200000.0)),
    Case("processing_staff", "people/day", (0.0, 500.0, 1000.0, 2000.0, 50000.0)),
    Case("processing_staff", "people/day", (0.0, -2000.0, -4000.0, -8000.0, -50000.0)),
    Case("repatriation", "people/week", (0.0, 1000.0, 2000.0, 4000.0, 50000.0)),
    Case("detention_capacity", "people", (0.0, 11700.0, 23400.0, 46800.0, 200000.0), expecting=True),
    Case("repatriation", "people/week", (0.0, 1000.0, 2000.0, 4000.0, 50000.0), expecting=True),
    Case("adjudication", "people/month", (0.0, 4000.0, 8000.0, 16000.0, 500000.0)),
    Case("adjudication", "people/month", (0.0, 4000.0, 8000.0, 16000.0, 500000.0), expecting=True),
    ratio("root_causes_violence", 0.98, 0.97, 0.94, 0.2),
    ratio("root_causes_poverty", 1.005, 1.01, 1.02, 2.0),
    Case("work_authorization", "days", (0.0, -30.0, -60.0, -120.0, -400.0)),
    Case("shelter_rules", "days", (INF, 120.0, 60.0, 30.0, 1.0)),
    Case("federal_funding", "USD/month", (0.0, 4e6, 8e6, 1.6e7, 5e8)),
    ratio("city_transport", 0.95, 0.9, 0.5, 0.0),
    Case("city_transport", "people/week", (INF, 1000.0, 500.0, 100.0, 0.0)),
    Case("coordination", "share", (0.0, 0.25, 0.5, 0.9, 1.0)),
    Case("trafficking_inspection", "hours/day", (0.0, 20.0, 40.0, 200.0, 5000.0)),
    ratio("trade", 0.985, 0.97, 0.9, 0.0),
)  # fmt: skip
"""Strengths: neutral, half, usual (that of the measure in the corridor, else a plain one), double or more, extreme."""


class Outcomes:
    """The corridor compiled once with every case's measure, and the figures of runs with one of them."""

    def __init__(self, cases: tuple[Case, ...]) -> None:
        self.corridor = open_corridor("americas")
        folder = Path(corridor.__file__).parent / "shipped" / "americas" / "calibration"
        fitted = self.fitted = read_calibration(folder, AS_OF)
        spec = RunSpec(fitted.start, LAST, as_of=AS_OF, state=fitted.state)
        tried = tuple(measure(case, i) for i, case in enumerate(cases))
        folder_with = self.corridor.model_copy(update={"measures": (*self.corridor.measures, *tried)})
        scenario = tried_scenario(tried)
        self.compiled = compile_corridor(folder_with, scenario, spec, fitted.parameters)
        self.drawn = self.compiled.table.values(spec.seed, None)
        by_id = {o.id: o for o in self.corridor.observations}
        self.series = {
            name: by_id[series].flows
            for name, series in (
                ("US", "us_total"), ("between ports", "us_between_ports"), ("Mexico", "mexico_encounters")
            )
        }  # fmt: skip
        waiting = ("waiting", "queue", "relocated", "met")
        self.waiting = tuple(s.id for s in self.corridor.stocks if s.state in waiting)
        self.street = tuple(s.id for s in self.corridor.stocks if s.state == "street")

    def run(self, number: int | None, strength: float, lift: tuple[str, ...]) -> Mapping[str, float]:
        """Figures with the measure of one case (None: of none) on top of the base, less what is lifted on `FIRST`."""
        before, drawn = FIRST.toordinal() - 1, self.drawn.copy()
        kept: list[BoundMeasure] = []
        for active in self.compiled.measures:
            if active.measure.in_base:
                lifted = active.measure.id in lift
                kept.append(replace(active, last_day=before) if lifted else active)
            elif active.measure.id == f"tried_{number}":
                drawn[active.strength_row] = min(strength, 1e25)
                scaled = tuple(
                    replace(b, declared_strength=strength * b.effect.scale) for b in active.bound_effects
                )
                kept.append(replace(active, bound_effects=scaled))
        compiled = replace(self.compiled, numbers=replace(self.compiled.numbers, measures=tuple(kept)))
        arrays = arrays_from(compiled, compiled.numbers.base_values(drawn), drawn, None)
        return self.figures(compiled, run_member(compiled, None, arrays))

    def answered(self, case: Case, strength: float) -> Mapping[str, float]:
        """Figures with the measure of one case, when people answer to what they can expect."""
        tried = measure(case, 0).model_copy(update={"strength": strength})
        changed = {
            "measures": (*self.corridor.measures, tried), "scenarios": (tried_scenario((tried,)),),
            "scenario_ids": {"tried": tried_scenario((tried,))},
        }  # fmt: skip
        study = Study(
            corridor=self.corridor.model_copy(update=changed), folder=Path(), calibration=self.fitted,
            scenarios=("tried",), end=LAST, as_of=AS_OF,
        )  # fmt: skip
        run = expecting(study).compile("tried")
        return self.figures(run, run_member(run, None))

    def figures(self, run: Compiled, result: MemberResult) -> Mapping[str, float]:
        """Sums of flows from `FIRST` on and stocks of the last evening, by column."""
        after = [i for i, day in enumerate(run.dates) if day >= FIRST]
        flow = {name: i for i, name in enumerate(run.flow_ids)}
        stock = {name: i for i, name in enumerate(run.stock_ids)}
        flows = self.corridor.flows

        def summed(names: Iterable[str]) -> float:
            return float(result.daily_flow[np.ix_(after, [flow[name] for name in names])].sum())

        def evening(names: Iterable[str]) -> float:
            return float(result.daily_stock[-1, [stock[name] for name in names]].sum())

        return {
            **{name: summed(ids) for name, ids in self.series.items()},
            "waiting": evening(self.waiting),
            "deaths": summed(f.id for f in flows if f.kind == "death"),
            "released": summed(f.id for f in flows if f.to_stock == "us.released"),
            "removed": summed(
                f.id for f in flows if f.to_stock == "home.removed" or f.id.endswith(".goes_home")
            ),
            "again": summed(f.id for f in flows if f.kind == "renewed_attempt"),
            "decided": summed(f.id for f in flows if f.kind == "decision"),
            "permits": summed(("permit.issued",)),
            "lawful": summed(f.id for f in flows if f.kind == "lawful"),
            "street": evening(self.street),
            **{city: evening((f"{city}.census",)) for city in CITIES},
        }


def tried_scenario(measures: tuple[Measure, ...]) -> Scenario:
    """A scenario of these measures alone."""
    return Scenario(
        id="tried", name="tried", name_es="tried", description="tried", description_es="tried",
        measures=tuple(m.id for m in measures),
    )  # fmt: skip


def measure(case: Case, number: int) -> Measure:
    """The case's measure, at its usual strength."""
    return Measure(
        id=f"tried_{number}", name="tried", name_es="tried", lever=case.lever, actor="nobody", start=FIRST,
        strength=case.strengths[2], unit=case.unit, known_from=FIRST.replace(year=2023), grade="assumed",
        in_base=False, places=case.places, source="assumption: tried",
    )  # fmt: skip


def table(cases: tuple[Case, ...]) -> Iterator[str]:
    """Lines of the Markdown table: the base, then each strength as a change in per cent."""
    outcomes = Outcomes(cases)
    base = outcomes.run(None, 0.0, ())
    names = list(base)
    yield "| lever, unit | strength | " + " | ".join(name.replace("_", " ") for name in names) + " |"
    yield "|---|---|" + "---|" * len(names)
    yield "| base | | " + " | ".join(f"{base[name]:,.0f}" for name in names) + " |"
    for number, case in enumerate(cases):
        against = outcomes.run(None, 0.0, case.lift) if case.lift else base
        for strength in case.strengths:
            answered = case.expecting and strength != neutral_strength(case.lever, case.unit)
            found = (
                outcomes.answered(case, strength) if answered else outcomes.run(number, strength, case.lift)
            )
            cells = [change(found[name], against[name]) for name in names]
            yield f"| {case.name} | {strength:,g} | " + " | ".join(cells) + " |"


def change(value: float, base: float) -> str:
    """Per cent of change, or nothing where there is none."""
    if abs(value - base) < 1e-6 * max(abs(base), 1.0):
        return ""
    return f"{100 * (value / base - 1):+.1f}" if base else f"{value:+,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lever", default="", help="only levers with this in their name")
    wanted = parser.parse_args().lever
    for line in table(tuple(case for case in CASES if wanted in case.lever)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
