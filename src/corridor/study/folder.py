"""The run folder: what a run leaves on disk, and what a report is written from."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from corridor.model import Fault, InputError, html
from corridor.model.cells import FORMULA, NUMBER
from corridor.model.files import fresh_folder
from corridor.model.small_counts import hold_back, suppress
from corridor.study.schema import TABLES, conform

MANIFEST = "manifest.json"
LEVERS = "levers.json"
_OTHER_RESULTS = ("report.html", "out.csv", "errors.csv")
"""What commands write into a run folder and no manifest names; all else there is a reader's own."""
PEOPLE_COUNTS: Mapping[str, tuple[str, ...]] = {
    "observed": ("value",),
    "points": ("value", "label"),
    "effects": ("observed",),
}
"""Columns in which published counts of people stand: the number, then texts that repeat it."""


@dataclass(frozen=True)
class RunFolder:
    """A run: its manifest and its tables (only those that the run has)."""

    path: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]
    levers: Mapping[str, Any] | None = None
    """What the page needs to move levers (see ``lever_data``), where the run has it."""

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r}, as of {self.manifest.get('as_of')}, {len(self.tables)} tables)"

    def _repr_html_(self) -> str:
        facts = {key: self.manifest.get(key) for key in ("as_of", "seed", "command", "version")}
        rows = [(name, table.height, ", ".join(table.columns)) for name, table in self.tables.items()]
        return html.card(str(self.manifest.get("name") or self.path.name), facts,
                         html.table(["table", "rows", "columns"], rows, len(rows)))  # fmt: skip

    def has(self, name: str) -> bool:
        """Whether the table exists and has rows."""
        return name in self.tables and self.tables[name].height > 0

    def table(self, name: str) -> pl.DataFrame:
        """The table; empty, with the right columns, where the run has none."""
        if name in self.tables:
            return self.tables[name]
        return pl.DataFrame(schema=dict(TABLES[name]))

    def for_readers(self) -> RunFolder:
        """The run as a reader may see it: small counts are null, and a column ``held_back`` says where.

        Sections of the report get this run and no other, so none of them can show a small count.
        """
        shown = {
            name: hold_back(table, *PEOPLE_COUNTS[name]) if name in PEOPLE_COUNTS else table
            for name, table in self.tables.items()
        }
        return replace(self, tables=shown)

    @classmethod
    def write(
        cls,
        path: Path,
        tables: Mapping[str, pl.DataFrame],
        manifest: Mapping[str, Any],
        levers: Mapping[str, Any] | None = None,
        *,
        overwrite: bool = False,
    ) -> RunFolder:
        """Write a run folder at once: a temporary folder beside ``path`` is filled, then renamed.

        An earlier run of the same corridor at ``path`` is replaced, one of another corridor only with
        ``overwrite``; files that no run wrote are kept. Anything else there is refused. Parquet holds the
        tables as they are; in CSV, text is safe against formulas and counts of real people from 1 to 9
        are suppressed.

        Raises:
            InputError: a table does not have its schema, or the folder cannot be written.
        """
        path = Path(path)
        checked = _checked(tables)
        check_target(path, manifest.get("corridor"), overwrite=overwrite)
        with fresh_folder(path) as temporary:
            (temporary / "tables").mkdir()
            listed = {name: _write_table(temporary, name, table) for name, table in checked.items()}
            full = {**manifest, "tables": listed}
            if levers is not None:
                full["levers"], levers = _write_levers(temporary, levers)
            text = json.dumps(full, indent=2, sort_keys=True, default=str, ensure_ascii=False)
            (temporary / MANIFEST).write_text(text + "\n", encoding="utf-8")
            _keep_others(path, temporary)
        return cls(path, json.loads(text), checked, levers)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open a run folder and check every file that its manifest lists.

        Raises:
            InputError: the folder or a file is missing, damaged or does not have its schema.
        """
        path = Path(path)
        manifest = _read_manifest(path)
        tables: dict[str, pl.DataFrame] = {}
        faults: list[Fault] = []
        levers: Mapping[str, Any] | None = None
        for name, listed in manifest["tables"].items():
            try:
                tables[name], found = conform(name, _read_table(path, name, listed))
                faults += found
            except InputError as error:
                faults += error.faults
        try:
            levers = _read_levers(path, manifest.get("levers"))
        except InputError as error:
            faults += error.faults
        if faults:
            raise InputError(f"{path} is not a whole run folder", faults=faults, hint="run it again")
        return cls(path, manifest, tables, levers)


def check_target(path: Path, corridor: str | None = None, *, overwrite: bool = False) -> None:
    """Raise InputError where something stands at ``path`` that a run of ``corridor`` may not replace.

    It replaces an empty folder and an earlier run of its own; with ``overwrite`` a run of any corridor.
    """
    if path.exists() and not _replaceable(path):
        raise InputError(f"{path} exists and is not a run folder", hint="choose another --out")
    if overwrite or corridor is None or not (path / MANIFEST).is_file():
        return
    earlier = _corridor_of(path)
    if earlier is not None and earlier != corridor:
        raise InputError(
            f"{path} holds a run of another corridor, {earlier!r}",
            hint="choose another --out, or add --overwrite",
        )


def exported(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table as they may leave the run folder: counts of people from 1 to 9 are ``<10``."""
    if name not in PEOPLE_COUNTS:
        return table
    count, *texts = PEOPLE_COUNTS[name]
    return suppress(table, {}, column=count, texts=texts)


