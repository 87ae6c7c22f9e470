from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from corridor.formats import json_schemas, open_corridor, schema_file
from corridor.formats.layout import LISTS, SCENARIO, SETTINGS, TABLES
from corridor.formats.reference import reference
from corridor.model import PARAMETERS

ROOT = Path(__file__).parents[2]
SCHEMAS = json_schemas()
CORRIDOR = open_corridor(ROOT / "examples" / "strait")


@pytest.mark.parametrize("file", SCHEMAS)
def test_schema_on_disk_is_up_to_date(file: str) -> None:
    on_disk = json.loads((ROOT / "docs" / "schema" / schema_file(file)).read_text(encoding="utf-8"))
    assert on_disk == SCHEMAS[file], "run scripts/write_schemas.py"


def test_no_schema_is_left_over() -> None:
    assert {p.name for p in (ROOT / "docs" / "schema").iterdir()} == {schema_file(file) for file in SCHEMAS}


@pytest.mark.parametrize("file", SCHEMAS)
def test_schema_is_a_schema_and_describes_everything(file: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[file])
    noun = SCHEMAS[file].get("items", SCHEMAS[file])
    assert noun["additionalProperties"] is False
    assert all(len(entry["description"]) > 3 for entry in noun["properties"].values())


@pytest.mark.parametrize("part", [*TABLES, *LISTS], ids=lambda part: part.file)
def test_rows_of_the_example_are_valid(part) -> None:
    rows = [item.model_dump(mode="json") for item in getattr(CORRIDOR, part.attribute)]
    jsonschema.validate(rows, SCHEMAS[part.file])


def test_settings_and_scenarios_are_valid_and_wrong_rows_are_not() -> None:
    jsonschema.validate(CORRIDOR.settings.model_dump(mode="json"), SCHEMAS["corridor.yaml"])
    jsonschema.validate(CORRIDOR.scenarios[0].model_dump(mode="json"), SCHEMAS["scenarios/*.yaml"])
    row = CORRIDOR.stocks[0].model_dump(mode="json")
    for wrong in ({"capacity": -1}, {"tag": "guessed"}, {"colour": "red"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate([{**row, **wrong}], SCHEMAS["stocks.csv"])


def test_reference_on_disk_is_up_to_date_and_complete() -> None:
    text = (ROOT / "docs" / "corridor-folder.md").read_text(encoding="utf-8")
    assert text == reference(), "run scripts/write_schemas.py"
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for part in (SETTINGS, *TABLES, *LISTS, SCENARIO):
        section = sections["scenarios/*.yaml" if part is SCENARIO else part.file]
        assert re.findall(r"^\| `(\w+)` \|", section, re.M) == list(part.noun.model_fields)
    assert all(f"| `{name}` |" in text for name in PARAMETERS)
