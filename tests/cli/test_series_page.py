"""One page for a series by itself: forecast, backtest and effect, from files of a made-up census and of landings."""

from __future__ import annotations

import datetime as dt
import json
import re
import time

import pytest
from click.testing import CliRunner, Result

from corridor.cli import main

D = dt.date


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def payload(file) -> dict:
    text = file.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="payload">(.*?)</script>', text, re.DOTALL)[1])


def blocks(page: dict, section: str) -> list[dict]:
    return next(one["blocks"] for one in page["sections"] if one["id"] == section)


def census_csv() -> str:
    """A census that grows by ten people a day from 3,700 on, 395 days, as a city would print it."""
    days = [D(2023, 1, 1) + dt.timedelta(n) for n in range(395)]
    rows = [
        f'"{d.month}/{d.day}/{d.year}","{2400 + 6 * n + n % 7:,}","{1300 + 4 * n - n % 7:,}","{3700 + 10 * n:,}",'
        if n % 40 != 9 or n == 9 + 40 * 9 else f'"{d.month}/{d.day}/{d.year}",NA,NA,NA,no report'
        for n, d in enumerate(days)
    ]  # fmt: skip
    head = "City shelters\nData as of 1/31/2024\n\nReport date,Families with children,Single adults,Total in shelter,Notes\n"
    return head + "\n".join(rows) + '\n"Source: the Department. Figures are preliminary."\n'


def test_the_five_minute_session(tmp_path):
    """From a messy census to the chance of passing a line by a date: two commands, well under five minutes."""
    file = tmp_path / "Shelter census 2023.csv"
    file.write_text(census_csv(), encoding="utf-8")
    begun = time.perf_counter()
    added = run("data", "add", file, "--as", "my-shelter")
    assert added.exit_code == 0, added.output
    assert "stock by day" in added.stderr
    asked = ("--by", "2024-03-01", "--out", tmp_path / "page.html", "--format", "json")
    far = run("forecast", "--data", "my-shelter", "--above", 9000, *asked)
    near = run("forecast", "--data", "my-shelter", "--above", 7700, *asked)
    assert time.perf_counter() - begun < 300
    chance = [json.loads(result.stdout)["rows"][-1]["chance_by_then"] for result in (far, near)]
    # 3,700 people and ten more a day are 7,950 on 1 March 2024, the 426th day
    assert chance[0] < 0.05
    assert [json.loads(far.stdout)["rows"][0][f"{name}_text"] for name in ("chance", "chance_by_then")] == [
        "<1\u00a0%"
    ] * 2
    printed = run("forecast", "--data", "my-shelter", "--above", 9000, "--horizon", 1).stdout
    assert "<1\u00a0%" in printed and "0 %" not in printed
    assert chance[1] > 0.9
    page = payload(tmp_path / "page.html")
    assert [one["id"] for one in page["sections"]] == ["forecast", "passing", "scores", "known"]
    chart, table = blocks(page, "forecast")
    assert chart["lines"][0]["observed"][0][1] == pytest.approx(3700 + 10 * 4, abs=80)  # the first whole week
    assert table["table"]["rows"][-1]["median"] == pytest.approx(7940, rel=0.02)
    assert "7,700" in blocks(page, "passing")[0]["text"]["en"]
    assert (
        "7.700" in blocks(page, "passing")[0]["text"]["es"]
        or "7700" in blocks(page, "passing")[0]["text"]["es"]
    )


@pytest.fixture
def landings(tmp_path):
    """Landings by month, 2015 to 2022: 100 and a season; half of it from July 2022 on."""
    file = tmp_path / "landings.csv"
    rows = []
    for n in range(96):
        count = 1000 + 300 * [0, 0, 1, 1, 2, 2, 2, 1, 1, 0, 0, 0][n % 12] + 37 * (n * n % 11)
        rows.append(f"{2015 + n // 12}-{n % 12 + 1:02},{count // (2 if n >= 90 else 1)}\n")
    file.write_text("Month,Landings\n" + "".join(rows))
    assert run("data", "add", file, "--as", "landings").exit_code == 0
    return tmp_path


