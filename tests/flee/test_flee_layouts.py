"""Layouts that folders of Flee have: each is read as Flee reads it, or refused by name with file and line. All are made up."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flee_cases import SMALL, compiled, write_case

from corridor.ensemble.walk import simulate_walk
from corridor.formats.flee import import_flee
from corridor.model import Corridor, InputError

TABLES, DATA = "input_csv", "source_data"
Edit = Callable[[Path], object]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return shutil.copytree(SMALL, tmp_path / "small")


def write(path: str, text: str) -> Edit:
    return lambda folder: (folder / path).write_text(text, "utf-8")


def change(path: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / path).read_text("utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new), "utf-8")

    return edit


def rename(old: str, new: str) -> Edit:
    return lambda folder: (folder / old).rename(folder / new)


def as_bytes(path: str, how: Callable[[bytes], bytes]) -> Edit:
    return lambda folder: (folder / path).write_bytes(how((folder / path).read_bytes()))


def told(folder: Path) -> list[str]:
    return [
        f"{w.file}:{w.line}:{w.column}: {w.message}".removeprefix("small/")
        for w in import_flee(folder).warnings
    ]


def faults(folder: Path) -> list[str]:
    with pytest.raises(InputError) as error:
        import_flee(folder)
    return [f"{f.file}:{f.line}:{f.column}: {f.message}".removeprefix("small/") for f in error.value.faults]


LOCATIONS, ROUTES, CONFLICTS = f"{TABLES}/locations.csv", f"{TABLES}/routes.csv", f"{TABLES}/conflicts.csv"
CLOSURES, PERIOD = f"{TABLES}/closures.csv", f"{TABLES}/sim_period.csv"
COUNTS, LAYOUT = f"{DATA}/border-camp.csv", f"{DATA}/data_layout.csv"
CORRECTIONS = f"{TABLES}/registration_corrections.csv"
DAYS = "".join(f"{day},1\n" for day in range(6))

SAME: dict[str, Edit] = {
    "quoted cells": as_bytes(LOCATIONS, lambda text: b"\n".join(
        b",".join(b'"' + cell + b'"' for cell in line.split(b",")) for line in text.splitlines() if line)),
    "byte-order mark": as_bytes(LOCATIONS, lambda text: b"\xef\xbb\xbf" + text),
    "lines of Windows": as_bytes(CONFLICTS, lambda text: text.replace(b"\n", b"\r\n")),
    "blank lines and comments": change(ROUTES, "Upper Valley", "\n#Upper Valley,Border Camp,5,0\n\n,,,\nUpper Valley"),
    "spaces around cells": change(ROUTES, "Upper Valley,Border Camp,100,0", "Upper Valley , Border Camp, 100 ,0"),
    "no flag": change(ROUTES, "Border Camp,100,0", "Border Camp,100"),
    "type in other letters": change(LOCATIONS, ",camp,", ",Camp,"),
    "blank day of conflict": change(LOCATIONS, "camp,0,10000", "camp,,10000"),
    "decimal day of conflict": change(LOCATIONS, "conflict_zone,0,5000", "conflict_zone,0.0,5000.0"),
    "conflict before the start": change(LOCATIONS, "conflict_zone,0,5000", "conflict_zone,-1,5000"),
    "a column of conflict without a name": write(CONFLICTS, "#Day,Upper Valley,\n" + DAYS.replace(",1", ",1,")),
    "header of other words": change(COUNTS, "Date", "day"),
    "more columns of counts": as_bytes(COUNTS, lambda text: b"\n".join(line + b",7,x" for line in text.splitlines())),
    "midnight": change(COUNTS, "2020-03-04,", "2020-03-04 00:00:00,"),
    "files in quotes": write(LAYOUT, '"total","refugees.csv"\n"Border Camp","border-camp.csv",\n'),
    "closures without an end of line": write(CLOSURES, "#closure_type,name1,name2,closure_start,closure_end"),
    "an effectless closure in quotes": write(CLOSURES, '"#type"\n"remove_forced_redirection","A","B",3,0\n'),
    "headers without their mark": as_bytes(LOCATIONS, lambda text: text.lstrip(b"#")),
    "a section without settings": change("simsetting.yml", "optimisations:\n  hasten: 1", "optimisations:"),
    "a setting switched off": change("simsetting.yml", "move_rules:", "move_rules:\n  two_system_decision_making: false"),
    "settings under a name of some folders": rename("simsetting.yml", "simsettings.yml"),
    "old name of the period": rename(PERIOD, f"{TABLES}/conflict_period.csv"),
    "columns of attributes": change(LOCATIONS, "conflict_date,pop/cap", "conflict_date,pop/cap,ethnicity"),
    "files without effect": write(f"{TABLES}/demographics_age.csv", "Age,Default\n1,2\n"),
    "a conflict nowhere": write(CONFLICTS, "#Day,Upper Valley,Lower Valley\n" + DAYS.replace(",1", ",1,1")),
}  # fmt: skip
"""Edits that change nothing of what is run."""


def parts(corridor: Corridor) -> list[object]:
    counts = sorted(map(repr, corridor.counts["camp-counts"]))
    return [
        corridor.places,
        corridor.routes,
        corridor.conflicts,
        corridor.closures,
        corridor.settings.walk,
        counts,
    ]


@pytest.mark.parametrize("name", SAME)
def test_another_layout_is_the_same_case(small, name):
    before = parts(import_flee(small).corridor)
    SAME[name](small)
    assert parts(import_flee(small).corridor) == before


ODD: dict[str, tuple[Edit, str]] = {
    "no coordinates": (
        change(LOCATIONS, "10.5,21.0,camp", ",,camp"),
        "locations.csv:3:latitude: 'Border Camp' has no coordinates: the map has it at 0, 0",
    ),
    "coordinates the other way round": (
        change(LOCATIONS, "10.5,21.0,camp", "121.0,10.5,camp"),
        "locations.csv:3:latitude: 121, 10.5 is no place on Earth: the map has it at 0, 0",
    ),
    "a type that is none": (
        change(LOCATIONS, ",conflict_zone,", ",twon,"),
        "locations.csv:2:location_type: 'twon' is no type of location: it is a town, as in Flee",
    ),
    "a short route": (
        change(ROUTES, "100,0", "0.04,0"), "routes.csv:2:distance: 0.04 km is rounded to 0.1"
    ),
    "a column of routes": (
        change(ROUTES, "forced_redirection", "forced_redirection,link_type"),
        "routes.csv:None:link_type: has no effect under the settings that are supported",
    ),
    "a speed that is nowhere given": (
        change(ROUTES, "forced_redirection", "forced_redirection,max_move_speed"),
        "routes.csv:None:max_move_speed: has no effect under the settings that are supported",
    ),
    "a conflict nowhere": (
        SAME["a conflict nowhere"],
        "conflicts.csv:1:Lower Valley: there is no location 'Lower Valley': its column is left out, as in Flee",
    ),
    "the old period": (
        SAME["old name of the period"], "conflict_period.csv:None:None: is read in place of sim_period.csv"
    ),
    "a header without its mark": (
        SAME["headers without their mark"],
        "locations.csv:1:None: is read as a header, though it does not begin with #",
    ),
    "demographics": (
        SAME["files without effect"],
        "demographics_age.csv:None:None: has no effect under the settings that are supported; it is left out",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_told_and_read(small, name):
    edit, text = ODD[name]
    edit(small)
    assert f"{TABLES}/{text}" in told(small)


REFUSED: dict[str, tuple[Edit, str]] = {
    "a speed of one route": (
        lambda folder: (change(ROUTES, "forced_redirection", "forced_redirection,max_move_speed")(folder),
                        change(ROUTES, "100,0", "100,0,50")(folder)),
        f"{ROUTES}:2:max_move_speed: max_move_speed of a route is not supported",
    ),
    "two columns of one place": (
        write(CONFLICTS, "#Day,Upper Valley,Upper Valley\n" + DAYS.replace(",1", ",1,0")),
        f"{CONFLICTS}:1:Upper Valley: 'Upper Valley' has a column already",
    ),
    "days without a figure": (
        write(CONFLICTS, "#Day,Upper Valley,Border Camp\n" + DAYS),
        f"{CONFLICTS}:2:Border Camp: is blank, and so are 5 other days",
    ),
    "a date the other way round": (
        change(COUNTS, "2020-03-04,", "04/03/2020,"), f"{COUNTS}:3:date: '04/03/2020' is not a date"
    ),
    "a count with a comma": (
        change(COUNTS, "2020-03-04,150", '2020-03-04,"1,150"'), f"{COUNTS}:3:count: '1,150' is not a number"
    ),
    "a file in other letters": (
        change(LAYOUT, "border-camp.csv", "Border-Camp.csv"), f"{DATA}/Border-Camp.csv:None:None: the file is missing"
    ),
    "semicolons": (
        as_bytes(LOCATIONS, lambda text: text.replace(b",", b";")),
        f"{LOCATIONS}:2:None: the row has 1 cells; locations have 8",
    ),
    "another encoding": (
        as_bytes(LOCATIONS, lambda text: text.replace(b"East", b"Est\xe9")),
        f"{LOCATIONS}:3:None: byte 0xe9 is not UTF-8 text",
    ),
    "a total that is not the first": (
        write(LAYOUT, "Border Camp,border-camp.csv\ntotal,refugees.csv\n"),
        f"{LAYOUT}:1:total: the first row, and no other, must be 'total'",
    ),
    "settings of old": (
        lambda folder: (write("simsetting.csv", '"MaxMoveSpeed",100\nAwarenessLevel,1\n')(folder),
                        (folder / "simsetting.yml").unlink()),
        "simsetting.csv:1:MaxMoveSpeed: is a settings file of Flee before version 3, whose defaults were others",
    ),
    "floods": (
        change("simsetting.yml", "move_rules:", "move_rules:\n  max_flood_level: 4"),
        "simsetting.yml:8:max_flood_level: max_flood_level is not supported",
    ),
    "a second system": (
        change("simsetting.yml", "move_rules:", "move_rules:\n  two_system_decision_making: True"),
        "simsetting.yml:8:two_system_decision_making: two_system_decision_making is not supported",
    ),
    "a period without its length": (
        write(PERIOD, "StartDate,2020-02-28\nLength\n"), f"{PERIOD}:2:Length: is blank"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_refused_by_name(small, name):
    edit, text = REFUSED[name]
    edit(small)
    assert text in faults(small)


def test_old_settings_are_named_as_today(small):
    REFUSED["settings of old"][0](small)
    with pytest.raises(InputError, match="max_move_speed: 100, awareness_level: 1"):
        import_flee(small)


def test_a_settings_file_of_comments_alone_has_the_defaults_of_flee(small):
    write("simsetting.yml", "# all as Flee has it\n")(small)
    walk = import_flee(small).corridor.settings.walk
    assert walk is not None
    assert (walk.max_move_speed, walk.default_movechance, walk.awareness_level) == (360.0, 0.3, 1)


def test_settings_of_old_beside_those_of_today_are_not_read(small):
    write("simsetting.csv", "MaxMoveSpeed,1\n")(small)
    (small / "simsetting.yml").rename(small.parent / "simsetting.yml")
    assert import_flee(small).settings.name == "simsetting.yml"


def test_a_folder_of_many_layouts_runs(tmp_path):
    """Hubs, a marker, a camp for displaced people, intensities, accents and blank countries, in one case; people are conserved."""
    folder = write_case(
        tmp_path / "all",
        ["Núñez Town,AAA,conflict_zone,0,900", "Hub,,forwarding_hub,0,", "Sign,,Marker,0,", "Inner,AAA,IDPCamp,,40",
         "Outer Camp,BBB,CAMP,,-1", "Lone,BBB,town,,10"],
        ["Núñez Town,Hub,12.34,2", "Hub,Sign,30,", "Sign,Outer Camp,20,0", "Núñez Town,Inner,40,1"],
        {"Inner": [(0, 5), (19, 45)], "Outer Camp": [(0, 0), (10, 120), (19, 300)]},
        conflicts={"Núñez Town": [1] * 10 + [3] * 10},
        closures=("idpcamp,Inner,,2,9", "country,AAA,unknown,1,3", "remove_forced_redirection,Hub,Sign,9,0"),
    )  # fmt: skip
    imported = import_flee(folder)
    corridor = imported.corridor
    kinds = {place.name: place.kind for place in corridor.places}
    assert kinds == {
        "Núñez Town": "conflict_zone", "Hub": "forwarding_hub", "Sign": "marker", "Inner": "idp_camp",
        "Outer Camp": "camp", "Lone": "town",
    }  # fmt: skip
    assert {stock.id: stock.capacity for stock in corridor.stocks if stock.state == "camp"} == {
        "inner": 40.0, "outer-camp": None
    }  # fmt: skip
    assert [(c.kind, (c.start - dt.date(2020, 1, 1)).days) for c in corridor.closures] == [
        ("camp", 2),
        ("country", 1),
    ]
    warned = "\n".join(map(str, imported.warnings))
    assert "12.34 km is rounded to 12.3" in warned and "no route leads to 'Lone'" in warned
    ensemble = simulate_walk(compiled(corridor), members=4)
    # 5 + 0 people on the first day, and the rise of both series after it
    assert ensemble.everybody[:, -1].tolist() == [345] * 4
    assert (ensemble.camps[:, -1].sum(axis=1) <= 345).all() and ensemble.camps[:, -1, 1].min() > 100
