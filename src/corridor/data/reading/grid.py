"""A file as a grid of texts: CSV of any delimiter and encoding, spreadsheets, Parquet, JSON records."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from corridor.data.reading.dates import written
from corridor.data.reading.unpack import NotUnpacked, aligned_rows, html_rows, json_rows, unpacked
from corridor.model import Fault, InputError

MOST_ROWS = 1_000_000
"""Largest table that is read: above any series of published counts."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE = 400
_NESTED: tuple[type, ...] = (dict, list)
_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHER = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"Rar!": "RAR",
}


@dataclass(frozen=True)
class Grid:
    """Rows of stripped texts with the line or row number of each; what kind of file it was; what to say of it."""

    rows: Sequence[tuple[int, list[str]]]
    form: str
    notes: tuple[str, ...] = ()
    ragged: bool = False
    """Whether rows may honestly be of different length (delimited text only)."""


def read_grid(content: bytes, label: str, sheet: str | None = None) -> Grid:
    """The content of a file as a grid.

    Raises
    ------
    InputError
        If it is no table of a known kind, is empty, has a zero byte, or has more than `MOST_ROWS` rows.
    """
    try:
        content, packed = unpacked(content)
    except NotUnpacked as error:
        raise _refused(label, None, error.message, error.hint) from error
    grid = _read(content, label, sheet)
    return replace(grid, notes=(packed, *grid.notes)) if packed else grid


def _read(content: bytes, label: str, sheet: str | None) -> Grid:
    if not content.strip():
        raise _refused(label, None, "the file is empty")
    for magic, kind in _OTHER.items():
        if content.startswith(magic):
            raise _refused(
                label, None, f"is a {kind} file, not a table", "unpack it, or save the table as CSV or XLSX"
            )
    if content.startswith(_SPREADSHEET):
        return _spreadsheet(content, label, sheet)
    if content.startswith(b"PAR1"):
        return _parquet(content, label)
    text, note = _text(content, label)
    if not text.strip("\ufeff \t\r\n"):
        raise _refused(label, None, "the file is empty")
    if text.lstrip()[:1] in ("[", "{"):
        return _json(text, label)
    page = html_rows(text)
    if page is not None:
        return Grid(_numbered(page), "table of a web page", (note,) if note else (), ragged=True)
    return _delimited(text, label, note)


def _numbered(rows: Sequence[Sequence[str]]) -> list[tuple[int, list[str]]]:
    """Rows of plain cells with their numbers, without those that are empty."""
    if len(rows) > MOST_ROWS:
        rows = rows[: MOST_ROWS + 1]
    plain = [(number, [_plain(cell) for cell in row]) for number, row in enumerate(rows, 1)]
    return [(number, cells) for number, cells in plain if any(cells)]


def _refused(label: str, line: int | None, message: str, hint: str | None = None) -> InputError:
    return InputError(f"{label} cannot be read", faults=[Fault(label, line, None, message, hint)])


def _too_long(label: str) -> InputError:
    return _refused(
        label,
        None,
        f"has more than {MOST_ROWS:,} rows, the most that is read",
        "sum it by date and category first",
    )


def _plain(cell: str) -> str:
    """A cell without control characters, which a terminal would obey, and without spaces around it."""
    if not cell.isprintable():
        cell = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]", "", cell)
    return re.sub(r"[\t\r\n]+", " ", cell).strip("\ufeff \u00a0\u202f")


def _text(content: bytes, label: str) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(
                    encoding
                ), "" if encoding == "utf-8-sig" else f"encoded as {encoding.upper()}"
            except UnicodeDecodeError:
                raise _refused(label, None, f"is not sound {encoding.upper()} text") from None
    if b"\0" in content:
        return _wide_text(content, label)
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252"), "encoded as Windows-1252, not UTF-8"
        except UnicodeDecodeError:
            return content.decode("latin-1"), "encoded as Latin-1, not UTF-8"


def _wide_text(content: bytes, label: str) -> tuple[str, str]:
    """UTF-16 without a mark, told by zeros at every other byte; else a zero byte is a fault."""
    sample = content[:2000]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[start::2].count(0) > 0.9 * len(sample[start::2]):
            try:
                return content.decode(encoding), f"encoded as {encoding.upper()}"
            except UnicodeDecodeError:
                break
    line = content.count(b"\n", 0, content.index(b"\0")) + 1
    raise _refused(
        label, line, "holds a zero byte, so it is no table of text", "save it as CSV (UTF-8) or XLSX"
    )


def _delimited(text: str, label: str, note: str) -> Grid:
    if text.count("\n") > MOST_ROWS + 1000:
        raise _too_long(label)
    first, _, rest = text.partition("\n")
    delimiter = ""
    if match := re.fullmatch(r'"?sep=(.)"?', first.strip()):
        delimiter, text = match[1], "\n" + rest
    delimiter = delimiter or _delimiter(text)
    rows = list(_records(text, delimiter, label))
    if max((len(cells) for _, cells in rows[:_SAMPLE]), default=0) < 2 and (aligned := aligned_rows(text)):
        return Grid(_numbered(aligned), "text in aligned columns", (note,) if note else (), ragged=True)
    name = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}.get(delimiter, repr(delimiter))
    return Grid(rows, f"text, parted by {name}", (note,) if note else (), ragged=True)


