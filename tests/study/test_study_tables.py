"""What a study leaves: the tables of a run folder and its manifest."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from study_tools import AS_OF, Done, done

import corridor
from corridor.data import Dataset, load
from corridor.engine import run_member
from corridor.evaluate.question import first_month
from corridor.model import Corridor, InputError, Scenario
from corridor.study import RunFolder, assemble, influence, with_forecast
from corridor.study.contrast import expected_levels
from corridor.study.run import Study, choose_calibration, effects

EVERY = {
    "forecast", "periods", "observed", "daily", "capacity", "points", "differences", "grades", "measures",
    "parameters", "fit", "claims", "places", "routes", "links", "link_flows",
    "map_encounters", "stock_months", "costs", "sources", "labels", "register", "ports",
    "scoreboard", "past_forecasts", "influence", "measure_notes", "packages", "package_cards", "package_demands", "package_drivers", "package_measures",
    "package_outcomes", "package_parties", "package_search", "parties", "translations", "targets",
}  # fmt: skip


@pytest.fixture(params=["americas", "strait"])
def either(request: pytest.FixtureRequest) -> Done:
    return request.getfixturevalue(request.param)


def test_the_demo_has_every_table(americas: Done) -> None:
    assert set(americas.tables) == EVERY


TYPES = {
    pl.Date: "month date first last start end announced known_from said_on",
    pl.Float64: "quantile value low median high share strength chance_lower km lat lon influence at_low at_high",
    pl.Boolean: "known in_force assumed weak later",
}
"""Types of columns wherever they stand, said here by hand."""


def test_a_run_folder_takes_them(either: Done, tmp_path: Path) -> None:
    """Parquet holds the rows as they were made, in the types of TYPES; CSV holds as many."""
    path = RunFolder.write(tmp_path / "run", either.tables, either.manifest).path
    wanted = {column: dtype for dtype, columns in TYPES.items() for column in columns.split()}
    for name, table in either.tables.items():
        kept = pl.read_parquet(path / "tables" / f"{name}.parquet")
        assert kept.height == table.height > 0, name
        for column in kept.columns:
            # in words, since an entry may have several; a share that is assumed; a first-order index
            if (name, column) not in {
                ("register", "strength"),
                ("package_parties", "assumed"),
                ("package_drivers", "first"),
            }:
                assert kept.schema[column] == wanted.get(column, kept.schema[column]), (name, column)
            made = table[column]
            if made.dtype.is_numeric():
                assert kept[column].to_list() == made.to_list(), (name, column)
        with (path / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
            assert sum(1 for _ in csv.DictReader(file)) == table.height, name


def test_measures_are_the_rows_of_the_corridor_s_file(strait: Done) -> None:
    with (strait.study.folder / "measures.csv").open(encoding="utf-8") as file:
        declared = {row["id"]: row for row in csv.DictReader(file)}
    rows = {row["measure"]: row for row in strait.tables["measures"].iter_rows(named=True)}
    assert rows.keys() == declared.keys() != set()
    for name, row in rows.items():
        given = declared[name]
        assert (row["strength"], row["low"], row["high"]) == tuple(
            float(given[key]) for key in ("strength", "low", "high")
        )
        assert row["start"].isoformat() == given["start"] and row["name_es"] == given["name_es"]


# -- what was known ------------------------------------------------------------------------------------


def test_known_is_what_was_public_on_the_as_of_date(americas: Done) -> None:
    """US about three weeks after month end, Mexico about five, Honduras and Panama about one."""
    last = dict(
        americas.tables["observed"].filter("known").group_by("series").agg(pl.col("month").max()).iter_rows()
    )
    november, october = dt.date(2023, 11, 1), dt.date(2023, 10, 1)
    for series in ("us_total", "us_between_ports", "us_ports", "honduras_entries", "darien_transits"):
        assert last[series] == november, series
    assert last["mexico_encounters"] == october


def test_outcome_is_there_and_marked_as_unknown(americas: Done) -> None:
    outcome = americas.tables["observed"].filter(~pl.col("known"))
    assert outcome.filter(pl.col("series") == "us_total")["month"].min() == dt.date(2023, 12, 1)
    assert outcome.filter(pl.col("series") == "us_total")["month"].max() == dt.date(2024, 6, 1)
    december = outcome.filter(
        pl.col("series") == "us_total", pl.col("month") == dt.date(2023, 12, 1), pl.col("nationality") == ""
    )
    assert december["value"].item() == 301_981  # as published; also the figure of the claims
    points = americas.tables["points"]
    # a monthly mean stands in the middle of its month
    assert points.filter("known", pl.col("date") > AS_OF).is_empty()
    assert not points.filter(~pl.col("known")).is_empty()


def test_observed_adds_up(americas: Done) -> None:
    table = americas.tables["observed"].filter(pl.col("series") == "us_total")
    total = table.filter(pl.col("nationality") == "").select("month", "value")
    parts = table.filter(pl.col("nationality") != "").group_by("month").agg(pl.col("value").sum())
    both = total.join(parts, on="month", suffix="_parts")
    assert both.height == total.height > 40
    np.testing.assert_array_equal(both["value"], both["value_parts"])


@pytest.mark.slow
def test_the_outcome_is_not_seen_by_the_forecast(
    americas: Done, americas_study: Study, few_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is published after the as-of date, the forecast is the same to the bit."""

    def spoilt(name: str, corridor: Corridor | None = None) -> Dataset:
        data = load(name, corridor)
        later = pl.col("known_from") > AS_OF
        value = pl.when(later).then(123_456).otherwise("value").cast(data.table["value"].dtype)
        return replace(data, table=data.table.with_columns(value.alias("value")))

    for module in (assemble, corridor.data, corridor.data.store):
        monkeypatch.setattr(module, "load", spoilt)
    again = done(replace(americas_study, scenarios=("no-agreement",)))
    for name in ("forecast", "periods", "daily"):
        ours = americas.tables[name].filter(pl.col("scenario") == "no-agreement")
        assert ours.equals(again.tables[name]), name
    before, after = americas.tables["observed"], again.tables["observed"]
    keys = ["series", "month", "nationality"]
    assert before.filter("known").sort(keys).equals(after.filter("known").sort(keys))
    assert not before.sort(keys).equals(after.sort(keys)), "the outcome was replaced"


