"""Vocabulary, errors, provenance and declared nouns; imports nothing else of ours.

What is made with pydantic loads on first use, so that a run folder is read without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from corridor.model.errors import CorridorError, Fault, InputError, did_you_mean
from corridor.model.keys import stream_key
from corridor.model.labelled import LabelledArray
from corridor.model.provenance import Provenance, sha256_of
from corridor.model.vocabulary import (
    FLOW_KINDS,
    GRADES,
    MODES,
    PARAMETERS,
    REGISTER_STATUSES,
    TAGS,
    ParameterKind,
)

if TYPE_CHECKING:
    from corridor.model.datasets import Count, DatasetEntry, Gap, Source
    from corridor.model.declared import Declared
    from corridor.model.measures import Event, Lift, Measure, MeasureChange, Scenario
    from corridor.model.nouns import (
        Claim,
        Corridor,
        Flow,
        Group,
        Indicator,
        Observation,
        Parameter,
        Place,
        Route,
        Settings,
        Stock,
        Translation,
        Trigger,
    )
    from corridor.model.parties import Demand, Interest, Party, Statement
    from corridor.model.register import RegisterEntry
    from corridor.model.walk import CAMP_KINDS, PLACE_KINDS, TOTAL, Closure, Conflict, Correction, WalkRules

__all__ = [
    "CAMP_KINDS",
    "FLOW_KINDS",
    "GRADES",
    "MODES",
    "PARAMETERS",
    "PLACE_KINDS",
    "REGISTER_STATUSES",
    "TAGS",
    "TOTAL",
    "Claim",
    "Closure",
    "Conflict",
    "Correction",
    "Corridor",
    "CorridorError",
    "Count",
    "DatasetEntry",
    "Declared",
    "Demand",
    "Event",
    "Fault",
    "Flow",
    "Gap",
    "Group",
    "Indicator",
    "InputError",
    "Interest",
    "LabelledArray",
    "Lift",
    "Measure",
    "MeasureChange",
    "Observation",
    "Parameter",
    "ParameterKind",
    "Party",
    "Place",
    "Provenance",
    "RegisterEntry",
    "Route",
    "Scenario",
    "Settings",
    "Source",
    "Statement",
    "Stock",
    "Translation",
    "Trigger",
    "WalkRules",
    "did_you_mean",
    "sha256_of",
    "stream_key",
]

_MODULES = {
    "Count": "datasets",
    "DatasetEntry": "datasets",
    "Gap": "datasets",
    "Source": "datasets",
    "Declared": "declared",
    "Demand": "parties",
    "Interest": "parties",
    "Party": "parties",
    "Statement": "parties",
    **dict.fromkeys(("Event", "Lift", "Measure", "MeasureChange", "Scenario"), "measures"),
    "RegisterEntry": "register",
    "CAMP_KINDS": "walk",
    "PLACE_KINDS": "walk",
    "TOTAL": "walk",
    "Closure": "walk",
    "Conflict": "walk",
    "Correction": "walk",
    "WalkRules": "walk",
}
"""Modules of the names that load on first use; the others are in ``nouns``."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"corridor.model.{_MODULES.get(name, 'nouns')}"), name)
    globals()[name] = found
    return found
