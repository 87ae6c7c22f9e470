from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corridor.formats import check_corridor, open_corridor, save_corridor
from repository import ROOT

GOOD = """\
- id: town
  name: Town
  name_es: Ciudad
  demands:
  - id: no_fences
    text: No fences.
    text_es: Sin cercas.
    measures: [{measure}]
    bound: not_at_all
    source: 'A paper, 2023-01-01'
    source_grade: secondary
    known_from: 2023-01-01
  interests:
  - indicator: {indicator}
    direction: down
    text: Fewer.
    text_es: Menos.
    source: 'A paper, 2023-01-01'
    source_grade: secondary
    known_from: 2023-01-01
- id: silent
  name: Silent
  name_es: Silenciosa
  nothing_stated: Looked for until 2023.
  nothing_stated_es: Buscado hasta 2023.
"""


@pytest.fixture
def strait(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / "strait", tmp_path / "strait"))


def good(strait: Path) -> str:
    corridor = open_corridor(strait)
    measure = next(m.id for m in corridor.measures if not m.in_base)
    return GOOD.format(measure=measure, indicator=corridor.indicators[0].id)


def faults(strait: Path, text: str) -> list[str]:
    (strait / "parties.yaml").write_text(text, encoding="utf-8")
    return [str(fault) for fault in check_corridor(strait).faults]


def test_parties_open_and_save_without_loss(strait: Path, tmp_path: Path) -> None:
    assert faults(strait, good(strait)) == []
    corridor = open_corridor(strait)
    assert [p.id for p in corridor.parties] == ["town", "silent"]
    assert corridor.parties[0].demands[0].bound == "not_at_all"
    again = open_corridor(save_corridor(corridor, tmp_path / "again"))
    assert again.parties == corridor.parties


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("measures: [", "measures: [fencse, ", "parties.yaml:8:demands[1].measures[1]: there is no measure 'fencse'"),
        ("  - indicator: ", "  - indicator: x", "parties.yaml:14:interests[1].indicator: there is no indicator"),
        ("    source: 'A paper, 2023-01-01'\n", "", "parties.yaml:6:demands[1].text: has no source"),
        ("    known_from: 2023-01-01\n", "", "parties.yaml:10:demands[1].source: needs known_from beside it"),
        ("    source: 'A paper, 2023-01-01'\n", "    entry: nowhere\n", "demands[1].entry: there is no entry 'nowhere'"),
        ("bound: not_at_all", "bound: no_more_than", "demands[1].bound: the bound no_more_than needs a value"),
        ("bound: not_at_all", "bound: only_with", "demands[1].bound: the bound only_with names no measures in together"),
        ("bound: not_at_all", "bound: lifted", "is not in force, so it cannot be lifted"),
        ("bound: not_at_all", "bound: never", "parties.yaml:9:demands[1].bound: 'never' is not a known word here"),
        ("  nothing_stated: Looked for until 2023.\n  nothing_stated_es: Buscado hasta 2023.\n", "",
         "parties.yaml:21:id: the party 'silent' has no demand and names no indicator"),
        ("  nothing_stated_es: Buscado hasta 2023.\n", "", "nothing_stated_es: is blank, but the other language has a text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_and_line(strait: Path, before: str, after: str, told: str) -> None:
    text = good(strait)
    assert before in text
    found = faults(strait, text.replace(before, after, 1))
    assert any(told in fault for fault in found), found


def test_bounds_of_one_party_that_exclude_everything_are_a_fault(strait: Path) -> None:
    text = good(strait)
    demand = text.split("  demands:\n")[1].split("  interests:\n")[0]
    twice = demand + demand.replace("no_fences", "fences").replace("not_at_all", "included")
    found = faults(strait, text.replace(demand, twice))
    assert any(
        "demands[2].bound: excludes every package together with the demand 'no_fences'" in f for f in found
    )
    both = text.split("  interests:\n")[1].split("- id: silent")[0]
    found = faults(strait, text.replace(both, both + both.replace("down", "up")))
    assert any("asked to go up and down: this excludes every package" in fault for fault in found)


def test_the_parties_of_the_americas_say_only_what_the_register_says() -> None:
    corridor = open_corridor("americas")
    entries = {entry.id for entry in corridor.register_entries}
    said = [s for party in corridor.parties for s in (*party.demands, *party.interests)]
    assert len(corridor.parties) == 10
    assert all(statement.entry in entries and statement.source is None for statement in said)
    silent = {party.id for party in corridor.parties if party.nothing_stated}
    assert silent == {"democrats", "republicans", "transit_states", "people_on_the_move"}
