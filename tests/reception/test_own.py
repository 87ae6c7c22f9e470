"""A user's own place: messy files, whatever is known, bad input, and the answer in two commands."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from corridor.cli import main
from corridor.cli.reception import _without_certainty
from corridor.data import About, add
from corridor.model import InputError
from corridor.reception import Options, own_reception
from corridor.series.whole import partial_dates

ROWS = 30
MESSY = [
    f'{(dt.date(2023, 7, 2) + dt.timedelta(weeks=w)).strftime("%d-%b-%y")},"{1500 + 60 * w:,}",note {w}'
    for w in range(ROWS)
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_DATA", str(tmp_path / "data"))
    return tmp_path


def keep(text: str, name: str, **options: object) -> None:
    from corridor.data import ReadOptions

    add(text.encode(), f"{name}.csv", name, About(), dt.date(2024, 6, 1), ReadOptions(**options))  # pyrefly: ignore


def weekly(values: list[float], first: dt.date = dt.date(2023, 7, 3)) -> str:
    return "date,people\n" + "".join(f"{first + dt.timedelta(weeks=w)},{v:g}\n" for w, v in enumerate(values))


def run(*words: str) -> str:
    result = CliRunner().invoke(main, list(words), standalone_mode=False)
    assert result.exception is None or (
        isinstance(result.exception, SystemExit) and result.exception.code == 0
    ), result.output
    return result.stdout


def test_a_messy_census_to_beds_by_the_first_of_march_in_two_commands(data: Path) -> None:
    file = data / "census.csv"
    file.write_text("Shelter census of Rivertown\n\nDay;Persons in shelter;Remark\n" + "\n".join(MESSY).replace(",note", ";note").replace(',"', ';"') + "\n;;\n", "utf-8")  # fmt: skip
    run("data", "add", str(file), "--as", "rivertown", "--kind", "stock", "--quiet")
    text = run(
        "reception",
        "--data",
        "rivertown",
        "--beds",
        "3300",
        "--by",
        "2024-03-01",
        "--limit",
        "5%",
        "--format",
        "json",
    )
    found = json.loads(text)
    last = found["weeks"][-1]
    assert found["by"] == "2024-03-01"
    assert found["chance_without"] > 0.05 > found["chance_with"] - 1e-9
    assert found["extra_beds"] > 0
    assert dt.date.fromisoformat(found["needed_by"]) < dt.date(2024, 3, 1)
    # a line that has risen by 60 a week goes on for a while: 3,240 and five weeks
    assert 3240 < last["census"] < 3240 + 60 * 7
    assert any("only a census" in note for note in found["notes"])


def test_dated_points_daily_monthly_and_types_are_all_taken(data: Path) -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=d) for d in range(70)]
    keep("date,census\n" + "".join(f"{d},{800 + i}\n" for i, d in enumerate(days)), "daily", kind="stock")
    keep(
        "date,census\n2023-11-02,700\n2023-12-20,730\n2024-01-05,790\n2024-03-01,850\n",
        "points",
        kind="stock",
    )
    types = "".join(
        f"{d},{kind},{n + i}\n"
        for i, d in enumerate(days[::7])
        for kind, n in (("family", 500), ("single", 300))
    )
    keep("date,household,census\n" + types, "typed", kind="stock")
    for name, middle in (("daily", 869), ("points", 850), ("typed", 818)):
        found = own_reception(name, beds=1000, options=Options(draws=200, by=dt.date(2024, 6, 1)))
        assert np.median(found.paths.total[0]) == pytest.approx(middle, rel=0.04), name
    assert found.paths.households == ("family", "single")
    assert np.median(found.paths.census[0, :, 0]) == pytest.approx(509, rel=0.05)


def test_a_series_of_arrivals_is_forecast_by_itself(data: Path) -> None:
    keep(weekly([1000.0] * 40), "held", kind="stock")
    keep(weekly([100.0 + (w % 2) for w in range(40)]), "came")
    found = own_reception("held", "came", beds=1500, options=Options(draws=100))
    assert found.arrivals is not None
    assert np.median(found.paths.arrivals[3]) == pytest.approx(100.5, rel=0.05)
    assert any("default forecaster" in note for note in found.notes)


def test_arrivals_as_running_totals(data: Path) -> None:
    keep(weekly([1000.0] * 20), "held", kind="stock")
    keep(weekly([100.0 * w for w in range(1, 21)]), "totals", kind="stock")
    found = own_reception("held", "totals", beds=1500, options=Options(draws=50))
    came = [f.value for f in found.place.figures if f.kind == "arrivals"]
    assert came == [100.0] * 19
    keep(weekly([100.0, 200.0, 150.0]), "falls", kind="stock")
    with pytest.raises(InputError, match="no running total"):
        own_reception("held", "falls")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"beds": -5}, "beds is -5"),
        ({"beds": float("nan")}, "beds is nan"),
        ({"cost": -1.0}, "cost is -1"),
        ({"options": Options(limit=0.0)}, "limit of the chance"),
        ({"options": Options(by=dt.date(2023, 1, 1))}, "is not after"),
        ({"options": Options(by=dt.date(2033, 1, 1))}, "too many"),
        ({"as_of": dt.date(2020, 1, 1)}, "no census"),
    ],
)
def test_bad_questions_are_faults(data: Path, words: dict[str, object], message: str) -> None:
    keep(weekly([100.0, 110.0, 120.0]), "small", kind="stock")
    with pytest.raises(InputError, match=message):
        own_reception("small", **words)  # pyrefly: ignore  # options by name


def test_a_census_above_the_beds_on_day_one_is_said(data: Path) -> None:
    keep(weekly([900.0 + w for w in range(20)]), "full", kind="stock")
    found = own_reception("full", beds=500, options=Options(draws=100))
    need = found.extra_beds()
    assert need.chance_without == 1.0
    assert need.needed_by == found.as_of
    assert any("above the beds" in note for note in found.notes)


def test_an_empty_city_and_one_figure_work(data: Path) -> None:
    keep(weekly([0.0, 0.0, 0.0]), "nobody", kind="stock")
    assert own_reception("nobody", beds=10, options=Options(draws=50)).extra_beds().extra <= 10
    keep(weekly([250.0]), "one", kind="stock")
    found = own_reception("one", beds=400, options=Options(draws=50))
    assert any("1 census figures" in note or "1 census" in note for note in found.notes)


def test_beds_of_nobody_cannot_be_told(data: Path) -> None:
    keep(weekly([100.0, 110.0]), "small", kind="stock")
    found = own_reception("small", options=Options(draws=50))
    with pytest.raises(InputError, match="no beds are known"):
        found.extra_beds()


def test_wrong_calls_are_said() -> None:
    for words in (
        ["reception"],
        ["reception", "--city", "chicago", "--data", "x"],
        ["reception", "--data", "x", "--limit", "500%"],
        ["reception", "--city", "chicago", "--arrivals", "x"],
        ["reception", "--city", "chicago", "--scenario", "agreement"],
    ):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 2, words
    result = CliRunner().invoke(main, ["reception", "--city", "chicgo"])
    assert result.exit_code == 2
    assert "chicago" in result.output


def test_under_a_scenario_arrivals_rules_and_beds_act_together_and_each_lever_alone(data: Path) -> None:
    from corridor.reception.levers import CityLever
    from corridor.reception.run import _with_scenario

    keep(weekly([1000.0] * 20), "held", kind="stock")
    made = own_reception("held", beds=900, options=Options(draws=100))
    weeks = len(made.paths.days) - 1
    start = made.paths.days[1]
    levers = (
        CityLever("limit", "Limit", "Límite", start, 28),
        CityLever("beds", "Beds", "Camas", start, beds=50.0),
    )
    found = _with_scenario(made, "half", np.full(weeks, 0.5), levers)
    assert found.paths.arrivals[1:] == pytest.approx(0.5 * made.paths.arrivals[1:])
    assert found.paths.total[-1].mean() < made.paths.total[-1].mean()
    assert found.place.beds is not None
    assert found.place.beds.on([start]).tolist() == [950]
    table = {row["lever"]: row for row in found.lever_effects.to_dicts()}
    assert table["limit"]["census_change"] < 0  # against the forecast without the scenario
    assert table["beds"]["census_change"] == 0.0
    assert table["beds"]["extra_beds"] == max(0, made.extra_beds().extra - 50)


def test_a_date_with_a_part_missing_is_left_out_and_named(data: Path) -> None:
    """On 2023-10-02 only families are known: 600 of about 1,000. The sum would pretend a fall of 400."""
    lines = ["date,household,people"]
    for week in range(12):
        day = dt.date(2023, 9, 4) + dt.timedelta(weeks=week)
        lines.append(f"{day},families,{600 + week}")
        lines.append(f"{day},singles,{'n/a' if week == 4 else 400 + week}")
    keep("\n".join(lines) + "\n", "parts", kind="stock")
    found = own_reception("parts", options=Options(draws=50))
    totals = {f.end: f.value for f in found.place.census()}
    assert len(totals) == 11
    assert min(totals.values()) == 1000
    assert any("1 date is left out" in note and "2023-10-02" in note for note in found.notes)


@pytest.mark.parametrize(
    ("last", "kept"), [({"b": 100.0}, False), ({"a": 950.0}, True), ({"a": 950.0, "b": 90.0}, True)]
)
def test_on_the_last_date_only_a_large_part_that_is_missing_counts(
    last: dict[str, float], kept: bool
) -> None:
    days = [dt.date(2024, 1, d) for d in (1, 8, 15)]
    rows = [(day, part, value) for day in days[:2] for part, value in (("a", 900.0), ("b", 100.0))]
    rows += [(days[2], part, value) for part, value in last.items()]
    table = pl.DataFrame(rows, schema=["date", "part", "value"], orient="row")
    assert (days[2] not in partial_dates(table, ("part",))) is kept


def test_a_small_or_often_absent_part_of_a_flow_counts_zero() -> None:
    """Of a census every part has a figure; of a flow a publisher may leave out zeros."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(12)]
    rows = [(day, "large", 100.0) for day in days]
    rows += [(day, "small", 8.0) for n, day in enumerate(days) if n != 5]
    rows += [(day, "rare", 60.0) for n, day in enumerate(days) if n % 3 == 0 or n == 11]
    rows += [(day, "late", 50.0) for n, day in enumerate(days) if n != 7]
    table = pl.DataFrame(rows, schema=["date", "part", "value"], orient="row")
    assert partial_dates(table, ("part",), flow=True) == [days[7]]
    assert {days[5], days[7]} < set(partial_dates(table, ("part",)))


def test_a_shelter_that_opens_and_one_that_closes_leave_the_total_as_it_is() -> None:
    days = [dt.date(2024, 1, d) for d in (1, 8, 15, 22)]
    rows = [(days[i], "old", 500.0) for i in (0, 1)] + [(days[i], "new", 300.0) for i in (1, 2, 3)]
    table = pl.DataFrame(rows, schema=["date", "part", "value"], orient="row")
    assert partial_dates(table, ("part",)) == []


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"chance_percent": 0.0, "ever_percent": 100.0}, {"chance_percent": "<1", "ever_percent": ">99"}),
        ({"chance_percent": 0.9, "ever_percent": 99.1}, {"chance_percent": "<1", "ever_percent": ">99"}),
        ({"chance_percent": 1.0, "ever_percent": 99.0}, {"chance_percent": 1.0, "ever_percent": 99.0}),
        ({"census": 0}, {"census": 0}),
    ],
)
def test_no_chance_is_printed_as_certain(row, shown):
    """A thousand draws cannot show what is rarer than one in a hundred."""
    assert _without_certainty({"week": "2024-01-07", **row}) == {"week": "2024-01-07", **shown}
