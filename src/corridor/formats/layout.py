"""Which files a corridor folder holds, and which noun a row of each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridor.model import (
    Claim,
    Closure,
    Conflict,
    DatasetEntry,
    Declared,
    Event,
    Flow,
    Group,
    Indicator,
    Measure,
    Observation,
    Parameter,
    Party,
    Place,
    RegisterEntry,
    Route,
    Scenario,
    Settings,
    Stock,
    Translation,
    Trigger,
)

SETTINGS_FILE = "corridor.yaml"
SCENARIO_FOLDER = "scenarios"
CALIBRATION_FOLDER = "calibration"
DATA_FOLDER = "data"
"""Holds ``<id>.csv`` of every entry of ``datasets.yaml``."""
LIST_SEPARATOR = ";"
"""Between the members of a list in one CSV cell."""


@dataclass(frozen=True)
class Part:
    """One file of a corridor folder: its name, the noun of its rows, and whether it may have none or be absent."""

    file: str
    noun: type[Declared]
    may_be_empty: bool = False
    kept_as: str | None = None
    """Name of the attribute, where the file's own cannot be one."""
    may_be_absent: bool = False

    @property
    def attribute(self) -> str:
        """Where `Corridor` keeps it: the file's name without its ending, or another."""
        return self.kept_as or self.file.partition(".")[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns or keys, in order."""
        return tuple(self.noun.model_fields)


TABLES: tuple[Part, ...] = (
    Part("places.csv", Place),
    Part("stocks.csv", Stock),
    Part("routes.csv", Route, may_be_empty=True),
    Part("groups.csv", Group),
    Part("flows.csv", Flow, may_be_empty=True),
    Part("parameters.csv", Parameter),
    Part("conflicts.csv", Conflict, may_be_empty=True, may_be_absent=True),
    Part("closures.csv", Closure, may_be_empty=True, may_be_absent=True),
    Part("triggers.csv", Trigger, may_be_empty=True),
    Part("measures.csv", Measure, may_be_empty=True),
    Part("events.csv", Event, may_be_empty=True),
    # Every pydantic model inherits a method ``register``.
    Part("register.csv", RegisterEntry, may_be_empty=True, kept_as="register_entries"),
    Part("translations.csv", Translation, may_be_empty=True, may_be_absent=True),
)
LISTS: tuple[Part, ...] = (
    Part("observations.yaml", Observation, may_be_empty=True),
    Part("indicators.yaml", Indicator, may_be_empty=True),
    Part("claims.yaml", Claim, may_be_empty=True),
    Part("parties.yaml", Party, may_be_empty=True, may_be_absent=True),
    Part("datasets.yaml", DatasetEntry, may_be_empty=True, may_be_absent=True),
)
SETTINGS = Part(SETTINGS_FILE, Settings)
SCENARIO = Part("scenario.yaml", Scenario)
"""Each file of ``scenarios/``; its name is the scenario's id."""

PARTS: Mapping[str, Part] = {part.attribute: part for part in (SETTINGS, *TABLES, *LISTS)}
FILES: frozenset[str] = frozenset(part.file for part in PARTS.values())
