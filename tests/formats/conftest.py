from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "strait"


@pytest.fixture
def strait(tmp_path: Path) -> Path:
    """A copy of the example that a test may spoil."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "strait"))


@pytest.fixture
def spoil(strait: Path) -> Callable[[str, str, str], Path]:
    """Replace a text that stands exactly once in a file of the copy."""

    def edit(file: str, old: str, new: str) -> Path:
        path = strait / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8", newline="")
        return strait

    return edit
