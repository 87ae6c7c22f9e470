"""What a table may be packed in: gzip, a zip file of one table, a table of a web page, text in aligned columns, lists in JSON."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

LARGEST = 500_000_000
"""Bytes of a table once it is unpacked."""
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_SPREADSHEETS = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")
_BREAK = re.compile(r"\t|\s{2,}")


class NotUnpacked(Exception):
    """Why a packed file cannot be read, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def unpacked(content: bytes) -> tuple[bytes, str]:
    """The one table in a gzip or zip file and what to say of it; any other content as it is.

    Raises: `NotUnpacked`.
    """
    if content.startswith(_GZIP):
        return _gunzip(content), "unpacked from a gzip file"
    if content.startswith(_ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                return _member(book, content)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError):
            return content, ""
    return content, ""


def _gunzip(content: bytes) -> bytes:
    machine = zlib.decompressobj(wbits=31)
    try:
        found = machine.decompress(content, LARGEST)
    except zlib.error as error:
        raise NotUnpacked("is a damaged gzip file", "fetch it again") from error
    if machine.unconsumed_tail:
        raise NotUnpacked(
            f"has more than {LARGEST // 1_000_000} MB unpacked", "sum it by date and category first"
        )
    if not machine.eof:
        raise NotUnpacked("is a gzip file that was cut off", "fetch it again")
    return found


def _member(book: zipfile.ZipFile, content: bytes) -> tuple[bytes, str]:
    entries = [e for e in book.infolist() if not e.is_dir() and not e.filename.startswith("__MACOSX/")]
    if any(entry.filename in _SPREADSHEETS for entry in entries):
        return content, ""
    if len(entries) != 1:
        names = ", ".join(entry.filename for entry in entries[:5])
        raise NotUnpacked(
            f"is a zip file of {len(entries)} files ({names})", "unpack it and name one of them"
        )
    (entry,) = entries
    if entry.file_size > LARGEST:
        raise NotUnpacked(
            f"has more than {LARGEST // 1_000_000} MB unpacked", "sum it by date and category first"
        )
    with book.open(entry) as file:
        return file.read(LARGEST), f"{entry.filename!r} in the zip file is read"


class _Tables(HTMLParser):
    """Cells of every table of a page; a cell over several columns fills the first."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._close()
            wide = dict(attrs).get("colspan") or "1"
            self._cell = list[str]()
            self._span = min(int(wide), 200) if wide.isdigit() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None and self.tables and self.tables[-1]:
            text = " ".join("".join(self._cell).split())
            self.tables[-1][-1] += [text, *[""] * (self._span - 1)]
        self._cell = None


def html_rows(text: str) -> list[list[str]] | None:
    """Rows of the largest table of a web page, which some agencies save as ``.xls``; ``None`` for any other text."""
    if "<table" not in text[:200_000].lower() or not text.lstrip("\ufeff \r\n\t").startswith("<"):
        return None
    reader = _Tables()
    reader.feed(text)
    reader.close()
    return max(reader.tables, key=lambda rows: sum(map(len, rows)), default=[])


def aligned_rows(text: str) -> list[list[str]] | None:
    """Rows of text in columns that two blanks or more part; ``None`` where most lines are not alike."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    cut = [_BREAK.split(line) for line in lines]
    width, times = Counter(map(len, cut)).most_common(1)[0] if cut else (0, 0)
    return cut if width >= 2 and times >= max(3, 0.6 * len(cut)) else None


def json_rows(found: Any) -> list[list[str]] | None:
    """The longest list of lists of one length in nested JSON, or of columns by index as pandas writes them."""
    best = _lists(found, 0)
    return [["" if cell is None else str(cell) for cell in row] for row in best] if best else None


def _lists(found: Any, depth: int) -> Sequence[Sequence[Any]]:
    if depth > 5:
        return ()
    if isinstance(found, list):
        rows = [item for item in found if isinstance(item, list)]
        plain = all(not isinstance(cell, (list, dict)) for row in rows for cell in row)
        if (
            len(rows) == len(found) >= 2
            and len({len(row) for row in rows}) == 1
            and len(rows[0]) >= 2
            and plain
        ):
            return rows
        return max((_lists(item, depth + 1) for item in found[:20]), key=len, default=())
    if not isinstance(found, dict):
        return ()
    columns = [value for value in found.values() if isinstance(value, dict)]
    if (
        len(columns) == len(found) >= 2
        and len({tuple(column) for column in columns}) == 1
        and len(columns[0]) >= 2
    ):
        flat = all(not isinstance(cell, (list, dict)) for column in columns for cell in column.values())
        if flat:
            return [list(found), *map(list, zip(*(column.values() for column in columns), strict=True))]
    return max((_lists(item, depth + 1) for item in found.values()), key=len, default=())
