"""Cells of a CSV file that no spreadsheet takes for a formula."""

from __future__ import annotations

import re

FORMULA = r"^\s*[=+\-@]|^[\t\r\n]"
NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
"""Text that matches `FORMULA` and is no `NUMBER` would be run; both are read alike by `re` and Polars."""


def safe_cell(value: object) -> str:
    """A cell as text, an apostrophe before what a spreadsheet would run; numbers stay as they are."""
    text = "" if value is None else str(value)
    return f"'{text}" if re.search(FORMULA, text) and not re.fullmatch(NUMBER, text) else text
