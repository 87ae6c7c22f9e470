"""Datasets of a folder's own: opened, checked with file, line and column, saved without loss, and found first."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.cli import main
from corridor.data import About, add, datasets, describe, load
from corridor.formats import open_corridor, save_corridor, shipped_corridors
from corridor.model import DatasetEntry, Gap, InputError, Source
from corridor.series import read_series
from strategies import corridors

SHIPPED = shipped_corridors()["mediterranean"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the Mediterranean corridor that a test may spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "sea"))


def check(folder: Path) -> list[str]:
    result = CliRunner().invoke(main, ["check", str(folder)])
    told = [line for line in result.stderr.splitlines() if not line.startswith("next: ")]
    assert result.exit_code == (2 if told else 0), result.output
    return told


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_a_folders_own_series_is_found_by_its_id():
    sea = open_corridor(SHIPPED)
    found = load("sea_arrivals", sea)
    assert read_series(found, (), {"country": ["ITA"]}).counts.tolist()[:2] == [5273, 3828]
    assert found.sources[0].publisher.startswith("United Nations High Commissioner")
    assert found.as_of(dt.date(2018, 6, 6)).known_until == dt.date(2018, 4, 1)  # a lag of seven days
    assert found.as_of(dt.date(2018, 6, 7)).known_until == dt.date(2018, 5, 1)
    assert "sea_arrivals" in datasets(sea)
    assert "sea_arrivals" not in datasets()
    assert describe("sea_arrivals", sea).dims == ("country",)
    with pytest.raises(InputError, match="no dataset 'sea_arrivals'"):
        load("sea_arrivals")


def test_the_folder_comes_before_the_user_and_the_user_is_found_by_name():
    add(b"date,value\n2020-01,1\n2020-02,2\n", "f.csv", "sea_arrivals", About(), dt.date(2024, 1, 1))
    assert load("sea_arrivals").table.height == 2
    assert load("sea_arrivals", open_corridor(SHIPPED)).table.height == 72


CELLS = [
    ("2016-02-01,ITA,3828", "2016-02-01,ITA,-3828", "sea/data/sea_arrivals.csv:5:value: -3828 is negative"),
    ("2016-02-01,ITA,3828", "2016-02-01,ITA,3 828", "sea/data/sea_arrivals.csv:5:value: '3 828' is not a number"),
    ("2016-02-01,ITA,3828", "2016-02-10,ITA,3828", "sea/data/sea_arrivals.csv:5:date: '2016-02-10' is not the first day of a month"),
    ("2016-02-01,ITA,3828", "2016-01-01,ITA,3828", "sea/data/sea_arrivals.csv:5:date: repeats the date and the dimensions of line 3"),
    ("2016-02-01,ITA,3828", "2015-01-01,ITA,3828", "sea/data/sea_arrivals.csv:5:date: 2015-01-01 stands after 2016-01-01: the dates of a series must rise"),
    ("date,country,value", "date,land,value", "sea/data/sea_arrivals.csv:1:land: is no dimension of this dataset"),
    ("date,country,value", "date,country,people", "sea/data/sea_arrivals.csv:1: there is no column 'value'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fault"), CELLS)
def test_faults_of_counts(folder, old, new, fault):
    edit(folder / "data" / "sea_arrivals.csv", old, new)
    assert fault in check(folder)


ENTRIES = [
    ("frequency: month", "frequency: weekly", "sea/datasets.yaml:4:frequency: 'weekly' is not a known word here"),
    ("dims: [country]", "dims: [country, value]", "sea/datasets.yaml:5:dims[2]: 'value' is the name of another column"),
    ("dims: [country]", "dims: [country, country]", "sea/datasets.yaml:5:dims[2]: 'country' stands there twice"),
    ("lag_days: 7", "lag_days: -7", "sea/datasets.yaml:6:lag_days: -7 is negative"),
    ("    grade: secondary\n", "", "sea/datasets.yaml:8:sources[1].grade: is missing"),
    ("id: sea_arrivals", "id: see_arrivals", "sea/data/see_arrivals.csv: the file is missing"),
    ("id: sea_arrivals", "id: see_arrivals", "sea/data/sea_arrivals.csv: belongs to no entry of datasets.yaml"),
    ("id: sea_arrivals", "id: see_arrivals", "sea/observations.yaml:4:dataset: there is no dataset 'sea_arrivals'"),
    ("  notes:", "  gaps:\n  - {start: 2017-02-01, end: 2017-01-01, note: x, where: {land: [GRC]}}\n  notes:", "sea/datasets.yaml:20:gaps[1].end: 2017-01-01 is before the start, 2017-02-01"),
    ("  notes:", "  gaps:\n  - {start: 2017-02-01, end: 2017-01-01, note: x, where: {land: [GRC]}}\n  notes:", "sea/datasets.yaml:20:gaps[1].where: 'land' is no dimension"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fault"), ENTRIES)
def test_faults_of_entries(folder, old, new, fault):
    edit(folder / "datasets.yaml", old, new)
    assert fault in check(folder)


def test_an_observation_names_columns_that_exist(folder):
    edit(folder / "observations.yaml", "country: [GRC]", "contry: [GRC]")
    assert check(folder)[:2] == [
        "sea/observations.yaml:12:where: dataset 'sea_arrivals' has no column 'contry'",
        "  hint: did you mean 'country'?",
    ]


def test_an_observation_names_codes_that_exist(folder):
    edit(folder / "observations.yaml", "country: [GRC]", "country: [ITA, GRX]")
    assert check(folder)[:2] == [
        "sea/observations.yaml:12:where: dataset 'sea_arrivals' has no country 'GRX'",
        "  hint: did you mean 'GRC'?",
    ]


def test_codes_of_shipped_datasets_are_known_too(folder):
    edit(
        folder / "observations.yaml",
        "Grecia\n  dataset: sea_arrivals",
        "Grecia\n  dataset: mexico_encounters",
    )
    edit(folder / "observations.yaml", "country: [GRC]", "nationality: [VENX]")
    assert check(folder)[:2] == [
        "sea/observations.yaml:12:where: dataset 'mexico_encounters' has no nationality 'VENX'",
        "  hint: did you mean 'VEN'?",
    ]


def test_a_folder_needs_no_datasets_of_its_own(folder):
    (folder / "datasets.yaml").unlink()
    assert any("there is no dataset 'sea_arrivals'" in line for line in check(folder))
    (folder / "observations.yaml").write_text("[]\n")
    (folder / "claims.yaml").write_text("[]\n")
    (folder / "indicators.yaml").write_text("[]\n")
    assert check(folder) == []
    save_corridor(open_corridor(folder), folder)
    assert not (folder / "datasets.yaml").exists()
    assert (folder / "data" / "sea_arrivals.csv").exists()  # the user's own file, since no entry claims it


def test_saving_keeps_every_count_and_what_else_lies_beside_it(folder):
    (folder / "data" / "README.md").write_text("where the figures are from")
    sea = open_corridor(folder)
    save_corridor(sea, folder)
    assert open_corridor(folder) == sea
    assert (folder / "data" / "README.md").read_text() == "where the figures are from"
    assert (folder / "data" / "sea_arrivals.csv").read_text() == (
        SHIPPED / "data" / "sea_arrivals.csv"
    ).read_text()


names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda n: n not in ("date", "value", "known_from")
)
cells = st.text("abc ,;\"'é=-", max_size=5).map(str.strip)


@st.composite
def own(draw: st.DrawFn) -> tuple[DatasetEntry, tuple]:
    """An entry and its counts, of any frequency, with dimensions, gaps and days of publication."""
    frequency = draw(st.sampled_from(["month", "day", "point", "year"]))
    dims = tuple(draw(st.lists(names, max_size=2, unique=True)))
    source = Source(id="s", title="t", publisher="p", license="l", grade="primary", note=draw(cells))
    gap = Gap(start=dt.date(2020, 1, 1), end=dt.date(2021, 1, 1), note="n")
    entry = DatasetEntry(
        id="own", title="t", unit="people", frequency=frequency, dims=dims, sources=(source,),
        lag_days=draw(st.integers(0, 90)), additive=draw(st.booleans()), counted=draw(st.booleans()),
        gaps=(gap,) * draw(st.integers(0, 1)),
    )  # fmt: skip
    first = {"month": lambda d: d.replace(day=1), "year": lambda d: d.replace(month=1, day=1)}
    keys = st.tuples(
        st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).map(first.get(frequency, lambda d: d)),
        st.tuples(*(cells for _ in dims)),
    )
    counts = st.floats(0, 1e12) | st.integers(0, 10**9).map(float)
    known = st.none() | st.dates(dt.date(2031, 1, 1), dt.date(2040, 1, 1))
    found = draw(st.dictionaries(keys, st.tuples(counts, known), min_size=1, max_size=6))
    return entry, tuple((date, dim, *found[date, dim]) for date, dim in sorted(found))


@settings(max_examples=20)
@given(corridors(), own())
def test_any_dataset_survives_saving_and_is_loaded_as_written(tmp_path_factory, corridor, own):
    survives(tmp_path_factory, corridor, own)


@pytest.mark.slow
@given(corridors(), own())
def test_any_of_a_hundred_datasets_survives_saving(tmp_path_factory, corridor, own):
    survives(tmp_path_factory, corridor, own)


def survives(tmp_path_factory, corridor, own):
    entry, counts = own
    whole = corridor.model_copy(update={"datasets": (entry,), "counts": {entry.id: counts}})
    folder = tmp_path_factory.mktemp("any") / "c"
    save_corridor(whole, folder)
    again = open_corridor(folder)
    assert again == whole
    table = load("own", again).table
    assert [(row[0], row[1:-2], float(row[-2])) for row in table.rows()] == [c[:3] for c in counts]
    for row, (date, _, _, known) in zip(table.rows(), counts, strict=True):
        assert row[-1] == known if known else row[-1] >= date + dt.timedelta(days=entry.lag_days)
