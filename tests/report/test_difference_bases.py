"""A difference stands beside what it starts from, what it comes to, and what was counted since."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from make_run import MANIFEST, level_of, tables

from corridor.report import RunFolder
from corridor.report.html import payload
from corridor.report.sections.answer import came, difference_words, headline_difference
from corridor.report.sections.base import RunView
from corridor.report.sections.leads import change, next_month
from corridor.study.schema import conform
from corridor.text import number

HALF_YEAR = [dt.date(2024, m, 1) for m in range(1, 7)]


def counted(series: str = "us_total") -> float:
    table = tables()["observed"]
    rows = table.filter(pl.col("month").is_in(HALF_YEAR), series=series, place="", nationality="")
    return float(rows["value"].sum())


def changed(tmp_path: Path, **more: pl.DataFrame) -> RunView:
    return RunView(RunFolder.write(tmp_path / "run", {**tables(), **more}, MANIFEST))


@pytest.mark.parametrize(("lang", "wanted"), [
    ("en", ("about 1,500,000 under “no agreement”, 1,320,000 under “agreement”", "Change: −182,000")),
    ("es", ("unos 1 500 000 con «sin acuerdo», 1 320 000 con «acuerdo»", "Cambio: −182 000")),
])  # fmt: skip
def test_the_first_sentence_gives_both_levels_and_the_count(
    run: RunFolder, lang: str, wanted: tuple[str, str]
) -> None:
    found = change(RunView(run))
    assert found is not None
    text = found["text"][lang].replace("\u202f", " ").replace("\u00a0", " ")
    for words in (*wanted, number(counted(), lang).replace("\u202f", " ")):
        assert words in text, text
    said = [link["words"][lang] for link in found["links"]]
    places = [found["text"][lang].index(words) for words in said]
    assert places == sorted(places), "the page looks for the numbers in their order"


def test_a_month_that_is_not_published_leaves_the_count_out(tmp_path: Path) -> None:
    observed = tables()["observed"].filter(pl.col("month") < dt.date(2024, 6, 1))
    view = changed(tmp_path, observed=observed)
    row = headline_difference(view)
    assert row is not None and came(view, row) is None
    found = change(view)
    assert found is not None and "published later" not in found["text"]["en"]


def test_means_and_peaks_have_no_count(run: RunFolder) -> None:
    view = RunView(run)
    rows = view.run.table("differences").filter(pl.col("kind") != "sum")
    assert rows.height and all(came(view, row) is None for row in rows.iter_rows(named=True))


def test_a_brief_words_the_same(run: RunFolder) -> None:
    view = RunView(run)
    row = headline_difference(view)
    assert row is not None
    assert "from about 1,500,000 to 1,320,000" in difference_words(view, row)["en"]
    assert number(counted(), "en") in difference_words(view, row)["en"]


def test_rows_of_the_chart_hold_what_they_start_from(run: RunFolder) -> None:
    section = next(s for s in payload(RunView(run))["sections"] if s["id"] == "scenarios")
    rows = [
        row for b in section["blocks"][0]["parts"]["agreement"] if b["type"] == "dots" for row in b["rows"]
    ]
    assert {row["item"]: (row["without"], row["with"]) for row in rows}["census_denver"] == (4900.0, 4480.0)
    assert all(row["without"] is not None for row in rows)
    assert {row["item"]: row["came"] for row in rows}["us_total"] == counted()


def test_a_run_of_an_earlier_version_opens_without_them(tmp_path: Path) -> None:
    old = tables()["differences"].drop("without", "with")
    table, faults = conform("differences", old)
    assert not faults and table["without"].null_count() == table.height
    view = changed(tmp_path, differences=table)
    found = change(view)
    assert found is not None and "“agreement” compared with “no agreement”" in found["text"]["en"]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_forecast_of_a_month_stands_beside_its_count(run: RunFolder, lang: str) -> None:
    found = next_month(RunView(run))
    assert found is not None
    month = dt.date(2023, 12, 1)
    rows = tables()["observed"].filter(month=month, series="us_total", place="", nationality="")
    assert abs(rows["value"][0] - level_of("us_total", month)) < 0.06 * rows["value"][0]
    assert number(rows["value"][0], lang) in found["text"][lang]


def test_a_month_that_nobody_has_counted_has_no_count(tmp_path: Path) -> None:
    observed = tables()["observed"].filter(pl.col("known"))
    found = next_month(changed(tmp_path, observed=observed))
    assert found is not None and "published later" not in found["text"]["en"]


@pytest.mark.parametrize(("made", "wanted"), [(8, 8), (200, 40), (None, 40)])
def test_the_page_runs_no_more_members_than_the_run_has(
    tmp_path: Path, run: RunFolder, made: int | None, wanted: int
) -> None:
    """Factors of the forecast are given for members of the run; a member without one would be drawn as nothing."""
    parameters = {} if made is None else {"parameters": {"members": made}}
    view = RunView(
        RunFolder(tmp_path, {**MANIFEST, **parameters}, run.tables, {**(run.levers or {}), "draws": "x"})
    )
    section = next(s for s in payload(view)["sections"] if s["id"] == "levers")
    assert section["blocks"][0]["members"] == wanted


def test_a_card_of_a_known_month_has_its_count(run: RunFolder) -> None:
    cards = next(s for s in payload(RunView(run))["sections"] if s["id"] == "chances")["blocks"][0]["cards"]
    options = next(card for card in cards if card["id"] == "us_total")["options"]
    rows = tables()["observed"].filter(
        month=dt.date(2023, 12, 1), series="us_total", place="", nationality=""
    )
    assert options[0]["came"] == rows["value"][0]
    assert "came" not in options[-1], "a highest month of several has no one count"
