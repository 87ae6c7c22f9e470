"""The record that lets a run be repeated."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corridor._version import __version__
from corridor.model import html


@dataclass(frozen=True)
class Provenance:
    """What a result rests on: enough to repeat it."""

    command: str
    seed: int
    as_of: str
    inputs: Mapping[str, str]
    """Name of each input and the SHA-256 of its content."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    version: str = field(default_factory=lambda: __version__)
    platform: str = field(
        default_factory=lambda: f"Python {platform.python_version()}, NumPy {np.__version__}"
    )

    def _repr_html_(self) -> str:
        return html.card("Provenance", {**vars(self), "inputs": list(self.inputs), "parameters": None}, html.table(
            ["parameter", "value"], list(self.parameters.items()), len(self.parameters)
        ))  # fmt: skip

    def to_json(self) -> str:
        """The record as stable, indented JSON."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, default=str)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file; of a folder, of its files' names and contents in order of name."""
    digest = hashlib.sha256()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        digest.update(file.read_bytes())
    return digest.hexdigest()