def csv_safe(table: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before any text that a spreadsheet would take for a formula."""
    text = pl.col(pl.String)
    risky = text.str.contains(FORMULA) & ~text.str.contains(NUMBER)
    return table.with_columns(pl.when(risky).then("'" + text).otherwise(text).name.keep())


def _replaceable(path: Path) -> bool:
    return path.is_dir() and ((path / MANIFEST).is_file() or not any(path.iterdir()))


def _corridor_of(path: Path) -> str | None:
    """Id of the corridor whose run stands at ``path``; ``None`` where its manifest does not say."""
    try:
        found = _read_manifest(path).get("corridor")
    except InputError:
        return None
    return found if isinstance(found, str) else None


def _keep_others(old: Path, new: Path) -> None:
    """Copy what a reader put into an earlier run folder; what that run wrote itself stays behind."""
    if not (old / MANIFEST).is_file():
        return
    try:
        listed = list(_read_manifest(old)["tables"])
    except InputError:
        listed = list[str]()
    written = {MANIFEST, LEVERS, *_OTHER_RESULTS}
    written |= {f"tables/{name}.{kind}" for name in listed for kind in ("parquet", "csv")}
    for file in sorted(old.rglob("*")):
        name = file.relative_to(old)
        target = new / name
        if (file.is_dir() and not file.is_symlink()) or name.as_posix() in written or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target, follow_symlinks=False)


def _checked(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    checked: dict[str, pl.DataFrame] = {}
    faults: list[Fault] = []
    for name, table in tables.items():
        checked[name], found = conform(name, table)
        faults += found
    if faults:
        raise InputError("the tables do not fit a run folder", faults=faults)
    return checked


def _write_levers(folder: Path, levers: Mapping[str, Any]) -> tuple[dict[str, str], Mapping[str, Any]]:
    """What the manifest lists of the levers, and the levers as they are read back."""
    written = json.dumps(levers, default=str, ensure_ascii=False, separators=(",", ":"))
    (folder / LEVERS).write_text(written, encoding="utf-8")
    return {"sha256": hashlib.sha256(written.encode()).hexdigest()}, json.loads(written)


def _write_table(folder: Path, name: str, table: pl.DataFrame) -> dict[str, Any]:
    parquet = folder / "tables" / f"{name}.parquet"
    table.write_parquet(parquet)
    text = parquet.with_suffix(".csv")
    csv_safe(exported(name, table)).write_csv(text)
    return {"rows": table.height, "sha256": _sha256(parquet), "csv_sha256": _sha256(text)}


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _fault(path: Path, message: str, hint: str | None = None) -> InputError:
    return InputError(f"cannot open {path}", faults=[Fault(str(path), None, None, message, hint)])


def _read_manifest(path: Path) -> dict[str, Any]:
    file = path / MANIFEST
    if not path.is_dir():
        raise _fault(path, "no such folder", "name a folder that `corridor demo` or `simulate` wrote")
    if not file.is_file():
        raise _fault(file, "missing", "a run folder holds manifest.json and tables/")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise _fault(file, f"not readable as JSON: {error}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("tables"), dict):
        raise _fault(file, "lists no tables", "a manifest is an object with a key `tables`")
    return manifest


def _read_table(path: Path, name: str, listed: Any) -> pl.DataFrame:
    if name not in TABLES:
        raise _fault(path / MANIFEST, f"lists {name!r}, which is not a table of a run folder")
    file = path / "tables" / f"{name}.parquet"
    if not file.is_file():
        raise _fault(file, "missing")
    content = file.read_bytes()
    wanted = listed.get("sha256") if isinstance(listed, dict) else None
    if wanted != hashlib.sha256(content).hexdigest():
        raise _fault(file, "changed since the run wrote it (SHA-256 differs)")
    text = file.with_suffix(".csv")
    if "csv_sha256" in listed and text.is_file() and _sha256(text) != listed["csv_sha256"]:
        raise _fault(
            text,
            "changed since the run wrote it (SHA-256 differs)",
            "keep your changes in a file of another name",
        )
    try:
        return pl.read_parquet(content)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _fault(file, f"not readable as Parquet: {error}") from error


def _read_levers(path: Path, listed: Any) -> Mapping[str, Any] | None:
    if not isinstance(listed, dict):
        return None
    file = path / LEVERS
    if not file.is_file():
        raise _fault(file, "missing")
    content = file.read_bytes()
    if listed.get("sha256") != hashlib.sha256(content).hexdigest():
        raise _fault(file, "changed since the run wrote it (SHA-256 differs)")
    found: Mapping[str, Any] = json.loads(content)
    return found
