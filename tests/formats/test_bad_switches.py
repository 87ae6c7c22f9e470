"""Bad triggers, events and pairs of measures of a corridor folder, through the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_bad_input import check

Spoil = Callable[[str, str, str], Path]

SERIES = (
    "- {id: crossings, name: C, name_es: C, dataset: darien_transits, counting_point: p, flows: [cross_mountains]}\n"
    "- {id: held, name: H, name_es: R, dataset: ice_detention, counting_point: p, stocks: [jizan.holding]}\n"
)
GOOD_TRIGGER = "busy,Busy,Ocupado,crossings,,7,400,,300,7,14,90,270;225,assumption"
GOOD_EVENT = "caravan,Caravan,Caravana,sail_east,,,2024-02-01,3,400,300,500,2023-12-01,no,no,assumption"

TRIGGERS = [
    # row of triggers.csv, faults expected
    (GOOD_TRIGGER, []),
    ("busy,B,O,,riyadh.arrived,1,400,,300,,,,,assumption", []),
    ("busy,B,O,crosings,,7,400,,300,,,,,assumption", ["triggers.csv:2:observation: there is no observation 'crosings'\n  hint: did you mean 'crossings'?"]),
    ("busy,B,O,held,,7,400,,300,,,,,assumption", ["triggers.csv:2:observation: observation 'held' counts stocks, and a trigger needs a count by day\n  hint: name a series of flows, or fill stock instead"]),
    ("busy,B,O,,jizan.holdin,7,400,,300,,,,,assumption", ["triggers.csv:2:stock: there is no stock 'jizan.holdin'\n  hint: did you mean 'jizan.holding'?"]),
    ("busy,B,O,,,7,400,,300,,,,,assumption", ["triggers.csv:2:observation: a trigger looks at a published series or at a stock: fill one"]),
    ("busy,B,O,crossings,jizan.holding,7,400,,300,,,,,assumption", ["triggers.csv:2:observation: a trigger looks at a published series or at a stock: fill one"]),
    ("busy,B,O,crossings,,7,400,,400,,,,,assumption", ["triggers.csv:2:off_below: 400 is not below on_above, 400\n  hint: between the two it stays as it is"]),
    ("busy,B,O,crossings,,7,400,,500,,,,,assumption", ["triggers.csv:2:off_below: 500 is not below on_above, 400"]),
    ("busy,B,O,crossings,,7,400,350,300,,,,,assumption", ["triggers.csv:2:day_above: 350 is below on_above, 400"]),
    ("busy,B,O,crossings,,7,400,,300,,30,20,,assumption", ["triggers.csv:2:min_days: 30 days at least are more than max_days, 20"]),
    ("busy,B,O,crossings,,7,400,,300,,,,270;367,assumption", ["triggers.csv:2:days_per_year: 367 is above 366, the highest allowed"]),
    ("busy,B,O,crossings,,7,400,,300,,,,270;many,assumption", ["triggers.csv:2:days_per_year: 'many' is not a whole number"]),
    ("busy,B,O,crossings,,0,-4,,300,,,,,assumption", ["triggers.csv:2:window_days: 0 is below 1, the lowest allowed", "triggers.csv:2:on_above: -4 is negative"]),
    ("busy,B,O,crossings,,7,,,300,,,,,assumption", ["triggers.csv:2:on_above: is blank, but every row needs it"]),
]  # fmt: skip

EVENTS = [
    # row of events.csv, faults expected
    (GOOD_EVENT, []),
    ("caravan,C,C,,saada.waiting,ETH.single,2024-02-01,3,400,,,2023-12-01,no,no,assumption", []),
    ("caravan,C,C,,,,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:flow: people leave by a flow or come to a stock: fill one of flow and stock"]),
    ("caravan,C,C,sail_east,saada.waiting,,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:flow: people leave by a flow or come to a stock"]),
    ("caravan,C,C,sail_eats,,,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:flow: there is no flow 'sail_eats'\n  hint: did you mean 'sail_east'?"]),
    ("caravan,C,C,drown_east,,,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:flow: flow 'drown_east' starts from a route, and people set out from a stock\n  hint: name a flow with a from_stock"]),
    ("caravan,C,C,,saada.waitng,ETH,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:stock: there is no stock 'saada.waitng'", "events.csv:2:group: there is no group 'ETH'"]),
    ("caravan,C,C,,saada.waiting,,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:group: people who come to a stock are of a group: name it"]),
    ("caravan,C,C,sail_east,,ETH.single,2024-02-01,3,400,,,2023-12-01,no,no,assumption", ["events.csv:2:group: must be blank for a flow"]),
    ("caravan,C,C,sail_east,,,2022-12-31,3,400,,,2022-12-01,no,no,assumption", ["events.csv:2:start: 2022-12-31 is before the corridor's period, 2023-01-01 to 2024-12-31"]),
    ("caravan,C,C,sail_east,,,2025-02-01,3,400,,,2022-12-01,no,no,assumption", ["events.csv:2:start: 2025-02-01 is after the corridor's period"]),
    ("caravan,C,C,sail_east,,,2024-12-30,3,400,,,2022-12-01,no,no,assumption", ["events.csv:2:days: 3 days from 2024-12-30 go beyond the corridor's period"]),
    ("caravan,C,C,sail_east,,,2024-02-01,0,-4,,,2022-12-01,no,no,assumption", ["events.csv:2:days: 0 is below 1, the lowest allowed", "events.csv:2:people: -4 is negative"]),
    ("caravan,C,C,sail_east,,,2024-02-01,3,400,500,,2022-12-01,no,no,assumption", ["events.csv:2:low: 500 is above people, 400", "events.csv:2:high: low and high stand together"]),
    ("caravan,C,C,sail_east,,,2024-02-01,3,400,300,350,2022-12-01,no,no,assumption", ["events.csv:2:high: 350 is below people, 400"]),
]  # fmt: skip


def told(strait: Path, expected: list[str]) -> None:
    code, text = check(strait)
    assert code == (2 if expected else 0), text
    for fault in expected:
        assert fault in text
    assert text.count("strait/") == len(expected)


@pytest.mark.parametrize(("row", "expected"), TRIGGERS)
def test_triggers(row: str, expected: list[str], strait: Path, spoil: Spoil) -> None:
    (strait / "observations.yaml").write_text(SERIES)
    spoil("measures.csv", ",30,0,,jizan", ",30,0,busy,jizan")
    told(spoil("triggers.csv", "source\n", f"source\n{row}\n"), expected)


@pytest.mark.parametrize(("row", "expected"), EVENTS)
def test_events(row: str, expected: list[str], strait: Path, spoil: Spoil) -> None:
    told(spoil("events.csv", "source\n", f"source\n{row}\n"), expected)


SCENARIO_EVENTS = [
    # old and new text of the event, events of the scenario, faults expected
    ("no,no,", "no,no,", "[caravan]", []),
    ("no,no,", "no,no,", "[caravn]", ["closed-and-held.yaml:10:events[1]: there is no event 'caravn'\n  hint: did you mean 'caravan'?"]),
    ("no,no,", "no,no,", "[caravan, caravan]", ["closed-and-held.yaml:10:events[2]: event 'caravan' is named twice"]),
    ("no,no,", "yes,no,", "[caravan]", ["closed-and-held.yaml:10:events[1]: event 'caravan' is in the base, so every scenario has it already"]),
    ("no,no,", "no,yes,", "[caravan]", ["closed-and-held.yaml:10:events[1]: event 'caravan' rests on hindsight, and the scenario does not say so\n  hint: set hindsight: yes"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "names", "expected"), SCENARIO_EVENTS)
def test_events_of_a_scenario(
    old: str, new: str, names: str, expected: list[str], strait: Path, spoil: Spoil
) -> None:
    spoil("events.csv", "source\n", f"source\n{GOOD_EVENT.replace(old, new)}\n")
    path = strait / "scenarios" / "closed-and-held.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"events: {names}\n")
    told(strait, expected)


def test_an_event_opens_a_way_that_has_no_share_of_its_own(strait: Path, spoil: Spoil) -> None:
    lonely = "island,Island,Isla,YEM,city,,12.5,54,assumed,assumption"
    spoil("places.csv", "name,name_es,country", "name,name_es,country")
    places, stocks, flows = (strait / f"{name}.csv" for name in ("places", "stocks", "flows"))
    places.write_text(places.read_text(encoding="utf-8") + lonely + "\n")
    stocks.write_text(stocks.read_text() + "island.arrived,island,arrived,,no,,1,assumed\n")
    way = "swim,bosaso.waiting,,island.arrived,turn_back,,,,0,,,assumed"
    flows.write_text(flows.read_text() + way + "\n")
    told(strait, ["places.csv:10:id: no group can reach place 'island'"])
    event = GOOD_EVENT.replace("sail_east", "swim")
    told(spoil("events.csv", "source\n", f"source\n{event}\n"), [])


# -- contradictory shares ------------------------------------------------------------------------------

KEEP = "{id},K,K,asylum_rules,SAU,{start},{end},0,0,,,,{who},,{share},,,share,2023-12-01,mechanical,{base},no,assumption"


def with_shares(strait: Path, *measures: str, scenario: str = "") -> Path:
    """The example with ``detain`` a removal, half of those encountered, and these measures in its scenario."""
    path = strait / "flows.csv"
    text = path.read_text()
    old = "detain,jizan.encountered,,jizan.holding,detention,"
    assert text.count(old) == 1
    path.write_text(text.replace(old, old.replace("detention", "removal")))
    path = strait / "measures.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if "detention_capacity" not in row]
    path.write_text("\n".join([head, *kept, *measures]) + "\n")
    path = strait / "scenarios" / "closed-and-held.yaml"
    names = [row.split(",")[0] for row in measures if ",yes,no," not in row]
    told = "".join(f"- {name}\n" for name in ["railway-closed", *names])
    text = path.read_text(encoding="utf-8")
    assert text.count("- railway-closed\n- more-beds\n") == 1
    path.write_text(text.replace("- railway-closed\n- more-beds\n", told) + scenario)
    return strait


def keep(
    name: str, share: float, start: str = "2024-02-01", end: str = "", who: str = "", base: str = "no"
) -> str:
    return KEEP.format(id=name, share=share, start=start, end=end, who=who, base=base)


def test_two_targets_for_the_same_people_and_flows(strait: Path) -> None:
    folder = with_shares(strait, keep("one", 0.3), keep("two", 0.6, start="2024-06-01"))
    told(
        folder,
        [
            "measures.csv:4:strength: measures 'one' and 'two' contradict each other in scenario "
            "'closed-and-held': 0.3 and 0.6 of those who leave jizan.encountered by detain\n"
            "  hint: give them other days, groups or places, or make them one measure"
        ],
    )


@pytest.mark.parametrize(
    "measures",
    [
        (keep("one", 0.6), keep("two", 0.6)),  # the same target
        (keep("one", 0.3, end="2024-05-31"), keep("two", 0.6, start="2024-06-01")),  # one after the other
        (keep("one", 0.3, who="ETH"), keep("two", 0.6, who="SOM")),  # other people
        (keep("one", 0.3), keep("two", 0.6, who="SOM")),  # an exception for some
    ],
    ids=["equal", "days", "people", "exception"],
)
def test_targets_that_can_be_met(measures: tuple[str, ...], strait: Path) -> None:
    told(with_shares(strait, *measures), [])


def test_a_measure_of_the_base_contradicts_until_it_is_lifted(strait: Path) -> None:
    base = keep("one", 0.3, start="2023-06-01", base="yes")
    folder = with_shares(strait, base, keep("two", 0.6))
    told(folder, ["measures 'one' and 'two' contradict each other in scenario 'closed-and-held'"])
    path = folder / "scenarios" / "closed-and-held.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "lift:\n- measure: one\n  on: 2024-02-01\n")
    told(folder, [])


def test_targets_that_are_more_than_all(strait: Path) -> None:
    # asylum_rules sets what removals have of those encountered, redirect_south what relocations have
    path = strait / "flows.csv"
    old = "let_go,jizan.encountered,,riyadh.arrived,release,highway,,,0.4,"
    text = path.read_text()
    assert text.count(old) == 1
    south = "south,jizan.encountered,,aden.street,relocation,,,,0.1,,,assumed\n"
    path.write_text(text.replace(old, old.replace("0.4", "0.3")) + south)
    second = keep("two", 0.6).replace("asylum_rules", "redirect_south")
    told(
        with_shares(strait, keep("one", 0.5), second),
        ["0.5 and 0.6 of those who leave jizan.encountered are more than all"],
    )