def _records(text: str, delimiter: str, label: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    line = 1
    try:
        for record in reader:
            cells = [_plain(cell) for cell in record]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused(
            label,
            line,
            f"is no sound table of text: {error}",
            'a quote inside a quoted cell is written twice: ""',
        ) from None


def _delimiter(text: str) -> str:
    """The first of tab, semicolon, bar and comma that cuts most lines into the same number of cells, at least two."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:_SAMPLE]
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        except csv.Error:
            continue
        cut = sum(widths.values())
        if cut >= max(min(2, len(lines)), 0.4 * len(lines)) and max(widths.values(), default=0) >= 0.6 * cut:
            return delimiter
    return ","


def _spreadsheet(content: bytes, label: str, sheet: str | None) -> Grid:
    import fastexcel  # only spreadsheets need it

    try:
        book = fastexcel.read_excel(content)
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            raise InputError(f"{label} has no sheet {sheet!r}", hint=f"it has: {', '.join(names)}")
        grids = {name: _sheet(book, name, label) for name in ([sheet] if sheet else names)}
    except fastexcel.FastExcelError as error:
        raise _refused(label, None, f"is no sound spreadsheet: {str(error).splitlines()[0][:100]}") from None
    filled = {name: rows for name, rows in grids.items() if rows}
    if not filled:
        raise _refused(label, None, "the spreadsheet is empty")
    if sheet is None and (joined := _sheets_by_period(filled)):
        return Grid(joined, "spreadsheet", (f"a sheet for each period, all {len(filled)} read",))
    best = max(filled, key=lambda name: sum(len(row) for _, row in filled[name]))
    note = ""
    if len(filled) > 1:
        others = ", ".join(repr(name) for name in filled if name != best)
        note = f"the largest sheet {best!r} is read; --sheet reads another ({others})"
    return Grid(filled[best], f"spreadsheet, sheet {best!r}", (note,) if note else ())


def _sheets_by_period(
    sheets: dict[str, list[tuple[int, list[str]]]],
) -> list[tuple[int, list[str]]]:
    """Sheets that are named by periods and have one header, as one table with a column of periods; else nothing."""
    headers = {tuple(rows[0][1]) for rows in sheets.values()}
    if len(sheets) < 2 or len(headers) != 1 or not all(map(written, sheets)):
        return []
    joined = [(1, ["Period", *headers.pop()])]
    for name, rows in sheets.items():
        joined += [(line, [name, *cells]) for line, cells in rows[1:]]
    return joined


def _sheet(book: Any, name: str, label: str) -> list[tuple[int, list[str]]]:
    sheet = book.load_sheet(name, header_row=None, dtypes="string", skip_whitespace_tail_rows=True)
    if sheet.height > MOST_ROWS:
        raise _too_long(label)
    frame = sheet.to_polars()
    return _rows_of(frame, 1 + max(0, sheet.total_height - sheet.height))


def _rows_of(frame: pl.DataFrame, first: int) -> list[tuple[int, list[str]]]:
    rows = []
    for number, row in enumerate(frame.iter_rows(), first):
        cells = ["" if cell is None else _plain(str(cell)) for cell in row]
        if any(cells):
            rows.append((number, cells))
    return rows


def _parquet(content: bytes, label: str) -> Grid:
    try:
        source = io.BytesIO(content)
        if pl.scan_parquet(source).select(pl.len()).collect().item() > MOST_ROWS:
            raise _too_long(label)
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise _refused(label, None, f"is no sound Parquet file: {str(error).splitlines()[0][:100]}") from None
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    frame = frame.drop(nested)
    rows = [(1, list(frame.columns)), *_rows_of(frame, 2)]
    note = (f"columns of lists are left out: {', '.join(nested)}",) if nested else ()
    return Grid(rows, "Parquet", note)


def _json(text: str, label: str) -> Grid:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            line = getattr(error, "lineno", None)
            raise _refused(
                label, line, f"is no sound JSON: {getattr(error, 'msg', 'nested too deep')}"
            ) from None
    records, path = _longest_records(found)
    lists = json_rows(found)
    if lists and len(lists) > len(records):
        return Grid(_numbered(lists), "JSON lists")
    if not records:
        raise _refused(
            label, None, "is JSON without a list of records", 'as [{"date": "2024-01", "value": 10}]'
        )
    if len(records) > MOST_ROWS:
        raise _too_long(label)
    flat = [_flat(record) for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    rows = [(1, names)]
    rows += [(number, [record.get(name, "") for name in names]) for number, record in enumerate(flat, 2)]
    note = (f"the records at {path!r} are read",) if path else ()
    return Grid(rows, "JSON records", note)


def _longest_records(found: Any, path: str = "", depth: int = 0) -> tuple[list[dict[str, Any]], str]:
    """The longest list of records in nested JSON, and where it stands; columns of equal length are records, too."""
    if isinstance(found, list):
        records = [item for item in found if isinstance(item, dict)]
        if records and len(records) == len(found):
            inner = [_longest_records(item, path, depth + 1) for item in records[:20]] if depth < 4 else []
            best = max(inner, key=lambda pair: len(pair[0]), default=([], ""))
            return best if len(records) < len(best[0]) and len(records) <= 2 else (records, path)
        return [], path
    if not isinstance(found, dict) or depth > 4:
        return [], path
    lists = {name: item for name, item in found.items() if isinstance(item, list)}
    sizes = {len(item) for item in lists.values()}
    if (
        len(lists) > 1
        and len(sizes) == 1
        and not any(isinstance(i, _NESTED) for v in lists.values() for i in v)
    ):
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)], path
    inner = [_longest_records(item, f"{path}.{name}".lstrip("."), depth + 1) for name, item in found.items()]
    return max(inner, key=lambda pair: len(pair[0]), default=([], path))


def _flat(record: dict[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name} ")
        elif not isinstance(value, list):
            flat[f"{before}{name}".strip()] = "" if value is None else _plain(str(value))
    return flat