# -- forecasts -----------------------------------------------------------------------------------------


def test_quantiles_do_not_cross(either: Done) -> None:
    keys = {
        "forecast": ["scenario", "series", "place", "month", "nationality"],
        "periods": ["scenario", "series", "place", "nationality", "statistic"],
        "daily": ["scenario", "item", "kind", "date"],
    }
    for name in keys.keys() & either.tables.keys():
        table = either.tables[name].sort(*keys[name], "quantile")
        steps = table.with_columns(pl.col("value").diff().over(keys[name]).alias("step"))["step"].drop_nulls()
        assert steps.min() >= -1e-9, name
        levels = table.group_by(keys[name]).agg(pl.col("quantile").n_unique())["quantile"].unique().to_list()
        assert levels == [7 if name == "daily" else 23]
        assert table["value"].min() >= 0


def test_forecast_runs_from_the_first_unknown_month(americas: Done) -> None:
    table = americas.tables["forecast"]
    spring = [dt.date(2023, 12, 1), *(dt.date(2024, m, 1) for m in range(1, 7))]
    for series in table["series"].unique():
        months = table.filter(pl.col("series") == series)["month"].unique().sort().to_list()
        known = americas.tables["observed"].filter("known", pl.col("series") == series)["month"].max()
        assert [month for month in months if month in spring] == spring, series
        assert months[0] > known, series
    mexico = table.filter(pl.col("series") == "mexico_encounters")["month"]
    assert mexico.min() == dt.date(2023, 11, 1), "Mexico publishes two weeks after the US"


