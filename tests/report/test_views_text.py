"""The map's tables, the brief, the comparison of two runs and the query, against the tables they rest on."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from make_run import LEVELS, MANIFEST, frame, tables
from test_report_text import numbers

from corridor.cli.report import command
from corridor.model import InputError
from corridor.report import SECTIONS, RunFolder, write_html
from corridor.report.basemap import basemap, clip_ring
from corridor.report.html import payload, render
from corridor.report.sections import Brief, RunView
from corridor.report.sections.brief import brief_items
from corridor.report.sections.changes import causes_of, moved_rows
from corridor.text import LANGS, number


def blocks(view: RunView, section: str) -> list[dict[str, Any]]:
    (found,) = [s for s in SECTIONS if s.id == section]
    return found.payload(view)


# -- counts of real people that are small ----------------------------------------------------------------


def test_small_counts_by_nationality_are_not_in_the_file(tmp_path: Path) -> None:
    changed = tables()
    few = (pl.col("series") == "darien_transits") & (pl.col("nationality") == "CHN")
    changed["observed"] = changed["observed"].with_columns(
        pl.when(few).then(pl.lit(7.0)).otherwise(pl.col("value")).alias("value")
    )
    run = RunFolder.write(tmp_path / "run", changed, MANIFEST)
    fan = next(b for b in blocks(RunView(run), "fans") if b.get("id") == "darien_transits")
    assert {row[1] for row in fan["observed"]["|CHN"]} == {"<10"}
    assert all(isinstance(row[1], float) for row in fan["observed"]["|VEN"])
    for lang, words in (("en", "fewer than 10"), ("es", "menos de 10")):
        assert words in fan["views"]["no-agreement||CHN"]["reading"][lang]


def with_small_counts(path: Path, count: float) -> RunFolder:
    """The invented run in which every count by nationality, every death and every dated point is ``count``."""
    changed = tables()
    few = (pl.col("nationality") != "") | pl.col("series").str.starts_with("deaths")
    put = pl.when(few).then(pl.lit(count)).otherwise(pl.col("value")).alias("value")
    changed["observed"] = changed["observed"].with_columns(put)
    changed["points"] = changed["points"].with_columns(
        value=pl.lit(count), label=pl.lit(f"about {count:.0f} in care")
    )
    whole = changed["effects"].with_columns(observed=pl.lit(count))
    run = RunFolder.write(path / "run", {**changed, "effects": whole}, MANIFEST)
    return replace(run, manifest=MANIFEST)  # without the checksums of the tables


def test_the_file_does_not_depend_on_small_counts(tmp_path: Path) -> None:
    """If the page held any count of 1 to 9, or a figure made of one, these two files would differ."""
    three, eight = (with_small_counts(tmp_path / str(count), count) for count in (3.0, 8.0))
    assert render(three) == render(eight)
    assert render(three) != render(with_small_counts(tmp_path / "ten", 10.0))
    assert payload(RunView(three, eight)) == payload(RunView(three, three))


def test_a_section_cannot_reach_a_small_count(tmp_path: Path) -> None:
    view = RunView(with_small_counts(tmp_path, 4.0))
    for name, column in (("observed", "value"), ("points", "value"), ("effects", "observed")):
        table = view.run.table(name)
        assert not table[column].is_between(1, 9).any(), name
        assert table.filter(pl.col(column).is_null() & pl.col("held_back")).height > 0, name
    assert set(view.run.table("points")["label"]) == {"<10"}


# -- the brief ------------------------------------------------------------------------------------------


def brief_level(scenario: str, item: str, month: dt.date, statistic: str, q: float) -> float:
    rows = tables()["stock_months"].filter(
        (pl.col("scenario") == scenario) & (pl.col("item") == item) & (pl.col("month") == month)
        & (pl.col("statistic") == statistic) & (pl.col("quantile") == q)
    )  # fmt: skip
    (value,) = rows["value"].to_list()
    return value


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scenario", ["no-agreement", "agreement"])
def test_every_number_of_the_brief_is_in_the_tables(run: RunFolder, scenario: str, lang: str) -> None:
    page = Brief().payload(RunView(run))[0]["pages"][scenario]
    rows = page["table"]["rows"]
    assert len(rows) == 4 * 6  # three cities and all together, January to June
    assert {row["month"] for row in rows} == {dt.date(2024, month, 1) for month in range(1, 7)}
    for row in rows:
        item = next(
            (
                i
                for i in ("census_new_york", "census_chicago", "census_denver")
                if RunView(run).name(i) == row["place"]
            ),
            "",
        )
        for key, statistic, unit in (("people", "mean", 1), ("beds", "peak", 1), ("cost", "cost", 1e6)):
            found = numbers(row[key][lang], lang)
            expected = [
                brief_level(scenario, item, row["month"], statistic, q) / unit for q in (0.5, 0.1, 0.9)
            ]
            assert found == pytest.approx(expected, rel=0.006), (item, key)
        if item == "census_denver":
            assert row["room"] == 4000
            values = [brief_level(scenario, item, row["month"], "peak", q) for q in LEVELS]
            inside = values[0] < 4000 < values[-1]
            assert not inside or row["short"] == pytest.approx(1 - np.interp(4000, values, LEVELS), abs=1e-6)


@pytest.mark.parametrize("lang", LANGS)
def test_the_brief_s_sentences_say_what_the_tables_say(run: RunFolder, lang: str) -> None:
    page = Brief().payload(RunView(run))[0]["pages"]["agreement"]
    june = dt.date(2024, 6, 1)
    found = numbers(page["sentences"][0][lang], lang)
    for statistic, unit in (("mean", 1.0), ("cost_so_far", 1e6)):
        for q in (0.1, 0.5, 0.9):
            value = brief_level("agreement", "", june, statistic, q) / unit
            assert any(abs(value - shown) <= 0.006 * value for shown in found), (statistic, q)
    assert {-182_000, -310_000, -21_000, 64} <= set(numbers(page["sentences"][1][lang], lang))
    rests = " ".join(line[lang] for line in page["rests"])
    points = tables()["points"].filter((pl.col("item") == "census_chicago") & pl.col("known")).height
    assert re.search(rf"\b{points} (published points|puntos publicados)", rests)
    assert "100 USD" in rests and "a city's report" in rests
    parameters = tables()["parameters"]
    assert {parameters.height, parameters.filter("assumed").height} <= set(numbers(rests, lang))


def test_command_writes_a_brief_alone(run: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "brief.html"
    result = CliRunner().invoke(command, [str(run.path), "--brief", "agreement", "--out", str(out)])
    assert result.exit_code == 0, result.output
    content = json.loads(out.read_text("utf-8").split('id="payload">')[1].split("</script>")[0])
    assert [section["id"] for section in content["sections"]] == ["brief"] and content["brief"] == "agreement"


def test_a_corridor_without_cities_has_a_brief_of_its_other_stocks(tmp_path: Path) -> None:
    """The census of the run, called a place where people wait: its months stay, words of care go."""
    changed = tables()
    kind = pl.when(pl.col("kind") == "census").then(pl.lit("waiting")).otherwise(pl.col("kind"))
    changed["labels"] = changed["labels"].with_columns(kind=kind)
    view = RunView(RunFolder.write(tmp_path / "run", changed, MANIFEST))
    items = brief_items(view)
    assert items and all(view.label(item).kind in ("waiting", "detention", "stock") for item in items)
    page = Brief().payload(view)[0]["pages"]["agreement"]
    assert page["title"]["en"].endswith("people by month") and page["title"]["es"].endswith(
        "personas por mes"
    )
    assert "people in care on an average day" not in page["sentences"][0]["en"]
    heads = [column["label"]["en"] for column in page["table"]["columns"]]
    assert heads[2:4] == ["People, average day", "People, fullest day"]
    rows = changed["stock_months"].filter(pl.col("item") == items[0], pl.col("statistic") == "mean")
    months = sorted({m for m in rows["month"] if m > view.as_of.replace(day=1)})[:6]
    mine = [row for row in page["table"]["rows"] if row["place"] == view.name(items[0])]
    assert [row["month"] for row in mine] == months


def test_a_brief_of_no_scenario_or_no_city_is_a_fault(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scenario 'agreemnt'") as caught:
        write_html(run, tmp_path / "x.html", brief="agreemnt")
    assert "agreement" in str(caught.value.hint)
    rest = {name: table for name, table in tables().items() if name != "stock_months"}
    with pytest.raises(InputError, match="nothing for a brief"):
        write_html(RunFolder.write(tmp_path / "run", rest, MANIFEST), tmp_path / "x.html", brief="agreement")
    assert not (tmp_path / "x.html").exists()


# -- what changed ---------------------------------------------------------------------------------------


def changed_run(tmp_path: Path, *kinds: str) -> RunFolder:
    """The run with another forecast and, by kind, another cause."""
    other = tables()
    manifest = dict(MANIFEST)
    other["forecast"] = other["forecast"].with_columns(
        pl.when((pl.col("series") == "us_total") & (pl.col("month") == dt.date(2024, 2, 1))).then(pl.col("value") * 2)
        .otherwise(pl.col("value")).alias("value")
    )  # fmt: skip
    if "data" in kinds:
        rows = [("us_total", "", dt.date(2023, 12, 1), "", 301_981.0, True)]
        keep = ~(
            (pl.col("series") == "us_total")
            & (pl.col("month") == dt.date(2023, 12, 1))
            & (pl.col("nationality") == "")
            & (pl.col("place") == "")
        )
        other["observed"] = pl.concat([other["observed"].filter(keep), frame("observed", rows)])
    if "measures" in kinds:
        other["measures"] = other["measures"].with_columns(
            pl.when(pl.col("measure") == "rail")
            .then(pl.lit(0.7))
            .otherwise(pl.col("strength"))
            .alias("strength")
        )
    if "parameters" in kinds:
        other["parameters"] = other["parameters"].with_columns(
            pl.when(pl.col("target") == "tapachula.interdicted")
            .then(pl.lit(0.4))
            .otherwise(pl.col("value"))
            .alias("value")
        )
    if "calibration" in kinds:
        other["fit"] = other["fit"].with_columns((pl.col("value") * 1.5).alias("value"))
    if "settings" in kinds:
        manifest |= {"seed": 2}
    return RunFolder.write(tmp_path / "other", other, manifest)


KINDS = ("settings", "data", "calibration", "measures", "parameters")


@pytest.mark.parametrize("kind", KINDS)
def test_one_cause_is_named_and_alone(run: RunFolder, tmp_path: Path, kind: str) -> None:
    view, old = RunView(changed_run(tmp_path, kind), run), RunView(run)
    found = causes_of(view, old)
    assert {name for name, rows in found.items() if rows} == {kind}
    expected = {
        "settings": ("1", "2"), "data": (None, 301_981.0), "measures": ("0.4", "0.7"), "parameters": ("0.31", "0.4"),
        "calibration": (0.04, 0.06),
    }[kind]  # fmt: skip
    assert (found[kind][0]["before"], found[kind][0]["now"]) == expected
    text = blocks(view, "changes")[1]["intro"]
    assert "Only one kind" in text["en"] and "un tipo de causa" in text["es"]


def test_several_causes_are_not_told_apart(run: RunFolder, tmp_path: Path) -> None:
    text = blocks(RunView(changed_run(tmp_path, "data", "measures"), run), "changes")[1]["intro"]["en"]
    assert "published data, measures" in text and "cannot tell" in text


def test_what_moved_is_the_doubled_month_and_nothing_else(run: RunFolder, tmp_path: Path) -> None:
    rows = moved_rows(RunView(changed_run(tmp_path)), RunView(run))
    assert {row["period"]["en"] for row in rows} == {"February 2024"} and len(rows) == 2
    before = tables()["forecast"].filter(
        (pl.col("series") == "us_total") & (pl.col("month") == dt.date(2024, 2, 1)) & (pl.col("place") == "")
        & (pl.col("nationality") == "") & (pl.col("quantile") == 0.5)
    )  # fmt: skip
    assert sorted(row["moved"] for row in rows) == pytest.approx(sorted(before["value"].to_list()))
    assert not any(row["inside"] for row in rows)


def test_the_same_run_twice_has_nothing_to_tell(run: RunFolder) -> None:
    found = blocks(RunView(run, run), "changes")
    assert "same inputs" in found[1]["intro"]["en"] and len(found) == 2


def test_small_counts_are_hidden_in_what_changed(run: RunFolder, tmp_path: Path) -> None:
    other = tables()
    few = (pl.col("series") == "darien_transits") & (pl.col("nationality") == "CHN")
    other["observed"] = other["observed"].with_columns(
        pl.when(few).then(pl.lit(4.0)).otherwise(pl.col("value")).alias("value")
    )
    found = causes_of(RunView(RunFolder.write(tmp_path / "run", other, MANIFEST)), RunView(run))["data"]
    assert {row["now"] for row in found} == {"<10"}


def test_command_compares_two_runs(run: RunFolder, tmp_path: Path) -> None:
    other = changed_run(tmp_path, "data")
    out = tmp_path / "compared.html"
    result = CliRunner().invoke(command, [str(other.path), "--against", str(run.path), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert '"id":"changes"' in out.read_text("utf-8")
    assert '"id":"changes"' not in render(run)


# -- rows of a table -------------------------------------------------------------------------------------


def rows_of(run: RunFolder, *words: str) -> list[dict[str, str]]:
    result = CliRunner().invoke(command, [str(run.path), *words, "--format", "csv"])
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_table_is_printed_and_filtered(run: RunFolder) -> None:
    rows = rows_of(run, "--table", "differences", "--where", "unit=deaths,people", "--where", "kind=mean")
    assert {row["item"] for row in rows} == {"ice_detained", "waiting_north"}
    dated = rows_of(run, "--table", "link_flows", "--where", "scenario=", "--where", "month=2023-10-01")
    assert len(dated) == 3


def test_a_printed_table_hides_small_counts_and_formulas(run: RunFolder) -> None:
    rows = rows_of(run, "--table", "observed", "--where", "series=deaths_darien")
    assert {row["value"] for row in rows} == {"<10"}
    assert "'=cmd()" in {row["source"] for row in rows_of(run, "--table", "places")}


def test_a_wrong_query_names_every_fault(run: RunFolder) -> None:
    result = CliRunner().invoke(
        command, [str(run.path), "--table", "forecast", "--where", "seris=a", "--where", "b"]
    )
    assert isinstance(result.exception, InputError)
    assert "series" in str(result.exception) and "has no =" in str(result.exception)
    unknown = CliRunner().invoke(command, [str(run.path), "--table", "forcast"])
    assert isinstance(unknown.exception, InputError) and "forecast" in str(unknown.exception.hint)
    assert CliRunner().invoke(command, [str(run.path), "--where", "a=b"]).exit_code == 2


# -- the basemap -------------------------------------------------------------------------------------------


def area(ring: list[tuple[float, float]]) -> float:
    """Shoelace formula."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], *ring[:1]], strict=True))) / 2


