"""The run folders that are served, read again when they were written anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from corridor.model import InputError
from corridor.report.html import page, payload
from corridor.report.sections import RunView, sentences
from corridor.serve.store import as_json
from corridor.study.folder import RunFolder
from corridor.study.schema import TABLES


class Served:
    """One run folder: its payload, and the parts of it that have an address of their own."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError where ``folder`` is no run."""
        self.folder = folder
        self._lock = Lock()
        self._stamp = 0
        self._read()

    def _read(self) -> None:
        stamp = (self.folder / "manifest.json").stat().st_mtime_ns
        run = RunFolder.open(self.folder)
        self.run = run
        self.view = RunView(run)
        self.payload: dict[str, Any] = plain(payload(self.view))
        self._texts: dict[str, bytes] = {}
        self._stamp = stamp

    def refresh(self) -> bool:
        """Read the folder again where it was written since; whether it was. A folder that is being written keeps
        its last state."""
        with self._lock:
            try:
                if (self.folder / "manifest.json").stat().st_mtime_ns == self._stamp:
                    return False
                self._read()
            except (OSError, InputError):
                return False
            return True

    @property
    def stamp(self) -> int:
        """When the run was written, nanoseconds."""
        return self._stamp

    def html(self) -> str:
        """The page, with scripts by address."""
        lang = self.payload["lang"]
        return page(self.view.title, sentences(self.view), self.payload, lang, served=True)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run has."""
        return tuple(name for name in TABLES if self.view.run.has(name))

    @property
    def figures(self) -> Mapping[str, Any]:
        """Blocks with an id, by id."""
        return {block["id"]: block for block in self._blocks() if block.get("id")}

    def _blocks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        waiting = [block for section in self.payload["sections"] for block in section["blocks"]]
        while waiting:
            block = waiting.pop(0)
            found.append(block)
            waiting += [inner for part in (block.get("parts") or {}).values() for inner in part]
        return found

    def page(self, name: str) -> dict[str, Any] | None:
        """A page with its sections."""
        one = next((one for one in self.payload["pages"] if one["id"] == name), None)
        if one is None:
            return None
        by_id = {section["id"]: section for section in self.payload["sections"]}
        return {**one, "sections": [by_id[section] for section in one["sections"]]}

    def page_text(self, name: str) -> bytes | None:
        """The same as JSON in UTF-8, made once for each state of the run."""
        texts = self._texts
        if name not in texts and (found := self.page(name)) is not None:
            texts[name] = as_json(found).encode()
        return texts.get(name)

    def report_text(self) -> bytes:
        """Everything as JSON in UTF-8, made once for each state of the run."""
        texts = self._texts
        if "" not in texts:
            texts[""] = as_json(self.payload).encode()
        return texts[""]


def plain(value: Any) -> Any:
    """The same as JSON holds it: dates as text."""
    return json.loads(json.dumps(value, default=str))


class Runs:
    """Run folders by the name of their folder."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Raises InputError where a folder is no run, or two have one name."""
        self.by_name: dict[str, Served] = {}
        for folder in folders:
            name = folder.resolve().name
            if name in self.by_name:
                raise InputError(f"two runs are named {name!r}", hint="rename one of the folders")
            self.by_name[name] = Served(folder.resolve())

    def get(self, name: str) -> Served | None:
        """The run of a name, as it stands now."""
        found = self.by_name.get(name)
        if found is not None:
            found.refresh()
        return found
