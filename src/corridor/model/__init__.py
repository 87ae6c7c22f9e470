"""Vocabulary, errors, provenance and declared nouns; imports nothing else of ours."""

from corridor.model.errors import CorridorError, Fault, InputError, did_you_mean
from corridor.model.keys import stream_key
from corridor.model.nouns import (
    Claim,
    Corridor,
    Declared,
    Flow,
    Group,
    Lift,
    Measure,
    Observation,
    Parameter,
    Place,
    Route,
    Scenario,
    Settings,
    Stock,
)
from corridor.model.provenance import Provenance, Source, sha256_of
from corridor.model.vocabulary import (
    FLOW_KINDS,
    GRADES,
    HOUSEHOLD_NAMES,
    MODES,
    NATIONALITY_NAMES,
    PARAMETERS,
    TAGS,
    ParameterKind,
)

__all__ = [
    "FLOW_KINDS",
    "GRADES",
    "HOUSEHOLD_NAMES",
    "MODES",
    "NATIONALITY_NAMES",
    "PARAMETERS",
    "TAGS",
    "Claim",
    "Corridor",
    "CorridorError",
    "Declared",
    "Fault",
    "Flow",
    "Group",
    "InputError",
    "Lift",
    "Measure",
    "Observation",
    "Parameter",
    "ParameterKind",
    "Place",
    "Provenance",
    "Route",
    "Scenario",
    "Settings",
    "Source",
    "Stock",
    "did_you_mean",
    "sha256_of",
    "stream_key",
]