def test_the_page_of_a_backtest(landings):
    result = run("backtest", "--data", "landings", "--origins", 3, "--model", "walk", "--model", "seasonal_naive",
                 "--horizon", 1, "--horizon", 3, "--out", landings / "b", "--format", "json")  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    page = payload(landings / "b" / "report.html")
    shown = blocks(page, "scores")[1]["table"]["rows"]
    assert [(row["model"], row["horizon"]) for row in shown] == [
        (row["model"], row["horizon"]) for row in rows
    ]
    assert [row["relative"] for row in shown] == pytest.approx([row["relative_wis"] for row in rows])
    assert [one["id"] for one in page["sections"]] == ["scores", "known"]


def test_the_page_of_an_effect(landings):
    result = run(
        "evaluate", "--data", "landings", "--date", "2022-07-01", "--out", landings / "e.html", "--lang", "es"
    )
    assert result.exit_code == 0, result.output
    page = payload(landings / "e.html")
    assert page["lang"] == "es"
    said, *_, table = blocks(page, "effect")
    july = 1000 + 600 + 37 * (90 * 90 % 11)
    assert table["table"]["rows"][0]["observed"] == july // 2
    assert table["table"]["rows"][0]["period"] == "2022-07-01"
    assert said["text"]["es"] in result.stdout.replace("\n    ", " ")


def test_small_counts_are_held_back_on_the_page(tmp_path):
    from corridor.report.series_page import SeriesPage, series_html

    shown = SeriesPage(
        "x", "people", "s", "flow", "month", D(2023, 4, 1), [(D(2023, 1, 1), 7.0), (D(2023, 2, 1), None), (D(2023, 3, 1), 70.0)],
        forecast=[{"period": D(2023, 4, 1), "median": 30.4, "low": 20.0, "high": 40.0, "low_95": 1.0, "high_95": 99.0}],
        effect=[{"en": "It fell.", "es": "Bajó."}], after=[{"period": D(2023, 3, 1), "observed": 3.0, "expected": 12.0}],
    )  # fmt: skip
    file = tmp_path / "x.html"
    file.write_text(series_html(shown), encoding="utf-8")
    page = payload(file)
    assert [row[1] for row in blocks(page, "forecast")[0]["lines"][0]["observed"]] == [5.0, None, 70.0]
    assert blocks(page, "effect")[-1]["table"]["rows"][0]["observed"] == "<10"
    assert "1 of 3 periods" in blocks(page, "known")[0]["text"]["en"]
    assert "held back" in blocks(page, "known")[-1]["text"]["en"]


def test_a_page_is_of_one_series():
    result = run("forecast", "americas", "--target", "us_total", "--out", "x.html")
    assert result.exit_code == 2
    assert "--out is the page of one series" in result.stderr


def test_a_corridor_without_sets_is_scored_series_by_series():
    result = run(
        "backtest", "mediterranean", "--origins", 2, "--model", "walk", "--horizon", 1, "--format", "json"
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    assert {row["series"] for row in rows} >= {"arrivals", "arrivals_greece", "arrivals_italy"}
    assert all(row["relative_wis"] == 1 for row in rows if row["model"] == "walk")


def test_weeks_without_other_years_are_told_by_month(tmp_path):
    """Two years of weeks, 70 a week and 35 from 2024 on: by month about half of what was expected."""
    weeks = [D(2022, 1, 3) + dt.timedelta(weeks=n) for n in range(120)]
    rows = "".join(
        f"{week},{(70 + n * n % 9) // (2 if week >= D(2024, 1, 1) else 1)}\n" for n, week in enumerate(weeks)
    )
    (tmp_path / "w.csv").write_text("Week starting,Arrivals\n" + rows)
    assert run("data", "add", tmp_path / "w.csv", "--as", "weekly").exit_code == 0
    result = run("evaluate", "--data", "weekly", "--date", "2024-01-01", "--format", "json")
    assert result.exit_code == 0, result.output
    assert "by month instead" in result.stderr
    first = json.loads(result.stdout)["by_month"][0]
    assert first["observed"] == pytest.approx(37 * 31 / 7, rel=0.03)
    assert first["effect"] == pytest.approx(-0.5, abs=0.05)


def test_people_are_whole_in_a_table(tmp_path):
    """A mean of seven days is no whole number; people are."""
    (tmp_path / "c.csv").write_text(census_csv())
    assert run("data", "add", tmp_path / "c.csv", "--as", "census").exit_code == 0
    table = run("forecast", "--data", "census", "--horizon", 2).stdout
    assert "." not in table
    assert len(table.splitlines()) == 4
