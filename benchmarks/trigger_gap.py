"""How far expected values are from the mean of members near a trigger's threshold.

``python benchmarks/trigger_gap.py`` prints the table of docs/engine.md. People cross on the day on which they
come, a mean of ``inflow`` a day; above 1,000 a day in the mean of seven days departures are cut to 70 % until
it has been below 650 for seven evenings, at least 14 days.
"""

from __future__ import annotations

import argparse
import datetime as dt

import numpy as np

from corridor.engine import Noise, RunSpec, compile_corridor, run_member
from corridor.ensemble import simulate
from corridor.model import (
    Corridor,
    Flow,
    Group,
    Measure,
    Observation,
    Parameter,
    Place,
    Settings,
    Stock,
    Trigger,
)

SOURCE = "assumption: made up"
START, END = dt.date(2024, 1, 1), dt.date(2024, 12, 30)
THRESHOLD = 1000.0
INFLOWS = (0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.5)
NOISES = {
    "counts": Noise(parameters=False, intensities=False, counts=True),
    "counts and months": Noise(parameters=False, intensities=True, counts=True),
}


def town(inflow: float) -> Corridor:
    """A town through which ``inflow`` people a day come, with the trigger."""
    unit = {"departures": "people/month", "departure_sd_common": "log/month",
            "departure_damping": "share/month", "departure_dispersion": "size"}  # fmt: skip
    values = [("departures", "town.here", inflow * 366 / 12), ("departure_sd_common", None, 0.1),
              ("departure_damping", None, 0.9), ("departure_dispersion", None, 20.0)]  # fmt: skip
    place = Place(id="town", name="T", name_es="T", country="MEX", kind="city", lat=0, lon=0, tag="assumed", source=SOURCE)  # fmt: skip
    return Corridor(
        settings=Settings(
            id="town", name="T", name_es="T", description="T", description_es="T", start=START, end=END,
            as_of=START, license="CC0-1.0", attribution="-",
        ),
        places=(place,),
        stocks=(
            Stock(id="town.here", place="town", state="here", stay_days=1, tag="assumed"),
            Stock(id="town.out", place="town", state="out", tag="assumed"),
        ),
        groups=(Group(id="all", nationality="OOO", household="single", size=1),),
        flows=(
            Flow(
                id="cross", from_stock="town.here", to_stock="town.out", kind="crossing", share=1, tag="assumed"
            ),
        ),
        parameters=tuple(
            Parameter(parameter=name, target=target, value=value, unit=unit[name], source=SOURCE)
            for name, target, value in values
        ),
        observations=(
            Observation(id="seen", name="S", name_es="S", dataset="none", flows=("cross",), counting_point="t"),
        ),
        triggers=(
            Trigger(
                id="busy", name="B", name_es="B", observation="seen", window_days=7, on_above=THRESHOLD,
                off_below=650, off_days=7, min_days=14, source=SOURCE,
            ),
        ),
        measures=(
            Measure(
                id="cut", name="C", name_es="C", lever="asylum_rules", actor="nobody", start=START,
                strength=0.7, unit="ratio", trigger="busy", known_from=START, grade="assumed", in_base=True,
                source=SOURCE,
            ),
        ),
    )  # fmt: skip


def row(inflow: float, noise: Noise, members: int) -> tuple[float, float, float, float, float, float]:
    """Days on and crossings: expected values, mean of members; and 10 and 90 % of the members' days on."""
    spec = RunSpec(START, END, seed=1, members=members, noise=noise, shocks_from=START)
    run = compile_corridor(town(inflow), None, spec)
    expected, drawn = run_member(run), simulate(run)
    days = drawn.trigger_on[:, :, 0].sum(axis=1)
    low, high = np.quantile(days, (0.1, 0.9))
    return (
        float(expected.trigger_on.sum()), float(days.mean()), float(low), float(high),
        float(expected.monthly_flow.sum()), float(drawn.monthly_flow.sum() / members),
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    members = parser.parse_args().members
    print("| inflow ÷ threshold | noise | days on, expected | days on, members (10–90 %) | crossings, gap |")
    print("|---|---|---|---|---|")
    for part in INFLOWS:
        for name, noise in NOISES.items():
            expected, mean, low, high, people, drawn = row(part * THRESHOLD, noise, members)
            gap = people / drawn - 1
            print(
                f"| {part:.2f} | {name} | {expected:.0f} | {mean:.0f} ({low:.0f}–{high:.0f}) | {gap:+.1%} |"
            )


if __name__ == "__main__":
    main()
