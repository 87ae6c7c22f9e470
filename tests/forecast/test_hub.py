"""The hubverse table: written, read, checked and scored."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import yaml

from corridor.forecast import card_for, hub_table, read_hub, score_hub, score_quantiles, write_hub
from corridor.forecast.hub import skipped_types
from corridor.forecast.models import Reference
from corridor.forecast.sets import standard_subjects
from corridor.forecast.view import View
from corridor.model import InputError

AS_OF = dt.date(2023, 8, 31)


@pytest.fixture(scope="module")
def view(panels):
    return View.at(standard_subjects(panels)["honduras"], AS_OF, panels)


@pytest.fixture(scope="module")
def table(view):
    return hub_table(Reference().fit_predict(view, (1, 2)), "honduras_entries", ["total", "VEN"])


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_written_and_read_again(table, tmp_path, suffix):
    path = tmp_path / f"{AS_OF}-team-walk{suffix}"
    about = write_hub(table, path, card_for("reference"))
    back = read_hub(path)
    assert back["model_id"].unique().to_list() == ["team-walk"]
    assert back.drop("model_id", "value").equals(table.drop("value"))
    assert (back["value"] - table["value"]).abs().max() <= 0.0005
    card = yaml.safe_load(about.read_text("utf-8"))
    assert card["model_abbr"] == "reference" and card["license"] == "not stated"
    assert all(card[key] for key in ("methods", "data_inputs", "intended_use", "limits", "model_version"))


def test_the_columns_are_those_of_the_hub(table):
    assert table.columns == [
        "origin_date", "target", "horizon", "target_end_date", "location", "output_type", "output_type_id", "value",
    ]  # fmt: skip
    first = table.row(0, named=True)
    # on 31 August Honduras has published July: one month on ends on 31 August
    assert (first["horizon"], first["target_end_date"]) == (1, dt.date(2023, 8, 31))


def broken(table, tmp_path, change) -> str:
    path = tmp_path / f"{AS_OF}-team-bad.csv"
    path.write_text(change(table.filter(location="total", horizon=2).write_csv()))
    with pytest.raises(InputError) as caught:
        read_hub(path)
    return "\n".join(str(fault) for fault in caught.value.faults)


def test_faults_name_file_line_and_column(table, tmp_path):
    def lines(edit):
        return lambda text: "\n".join(edit(text.splitlines())) + "\n"

    def cell(row, column, value):
        def edit(rows):
            cells = rows[row].split(",")
            cells[column] = value
            return [*rows[:row], ",".join(cells), *rows[row + 1 :]]

        return lines(edit)

    said = broken(table, tmp_path, cell(12, 7, "1"))
    assert "bad.csv:13:value: quantiles of total, 2023-09-30 cross" in said
    assert "bad.csv:3:horizon: 'two' is not a whole number" in broken(table, tmp_path, cell(2, 2, "two"))
    assert "is not a quantile level" in broken(table, tmp_path, cell(2, 6, "1.5"))
    everything = broken(table, tmp_path, lambda t: t.replace("quantile,", "mean,"))
    assert "holds no quantiles" in everything
    assert "zero or more" in broken(table, tmp_path, cell(2, 7, "-3"))
    assert "stand in another row" in broken(table, tmp_path, lines(lambda r: [*r, r[-1]]))
    assert "has no median" in broken(table, tmp_path, lines(lambda r: [*r[:12], *r[13:]]))
    assert "bad.csv:1:value: missing column" in broken(
        table, tmp_path, lambda t: t.replace("value", "wert", 1)
    )
    assert "holds no forecast" in broken(table, tmp_path, lines(lambda r: r[:1]))
    assert "missing column" in broken(table, tmp_path, lambda t: "")
    with pytest.raises(InputError, match="holds no model output"):
        empty = tmp_path / "empty"
        empty.mkdir()
        read_hub(empty)


def test_a_level_with_a_rounding_error_is_the_same_level(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    rows = table.filter(location="total", horizon=1).write_csv().splitlines()
    (number,) = [i for i, row in enumerate(rows) if ",0.35," in row]
    rows[number] = rows[number].replace(",0.35,", ",0.35000000000000003,")
    second = table.filter(location="VEN", horizon=1).write_csv().splitlines()[1:]
    path.write_text("\n".join([*rows, *second]) + "\n")
    levels = read_hub(path)["output_type_id"].unique().to_list()
    assert len(levels) == 23 and 0.35 in levels


def test_other_output_types_are_left_out_and_counted(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    part = table.filter(location="total", horizon=1)
    line = part.write_csv().splitlines()[1].split(",")
    mean = ",".join([*line[:5], "mean", "NA", line[7]])
    sample = ",".join([*line[:5], "sample", "s12", line[7]])
    path.write_text(part.write_csv() + f"{mean}\n{sample}\n{sample}\n")
    assert read_hub(path).height == part.height
    assert skipped_types(path) == {"mean": 1, "sample": 2}


def test_a_horizon_that_contradicts_its_end_date_is_a_fault(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    wrong = pl.when(pl.col("location") == "VEN").then(pl.col("horizon") + 1).otherwise("horizon")
    table.with_columns(wrong).write_csv(path)
    with pytest.raises(InputError) as caught:
        read_hub(path)
    (fault,) = caught.value.faults
    assert fault.message == "horizon 2 of honduras_entries does not fit its end date, 2023-08-31"
    assert fault.column == "horizon"


def test_weekly_horizons_fit_their_end_dates(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    days = pl.lit(dt.date(2023, 9, 2)) + pl.duration(days=7 * pl.col("horizon"))
    table.with_columns(days.cast(pl.Date).alias("target_end_date")).write_csv(path)
    assert read_hub(path).height == table.height


def test_a_target_that_ends_on_the_first_of_a_month_does_not_vanish(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    table.with_columns(pl.col("target_end_date") + pl.duration(days=1)).write_csv(path)
    with pytest.raises(InputError) as caught:
        score_hub(read_hub(path))
    assert [fault.message for fault in caught.value.faults] == [
        "no month of honduras_entries ends on 2023-09-01", "no month of honduras_entries ends on 2023-10-01"
    ]  # fmt: skip


def test_reference_date_is_read_as_the_origin(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    table.rename({"origin_date": "reference_date"}).write_csv(path)
    assert read_hub(path)["origin_date"].unique().to_list() == [AS_OF]


@pytest.mark.slow
def test_another_models_forecasts_are_scored_beside_ours(table, tmp_path, view, panels):
    folder = tmp_path / "model-output" / "team-walk"
    folder.mkdir(parents=True)
    write_hub(table, folder / f"{AS_OF}-team-walk.csv", card_for("reference"))
    wide = table.with_columns(
        pl.when(pl.col("output_type_id") > 0.5).then(pl.col("value") * 3).otherwise("value")
    )
    write_hub(wide, folder / f"{AS_OF}-team-wide.parquet", card_for("reference"))
    scores = score_hub(read_hub(tmp_path))
    assert set(scores["model"].unique()) == {"team-walk", "team-wide", "reference", "combined"}
    assert scores.group_by("model").len()["len"].to_list() == [4] * 4
    by_model = {
        name: scores.filter(model=name).sort("series", "horizon")
        for name in ("team-walk", "reference", "team-wide")
    }
    assert by_model["team-walk"]["wis"].to_list() == pytest.approx(
        by_model["reference"]["wis"].to_list(), rel=1e-4
    )
    # the wider one against the score function on its own table
    truth = pl.DataFrame(
        {"series": ["total"], "month": [dt.date(2023, 8, 1)],
         "value": [panels["honduras"].values[panels["honduras"].position(dt.date(2023, 8, 1)), 0]]}
    )  # fmt: skip
    asked = wide.filter(location="total", horizon=1).select(
        pl.lit("total").alias("series"), pl.lit(dt.date(2023, 8, 1)).alias("month"),
        pl.col("output_type_id").alias("quantile"), "value",
    )  # fmt: skip
    expected = score_quantiles(asked, truth)["wis"][0]
    got = scores.filter(model="team-wide", series="total", horizon=1)["wis"][0]
    assert got == pytest.approx(expected, rel=1e-4)


def test_strange_targets_are_named(table, tmp_path):
    path = tmp_path / f"{AS_OF}-a-b.csv"
    table.with_columns(pl.lit("honduras_entrie").alias("target")).write_csv(path)
    with pytest.raises(InputError) as caught:
        score_hub(read_hub(path))
    assert "honduras_entries" in caught.value.faults[0].hint
    table.with_columns(pl.col("location").replace("VEN", "VEM")).write_csv(path)
    with pytest.raises(InputError) as caught:
        score_hub(read_hub(path))
    assert "'VEM' is no series" in caught.value.faults[0].message
