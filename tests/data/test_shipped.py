"""The shipped tables: published totals, what was known when, repairs, registry, documentation."""

from __future__ import annotations

import datetime as dt
import importlib.util
import math
import pickle
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor.data import datasets, describe, describe_evidence, evidence, evidence_tables, load
from corridor.data.repair import absent_months
from corridor.data.store import TABLES
from corridor.model import InputError
from corridor.series import read_series

ROOT = Path(__file__).parents[2]
RAW = ROOT.parent / "shared" / "data"
YEAR_END = dt.date(2023, 12, 31)


PUBLISHED_LAGS = {
    "us_southwest": 21, "us_nationwide": 21, "mexico_encounters": 35, "mexico_returns": 35, "honduras": 7, "darien": 7
}  # fmt: skip


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


def total(dataset: str, text: str) -> int:
    return load(dataset).total().filter(pl.col("date") == month(text))["value"].item()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("derive_data", ROOT / "scripts" / "derive_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("dataset", "when", "value"),
    [
        ("us_southwest_encounters", "2023-12", 301_981),
        ("us_southwest_encounters", "2024-01", 176_195),
        ("mexico_encounters", "2023-12", 94_816),
        ("mexico_returns", "2023-03", 11_075),
        ("mexico_returns", "2023-04", 2_371),
    ],
)
def test_published_totals(dataset: str, when: str, value: int) -> None:
    assert total(dataset, when) == value


@pytest.mark.parametrize(
    ("nationality", "people"),
    [("VEN", 328_650), ("ECU", 57_250), ("HTI", 46_422), ("CHN", 25_565)],
)
def test_darien_2023_as_the_press_quoted_it(nationality: str, people: int) -> None:
    """Panama's yearly figures by nationality, widely quoted in January 2024; they tell swapped codes apart."""
    year = load("darien_transits").table.filter(pl.col("date").dt.year() == 2023)
    assert year["value"].sum() == 520_085
    assert year.filter(pl.col("nationality") == nationality)["value"].sum() == people


def test_us_fiscal_years_and_record_months_as_the_press_quoted_them() -> None:
    table = load("us_southwest_encounters").table
    for year, people in ((2022, 2_378_944), (2023, 2_475_669)):
        span = pl.col("date").is_between(month(f"{year - 1}-10"), month(f"{year}-09"))
        assert table.filter(span)["value"].sum() == people
    venezuelans = table.filter(
        (pl.col("date") == month("2023-09"))
        & (pl.col("nationality") == "VEN")
        & (pl.col("component") == "usbp")
    )
    assert venezuelans["value"].sum() == 54_833


@pytest.mark.parametrize(
    ("dataset", "until"),
    [
        ("us_southwest_encounters", "2023-11"),
        ("honduras_entries", "2023-11"),
        ("honduras_entries_total", "2023-11"),
        ("honduras_entries_demographic", "2023-11"),
        ("darien_transits", "2023-11"),
        ("darien_transits_demographic", "2023-11"),
        ("mexico_encounters", "2023-10"),
        ("mexico_encounters_demographic", "2023-10"),
        ("mexico_returns", "2023-10"),
    ],
)
def test_known_on_the_last_day_of_2023(dataset: str, until: str) -> None:
    assert load(dataset).as_of(YEAR_END).known_until == month(until)


def months_before(day: dt.date, count: int) -> dt.date:
    number = day.year * 12 + day.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


