"""A CSV file to rows of a noun, every fault with its line and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from corridor.formats.layout import LIST_SEPARATOR, Part
from corridor.formats.rows import Row, Table
from corridor.formats.words import column_of, explain
from corridor.model import Fault, did_you_mean
from corridor.model.scalars import BadValue, is_list, parse, unwrap
from corridor.model.text import csv_records

Cells = dict[str, str]


def read_table(text: str, part: Part, label: str) -> Table[Any]:
    """Rows of a CSV text; ``label`` names the file in faults.

    Lists in a cell are separated by ``;``, a blank cell is nothing or the column's default.
    """
    faults: list[Fault] = []
    rows: list[Row[Any]] = []
    ids: list[tuple[str, int]] = []
    records = csv_records(text, label, faults)
    header = next(records, None)
    if header is None:
        return Table(label, (), (), tuple(faults or [Fault(label, None, None, "the file is empty")]))
    line, names = header
    faults += _header_faults(names, part, label, line)
    count = 0
    for line, record in records:
        count += 1
        if len(record) != len(names):
            message = f"the row has {len(record)} cells, the header {len(names)} columns"
            faults.append(Fault(label, line, None, message, "quote a cell that holds a comma"))
            continue
        cells = dict(zip(names, record, strict=True))
        if cells.get("id"):
            ids.append((cells["id"], line))
        row = _row(cells, part, label, line, faults)
        if row is not None:
            rows.append(row)
    if not count and not part.may_be_empty and not faults:
        faults.append(Fault(label, None, None, "has a header but no rows"))
    return Table(label, tuple(rows), tuple(ids), tuple(faults))


def _header_faults(names: Sequence[str], part: Part, label: str, line: int) -> list[Fault]:
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        hint = "separate columns by commas, not by semicolons or tabs"
        return [Fault(label, line, None, "the header is one single column", hint)]
    faults: list[Fault] = []
    for position, name in enumerate(names):
        if not name:
            faults.append(Fault(label, line, None, f"column {position + 1} has no name"))
        elif name in names[:position]:
            faults.append(Fault(label, line, name, "the column stands there twice"))
        elif name not in part.columns:
            absent = [column for column in part.columns if column not in names]
            hint = did_you_mean(name, absent) or f"columns are: {', '.join(part.columns)}"
            faults.append(Fault(label, line, name, "is not a column of this file", hint))
    for column in part.columns:
        if column not in names and not _falls_back(part, column):
            hint = None if _required(part, column) else "add it; its cells may be blank"
            faults.append(Fault(label, line, column, "the column is missing", hint))
    return faults


def _falls_back(part: Part, column: str) -> bool:
    """Whether a column in Spanish may be left out: the English text stands for it, marked."""
    return column.endswith("_es") and column[:-3] in part.columns


def _required(part: Part, column: str) -> bool:
    return part.noun.model_fields[column].is_required()


def _row(cells: Cells, part: Part, label: str, line: int, faults: list[Fault]) -> Row[Any] | None:
    """The noun of one row; its faults are added to ``faults``."""
    values: dict[str, Any] = {}
    told: set[str] = {column for column in part.columns if column not in cells}
    before = len(faults)
    for column, field in part.noun.model_fields.items():
        text = cells.get(column, "")
        if not text:
            continue
        try:
            if is_list(field.annotation):
                member, _ = get_args(unwrap(field.annotation)[0])
                values[column] = tuple(parse(member, cell.strip()) for cell in text.split(LIST_SEPARATOR))
            else:
                values[column] = parse(field.annotation, text)
        except BadValue as bad:
            told.add(column)
            faults.append(Fault(label, line, column, bad.message, bad.hint))
    try:
        item = part.noun.model_validate(values)
    except ValidationError as error:
        faults += _explained(error, part, cells, label, line, told)
        return None
    absent = [column for column in part.columns if column not in cells and not _falls_back(part, column)]
    complete = len(faults) == before and not absent
    return Row(item, label, line) if complete else None


def _explained(
    error: ValidationError, part: Part, cells: Cells, label: str, line: int, told: set[str]
) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        column = str(location[0])
        if column in told:
            continue
        if detail["type"] == "missing":
            yield Fault(label, line, column, "is blank, but every row needs it")
            continue
        raw = detail["input"] if len(location) > 1 else cells.get(column)
        message, hint = explain(part.noun, detail, raw)
        if raw == "":
            message, hint = "a member of the list is blank", f"separate members by one {LIST_SEPARATOR!r}"
        yield Fault(label, line, column_of(location[:1]), message, hint)
