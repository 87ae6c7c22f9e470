"""Saved scenarios in one SQLite file: write-ahead log, full sync, so that what was confirmed is kept."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

MOST = 10_000
"""Scenarios that are kept."""


class Store:
    """Scenarios by id: a name, the run and the settings as they stand in the page's address."""

    def __init__(self, path: Path) -> None:
        """Make the file where there is none."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(
                "CREATE TABLE IF NOT EXISTS scenario (id TEXT PRIMARY KEY, run TEXT NOT NULL, name TEXT NOT NULL, "
                "settings TEXT NOT NULL, saved TEXT NOT NULL)"
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=10)) as db:
            db.execute("PRAGMA synchronous=FULL")
            with db:
                yield db

    def save(self, run: str, name: str, settings: str) -> dict[str, Any]:
        """Keep a scenario; it is on disk when this returns.

        Raises:
            ValueError: there are `MOST` scenarios already.
        """
        one = {"id": uuid.uuid4().hex, "run": run, "name": name, "settings": settings,
               "saved": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}  # fmt: skip
        with self._open() as db:
            if db.execute("SELECT count(*) FROM scenario").fetchone()[0] >= MOST:
                raise ValueError("too many scenarios are saved")
            db.execute("INSERT INTO scenario VALUES (:id, :run, :name, :settings, :saved)", one)
        return one

    def list(self, run: str = "") -> list[dict[str, Any]]:
        """All scenarios, or those of a run, the latest first."""
        with self._open() as db:
            db.row_factory = sqlite3.Row
            rows = db.execute(
                "SELECT * FROM scenario WHERE ?1 = '' OR run = ?1 ORDER BY saved DESC, rowid DESC", (run,)
            )
            return [dict(row) for row in rows]

    def get(self, id: str) -> dict[str, Any] | None:
        """One scenario."""
        with self._open() as db:
            db.row_factory = sqlite3.Row
            row = db.execute("SELECT * FROM scenario WHERE id = ?", (id,)).fetchone()
            return dict(row) if row else None

    def delete(self, id: str) -> bool:
        """Remove one; whether there was one."""
        with self._open() as db:
            return db.execute("DELETE FROM scenario WHERE id = ?", (id,)).rowcount > 0


def as_json(value: Any) -> str:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
