"""Fits that were made once are read by the next process, and nothing else is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from lone_cases import panel

from corridor.forecast import Subject, View, fits
from corridor.forecast.univariate import Univariate

KEY = bytes(range(16))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("corridor.forecast.fits.user_cache", lambda: tmp_path)
    fits._folder.cache_clear()
    yield tmp_path
    fits._folder.cache_clear()


def test_what_is_written_is_read() -> None:
    fits.write("ets", 3, {KEY: np.array([1.0, 2.0, 3.5])})
    fits.write("ets", 3, {KEY[::-1]: np.array([4.0, 5.0, 6.0])})
    found = fits.read("ets", 3)
    assert set(found) == {KEY, KEY[::-1]}
    assert found[KEY].tolist() == [1.0, 2.0, 3.5]
    assert fits.read("theta", 3) == {} and fits.read("ets", 4) == {}


def test_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fits, "MOST", 2)
    for k in range(3):
        fits.write("ets", 1, {bytes([k] * 16): np.array([float(k)])})
    assert sorted(float(value[0]) for value in fits.read("ets", 1).values()) == [1.0, 2.0]


@pytest.mark.parametrize("content", [b"", b"not a file of numpy", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_as_none(folder: Path, content: bytes) -> None:
    fits.write("ets", 1, {KEY: np.array([1.0])})
    (file,) = folder.rglob("*.npz")
    file.write_bytes(content)
    assert fits.read("ets", 1) == {}
    fits.write("ets", 1, {KEY: np.array([2.0])})
    assert fits.read("ets", 1)[KEY].tolist() == [2.0]


def test_without_a_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor.forecast.fits.can_write", lambda folder: False)
    fits._folder.cache_clear()
    fits.write("ets", 1, {KEY: np.array([1.0])})
    assert fits.read("ets", 1) == {}


def test_another_process_fits_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("statsforecast")
    values = 100 + np.random.default_rng(2).poisson(50, size=40)
    view = View.at(Subject("mine", panel(values), {"total": ("total",)}, (), "total"), dt.date(2040, 1, 1))
    monkeypatch.setattr("corridor.forecast.univariate.WORTH", 5)
    first = Univariate("theta").shifts(view, (1, 3))
    monkeypatch.setattr(
        "corridor.forecast.univariate._model", lambda name, season: pytest.fail("fitted again")
    )
    assert np.array_equal(Univariate("theta").shifts(view, (1, 3)), first, equal_nan=True)
