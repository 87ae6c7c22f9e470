"""Write docs/schema/*.json and the tables of docs/corridor-folder.md from the models: run after changing one."""

from __future__ import annotations

import json
from pathlib import Path

from corridor.formats import json_schemas, schema_file
from corridor.formats.reference import reference

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Write every file anew."""
    folder = DOCS / "schema"
    folder.mkdir(parents=True, exist_ok=True)
    for file, schema in json_schemas().items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        (folder / schema_file(file)).write_text(text, encoding="utf-8")
    (DOCS / "corridor-folder.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