@pytest.mark.parametrize("number", range(1, 13))
def test_month_ends_and_tenth_days_of_every_month(number: int) -> None:
    tenth = dt.date(2023, number, 10)
    end = dt.date(2023 + number // 12, number % 12 + 1, 1) - dt.timedelta(days=1)
    for dataset, at_end, at_tenth in (
        ("us_southwest_encounters", 1, 2),
        ("mexico_encounters", 2, 2),
        ("honduras_entries", 1, 1),
        ("darien_transits", 1, 1),
    ):
        assert load(dataset).as_of(end).known_until == months_before(end, at_end), dataset
        assert load(dataset).as_of(tenth).known_until == months_before(tenth, at_tenth), dataset


def test_honduras_nationalities_sum_to_the_published_total_every_month() -> None:
    ours = load("honduras_entries").total()
    official = load("honduras_entries_total").total().filter(pl.col("date") >= month("2018-01"))
    assert_frame_equal(ours, official)
    assert_frame_equal(load("honduras_entries_demographic").total(), official)


def test_mexico_nationalities_equal_the_demographic_table_but_in_2024() -> None:
    both = load("mexico_encounters").total().join(
        load("mexico_encounters_demographic").total(), on="date", suffix="_demographic"
    )  # fmt: skip
    apart = both.filter(pl.col("value") != pl.col("value_demographic"))
    assert apart["date"].to_list() == [month(f"2024-{n:02}") for n in range(1, 13)]
    difference = apart["value"] - apart["value_demographic"]
    assert (difference.min(), difference.max()) == (-531, 2559)


def test_china_in_honduras() -> None:
    table = load("honduras_entries").table
    assert table.filter(pl.col("nationality") == "CHN")["value"].sum() == 23_443 + 416
    assert not table.filter(pl.col("nationality").is_in(["TWN", "STL"])).height


def test_zeros_that_are_none_are_missing() -> None:
    honduras = load("honduras_entries")
    assert absent_months(honduras.table) == [month("2020-04"), month("2020-05")]
    assert absent_months(load("honduras_entries_total").table) == [month("2020-04"), month("2020-05")]
    haiti = read_series(honduras, ["nationality"]).known("HTI")
    around = ("2021-12", "2022-01", "2022-02", "2022-03")
    assert [haiti.get(text) for text in around] == [23, None, None, 270]


def test_absent_months_of_the_darien_are_missing_and_declared() -> None:
    darien = load("darien_transits")
    assert absent_months(darien.table) == [month("2020-04"), month("2020-05"), month("2020-07")]
    series = read_series(darien)
    unknown = [
        period for period, value in zip(series.periods, series.counts, strict=True) if math.isnan(value)
    ]
    assert unknown == absent_months(darien.table)


def test_yearly_totals_of_the_darien_stand_apart() -> None:
    assert load("darien_transits").table["date"].min() == month("2020-01")
    yearly = load("darien_transits_yearly").total()
    assert yearly["date"].dt.year().to_list() == list(range(2010, 2020))
    assert yearly["value"].to_list()[-1] == 22_102
    assert total("darien_transits", "2020-01") == 1_538


def test_darien_demographic_equals_nationality() -> None:
    ours = load("darien_transits").total().filter(pl.col("date") >= month("2021-01"))
    assert_frame_equal(ours, load("darien_transits_demographic").total())


def test_every_absent_month_is_declared_as_a_gap() -> None:
    for name in datasets():
        dataset = load(name)
        if dataset.frequency != "month":
            continue
        for absent in absent_months(dataset.table):
            assert any(gap.start <= absent <= gap.end and not gap.where for gap in dataset.gaps), (
                name,
                absent,
            )


def test_us_detail_is_blank_only_before_october_2019() -> None:
    table = load("us_southwest_encounters").table
    blank = (pl.col("nationality") == "") | (pl.col("area") == "")
    assert table.filter(blank)["date"].max() == month("2019-09")
    assert table.filter(~blank)["date"].min() == month("2019-10")
    assert sorted(table["area"].unique())[1:] == sorted(
        [
            "big_bend_sector",
            "del_rio_sector",
            "el_centro_sector",
            "el_paso_field_office",
            "el_paso_sector",
            "laredo_field_office",
            "laredo_sector",
            "rio_grande_valley_sector",
            "san_diego_field_office",
            "san_diego_sector",
            "tucson_field_office",
            "tucson_sector",
            "yuma_sector",
        ]
    )


def test_us_children_have_no_step_where_their_label_changed() -> None:
    children = load("us_southwest_encounters").grouped(["household"]).filter(pl.col("household") == "child")
    around = dict(
        children.filter(pl.col("date").is_in([month("2021-09"), month("2021-10")]))
        .select("date", "value")
        .rows()
    )
    assert around[month("2021-09")] > 10_000
    assert around[month("2021-10")] > 10_000


def test_title_42_ends_in_may_2023() -> None:
    table = load("us_southwest_encounters").table.filter(pl.col("authority") == "title42")
    assert (table["date"].min(), table["date"].max()) == (month("2020-03"), month("2023-05"))


def test_deaths_are_sums_by_zone_without_coordinates() -> None:
    deaths = load("recorded_deaths")
    assert deaths.table.columns == ["date", "zone", "value", "known_from"]
    assert set(deaths.table["zone"]) == {"darien", "central_america", "mexico", "border", "other"}
    assert deaths.table["value"].sum() == 9_302
    assert any("lower bound" in note for note in deaths.notes)


def test_nationality_codes_are_alpha_3() -> None:
    for name in datasets():
        table = load(name).table
        for column in {"nationality", "country", "host", "origin"} & set(table.columns):
            codes = set(table[column].unique()) - {""}
            assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in codes), name
            assert not codes & {"AB9", "STL", "TIB"}, name


def test_new_york_census_is_one_series() -> None:
    points = load("city_reception").table.filter(
        (pl.col("city") == "new_york") & (pl.col("measure") == "census") & (pl.col("household") == "")
        & (pl.col("agency") == "") & (pl.col("unit") == "people") & (pl.col("grade") == "primary")
    )  # fmt: skip
    census = dict(points.select("date", "value").rows())
    assert census[dt.date(2023, 11, 30)] == 66_886
    agencies = load("city_reception").table.filter(
        (pl.col("date") == dt.date(2023, 11, 30)) & (pl.col("measure") == "census") & (pl.col("household") == "")
        & (pl.col("agency") != "")
    )  # fmt: skip
    assert agencies["value"].sum() == 66_886