def test_totals_are_joint_draws(americas: Done) -> None:
    """The quantiles of a sum of what moves together lie between independence and perfect agreement."""
    table = americas.tables["forecast"].filter(
        pl.col("scenario") == "no-agreement", pl.col("series") == "us_total",
        pl.col("month") == dt.date(2024, 4, 1),
    )  # fmt: skip
    parts = table.filter(pl.col("nationality") != "")

    def width(frame: pl.DataFrame) -> float:
        high, low = (frame.filter((pl.col("quantile") - q).abs() < 1e-9)["value"].sum() for q in (0.9, 0.1))
        return high - low

    each = np.array([width(parts.filter(pl.col("nationality") == n)) for n in parts["nationality"].unique()])
    total = width(table.filter(pl.col("nationality") == ""))
    assert total < each.sum() * 1.001
    assert total > 1.2 * np.sqrt((each**2).sum()), "the nationalities share their shocks"


def test_sum_and_peak_of_the_period(americas: Done) -> None:
    """Quantiles of the joint sum and of the highest month against bounds from the months' own."""
    period = americas.tables["periods"].filter(
        pl.col("scenario") == "no-agreement", pl.col("series") == "us_total", pl.col("nationality") == ""
    )
    months = americas.tables["forecast"].filter(
        pl.col("scenario") == "no-agreement", pl.col("series") == "us_total", pl.col("nationality") == ""
    )
    for statistic, reduce in (("sum", pl.sum), ("peak", pl.max)):
        ours = period.filter(pl.col("statistic") == statistic).sort("quantile")["value"].to_numpy()
        theirs = months.group_by("quantile").agg(reduce("value")).sort("quantile")["value"].to_numpy()
        if statistic == "sum":  # months that do not all peak together give less than the sum of their tops
            assert ours[-1] <= theirs[-1] * 1.001
            assert ours[0] >= theirs[0] * 0.999
        else:  # the highest month lies above each month
            assert (ours >= theirs * 0.999).all()
        if statistic == "sum":
            assert ours[11] == pytest.approx(theirs[11], rel=0.15)
        else:  # and in the middle within the upper half of the highest month: months stray apart from one another
            assert theirs[11] * 0.999 <= ours[11] <= theirs[-5]


def test_the_model_stands_near_what_is_known(americas: Done) -> None:
    """The median of the first unknown month lies within a third of the last known one."""
    observed = americas.tables["observed"].filter(
        "known", pl.col("series") == "us_total", pl.col("nationality") == ""
    )
    last = observed.sort("month")["value"][-1]
    table = americas.tables["forecast"].filter(
        pl.col("scenario") == "no-agreement", pl.col("series") == "us_total", pl.col("nationality") == "",
        (pl.col("quantile") - 0.5).abs() < 1e-9,
    )  # fmt: skip
    assert table.sort("month")["value"][0] == pytest.approx(last, rel=1 / 3)


# -- scenarios -----------------------------------------------------------------------------------------


def test_differences_are_paired(americas: Done) -> None:
    """Their range is far smaller than that of two independent runs."""
    ends = americas.tables["periods"].filter(
        pl.col("nationality") == "", pl.col("statistic") == "sum",
        pl.any_horizontal((pl.col("quantile") - q).abs() < 1e-9 for q in (0.05, 0.95)),
    )  # fmt: skip
    width = ends.group_by("series", "scenario").agg(
        (pl.col("value").max() - pl.col("value").min()).alias("width")
    )
    unpaired = dict(width.group_by("series").agg((pl.col("width") ** 2).sum().sqrt()).iter_rows())
    differences = americas.tables["differences"]
    for item in ("us_total", "us_between_ports", "honduras_entries", "darien_transits"):
        row = differences.row(by_predicate=pl.col("item") == item, named=True)
        assert row["high"] - row["low"] < 0.6 * unpaired[item], item
    assert (differences["low"] <= differences["median"]).all()
    assert (differences["median"] <= differences["high"]).all()


