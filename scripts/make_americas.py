"""Write the tables of the shipped Americas corridor from the shipped data: `python scripts/make_americas.py`.

Places, stocks, routes, groups, flows, parameters, observations, indicators and the calibration plan are
derived; measures, scenarios, events, triggers, claims and corridor.yaml are written by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))

from americas import border, cities, geography, inside, levers, mexico, series, south
from americas.tables import Tables, add_groups
from corridor.formats.layout import TABLES
from corridor.formats.save import table_text, yaml_text

FOLDER = Path(__file__).parents[1] / "src" / "corridor" / "shipped" / "americas"
DERIVED = ("places", "stocks", "routes", "groups", "flows", "parameters")
PLAN_HEAD = """\
# Fields that vary by month and are fitted by `corridor calibrate`; the keys are explained in docs/calibration.md.
# Smoothness is a stated prior. Written by scripts/make_americas.py.
"""


def build() -> Tables:
    """Every row, along the way."""
    t = Tables()
    geography.add_places(t)
    add_groups(t)
    south.add_origins(t)
    south.add_central_america(t)
    mexico.add_south(t)
    mexico.add_north(t)
    border.add_cities(t)
    border.add_custody(t)
    border.add_ports(t)
    inside.add_detention(t)
    inside.add_flights(t)
    inside.add_cases(t)
    cities.add_reception(t)
    inside.add_lawful(t)
    mexico.add_interdiction(t)
    south.add_panama(t)
    border.add_deaths(t)
    levers.add_levers(t)
    levers.add_noise(t)
    return t


def main() -> None:
    t = build()
    rows = {
        "places": t.places.values(), "stocks": t.stocks, "routes": t.routes.values(), "groups": t.groups,
        "flows": t.flows.values(), "parameters": t.parameters,
    }  # fmt: skip
    for part in TABLES:
        if part.attribute in DERIVED:
            text = table_text(part, tuple(rows[part.attribute]))
            (FOLDER / part.file).write_text(text, encoding="utf-8", newline="")
    for name, entries in (("observations", series.observations(t)), ("indicators", series.indicators())):
        (FOLDER / f"{name}.yaml").write_text(yaml_text(entries), encoding="utf-8")
    text = PLAN_HEAD + yaml.safe_dump(series.plan(t), sort_keys=False, allow_unicode=True, width=110)
    (FOLDER / "calibration" / "plan.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
