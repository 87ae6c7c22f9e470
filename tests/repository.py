"""Where the repository is, and what its documentation promises of tables."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def documented_columns(table: str) -> list[str]:
    """Columns of a table of a run folder, as docs/architecture.md lists them."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    (found,) = re.findall(rf"^\| `{table}` \| `([\w ]+)`", text, re.MULTILINE)
    return found.split()


def documented_register() -> list[str]:
    """Columns of the register as JSON and CSV, as docs/measures.md lists them."""
    page = (ROOT / "docs" / "measures.md").read_text("utf-8").partition("## JSON and CSV")[2]
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]