def test_a_difference_stands_beside_the_medians_of_both_scenarios(americas: Done) -> None:
    """They are the medians that ``periods`` gives, where both cover the same months."""
    medians = americas.tables["periods"].filter(
        (pl.col("quantile") - 0.5).abs() < 1e-9, nationality="", place="", statistic="sum", series="us_total"
    )
    row = americas.tables["differences"].row(by_predicate=pl.col("item") == "us_total", named=True)
    own = medians.filter(scenario=row["scenario"]).row(0, named=True)
    base = medians.filter(scenario=row["against"]).row(0, named=True)
    assert f"{own['first']:%Y-%m}/{own['last']:%Y-%m}" == row["period"]
    assert (row["without"], row["with"]) == pytest.approx((base["value"], own["value"]))


def test_what_lies_upstream_of_every_measure_does_not_move(americas: Done) -> None:
    """Enforcement in Mexico cannot reach back to Honduras; what it sees comes from departures alone."""
    row = americas.tables["differences"].row(by_predicate=pl.col("item") == "mexico_encounters", named=True)
    assert row["median"] > 0, "more enforcement meets more people"
    assert row["scenario"] == "agreement"
    assert row["against"] == "no-agreement"


def test_grades_sum_to_one(either: Done) -> None:
    table = either.tables["grades"]
    sums = table.group_by("scenario", "item").agg(pl.col("share").sum())
    np.testing.assert_allclose(sums["share"], 1.0)
    assert set(table["grade"]) <= {"causal", "before_after", "mechanical", "assumed"}
    graded = set(table["grade"])
    declared = {m.grade for m in either.study.corridor.measures}
    assert graded <= declared


def test_a_scenario_without_measures_of_its_own_changes_nothing(
    strait: Done, strait_study: Study, few_blocks: None
) -> None:
    nothing = Scenario(id="nothing", name="n", name_es="n", description="d", description_es="d")
    scenarios = (*strait_study.corridor.scenarios, nothing)
    parts = {name: getattr(strait_study.corridor, name) for name in Corridor.model_fields}
    widened = Corridor(**{**parts, "scenarios": scenarios})  # a copy would keep the cached table of scenarios
    found = done(replace(strait_study, corridor=widened, scenarios=(None, "nothing", "closed-and-held")))
    table = found.tables["differences"]
    idle = table.filter(pl.col("scenario") == "nothing")
    assert idle.height == 3
    assert (idle.select("low", "median", "high") == 0).to_numpy().all()
    assert (idle["chance_lower"] == 0.5).all()
    # and the other scenario is what it was without it beside
    other = table.filter(pl.col("scenario") == "closed-and-held")
    assert other.equals(strait.tables["differences"])
    assert not found.tables["grades"].filter(pl.col("scenario") == "nothing").height


def test_closing_the_railway_keeps_people_from_the_coast(strait: Done) -> None:
    row = strait.tables["differences"].row(by_predicate=pl.col("item") == "waiting_ports", named=True)
    assert row["unit"] == "people"
    assert row["period"] == "2024-02/2024-12", "from the first month in which a measure is in force"


# -- effects ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_effects_stand_in_a_run_with_hindsight_only(americas: Done) -> None:
    assert "effects" not in americas.tables
    study = replace(americas.study, hindsight=True)
    found = effects(study, [study.compile("agreement")])
    heads = found["effects"].filter(pl.col("kind") == "headline")
    # January 2024 as published, for what was agreed for all nationalities and for four
    assert heads.filter(pl.col("series") == "us_total")["observed"].to_list()[0] == 176_195
    # a card is of what a first month counts together, with one scope of nationalities
    added = {
        m.id: m for m in study.corridor.measures if m.id in study.corridor.scenario_ids["agreement"].measures
    }
    for name in heads["measure"].unique():
        scopes = {(first_month(added[part].start), added[part].nationalities) for part in name.split("+")}
        assert len(scopes) == 1, name
    assert ("CUB", "HTI", "NIC", "VEN") in {
        added[name.split("+")[0]].nationalities for name in heads["measure"]
    }
    assert set(found["effect_checks"]["effect_id"]) == set(heads["effect_id"])