@given(st.floats(0.5, 6), st.floats(-3, 3), st.floats(-3, 3))
def test_a_clipped_square_has_the_area_of_the_overlap(half: float, x: float, y: float) -> None:
    square = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    wide = max(0.0, min(x + half, 2) - max(x - half, -2))
    high = max(0.0, min(y + half, 2) - max(y - half, -2))
    assert area(clip_ring(square, (-2, -2, 2, 2))) == pytest.approx(wide * high, abs=1e-9)


def test_a_corridor_over_the_date_line_is_in_one_piece() -> None:
    """Fiji, Samoa and New Zealand: none is a world away from another."""
    found = basemap([(178.4, -18.1), (-171.8, -13.8), (174.8, -36.8)])
    assert found["box"][2] - found["box"][0] < 40
    middle = [(x, y) for ring in found["land"] for x, y in ring if -20 < y < -15]
    assert any(176 < (x % 360) < 181 for x, _ in middle)


def test_a_small_corridor_is_cut_finer_than_a_large_one() -> None:
    small, large = basemap([(2.0, 13.5), (2.5, 13.0)]), basemap([(-100.0, 40.0), (20.0, -20.0)])
    for found in (small, large):
        west, south, east, north = found["box"]
        for ring in found["land"]:
            for x, y in ring:
                assert west - 0.1 <= x <= east + 0.1 and south - 0.1 <= y <= north + 0.1
    assert len(json.dumps(large)) < 1_500_000 and small["borders"]