def test_no_point_is_known_before_it_is_dated_unless_it_looks_ahead() -> None:
    early = load("city_reception").table.filter(pl.col("known_from") < pl.col("date"))
    assert set(early["precision"]) <= {"forecast", "policy"}


def test_announcements_known_by_the_end_of_2023() -> None:
    known = evidence("announcements", as_of=YEAR_END)
    assert set(known["package"]) >= {"agreement", "bill-as-reported-2023-12", "mayors-ask"}
    assert not known.filter(pl.col("package") == "bill-as-published-2024-02").height
    assert evidence("announcements").height > known.height


def test_measures_keep_their_end_from_earlier_days() -> None:
    row = evidence("measures").filter(pl.col("id") == "poe_lukeville").to_dicts()[0]
    assert row["known_from"] <= YEAR_END < row["end_known_from"]
    grades = dict(evidence("measures").select("id", "grade").rows())
    assert (grades["rail_bridges"], grades["chnv_returns_mx"], grades["poe_morley"]) == (
        "unconfirmed",
        "repost",
        "unconfirmed",
    )


def test_geography_is_not_hidden_by_a_date() -> None:
    assert evidence("nodes", as_of=dt.date(1990, 1, 1)).height == evidence("nodes").height


def test_unknown_names_get_a_hint() -> None:
    with pytest.raises(InputError) as caught:
        load("honduras_entrys")
    assert caught.value.hint == "did you mean 'honduras_entries'?"
    with pytest.raises(InputError) as caught:
        load("measures")
    assert "evidence('measures')" in str(caught.value)
    with pytest.raises(InputError) as caught:
        evidence("mesures")
    assert caught.value.hint == "did you mean 'measures'?"


def test_a_dataset_is_read_once() -> None:
    assert load("darien_transits") is load("darien_transits")


def test_a_dataset_travels_between_processes() -> None:
    ours = load("honduras_entries")
    copy = pickle.loads(pickle.dumps(ours))
    assert copy.gaps == ours.gaps
    assert_frame_equal(copy.table, ours.table)


def test_the_registry_is_complete() -> None:
    stems = {path.stem for path in TABLES.glob("*.parquet")}
    assert stems == set(datasets()) | {f"evidence_{name}" for name in evidence_tables()}
    for name in datasets():
        d = load(name)
        assert d.title
        assert d.notes
        assert d.sources
        first, last = d.table["date"].min(), d.table["date"].max()
        period = d.sources[0].period.split(" to ")
        assert str(first).startswith(period[0]), name
        assert str(last).startswith(period[-1]), name
        for column, values in (d.counted or {}).items():
            assert set(values) <= set(d.table[column]), name
    for name in evidence_tables():
        assert describe_evidence(name).sources


def test_the_tables_are_small() -> None:
    assert sum(path.stat().st_size for path in TABLES.iterdir()) < 1_500_000


def test_no_lag_is_left_unsaid() -> None:
    for name in datasets():
        d = describe(name)
        told = next((days for start, days in PUBLISHED_LAGS.items() if name.startswith(start)), None)
        assert told in (None, d.lag_days), name
        if told is None and d.lag_days:
            assert any("lag" in note and "assumption" in note for note in d.notes), name


def test_the_documentation_is_that_of_the_registry(script: ModuleType) -> None:
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    assert script.docs_page(text) == text, "run: python scripts/derive_data.py --docs"
    for name in [*datasets(), *evidence_tables()]:
        assert f"`{name}`" in text


@pytest.mark.skipif(not RAW.is_dir(), reason="the raw figures are not here")
def test_the_tables_are_derived_from_the_raw_figures(script: ModuleType) -> None:
    derived = script.derive(RAW)
    assert set(derived) == {path.stem for path in TABLES.glob("*.parquet")}
    for name, table in derived.items():
        assert_frame_equal(table, pl.read_parquet(TABLES / f"{name}.parquet"))


@pytest.mark.skipif(not RAW.is_dir(), reason="the raw figures are not here")
def test_repairs_lose_nobody() -> None:
    """Totals of the raw files, added up without any code of ours."""
    import csv

    def raw(name: str) -> float:
        with (RAW / "observed" / f"{name}.csv").open(encoding="utf-8") as file:
            return sum(float(row["n"]) for row in csv.DictReader(file))

    for name, file in {
        "us_southwest_encounters": "us_southwest_encounters",
        "mexico_encounters": "mexico_encounters_nationality",
        "mexico_returns": "mexico_returns",
        "honduras_entries": "honduras_entries_nationality",
        "guatemala_returns": "guatemala_returns",
    }.items():
        assert load(name).table["value"].sum() == raw(file), name
    darien = (
        load("darien_transits").table["value"].sum() + load("darien_transits_yearly").table["value"].sum()
    )
    assert darien == raw("darien_transits_nationality")