# -- assumptions, manifest ------------------------------------------------------------------------------


def test_influence_is_the_swing_of_the_headline(americas: Done) -> None:
    table = americas.tables["parameters"]
    tried = table.filter(pl.col("influence").is_not_null())
    assert influence.INFLUENCE_BLOCKS <= tried.height <= influence.INFLUENCE_BLOCKS + 1
    assert table["influence"][: tried.height].null_count() == 0, "most influential first"
    assert (tried["influence"] >= 0).all()
    assert tried["influence"].is_sorted(descending=True)
    # the common shock alone moves the half-year's sum by a good part
    assert table.row(by_predicate=pl.col("parameter") == "departure_sd_common", named=True)["influence"] > 0.1


def test_influence_has_both_ends_of_what_was_tried(americas: Done) -> None:
    """Half the distance of the ends is the influence; the futures lie on both sides of their median."""
    ends, table = americas.tables["influence"], americas.tables["parameters"]
    both = ends.join(table, on=["parameter", "target"])
    assert both.height == ends.height == table["influence"].is_not_null().sum()
    swing = (both["at_high"] - both["at_low"]).abs() / 2
    assert swing.to_list() == pytest.approx(both["influence"].to_list())
    shocks = ends.row(by_predicate=pl.col("parameter") == "departure_sd_common", named=True)
    assert shocks["at_low"] < 0 < shocks["at_high"]
    assert set(ends["item"]) == {"us_total"}


def test_an_end_is_the_expected_run_of_a_corridor_with_that_value(
    americas: Done, americas_study: Study
) -> None:
    """The corridor's own file is changed to the high value, and run anew."""
    named = [p.target for p in americas_study.corridor.parameters if p.target]  # not a zone
    ends = americas.tables["influence"].filter(pl.col("target").is_in(named))
    end = ends.sort((pl.col("at_high")).abs(), descending=True).row(0, named=True)
    changed = [
        p.model_copy(update={"value": p.high})
        if (p.parameter, p.target) == (end["parameter"], end["target"])
        else p
        for p in americas_study.corridor.parameters
    ]
    other = replace(
        americas_study, corridor=americas_study.corridor.model_copy(update={"parameters": tuple(changed)})
    )
    assert abs(end["at_high"]) > 1e-7
    level = {}
    for name, study in (("before", americas_study), ("after", other)):
        compiled = study.compile(None)
        level[name] = expected_levels(study.corridor, compiled, run_member(compiled, None))[end["item"]]
    assert level["after"] / level["before"] - 1 == pytest.approx(end["at_high"], abs=1e-9)


def test_manifest_holds_what_a_run_rests_on(either: Done) -> None:
    study, found = either.study, either.manifest
    digest = hashlib.sha256()
    for file in sorted(p for p in study.folder.rglob("*") if p.is_file()):
        digest.update(file.relative_to(study.folder).as_posix().encode() + b"\0" + file.read_bytes())
    assert found["inputs"][study.corridor.settings.id] == digest.hexdigest()
    assert found["seed"] == 1
    assert found["command"] == study.command
    assert found["as_of"] == "2023-12-31"
    assert found["version"] == corridor.__version__
    assert "Python" in found["platform"]
    assert "NumPy" in found["platform"]
    assert found["parameters"]["members"] == study.members
    assert found["license"] == study.corridor.settings.license
    assert found["attribution"]


def test_labels_name_every_item(either: Done) -> None:
    names = set(either.tables["labels"]["item"])
    for table, column in (
        ("forecast", "series"),
        ("daily", "item"),
        ("differences", "item"),
        ("fit", "counting_point"),
    ):
        if table in either.tables:
            # the ten transit nationalities of the target are named with it
            assert {n.removesuffix("_ten") for n in either.tables[table][column]} <= names, table


# -- chance --------------------------------------------------------------------------------------------