def test_no_place_at_all_is_a_map_of_the_sea() -> None:
    assert basemap([])["west"] == -180.0


# -- sentences of the map --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_every_month_s_sentence_is_made_of_the_tables(run: RunFolder, lang: str) -> None:
    block = next(b for b in blocks(RunView(run), "map") if b["type"] == "map")
    forecast, observed = tables()["forecast"], tables()["observed"]
    whole = (pl.col("place") == "") & (pl.col("nationality") == "")
    for scenario, readings in block["readings"].items():
        for month, text in zip(block["months"], readings, strict=True):
            expected: list[float] = []
            for item in ("us_total", "mexico_encounters"):
                mine = whole & (pl.col("series") == item) & (pl.col("month") == month)
                ahead = forecast.filter(mine & (pl.col("scenario") == scenario))
                known = observed.filter(mine & pl.col("known"))["value"].to_list()
                levels = {row["quantile"]: row["value"] for row in ahead.iter_rows(named=True)}
                later = observed.filter(mine & ~pl.col("known"))[
                    "value"
                ].to_list()  # what came of the forecast
                expected += known or [
                    *(levels[q] for q in (0.5, 0.1, 0.9) if levels),
                    *(later if levels else ()),
                ]  # a slow publisher has a gap
            plain = re.sub(r"80\s%", "", text[lang]).replace(str(month.year), "", 1)
            assert numbers(plain, lang) == pytest.approx(expected, rel=0.006), (scenario, month)


def test_the_page_is_told_its_run_and_scenarios(run: RunFolder) -> None:
    content = payload(RunView(run))
    assert (content["baseline"], content["comparison"]) == ("no-agreement", "agreement")
    assert content["run"] == {"name": run.path.name, "command": MANIFEST["command"]}
    assert number(301981, "en") == "301,981"
