"""JSON Schema (2020-12) of every file of a corridor folder, made from the models."""

from __future__ import annotations

from typing import Any

from corridor.formats.columns import COLUMNS
from corridor.formats.layout import LISTS, SCENARIO, SETTINGS, TABLES, Part

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> dict[str, dict[str, Any]]:
    """Schema by file: an object for one noun, an array of objects for a table or list.

    The cells of a table are described as what they are read to: numbers, dates as ISO text, lists of the
    members that ``;`` separates, true and false for yes and no, null for blank.
    """
    schemas = {part.file: _many(part) for part in (*TABLES, *LISTS)}
    schemas[SETTINGS.file] = _noun(SETTINGS)
    schemas["scenarios/*.yaml"] = _noun(SCENARIO)
    return schemas


def schema_file(file: str) -> str:
    """File name of a schema: ``places.csv`` is described in ``places.schema.json``."""
    stem = "scenario" if file.startswith("scenarios/") else file.partition(".")[0]
    return f"{stem}.schema.json"


def _noun(part: Part) -> dict[str, Any]:
    schema = part.noun.model_json_schema()
    texts = COLUMNS[part.attribute]
    for name, entry in schema["properties"].items():
        entry["description"] = texts[name]
    return {"$schema": _DIALECT, **schema}


def _many(part: Part) -> dict[str, Any]:
    item = _noun(part)
    definitions = item.pop("$defs", None)
    schema = {"$schema": item.pop("$schema"), "title": part.file, "type": "array", "items": item}
    if not part.may_be_empty:
        schema["minItems"] = 1
    return schema if definitions is None else {**schema, "$defs": definitions}
