"""Every bad input of a corridor folder, through the command line: exit code 2, all faults, nothing written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from corridor.cli import main

Spoil = Callable[[str, str, str], Path]


def check(folder: Path) -> tuple[int, str]:
    """Exit code of ``corridor check`` and the faults it tells; a sound folder's next step is not among them.

    The folder must stay as it was.
    """
    before = {p: p.read_bytes() for p in folder.parent.rglob("*") if p.is_file()}
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert {p: p.read_bytes() for p in folder.parent.rglob("*") if p.is_file()} == before
    if result.exit_code == 2:
        assert result.stdout == ""
    for word in ("Traceback", "pydantic", "http", "validation error", "Input should"):
        assert word not in result.stderr
    following = f"next: corridor simulate {folder}\n"
    assert result.stderr.endswith(following) == (result.exit_code == 0)
    return result.exit_code, result.stderr.removesuffix(following)


CELLS = [
    # file, old text, new text, faults expected
    ("flows.csv", "travel,railway,,,0.4,", "travel,railway,,,1.7,", ["flows.csv:2:share: 1.7 is not a share (0–1)"]),
    ("flows.csv", "travel,railway,,,0.4,", "travel,railway,,1.7,,", ["flows.csv:2:daily_probability: 1.7 is not a probability (0–1)"]),
    ("parameters.csv", "0.35,0.2,0.5", "0.35,0.2,1.5", ["parameters.csv:7:high: 1.5 is not a share (0–1)"]),
    ("stocks.csv", "shelter,600", "shelter,-600", ["stocks.csv:10:capacity: -600 is negative"]),
    ("parameters.csv", "departures,mogadishu.leaving,SOM,,,900,600,1300,people/month", "departures,mogadishu.leaving,SOM,,,900,600,1300,people/day", ["parameters.csv:4:unit: 'people/day' is not the unit of departures", "hint: give the number in people/month"]),
    ("routes.csv", "railway,dire_dawa,djibouti", "railway,dire_dawa,djibuti", ["routes.csv:2:to_place: there is no place 'djibuti'", "did you mean 'djibouti'?"]),
    ("flows.csv", "walk_desert,dire_dawa.leaving", "take_train,dire_dawa.leaving", ["flows.csv:3:id: 'take_train' is the id of line 2 already"]),
    ("measures.csv", "2024-03-01,2024-08-31", "2024-09-01,2024-08-31", ["measures.csv:2:end: the measure ends on 2024-08-31, before it starts on 2024-09-01"]),
    ("measures.csv", "2024-03-01,2024-08-31", "2031-03-01,2031-08-31", ["measures.csv:2:start: 2031-03-01 is after the corridor's period, 2023-01-01 to 2024-12-31"]),
    ("parameters.csv", "ETH,,2023-12-31", "ETH,,2021-12-31", ["parameters.csv:2:valid_to: 2021-12-31 is before the corridor's period"]),
    ("parameters.csv", "ETH,2024-01-01,,", "ETH,2023-06-01,,", ["parameters.csv:3:valid_from: holds on days on which line 2 holds too"]),
    ("measures.csv", ",railways,", ",railwys,", ["measures.csv:2:lever: there is no lever 'railwys'", "did you mean 'railways'?"]),
    ("measures.csv", ",railways,", ",smuggler_crackdown,", [
        "measures.csv:2:lever: the lever smuggler_crackdown needs the parameter elasticity of smuggler_crackdown",
        "hint: give elasticity_death of smuggler_crackdown in parameters.csv, with its range",
    ]),
    ("measures.csv", "0,0,,,,,,0,0,0.2,ratio", "0,0,,jizan,,,,0,0,0.2,ratio", [
        "measures.csv:2:lever: the measure does nothing: nothing in its scope that its lever could move",
        "hint: it moves share of flows by rail; throughput of flows by rail; look at its places",
    ]),
    ("measures.csv", "0,0,,,,,,0,0,0.2,ratio", "0,0,,,,,,-1,-1,0.2,ratio", [
        "measures.csv:2:strength: -1 is not a strength of railways in ratio", "hint: give 0 or more, or another unit",
    ]),
    ("measures.csv", ",30,0,,jizan,,,,", ",30,0,,jizan,,,families,", ["measures.csv:3:households: no group is of household 'families'"]),
    ("parameters.csv", "occupied,jizan.holding,,,,300,200,400,people", "officer_hours,jizan.holding,,,,300,200,400,hours/day", [
        "parameters.csv:9:parameter: officer_hours of jizan.holding also needs processing_hours, inspection_hours, trucks",
        "parameters.csv:9:target: no flow of kind port_admission leads into 'jizan.holding'",
    ]),
    ("measures.csv", ",30,0,,jizan,,,,", ",30,0,,jizan,,SOM,,", ["measures.csv:3:lever: the measure does nothing"]),
    ("measures.csv", "detention_capacity,SAU,2024-02-01,,30,0,,jizan,,,,500,300,600,people,", "asylum_rules,SAU,2024-02-01,,30,0,,,,,,60,,,share,", [
        "measures.csv:3:strength: 60 is not a strength of asylum_rules in share", "hint: give 0 to 1, or another unit",
        "measures.csv:3:lever: the measure does nothing",
    ]),
    ("measures.csv", "detention_capacity,SAU,2024-02-01,,30,0,,jizan,,,,500,300,600,people,", "federal_funding,SAU,2024-02-01,,30,0,,,,,,500,300,600,USD/month,", [
        "measures.csv:3:lever: the lever federal_funding needs the parameter cost_per_person_day of aden.shelter",
    ]),
    ("measures.csv", "500,300,600,people", "500,300,600,beds", ["measures.csv:3:unit: 'beds' is not a unit of lever detention_capacity", "hint: give the strength in people"]),
    ("measures.csv", "500,300,600,people", "500,700,600,people", ["measures.csv:3:low: 700 is above the strength, 500"]),
    ("measures.csv", ",30,0,,jizan,", ",30,0,,jizzan,", ["measures.csv:3:places: there is no place or zone 'jizzan'", "did you mean 'jizan'?"]),
    ("measures.csv", ",30,0,,jizan,,,", ",30,0,,jizan,highwy,SOMA,", ["measures.csv:3:routes: there is no route 'highwy'", "measures.csv:3:nationalities: no group is of nationality 'SOMA'"]),
    ("measures.csv", ",30,0,,jizan", ",30,0,busy,jizan", ["measures.csv:3:trigger: there is no trigger 'busy'"]),
    ("measures.csv", "mechanical,no,no,assumption: a round number for illustration\nmore", "mechanical,yes,no,assumption: a round number for illustration\nmore", ["measures.csv:2:in_base: starts on 2024-03-01, after the as-of date 2023-12-31"]),
    ("measures.csv", "mechanical,no,no,assumption: a round number for illustration\nmore", "guess,no,no,assumption: a round number for illustration\nmore", ["measures.csv:2:grade: 'guess' is not a known word here", "known: assumed, before_after, causal, mechanical"]),
    ("measures.csv", "mechanical,no,no,assumption: a round number for illustration\nmore", "mechanical,no,maybe,assumption: a round number for illustration\nmore", ["measures.csv:2:hindsight: 'maybe' is neither yes nor no"]),
    ("measures.csv", "mechanical,no,no,assumption: a round number for illustration\nmore", "mechanical,no,yes,assumption: a round number for illustration\nmore", ["measures[1]: measure 'railway-closed' rests on hindsight, and the scenario does not say so"]),
    ("parameters.csv", "departure_damping,", "departure_dampening,", ["parameters.csv:12:parameter: 'departure_dampening' is not a parameter", "did you mean 'departure_damping'?"]),
    ("parameters.csv", "departures,mogadishu.leaving,SOM", "departures,,SOM", ["parameters.csv:4:target: departures needs a target: the id of a stock"]),
    ("parameters.csv", "departure_damping,,", "departure_damping,aden.street,", ["parameters.csv:12:target: departure_damping is of the corridor as a whole"]),
    ("parameters.csv", "occupied,jizan.holding,,", "occupied,jizan.holding,ETH,", ["parameters.csv:9:group: occupied is one number for all groups together"]),
    ("parameters.csv", "occupied,jizan.holding,,,,300,200,400", "occupied,jizan.holding,,,,300,400,200", ["parameters.csv:9:low: 400 is above the value, 300", "parameters.csv:9:high: 200 is below the value, 300"]),
    ("parameters.csv", "occupied,jizan.holding,,,,300,200,400", "occupied,jizan.holding,,,,-3,,400", ["parameters.csv:9:value: -3 is not 0 or more people", "parameters.csv:9:low: low and high stand together"]),
    ("parameters.csv", "occupied,jizan.holding,,,,300", "occupied,jizan.holding,,,,nan", ["parameters.csv:9:value: 'nan' is not a number"]),
    ("parameters.csv", "occupied,jizan.holding,,,,300", 'occupied,jizan.holding,,,,"1,300"', ["parameters.csv:9:value: '1,300' is not a number", "hint: use a point for decimals"]),
    ("parameters.csv", "occupied,jizan.holding,,,,300", "occupied,jizan.holding,,,,", ["parameters.csv:9:value: is blank, but every row needs it"]),
    ("parameters.csv", "ETH,2024-01-01,,", "ETH,2024-02-30,,", ["parameters.csv:3:valid_from: '2024-02-30' is not a day of the calendar"]),
    ("parameters.csv", "ETH,2024-01-01,,", "ETH,01/02/2024,,", ["parameters.csv:3:valid_from: '01/02/2024' is not a date", "hint: write year-month-day"]),
    ("parameters.csv", "departures,dire_dawa.leaving,ETH,2024", "departures,dire_dawa.leaving,ETHI,2024", ["parameters.csv:3:group: 'ETHI' is no nationality, household or group of groups.csv"]),
    ("places.csv", "DJI,transit", "Dji,transit", ["places.csv:4:country: 'Dji' is not a country code"]),
    ("places.csv", "11.3,49.2", "111.3,49.2", ["places.csv:5:lat: 111.3 is above 90"]),
    ("places.csv", "djibouti,Djibouti coast", "dji bouti,Djibouti coast", ["places.csv:4:id: 'dji bouti' is not an id"]),
    ("routes.csv", "railway,dire_dawa,djibouti,rail", "railway,dire_dawa,djibouti,train", ["routes.csv:2:mode: 'train' is not a known word here"]),
    ("routes.csv", "310,1,1,120", "310,1,2,120", ["routes.csv:2:days_stages: 2 stages cannot be passed in 1 days on average"]),
    ("groups.csv", "family,3", "family,2.5", ["groups.csv:3:size: '2.5' is not a whole number"]),
    ("groups.csv", "family,3", "family,0", ["groups.csv:3:size: 0 is below 1"]),
    ("groups.csv", "ETH.single,ETH,single", "ETH.single,ETH,SOM", ["groups.csv: 'SOM' is used for two kinds of scope"]),
    ("flows.csv", "fly_back,jizan.holding,,dire_dawa.home,removal,,ETH,", "fly_back,jizan.holding,,dire_dawa.home,removal,,ETH;;SOM,", ["flows.csv:23:groups: a member of the list is blank"]),
    ("flows.csv", "die_in_desert,,desert", "die_in_desert,dire_dawa.leaving,desert", ["flows.csv:4:from_stock: a flow starts from a stock or from a route"]),
    ("flows.csv", "die_in_desert,,desert,djibouti.dead,death,,", "die_in_desert,,desert,djibouti.dead,death,desert,", ["flows.csv:4:route: must be blank for a flow that starts from a route"]),
    ("flows.csv", "sail_west,djibouti.waiting,,aden.landed,travel,western_boat", "sail_west,djibouti.waiting,,aden.landed,travel,eastern_boat", ["flows.csv:6:route: route 'eastern_boat' starts at bosaso, but stock 'djibouti.waiting' is at djibouti"]),
    ("flows.csv", "sail_west,djibouti.waiting,,aden.landed,travel,western_boat", "sail_west,djibouti.waiting,,aden.landed,travel,", ["flows.csv:6:route: a flow of kind 'travel' needs a route"]),
    ("flows.csv", "stay_outside,aden.landed,,aden.street,move", "stay_outside,aden.landed,,saada.waiting,move", ["flows.csv:13:kind: a flow of kind 'move' stays at its place, but aden is not saada"]),
    ("flows.csv", "0.2,,,assumed", "0.2,,enter_shelter,assumed", ["flows.csv:12:overflow_flow: the overflow of 'enter_shelter' comes back to itself: enter_shelter → stay_outside → enter_shelter"]),
    ("flows.csv", "0.4,,walk_desert,", "0.4,,sail_west,", ["flows.csv:2:overflow_flow: overflow_flow 'sail_west' does not leave stock 'dire_dawa.leaving'"]),
    ("flows.csv", "travel,railway,,,0.4,,walk_desert", "travel,railway,,0.1,0.4,,walk_desert", ["flows.csv:2:share: the flow has both a daily_probability and a share"]),
    ("flows.csv", "sail_east,bosaso.waiting,,aden.landed,travel,eastern_boat,,,0.85", "sail_east,bosaso.waiting,,aden.landed,travel,eastern_boat,,,", ["flows.csv:9:daily_probability: the flow has neither a daily_probability nor a share"]),
    ("flows.csv", "sail_east,bosaso.waiting,,aden.landed,travel,eastern_boat,,,0.85", "sail_east,bosaso.waiting,,aden.landed,travel,eastern_boat,,,0.8", ["stocks.csv:8: the shares out of 'bosaso.waiting' sum to 0.95 for SOM.family from 2023-01-01, not to 1", "hint: flows: sail_east, back_from_bosaso"]),
    ("flows.csv", "cross_mountains,saada.waiting,,jizan.encountered,crossing,mountains,,,,,", "cross_mountains,saada.waiting,,jizan.encountered,crossing,mountains,ETH,,,,", ["sum to 0 for SOM.family"]),
    ("parameters.csv", "share,cross_mountains,,,,1,", "share,cross_mountains,,,2023-05-31,1,", ["stocks.csv:13: the shares out of 'saada.waiting' sum to 0 for ETH.single (and 1 more groups) from 2023-06-01"]),
    ("parameters.csv", "share,met_in_mountains,,,,0.35,0.2,0.5", "share,met_in_mountains,,,,0.35,,", []),
    ("stocks.csv", "bosaso.waiting,bosaso,waiting,,no,8,2", "bosaso.waiting,bosaso,waiting,,no,,2", ["stocks.csv:8:stay_days: flows out of this stock have shares, so it needs stay_days"]),
    ("stocks.csv", "bosaso.waiting,bosaso,waiting,,no,8,2", "bosaso.waiting,bosaso,waiting,,no,8,9", ["stocks.csv:8: the daily probabilities out of 'bosaso.waiting' (with stay_stages / stay_days) sum to 1.125"]),
    ("stocks.csv", "riyadh.arrived,riyadh,arrived,,no,,", "riyadh.arrived,riyadh,arrived,,no,5,", ["stocks.csv:17:stay_days: the stock has stay_days, but no flow out of it has a share"]),
    ("parameters.csv", "departures,mogadishu.leaving,SOM,,,900,600,1300,", "departures,mogadishu.leaving,SOM,,,0,0,0,", ["groups.csv:3:id: group 'SOM.family' never sets out", "places.csv:3:id: no group can reach place 'mogadishu'", "places.csv:5:id: no group can reach place 'bosaso'"]),
    ("stocks.csv", "aden.dead,aden,dead", "aden.dead,adn,dead", ["stocks.csv:12:place: there is no place 'adn'", "did you mean 'aden'?"]),
    ("scenarios/closed-and-held.yaml", "- more-beds", "- more-bed", ["scenarios/closed-and-held.yaml:8:measures[2]: there is no measure 'more-bed'", "did you mean 'more-beds'?"]),
    ("scenarios/closed-and-held.yaml", "hindsight: no", "lift: [{measure: more-beds, on: 2024-05-01}]", ["yaml:9:lift[1].measure: measure 'more-beds' is not in the base, so it cannot be lifted"]),
    ("scenarios/closed-and-held.yaml", "hindsight: no", "lift: [{measure: more-beds, on: soon}]", ["yaml:9:lift[1].on: 'soon' is not a date"]),
    ("scenarios/closed-and-held.yaml", "hindsight: no", "hindsigt: no", ["yaml:9:hindsigt: is not a key of this file", "did you mean 'hindsight'?"]),
    ("scenarios/closed-and-held.yaml", "id: closed-and-held", "id: closed", ["yaml:1:id: 'closed' is not the name of the file"]),
    ("scenarios/closed-and-held.yaml", "hindsight: no", "name: twice", ["yaml:9: the key 'name' stands here twice (also on line 2)"]),
    ("scenarios/closed-and-held.yaml", "hindsight: no", "hindsight: !!python/object:os.system x", ["yaml:9: tags (!) are not allowed"]),
    ("scenarios/closed-and-held.yaml", "hindsight: no", "hindsight: [no", ["closed-and-held.yaml:10: is not YAML"]),
    ("corridor.yaml", "as_of: 2023-12-31", "as_of: 2025-12-31", ["corridor.yaml:8:as_of: 2025-12-31 is not in the period"]),
    ("corridor.yaml", "end: 2024-12-31", "end: 2022-12-31", ["corridor.yaml:7:end: 2022-12-31 is before the start"]),
    ("corridor.yaml", "license: CC-BY-4.0\n", "", ["corridor.yaml:1:license: is missing"]),
    ("corridor.yaml", "- en", "- fr", ["corridor.yaml:10:languages[1]: 'fr' is not a known word here"]),
    ("claims.yaml", "[]", "nothing", ["claims.yaml:1: is not a list"]),
    ("claims.yaml", "[]", "- id: x\n  kind: changes\n  series: crossings\n  value: few\n", ["claims.yaml:2:kind: 'changes' is not a known word here", "claims.yaml:4:value: 'few' is not a number", "claims.yaml:1:statement: is missing"]),
    ("observations.yaml", "[]", "- {id: x, name: X, name_es: X, dataset: d, counting_point: p, flows: [sail_wset]}\n", ["observations.yaml:1:flows: there is no flow 'sail_wset'"]),
    ("observations.yaml", "[]", "- {id: x, name: X, name_es: X, dataset: d, counting_point: p}\n", ["observations.yaml:1:flows: must count flows or stocks, and not both"]),
    ("observations.yaml", "[]", "- {id: x, name: X, name_es: X, dataset: '', counting_point: p, flows: sail_west}\n", ["observations.yaml:1:dataset: '' is not an id", "observations.yaml:1:flows: must be a list"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), CELLS, ids=[f"{c[0]}-{i}" for i, c in enumerate(CELLS)]
)
def test_bad_cell(file: str, old: str, new: str, expected: list[str], spoil: Spoil) -> None:
    code, told = check(spoil(file, old, new))
    assert code == (2 if expected else 0), told
    for text in expected:
        assert text in told
    assert all(line.startswith(("strait", "  hint", "error:", "hint")) for line in told.splitlines())


def test_indicators_of_nothing_and_of_what_is_not_there(strait: Path) -> None:
    path = strait / "indicators.yaml"
    text = path.read_text(encoding="utf-8").replace("- aden.shelter", "- aden.sheltr")
    path.write_text(
        text + "- {id: empty, name: E, name_es: E, kind: stock, tag: assumed, observation: landings}\n"
    )
    line = text.count("\n") + 1
    code, told = check(strait)
    assert code == 2
    assert "stocks: there is no stock 'aden.sheltr'\n  hint: did you mean 'aden.shelter'?" in told
    assert f"indicators.yaml:{line}:observation: there is no observation 'landings'" in told


def test_claim_of_an_unknown_series(strait: Path) -> None:
    (strait / "claims.yaml").write_text(
        "- {id: x, kind: change, statement: S, statement_es: S, said_by: A, said_on: 2024-01-01,\n"
        "   series: landings, source: S}\n"
    )
    code, told = check(strait)
    assert code == 2
    assert "claims.yaml:2:series: there is no observation 'landings'" in told


def test_all_faults_come_at_once(strait: Path, spoil: Spoil) -> None:
    spoil("flows.csv", "travel,railway,,,0.4,", "travel,railway,,,1.7,")
    spoil("stocks.csv", "shelter,600", "shelter,-600")
    spoil("measures.csv", "2024-03-01,2024-08-31", "2024-09-01,2024-08-31")
    (strait / "claims.yaml").write_bytes(b"")
    code, told = check(strait)
    assert code == 2
    lines = [line for line in told.splitlines() if line.startswith("strait/")]
    assert [line.split(": ")[0] for line in lines] == [
        "strait/claims.yaml",
        "strait/flows.csv:2:share",
        "strait/measures.csv:2:end",
        "strait/stocks.csv:10:capacity",
    ]
    assert f"error: {strait}: 4 faults; nothing was run" in told


def test_missing_extra_and_repeated_columns(strait: Path) -> None:
    path = strait / "flows.csv"
    text = path.read_text()
    path.write_text(text.replace("throughput", "thruput", 1))
    code, told = check(strait)
    assert code == 2
    assert "strait/flows.csv:1:throughput: the column is missing" in told
    assert (
        "strait/flows.csv:1:thruput: is not a column of this file\n  hint: did you mean 'throughput'?" in told
    )
    assert told.count("strait/flows.csv:") == 2
    path.write_text(text.replace("from_route", "from_stock", 1))
    assert "strait/flows.csv:1:from_stock: the column stands there twice" in check(strait)[1]


def test_missing_column_with_wrong_cells_tells_both(strait: Path) -> None:
    path = strait / "places.csv"
    path.write_text(path.read_text().replace("kind", "sort", 1).replace("11.3", "91.3"))
    told = check(strait)[1]
    assert "places.csv:1:kind: the column is missing" in told
    assert "places.csv:5:lat: 91.3 is above 90" in told


def test_rows_of_the_wrong_length_and_open_quotes(strait: Path) -> None:
    path = strait / "groups.csv"
    text = path.read_text()
    path.write_text(text + "X.single,X,single\n")
    assert "groups.csv:4: the row has 3 cells, the header 4 columns" in check(strait)[1]
    path.write_text(text + '"X.single,X,single,1\n')
    assert "groups.csv:4: a quoted cell is never closed" in check(strait)[1]
    path.write_text(text.replace(",", ";"))
    assert "hint: separate columns by commas" in check(strait)[1]
    path.write_text(text.splitlines()[0] + "\n")
    assert "groups.csv: has a header but no rows" in check(strait)[1]


def test_lines_are_counted_through_quoted_line_breaks(strait: Path) -> None:
    path = strait / "places.csv"
    path.write_text(path.read_text().replace("Aden,", '"Aden\nand around",', 1).replace("24.7", "124.7"))
    assert "places.csv:10:lat: 124.7 is above 90" in check(strait)[1]


BYTES = [
    (b"", "the file is empty"),
    (b"\xef\xbb\xbf \r\n", "the file is empty"),
    ("id,nationality\n".encode("utf-16"), "is UTF-16 or UTF-32 text, not UTF-8"),
    ("id,nationality\n".encode("utf-16-le"), "holds a zero byte"),
    (bytes(range(253, 0, -1)) * 20, "is not UTF-8 text"),
    ("id,nationality,household,size\nETH.single,ETH,niño,1\n".encode("latin-1"), ":2: byte 0xf1 is not UTF-8 text"),
    (b"id,nationality,household,size\nETH,\0,single,1\n", ":2: holds a zero byte"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), BYTES)
@pytest.mark.parametrize("file", ["groups.csv", "corridor.yaml", "scenarios/closed-and-held.yaml"])
def test_what_is_not_text(file: str, content: bytes, expected: str, strait: Path) -> None:
    (strait / file).write_bytes(content)
    code, told = check(strait)
    assert code == 2
    assert f"strait/{file}" in told
    assert expected in told


@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_are_a_fault_in_any_file(seed: int, strait: Path) -> None:
    import random

    files = sorted(p for p in strait.rglob("*") if p.is_file())
    generator = random.Random(seed)
    path = generator.choice(files)
    path.write_bytes(generator.randbytes(5000))
    code, told = check(strait)
    assert code == 2
    assert path.name in told


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOMB, "corridor.yaml:1: anchors and aliases (&, *) are not allowed"),
        ("[" * 5000, "corridor.yaml:1: nests deeper than 12 levels"),
        ("a:\n" + "".join(" " * n + "a:\n" for n in range(1, 60)), "nests deeper than 12 levels"),
        ("id: x\n---\nid: y\n", "a second document starts here"),
        ("? [a]\n: b\n", "a key must be plain text"),
        ("\tid: x\n", "is not YAML"),
        ("# nothing\n", "the file is empty"),
        ("just words\n", "corridor.yaml:1: must be keys with values"),
        ("id: [a]\n", "corridor.yaml:1:id: must be one value, not a list or keys"),
        ("id: x\nstart:\n", "corridor.yaml:2:start: is blank"),
    ],
)
def test_bad_yaml(text: str, expected: str, strait: Path) -> None:
    (strait / "corridor.yaml").write_text(text)
    code, told = check(strait)
    assert code == 2
    assert expected in told


def test_a_huge_yaml_file_is_not_read(strait: Path) -> None:
    (strait / "claims.yaml").write_bytes(b"# " + b"x" * 5_000_001)
    assert "claims.yaml: is larger than 5 MB" in check(strait)[1]


def test_missing_misspelt_and_odd_files(strait: Path) -> None:
    (strait / "measures.csv").rename(strait / "measure.csv")
    (strait / "scenarios" / "other.yml").write_text("id: other")
    (strait / "claims.yaml").unlink()
    (strait / "claims.yaml").mkdir()
    told = check(strait)[1]
    assert "strait/measures.csv: the file is missing" in told
    assert (
        "strait/measure.csv: is not a file of a corridor folder\n  hint: did you mean 'measures.csv'?" in told
    )
    assert "strait/scenarios/other.yml: is not a scenario file\n  hint: call it other.yaml" in told
    assert "strait/claims.yaml: is not a regular file" in told


def test_files_of_the_users_own_are_left_alone(strait: Path) -> None:
    (strait / "notes.csv").write_text("mine")
    assert check(strait) == (0, "")
    (strait / "Places.CSV").write_text("mine")
    assert (
        "strait/Places.CSV: is not a file of a corridor folder\n  hint: did you mean 'places.csv'?"
        in check(strait)[1]
    )


def test_a_place_without_stock(strait: Path) -> None:
    with (strait / "places.csv").open("a") as places:
        places.write("nowhere,Nowhere,Ninguna parte,YEM,transit,,1,1,assumed,assumption\n")
    assert "places.csv:10:id: place 'nowhere' has no stock, so no group can reach it" in check(strait)[1]


def test_a_group_that_reaches_no_end(strait: Path) -> None:
    """Somali families start in a stock that they can only leave for another, and back."""
    with (strait / "stocks.csv").open("a") as stocks:
        stocks.write("mogadishu.a,mogadishu,a,,no,,,assumed\nmogadishu.b,mogadishu,b,,no,,,assumed\n")
    with (strait / "flows.csv").open("a") as flows:
        flows.write("a_b,mogadishu.a,,mogadishu.b,move,,,0.1,,,,assumed\n")
        flows.write("b_a,mogadishu.b,,mogadishu.a,move,,,0.1,,,,assumed\n")
    with (strait / "parameters.csv").open("a") as parameters:
        parameters.write("initial,mogadishu.a,SOM,,,100,,,people,,assumption: made up\n")
    code, told = check(strait)
    assert code == 2
    assert "groups.csv:3:id: group 'SOM.family' cannot reach an end from stock 'mogadishu.a'" in told


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_crlf_and_a_byte_order_mark_are_accepted(mark: bytes, strait: Path) -> None:
    from corridor.formats import open_corridor

    expected = open_corridor(strait)
    for path in strait.rglob("*"):
        if path.is_file():
            path.write_bytes(mark + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(strait) == (0, "")
    assert open_corridor(strait) == expected


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000, "a\0b", ""])
def test_no_such_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check", name])
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_a_file_and_an_empty_folder_are_no_corridors(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    told = CliRunner().invoke(main, ["check", str(tmp_path / "file")])
    assert (told.exit_code, "is not a folder" in told.stderr) == (2, True)
    told = CliRunner().invoke(main, ["check", str(tmp_path / "empty")])
    assert told.exit_code == 2
    assert "empty/corridor.yaml: the file is missing" in told.stderr


def test_new_refuses_what_is_there_and_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes").write_text("mine")
    for target in ("file", "file/below", "full"):
        result = CliRunner().invoke(main, ["new", str(tmp_path / target)])
        assert result.exit_code == 2, result.stderr
        assert "error: " in result.stderr
        assert "hint: " in result.stderr
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "full", "notes"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a file system that refuses everybody")
def test_a_read_only_place_is_refused_even_to_root() -> None:
    result = CliRunner().invoke(main, ["new", "/proc/self/corridor"])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
