"""``corridor place`` and ``corridor place-generate`` from the command line."""

import json

import polars as pl
import pytest
from click.testing import CliRunner

from corridor.cli import main


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    words = [
        "place-generate",
        "--households",
        "80",
        "--sites",
        "5",
        "--tied",
        "0.3",
        "--needs",
        "1",
        "--out",
        str(folder / "in"),
    ]
    assert CliRunner().invoke(main, words).exit_code == 0
    return folder


def place(folder, *more):
    source = folder / "in"
    words = [
        "place",
        f"{source}/cases.csv",
        f"{source}/sites.csv",
        "--scores",
        f"{source}/scores.csv",
        "--seconds",
        "5",
    ]
    return CliRunner().invoke(main, [*words, "--out", str(folder / "out"), *more])


def test_households_stay_on_disk_and_tables_to_share_name_none(instance):
    result = place(instance, "--floor", "0.5", "--format", "json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data["summary"]["households"] == 80
    ids = pl.read_csv(instance / "in" / "cases.csv")["id"].to_list()
    table = pl.read_csv(instance / "out" / "assignments.csv")
    assert sorted(table["id"]) == sorted(ids)
    shared = "".join(path.read_text() for path in (instance / "out" / "to-share").iterdir())
    assert not any(name in shared or name in result.output for name in ids)


def test_small_groups_are_held_back_in_what_is_shared(instance):
    assert place(instance, "--quiet").exit_code == 0
    table = pl.read_csv(instance / "out" / "to-share" / "groups_by_site.csv")
    households = table["households"].drop_nulls()
    assert table.height > households.len() and (households >= 10).all()
    for key in ("group", "site"):
        hidden = table.group_by(key).agg(
            pl.col("households").is_null().sum().alias("held_back"), pl.len().alias("all")
        )
        assert hidden.filter((pl.col("held_back") == 1) & (pl.col("all") > 1)).is_empty()


def test_csv_is_data_on_stdout_and_talk_is_on_stderr(instance):
    result = place(instance, "--format", "csv")
    assert result.stdout.splitlines()[0] == "site,name,capacity,places,taken,free,price,households,mean_score"
    assert "households placed" in result.stderr


def test_the_same_seed_gives_the_same_files(instance):
    place(instance)
    first = (instance / "out" / "assignments.csv").read_bytes()
    place(instance)
    assert (instance / "out" / "assignments.csv").read_bytes() == first


def test_wrong_input_is_exit_code_two_with_every_fault(instance, tmp_path):
    (tmp_path / "cases.csv").write_text("id,size\na,0\na,2\n")
    words = [
        "place",
        str(tmp_path / "cases.csv"),
        str(instance / "in" / "sites.csv"),
        "--out",
        str(tmp_path / "o"),
    ]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "cases.csv:2:size: 0 is below 1" in result.stderr or "need_school" in result.stderr
    assert not (tmp_path / "o").exists()


def test_generated_instances_are_the_same_for_the_same_seed_and_as_described(tmp_path):
    for name in ("a", "b"):
        words = [
            "place-generate",
            "--households",
            "400",
            "--sites",
            "12",
            "--tied",
            "0.3",
            "--out",
            str(tmp_path / name),
        ]
        assert CliRunner().invoke(main, words).exit_code == 0
    for file in ("cases.csv", "sites.csv", "scores.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    cases, sites = (pl.read_csv(tmp_path / "a" / f"{n}.csv") for n in ("cases", "sites"))
    assert 1.0 <= sites["capacity_people"].sum() / cases["size"].sum() <= 1.03
    tied = cases["tie"].is_not_null().sum() * 2 / 400
    assert 0.28 <= tied <= 0.3
