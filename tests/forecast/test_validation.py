"""A validation counts what lies inside, and compares scores on the targets that both have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from corridor.forecast.sets import standard_panels
from corridor.forecast.validation import DATES, HORIZONS, POSTERIOR, STOCKS, _calibration, _point, summary

MONTHS = (dt.date(2023, 7, 1), dt.date(2023, 8, 1))


def score(series: str, month: dt.date, wis: float, inside: bool, **more: object) -> dict[str, object]:
    given = {
        "publisher": "us", "series": series, "month": month, "horizon": 1, "wis": wis, "wis_reference": 200.0,
        "wis_forecast": None, "inside_80": inside, "inside_95": True, "origin": month,
    }  # fmt: skip
    return {**given, **more}


def test_dates_are_the_month_ends_of_2023() -> None:
    assert len(DATES) == 12
    assert {(date + dt.timedelta(days=1)).day for date in DATES} == {1}


def test_coverage_and_ratio_of_one_series_are_hand_figures() -> None:
    rows = [
        score("total", MONTHS[0], 100.0, True),
        score("total", MONTHS[1], 50.0, False, wis_forecast=100.0),
    ]
    table = summary(pl.DataFrame(rows, infer_schema_length=None)).filter(set="us_total")
    (row,) = table.iter_rows(named=True)
    assert (row["inside_80"], row["inside_95"], row["targets"], row["dates"]) == (0.5, 1.0, 2, 2)
    assert row["wis_ratio"] == pytest.approx(150 / 400)
    assert row["wis_to_forecast"] == pytest.approx(50 / 100)  # only where the forecast was scored


def test_series_of_a_set_weigh_by_their_own_changes() -> None:
    pairs = {"del_rio_sector": 100.0, "yuma_sector": 300.0}
    rows = [score(name, month, wis, True) for name, wis in pairs.items() for month in MONTHS]
    table = summary(pl.DataFrame(rows, infer_schema_length=None)).filter(set="us_sectors")
    panel = standard_panels()["us"]
    at = panel.position(MONTHS[0])
    unit = {
        name: np.abs(np.diff(panel.values[at - 1 : at + 2, panel.series.index(name)])).mean()
        for name in pairs
    }
    wanted = sum(w / unit[n] for n, w in pairs.items()) / sum(200.0 / unit[n] for n in pairs)
    assert table["wis_ratio"][0] == pytest.approx(wanted)


def test_a_stock_is_held_against_its_last_known_point() -> None:
    drawn = np.arange(100.0, 201.0)
    row = _point("census", dt.date(2023, 9, 15), dt.date(2023, 6, 30), 160.0, drawn, 100.0)
    assert row["horizon"] == 3
    assert (row["median"], row["low"], row["high"]) == (150.0, 110.0, 190.0)
    assert (row["wis"], row["wis_reference"], row["inside_80"]) == (10.0, 60.0, True)
    # rows of stocks stand below those of series, whose shares inside are numbers
    both = pl.concat(
        [pl.DataFrame({"inside_80": [0.0], "inside_95": [1.0]}), pl.DataFrame([row])], how="diagonal"
    )
    assert both["inside_80"].to_list() == [0.0, 1.0]
    full = pl.DataFrame(
        [{**row, "origin": dt.date(2023, 6, 30), "wis_forecast": None}], infer_schema_length=None
    )
    got = summary(full).filter(set="census")
    assert got["wis_ratio"][0] == pytest.approx(10 / 60)
    assert got["horizon"][0] == 0


def test_a_set_without_targets_has_no_row() -> None:
    rows = [score("total", MONTHS[0], 100.0, True)]
    table = summary(pl.DataFrame(rows, infer_schema_length=None))
    assert table["set"].to_list() == ["us_total"]
    assert max(HORIZONS) == 6
    assert STOCKS not in table["set"]


def test_a_refit_has_members_of_its_posterior(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A date without a calibration is fitted with as many members as are asked for, and kept; a second call reads it."""
    asked: list[int] = []
    kept: list[Path] = []

    def fitted(*given: object, posterior: int, **more: object) -> str:
        asked.append(posterior)
        return "fit"

    def written(calibration: object, folder: Path) -> None:
        kept.append(folder)
        (folder / "2023-03-31").mkdir()
        (folder / "2023-03-31" / "calibration.yaml").write_text("")

    monkeypatch.setattr("corridor.forecast.validation.calibrate", fitted)
    monkeypatch.setattr("corridor.forecast.validation.write_calibration", written)
    monkeypatch.setattr("corridor.forecast.validation.read_calibration", lambda folder, date: "read")
    date, nothing = dt.date(2023, 3, 31), cast(Any, None)
    assert _calibration(nothing, nothing, date, [tmp_path], 7, 1, None) == "fit"
    assert _calibration(nothing, nothing, date, [tmp_path], 7, 1, None) == "read"
    assert asked == [7] and kept == [tmp_path]
    assert POSTERIOR == 20
