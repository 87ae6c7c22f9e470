"""Corridor folders: open, check, save; a template to start from; JSON Schemas of every file."""

from corridor.formats.folder import (
    Check,
    check_corridor,
    faults_error,
    find_corridor,
    open_corridor,
    shipped_corridors,
)
from corridor.formats.new import new_corridor
from corridor.formats.read import calibration_dates, read_claims
from corridor.formats.save import save_corridor
from corridor.formats.schemas import json_schemas, schema_file

__all__ = [
    "Check",
    "calibration_dates",
    "check_corridor",
    "faults_error",
    "find_corridor",
    "json_schemas",
    "new_corridor",
    "open_corridor",
    "read_claims",
    "save_corridor",
    "schema_file",
    "shipped_corridors",
]
