"""Bytes of a file to text, and text to the records of a CSV file; what cannot be read is a fault."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from corridor.model.errors import Fault

MOST_BYTES = {".csv": 200_000_000, ".yaml": 5_000_000}
"""Largest file that is read, by ending: far above any honest corridor, far below what hurts."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SAVE_AS = "save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"


def read_text(path: Path, label: str) -> str | Fault:
    """The text of ``path``, or the one fault that keeps it from being read; ``label`` names it in the fault."""
    if not path.exists():
        return Fault(label, None, None, "the file is missing")
    if not path.is_file():
        return Fault(label, None, None, "is not a regular file")
    try:
        most = MOST_BYTES.get(path.suffix, MOST_BYTES[".yaml"])
        if path.stat().st_size > most:
            return Fault(label, None, None, f"is larger than {most // 1_000_000} MB, the most that is read")
        content = path.read_bytes()
    except OSError as error:
        return Fault(label, None, None, f"cannot be read: {error.strerror}")
    return decode(content, label)


def decode(content: bytes, label: str) -> str | Fault:
    """The text of UTF-8 ``content`` without its byte-order mark, or a fault."""
    if not content.strip():
        return Fault(label, None, None, "the file is empty")
    if content.startswith(_UTF16):
        return Fault(label, None, None, "is UTF-16 or UTF-32 text, not UTF-8", _SAVE_AS)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        return Fault(label, line, None, "holds a zero byte, so it is not UTF-8 text", _SAVE_AS)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Fault(label, line, None, f"byte 0x{content[error.start]:02x} is not UTF-8 text", _SAVE_AS)


def csv_records(text: str, label: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """First line and stripped cells of every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        what = "a quoted cell is never closed" if "unexpected end" in str(error) else f"not CSV: {error}"
        faults.append(Fault(label, line, None, what, 'a quote inside a quoted cell is written twice: ""'))
