"""The city's page and the placement page: figures of the tables in both languages, no household, no small count."""

import datetime as dt
import json
import re
from pathlib import Path

import polars as pl
import pytest

from corridor.data import Dataset
from corridor.place import Options as PlaceOptions
from corridor.place import assign
from corridor.place.generate import Recipe, make
from corridor.reception import Options, Reception, own_reception
from corridor.report import RunFolder, write_html
from corridor.report.sections.base import RunView
from corridor.report.sections.placement import Placement as PlacementSection
from corridor.report.sections.reception import Reception as ReceptionSection
from corridor.study.placement import write_placement_report
from corridor.study.reception import write_reception


def small_town() -> Reception:
    days = [dt.date(2024, 1, 1) + dt.timedelta(weeks=week) for week in range(16)]
    table = pl.DataFrame(
        {"date": days, "value": [7.0] + [100.0 + 9 * w for w in range(15)], "known_from": days}
    )
    data = Dataset("town", "Town", "people", "point", (), 0, (), (), table, kind="stock")
    return own_reception(data, beds=240, cost=100, options=Options(draws=200, by=dt.date(2024, 6, 1)))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reception, RunFolder]:
    found = small_town()
    return found, write_reception(found, tmp_path_factory.mktemp("town") / "run", "corridor reception …")


def blocks_of(section: ReceptionSection | PlacementSection, run: RunFolder) -> list[dict[str, object]]:
    view = RunView(run)
    assert section.available(view)
    return section.payload(view)


def test_the_answer_stands_in_both_languages(town: tuple[Reception, RunFolder]) -> None:
    found, run = town
    need = found.extra_beds()
    text = blocks_of(ReceptionSection(), run)[1]["text"]
    assert str(need.extra) in text["en"] and str(need.extra) in text["es"]
    assert "240" in text["en"]
    assert "extra beds" in text["en"] and "camas más" in text["es"]


def test_the_weeks_are_those_of_the_result(town: tuple[Reception, RunFolder]) -> None:
    found, run = town
    table = next(b for b in blocks_of(ReceptionSection(), run) if b.get("name") == "reception_chance")[
        "table"
    ]
    chance = found.chance()
    assert [row["ever"] for row in table["rows"]] == pytest.approx(chance.ever.tolist())
    assert [row["week"] for row in table["rows"]] == list(chance.days)


def test_the_bill_is_in_millions(town: tuple[Reception, RunFolder]) -> None:
    found, run = town
    bill = next(b for b in blocks_of(ReceptionSection(), run) if b.get("name") == "reception_budget")[
        "table"
    ]["rows"]
    years = found.fiscal_years().filter((pl.col("part") == "total") & (pl.col("quantile") == 0.5))
    assert [row["median"] for row in bill] == pytest.approx((years["value"] / 1e6).to_list())


def test_the_page_is_written_and_holds_no_small_count(town: tuple[Reception, RunFolder]) -> None:
    _, run = town
    path = write_html(run, run.path / "report.html")
    page = path.read_text("utf-8")
    assert "Is the city ready?" in page and "¿Está lista la ciudad?" in page
    points = re.search(r'"points":\[\["2024-01-01",([^,]+),', page.replace(" ", ""))
    assert points is not None and json.loads(points[1]) == "<10"


def test_nothing_is_shown_where_the_run_has_nothing() -> None:
    run = RunFolder(Path("none"), {"as_of": "2024-01-01"}, {})
    assert not ReceptionSection().available(RunView(run))
    assert not PlacementSection().available(RunView(run))


def test_a_placement_page_has_sites_and_groups_and_no_household(tmp_path: Path) -> None:
    made = make(Recipe(households=160, sites=5, groups=3, seed=3))
    placement = assign(made.cases, made.sites, made.scores, options=PlaceOptions(floor=0.9, gap=0.01))
    run = write_placement_report(placement, tmp_path / "run", dt.date(2024, 1, 1), "corridor place …")
    names = [block.get("name") for block in blocks_of(PlacementSection(), run)]
    assert names.count("placement_sites") == 1 and "placement_groups_by_site" in names
    page = write_html(run, tmp_path / "report.html").read_text("utf-8")
    assert "Where people go" in page and "A dónde van las personas" in page
    ids = placement.problem.ids
    assert not any(re.search(rf'"{re.escape(str(i))}"', page) for i in ids)
    files = " ".join(p.read_text("utf-8") for p in (tmp_path / "run").rglob("*.csv"))
    assert not any(re.search(rf"\b{re.escape(str(i))}\b", files) for i in ids)
    counts = run.table("placement_groups_by_site")["households"].drop_nulls().to_list()
    assert all(n == 0 or n >= 10 for n in counts)
    json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))
