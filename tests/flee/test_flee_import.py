"""Folders of Flee to corridor folders: nothing lost on saving, every fault at once, odd rows as warnings."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from flee_cases import SMALL, write_case

from corridor.cli import main
from corridor.formats import check_corridor, open_corridor, save_corridor
from corridor.formats.flee import import_flee
from corridor.formats.flee.countries import country_codes
from corridor.formats.flee.series import _sum
from corridor.model import InputError


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return shutil.copytree(SMALL, tmp_path / "small")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def faults(folder: Path, **options: object) -> list[str]:
    with pytest.raises(InputError) as error:
        import_flee(folder, **options)  # type: ignore[arg-type]
    assert error.value.exit_code == 2
    return [f"{f.file}:{f.line}:{f.column}: {f.message}" for f in error.value.faults]


def test_the_small_case_is_read_and_told(small):
    imported = import_flee(small)
    corridor = imported.corridor
    assert [str(w).split(" ", 1)[0] for w in imported.warnings] == [
        "small/input_csv/locations.csv:country:", "small/input_csv/locations.csv:country:",
        "small/input_csv/registration_corrections.csv:1:date:",
    ]  # fmt: skip
    assert [(p.id, p.name, p.country, p.kind) for p in corridor.places] == [
        ("upper-valley", "Upper Valley", "XAA", "conflict_zone"), ("border-camp", "Border Camp", "XAB", "camp"),
    ]  # fmt: skip
    assert [(r.from_place, r.to_place, r.km) for r in corridor.routes] == [
        ("upper-valley", "border-camp", 100), ("border-camp", "upper-valley", 100),
    ]  # fmt: skip
    assert (corridor.settings.start, corridor.settings.end) == (dt.date(2020, 2, 28), dt.date(2020, 3, 4))
    assert [(c.place, c.start, c.end) for c in corridor.conflicts] == [
        ("upper-valley", dt.date(2020, 2, 28), None)
    ]
    assert corridor.settings.walk is not None
    assert corridor.settings.walk.conflict_spawn_decay == (1.0, 0.5)


def test_an_imported_folder_opens_checks_and_saves_without_loss(small, tmp_path):
    corridor = import_flee(small).corridor
    save_corridor(corridor, tmp_path / "one")
    assert check_corridor(tmp_path / "one").faults == ()
    again = open_corridor(tmp_path / "one")
    assert again == corridor
    save_corridor(again, tmp_path / "two")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)
    assert Path("conflicts.csv") in files
    assert Path("closures.csv") not in files  # it has no rows


def test_conflicts_become_windows_and_closures_days(tmp_path):
    folder = write_case(
        tmp_path / "a", ["A,AAA,conflict_zone,0,10", "B,AAA,conflict_zone,3,10", "C,BBB,camp,0,0"],
        ["A,B,50,0", "B,C,50,1"], {"C": [(0, 0), (19, 20)]},
        conflicts={"A": [0] * 4 + [1] * 3 + [0] * 13, "B": [0] * 3 + [2, 3] + [0] * 15},
        closures=("country,AAA,BBB,2,5", "location,B,C,0,20", "camp,C,,3,3", "link,A,B,0,4", "camp,B,,0,4"),
    )  # fmt: skip
    imported = import_flee(folder)
    day = dt.date(2020, 1, 1)
    windows = [(c.place, (c.start - day).days, c.end and (c.end - day).days, c.intensity)
               for c in imported.corridor.conflicts]  # fmt: skip
    # A is a conflict zone from the start: one until the first change from 1 to 0
    assert windows == [("a", -1, 3, 1), ("a", 4, 6, 1), ("b", 3, 4, 2)]
    closures = [(c.kind, c.first, c.second, (c.start - day).days, c.end and (c.end - day).days)
                for c in imported.corridor.closures]  # fmt: skip
    assert closures == [("country", "XAA", "XAB", 2, 4), ("place", "b", None, 0, None)]
    assert [r.id for r in imported.corridor.routes] == ["a_b", "b_a", "b_c", "c_b", "b_c_2", "c_b_2"]
    told = "\n".join(map(str, imported.warnings))
    for text in ("link has no effect in Flee", "opens on the day on which it closes", "there is no camp 'B'"):
        assert text in told


def test_every_fault_is_told_at_once_with_file_and_line(small):
    tables, data = small / "input_csv", small / "source_data"
    locations = tables / "locations.csv"
    locations.write_text(
        locations.read_text("utf-8")
        + "Border Camp,East,Strelsau,1,1,town,0,5\nLost,East,Strelsau,1,1,town,0,x\nNew Camp,E,Strelsau,1,1,camp,0,5\n",
        "utf-8",
    )
    change(
        tables / "routes.csv", "100,0", "-100,0\nBorder Camp,Border Camp,10,0\nUpper Vally,Border Camp,10,0"
    )
    with (tables / "closures.csv").open("a") as file:
        file.write("location,Border Camp,,7,9\nlocation,Border Camp,,x,9\nbridge,Border Camp,,0,9\n")
    change(tables / "sim_period.csv", "2020-02-28", "2021-02-29")
    change(small / "simsetting.yml", "camp_weight: 2.0", "camp_wieght: 2.0\n  stay_close_to_home: True")
    (data / "refugees.csv").unlink()
    change(data / "border-camp.csv", "2020-03-04,150", "2020-03-04,many\n2020-02-30,3")
    found = faults(small)
    for text in (
        "small/input_csv/locations.csv:4:name: 'Border Camp' is the name of line 3 already",
        "small/input_csv/locations.csv:5:pop/cap: 'x' is not a number",
        "small/input_csv/locations.csv:6:name: camp 'New Camp' has no data: data_layout.csv does not list it",
        "small/input_csv/routes.csv:2:distance: a distance of -100 km",
        "small/input_csv/routes.csv:3:name2: a route from 'Border Camp' to itself",
        "small/input_csv/routes.csv:4:name1: there is no location 'Upper Vally'",
        "small/input_csv/closures.csv:3:closure_start: 'x' is not a number",
        "small/input_csv/closures.csv:4:closure_type: 'bridge' is not a kind of closure",
        "small/input_csv/sim_period.csv:1:StartDate: '2021-02-29' is not a day of the calendar",
        "small/source_data/refugees.csv:None:None: the file is missing",
        "small/source_data/border-camp.csv:3:count: 'many' is not a number",
        "small/source_data/border-camp.csv:4:date: '2020-02-30' is not a day of the calendar",
        "simsetting.yml:10:camp_wieght: is not a setting of Flee that is known",
        "simsetting.yml:11:stay_close_to_home: stay_close_to_home is not supported",
    ):
        assert text in found, text


def test_a_closure_that_starts_outside_of_the_period_is_a_fault(small):
    with (small / "input_csv" / "closures.csv").open("a") as file:
        file.write("location,Border Camp,,6,9\nlocation,Border Camp,,-1,9\n")
    assert faults(small) == [
        "small/input_csv/closures.csv:2:closure_start: day 6 is not in the period, days 0 to 5",
        "small/input_csv/closures.csv:3:closure_start: day -1 is not in the period, days 0 to 5",
    ]


@pytest.mark.parametrize("name", ["locations", "routes", "conflicts", "closures", "sim_period"])
def test_a_missing_file_is_named(small, name):
    (small / "input_csv" / f"{name}.csv").unlink()
    assert f"small/input_csv/{name}.csv:None:None: the file is missing" in faults(small)


def test_conflicts_shorter_than_the_period_are_a_fault(small):
    change(small / "input_csv" / "conflicts.csv", "5,1\n", "")
    assert faults(small) == ["small/input_csv/conflicts.csv:None:None: has 5 days, but the simulation has 6"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "spawn_rules:",
            "spawn_rules:\n  take_from_population: True",
            "take_from_population is not supported",
        ),
        (
            "spawn_rules:",
            "spawn_rules:\n  insert_day0: True\n  flood_driven_spawning: yes",
            "flood_driven_spawning is",
        ),
        ("move_rules:", "move_rules:\n  pruning_threshold: 1.5", "pruning_threshold is not supported"),
        (
            "move_rules:",
            "move_rules:\n  movechance_pop_scale_factor: 0.1",
            "movechance_pop_scale_factor is not",
        ),
        ("camp_movechance: 0.0", "camp_movechance: none", "'none' is not a number"),
        ("camp_movechance: 0.0", "camp_movechance: 1.5", "camp_movechance"),
        ("move_rules:", "move_rules:\n  awareness_level: 0", "awareness_level"),
        ("optimisations:", "number_of_steps: 5\noptimisations:", "number_of_steps: is not supported"),
        ("optimisations:", "optimizations:", "optimizations: is not a section"),
    ],
)
def test_settings_that_are_not_supported_are_named(small, old, new, message):
    change(small / "simsetting.yml", old, new)
    assert any(message in text for text in faults(small)), faults(small)


def test_settings_at_the_value_without_effect_are_read(small):
    harmless = (
        "move_rules:\n  pruning_threshold: 1.0\n  stay_close_to_home: False\n  home_distance_power: 0.5"
    )
    change(small / "simsetting.yml", "move_rules:", harmless)
    assert import_flee(small).corridor.settings.walk == import_flee(SMALL).corridor.settings.walk


def test_series_in_several_files_are_summed_as_flee_does():
    """On a date of the first alone, the last figure of the second; on one of the second alone, the next of the first."""
    days = [dt.date(2020, 1, day) for day in (1, 3, 5, 7, 9)]
    first = [(days[0], 10.0), (days[2], 30.0), (days[3], 40.0)]
    second = [(days[0], 1.0), (days[1], 2.0), (days[3], 4.0), (days[4], 5.0)]
    assert _sum(first, second) == [(days[0], 11.0), (days[1], 32.0), (days[2], 32.0), (days[3], 44.0)]


def test_countries_have_their_iso_codes():
    codes = country_codes(
        ["Mali", "Burkina_Faso", "CAR", "DRC", "South Sudan", "Côte d'Ivoire", "Nowhere", "Elsewhere"]
    )
    assert list(codes.values()) == ["MLI", "BFA", "CAF", "COD", "SSD", "CIV", "XAA", "XAB"]
    assert codes.invented == {"Nowhere", "Elsewhere"}


def test_the_commands_import_and_run(small, tmp_path):
    runner = CliRunner()
    folder, out = tmp_path / "case", tmp_path / "run"
    done = runner.invoke(main, ["import", "flee", str(small), str(folder)])
    assert done.exit_code == 0, done.output
    assert "has no count on 2020-03-06; it is left out" in done.output
    done = runner.invoke(
        main, ["simulate", str(folder), "--out", str(out), "--members", "3", "--workers", "1"]
    )
    assert done.exit_code == 0, done.output
    assert "averaged relative difference: 0.1146" in done.output
    rows = list(csv.reader((out / "out.csv").read_text("utf-8").splitlines()))
    assert rows[0] == [
        "Day", "Date", "Border Camp sim", "Border Camp data", "Border Camp error", "Total error",
        "refugees in camps (UNHCR)", "total refugees (simulation)", "raw UNHCR refugee count",
        "refugees in camps (simulation)", "refugee_debt",
    ]  # fmt: skip
    assert rows[4][:4] == ["3", "2020-03-02", "110", "130"]
    assert [float(cell) for cell in rows[4][4:]] == pytest.approx([20 / 130, 20 / 130, 130, 130, 130, 110, 0])
    assert (out / "errors.csv").read_text().splitlines()[1].startswith("0,0.1146")
    assert (out / "report.html").stat().st_size > 10_000


def test_a_bad_folder_leaves_nothing_and_ends_with_2(small, tmp_path):
    (small / "input_csv" / "routes.csv").unlink()
    done = CliRunner().invoke(main, ["import", "flee", str(small), str(tmp_path / "case")])
    assert done.exit_code == 2
    assert "small/input_csv/routes.csv: the file is missing" in done.output
    assert not (tmp_path / "case").exists()


def test_the_walk_rule_runs_no_scenarios(small, tmp_path):
    CliRunner().invoke(main, ["import", "flee", str(small), str(tmp_path / "case")])
    done = CliRunner().invoke(
        main, ["simulate", str(tmp_path / "case"), "--scenario", "x", "--out", str(tmp_path / "r")]
    )
    assert done.exit_code == 2
    assert "the walk rule runs the folder as it is" in done.output


EDITS = {
    "unknown kind": ("places.csv", "conflict_zone", "conflict_zoan", "is not a kind of place"),
    "self route": ("routes.csv", "upper-valley,border-camp", "border-camp,border-camp", "a route from 'border-camp' to itself"),
    "no length": ("routes.csv", "mixed,,100", "mixed,,0", "the walk rule needs a length above 0"),
    "strange parameter": ("parameters.csv", "population", "initial", "'initial' is not read by the walk rule"),
    "conflict nowhere": ("conflicts.csv", "upper-valley,", "upper-vally,", "there is no place 'upper-vally'"),
    "conflict after the end": ("conflicts.csv", "2020-02-28", "2020-03-28", "is after the period"),
    "no such dataset": ("corridor.yaml", "counts: camp-counts", "counts: camps", "there is no dataset 'camps'"),
    "home elsewhere": ("corridor.yaml", "home_country: XAA", "home_country: XYZ", "no place is in 'XYZ'"),
    "without the rule": ("corridor.yaml", "movement: walk\n", "", "is read under `movement: walk` only"),
    "an unknown setting": ("corridor.yaml", "camp_weight:", "camp_wait:", "is not a key of this file"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_folder_that_walks_is_checked(small, tmp_path, name):
    file, old, new, message = EDITS[name]
    save_corridor(import_flee(small).corridor, tmp_path / "case")
    change(tmp_path / "case" / file, old, new)
    assert any(message in str(fault) for fault in check_corridor(tmp_path / "case").faults)


def test_closures_of_a_folder_are_checked(small, tmp_path):
    save_corridor(import_flee(small).corridor, tmp_path / "case")
    rows = ["kind,first,second,start,end,source", "country,XAA,XZZ,2020-02-28,,s", "place,upper-valley,border-camp,2020-02-28,,s",
            "route,upper-valley,,2020-02-28,,s", "camp,border-camp,,2020-03-01,2020-02-29,s",
            "camp,border-camp,,2020-01-01,,s"]  # fmt: skip
    (tmp_path / "case" / "closures.csv").write_text("\n".join(rows) + "\n")
    found = {(f.line, f.column) for f in check_corridor(tmp_path / "case").faults}
    assert found == {(2, "second"), (3, "second"), (4, "second"), (5, "end"), (6, "start")}
