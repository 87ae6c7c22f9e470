"""Vocabulary, errors, provenance and declared nouns; imports nothing else of ours."""

from corridor.model.datasets import Count, DatasetEntry, Gap, Source
from corridor.model.declared import Declared
from corridor.model.errors import CorridorError, Fault, InputError, did_you_mean
from corridor.model.keys import stream_key
from corridor.model.labelled import LabelledArray
from corridor.model.nouns import (
    Claim,
    Corridor,
    Event,
    Flow,
    Group,
    Indicator,
    Lift,
    Measure,
    Observation,
    Parameter,
    Place,
    Route,
    Scenario,
    Settings,
    Stock,
    Trigger,
)
from corridor.model.provenance import Provenance, sha256_of
from corridor.model.register import RegisterEntry
from corridor.model.vocabulary import (
    FLOW_KINDS,
    GRADES,
    MODES,
    PARAMETERS,
    REGISTER_STATUSES,
    TAGS,
    ParameterKind,
)

__all__ = [
    "FLOW_KINDS",
    "GRADES",
    "MODES",
    "PARAMETERS",
    "REGISTER_STATUSES",
    "TAGS",
    "Claim",
    "Corridor",
    "CorridorError",
    "Count",
    "DatasetEntry",
    "Declared",
    "Event",
    "Fault",
    "Flow",
    "Gap",
    "Group",
    "Indicator",
    "InputError",
    "LabelledArray",
    "Lift",
    "Measure",
    "Observation",
    "Parameter",
    "ParameterKind",
    "Place",
    "Provenance",
    "RegisterEntry",
    "Route",
    "Scenario",
    "Settings",
    "Source",
    "Stock",
    "Trigger",
    "did_you_mean",
    "sha256_of",
    "stream_key",
]