def test_rows_stand_in_a_stated_order(americas: Done) -> None:
    """Sums come out of a table in any order; the same run must leave the same file."""
    table = americas.tables["observed"].filter(pl.col("nationality") != "")
    for _, part in table.group_by("series"):
        assert part.select(pl.struct("month", "nationality")).to_series().is_sorted()


def same(one: Done, other: Done) -> list[str]:
    return [name for name, table in one.tables.items() if not table.equals(other.tables[name])]


def test_the_same_seed_gives_the_same_tables(strait: Done, strait_study: Study, few_blocks: None) -> None:
    assert same(strait, done(strait_study)) == []


def test_another_seed_gives_others(strait: Done, strait_study: Study, few_blocks: None) -> None:
    changed = same(strait, done(replace(strait_study, seed=2)))
    assert {"daily", "differences"} <= set(changed)
    assert not {"labels", "measures", "places", "capacity", "grades"} & set(changed)


@pytest.mark.slow
def test_two_workers_give_what_one_gives(strait: Done, strait_study: Study, few_blocks: None) -> None:
    assert same(strait, done(replace(strait_study, workers=2))) == []


@pytest.mark.validation
def test_two_workers_give_what_one_gives_on_the_americas(americas_study: Study, few_blocks: None) -> None:
    one, two = (done(replace(americas_study, members=22, workers=workers)) for workers in (1, 2))
    assert same(one, two) == []


def test_progress_is_told(strait_study: Study, few_blocks: None) -> None:
    from contextlib import contextmanager

    told: dict[str, float] = {}

    @contextmanager
    def step(text: str, total: int):
        told[text] = 0.0

        def advance(steps: float) -> None:
            told[text] += steps

        yield advance

    done(strait_study, step=step)
    assert told["base, closed-and-held: 20 members each"] == 40


# -- wrong calls ---------------------------------------------------------------------------------------


def test_a_wrong_scenario_is_refused_before_the_forecast_is_made(
    strait_study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "corridor.study.baseline.couple", lambda *_, **__: pytest.fail("the forecast was made")
    )
    with pytest.raises(InputError, match="has no scenario 'nothing'"):
        with_forecast(replace(strait_study, scenarios=("nothing",)))


def test_an_unknown_scenario(strait_study: Study) -> None:
    with pytest.raises(InputError, match="no scenario 'closed-and-hold'") as caught:
        done(replace(strait_study, scenarios=("closed-and-hold",)))
    assert caught.value.hint == "did you mean 'closed-and-held'?"


def test_an_end_before_the_start(americas_study: Study) -> None:
    with pytest.raises(InputError, match=r"ends \(2023-10-15\) before it starts \(2023-11-01\)"):
        done(replace(americas_study, end=dt.date(2023, 10, 15)))


def test_choice_of_a_calibration(strait_study: Study) -> None:
    settled = strait_study.corridor
    assert choose_calibration(settled, [AS_OF], None, wanted=True) == AS_OF
    assert choose_calibration(settled, [], None, wanted=False) is None
    with pytest.raises(
        InputError, match=r"no calibration as of 2022-01-31 \(there are: 2023-12-31\)"
    ) as caught:
        choose_calibration(settled, [AS_OF], dt.date(2022, 1, 31), wanted=True)
    assert caught.value.hint == "run: corridor calibrate strait --as-of 2022-01-31"


def test_a_month_that_is_run_in_part_is_no_month(strait_study: Study, few_blocks: None) -> None:
    """A run that ends on 9 February 2024 has 31 whole days of January and no February."""
    study = replace(strait_study, end=dt.date(2024, 2, 9), members=2, scenarios=(None,))
    tables = done(study).tables
    whole = tables["stock_months"].filter(statistic="mean")["month"]
    assert whole.max() == dt.date(2024, 1, 1)
    last = tables["stock_months"].filter(month=dt.date(2024, 2, 1))["statistic"].unique().to_list()
    assert set(last) <= {"peak_so_far", "cost_so_far"}
    assert tables["daily"]["date"].max() == dt.date(2024, 2, 9)
