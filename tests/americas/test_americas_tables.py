"""The compact Americas corridor as tables: it passes its own checks, and its figures are the published ones."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from corridor.data.store import load
from corridor.engine import LEVERS
from corridor.formats.folder import check_corridor, open_corridor
from corridor.model import PARAMETERS, Corridor, Group, Parameter

PUBLISHERS = (
    "US Customs and Border Protection", "US Immigration and Customs Enforcement", "US Department of Homeland Security",
    "DHS,", "Mexico, SEGOB/UPMRIP", "Panama, Servicio Nacional de Migración", "IOM Missing Migrants Project",
    "City of New York", "Crain's New York", "Chicago Tribune", "FOX 32 Chicago", "NBC Chicago", "WTTW",
    "Denver Gazette", "La Voz Colorado", "KDVR", "Common Sense Institute", "Clemens,",
)  # fmt: skip
DAYS = [
    dt.date(2020, 10, 1),
    dt.date(2022, 3, 15),
    dt.date(2023, 4, 1),
    dt.date(2023, 5, 12),
    dt.date(2023, 12, 31),
]


@pytest.fixture(scope="module")
def americas() -> Corridor:
    """The shipped corridor."""
    return open_corridor("americas")


DATE = re.compile(r"(20\d\d)-(\d\d)(?:-(\d\d))?")


def written(year: str, month: str, day: str) -> dt.date:
    """A date as sources write it; a month means its last day."""
    last = calendar.monthrange(int(year), int(month))[1]
    return dt.date(int(year), int(month), int(day or last))


def names_of(group: Group) -> tuple[str | None, ...]:
    return (group.id, group.nationality, group.household, None)


def in_force(rows: list[Parameter], day: dt.date) -> Parameter | None:
    """The row whose window holds the day: windows of one target and group do not overlap."""
    held = [r for r in rows if (r.valid_from or day) <= day <= (r.valid_to or day)]
    assert len(held) <= 1, held
    return held[0] if held else None


def value_of(
    index: dict[tuple[str, str | None, str | None], list[Parameter]],
    name: str,
    target: str,
    group: Group,
    day: dt.date,
) -> float | None:
    for word in names_of(group):
        row = in_force(index.get((name, target, word), []), day)
        if row is not None:
            return row.value
    return None


def indexed(corridor: Corridor) -> dict[tuple[str, str | None, str | None], list[Parameter]]:
    index: dict[tuple[str, str | None, str | None], list[Parameter]] = defaultdict(list)
    for row in corridor.parameters:
        index[row.parameter, row.target, row.group].append(row)
    return index


def test_the_folder_has_no_fault() -> None:
    assert check_corridor("americas").faults == ()


def test_size_is_that_of_a_compact_corridor(americas: Corridor) -> None:
    assert 20 <= len(americas.places) <= 30
    assert {g.household for g in americas.groups} == {"single", "family", "child"}
    assert len(americas.groups) == 16 * 3
    assert {g.size for g in americas.groups if g.household == "family"} == {3}


@pytest.mark.parametrize("day", DAYS)
def test_shares_out_of_every_stock_sum_to_one(americas: Corridor, day: dt.date) -> None:
    index = indexed(americas)
    flows = defaultdict(list)
    for flow in americas.flows:
        if (
            flow.from_stock
            and flow.daily_probability is None
            and ("daily_probability", flow.id, None) not in index
        ):
            flows[flow.from_stock].append(flow)
    for stock, out in flows.items():
        for group in americas.groups:
            open_to = [f for f in out if not f.groups or group.nationality in f.groups]
            if open_to:
                shares = [value_of(index, "share", f.id, group, day) for f in open_to]
                filled = [f.share if s is None else s for f, s in zip(open_to, shares, strict=True)]
                assert all(s is not None for s in filled), (stock, group.id)
                assert sum(s or 0.0 for s in filled) == pytest.approx(1.0, abs=2e-6), (stock, group.id)


def test_every_parameter_has_a_publisher_or_says_assumption(americas: Corridor) -> None:
    for row in americas.parameters:
        assert row.assumed or row.source.startswith(PUBLISHERS), row
        assert row.unit == PARAMETERS[row.parameter].unit
        assert row.low is not None and row.high is not None and row.low <= row.value <= row.high


def test_no_source_is_younger_than_the_day_its_row_was_known(americas: Corridor) -> None:
    rows = [(r.known_from, r.source, r.parameter) for r in americas.parameters]
    rows += [(m.known_from, m.source, m.id) for m in americas.measures]
    for known, source, what in rows:
        latest = max((written(*found) for found in DATE.findall(source)), default=dt.date.min)
        assert latest <= (known or americas.settings.as_of), (what, source)


def test_windows_of_one_number_follow_each_other_without_gap(americas: Corridor) -> None:
    for rows in indexed(americas).values():
        ordered = sorted(rows, key=lambda r: r.valid_from or dt.date.min)
        assert ordered[0].valid_from is None or len(ordered) == 1
        assert ordered[-1].valid_to is None or ordered[-1].valid_to >= americas.settings.end
        for before, after in pairwise(ordered):
            assert before.valid_to and after.valid_from == before.valid_to + dt.timedelta(days=1)


def test_tags_are_counted_and_the_docs_print_them(americas: Corridor, root: Path) -> None:
    text = (root / "docs" / "americas.md").read_text("utf-8")
    for name in ("places", "stocks", "routes", "flows"):
        count = Counter(x.tag for x in getattr(americas, name))
        line = f"| {name} | {count['observed']} | {count['anchored']} | {count['assumed']} |"
        assert line in text, line
    assumed = sum(r.assumed for r in americas.parameters)
    assert f"{len(americas.parameters):,} parameter rows, {assumed:,} of them assumptions" in text


def test_scenarios_know_only_what_was_public(americas: Corridor) -> None:
    by_id = {m.id: m for m in americas.measures}
    agreement, none = americas.scenario_ids["agreement"], americas.scenario_ids["no-agreement"]
    assert not none.measures and not none.lift and agreement.measures
    used = [by_id[name] for name in agreement.measures] + [m for m in americas.measures if m.in_base]
    assert all(m.known_from <= dt.date(2023, 12, 28) and not m.hindsight for m in used)
    assert {lift.measure for lift in agreement.lift} == {m.id for m in americas.measures if m.in_base}
    assert all(m.unit in LEVERS[m.lever].units for m in americas.measures)
    assert all(
        m.low is not None and m.high is not None and m.low <= m.strength <= m.high for m in americas.measures
    )


def test_texts_exist_in_two_languages(americas: Corridor) -> None:
    pairs = [(s.description, s.description_es) for s in americas.scenarios]
    pairs += [(c.statement, c.statement_es) for c in americas.claims] + [
        (m.name, m.name_es) for m in americas.measures
    ]
    pairs += [(o.name, o.name_es) for o in americas.observations]
    assert all(en and es and en != es for en, es in pairs)
    assert "lower bound" in " ".join(o.name for o in americas.observations if o.id.startswith("deaths"))


# -- the numbers against the datasets ------------------------------------------------------------------


def people(table: pl.DataFrame) -> float:
    """Sum of a table's values."""
    return float(sum(table["value"].to_list()))


def us(month: dt.date, **where: str) -> float:
    table = load("us_southwest_encounters").table.filter(pl.col("date") == month)
    for name, word in where.items():
        table = table.filter(pl.col(name) == word)
    return people(table)


@pytest.mark.parametrize(
    ("city", "office"),
    [
        ("tijuana", "san_diego"),
        ("nogales_mx", "tucson"),
        ("ciudad_juarez", "el_paso"),
        ("piedras_negras", "laredo"),
    ],
)
def test_port_throughput_is_the_published_count(americas: Corridor, city: str, office: str) -> None:
    rows = indexed(americas)["throughput", f"{city}.port", None]
    for month, days in ((dt.date(2021, 3, 1), 31), (dt.date(2023, 11, 1), 30)):
        row = in_force(rows, month)
        assert row is not None
        published = us(month, component="ofo", area=f"{office}_field_office")
        assert row.value * days == pytest.approx(published, rel=1e-3)


def test_title_42_share_is_that_of_the_encounters(americas: Corridor) -> None:
    table = load("us_southwest_encounters").table.filter(
        pl.col("date").is_between(dt.date(2021, 4, 1), dt.date(2021, 9, 1)),
        component="usbp", nationality="GTM", household="family",
    )  # fmt: skip
    part = people(table.filter(authority="title42")) / people(table)
    row = in_force(indexed(americas)["share", "laredo.returned_to_mexico", "GTM.family"], dt.date(2021, 6, 1))
    assert row is not None and row.value == pytest.approx(part, abs=1e-3)


def test_place_shares_are_those_of_the_encounters(americas: Corridor) -> None:
    index, day = indexed(americas), dt.date(2023, 11, 1)
    group = next(g for g in americas.groups if g.id == "VEN.single")
    rates = [
        value_of(index, "share", f"mexico_city.to_piedras_negras_{m}", group, day) for m in ("bus", "rail")
    ]
    table = load("us_southwest_encounters").table.filter(
        pl.col("date").is_in([dt.date(2023, 10, 1), day]), nationality="VEN"
    )
    east = ["laredo_sector", "del_rio_sector", "rio_grande_valley_sector", "laredo_field_office"]
    published = people(table.filter(pl.col("area").is_in(east))) / people(table)
    assert sum(r or 0 for r in rates) == pytest.approx(published, abs=0.002)


def test_detention_room_and_its_other_users_are_published(americas: Corridor) -> None:
    table = load("ice_detention").table.filter(measure="adp")
    year = table.filter(pl.col("date").is_between(dt.date(2022, 12, 1), dt.date(2023, 11, 1)))
    index, day = indexed(americas), dt.date(2023, 12, 31)
    room, others = (in_force(index[name, "ice.detained", None], day) for name in ("capacity", "occupied"))
    assert room is not None and others is not None
    assert room.value == pytest.approx(year.filter(category="total")["value"].max(), rel=1e-3)
    last = year.filter(pl.col("date") == dt.date(2023, 11, 1), pl.col("category") == "arrested_by_ice")[
        "value"
    ].item()
    assert others.value == pytest.approx(last, rel=1e-3)


def test_enforcement_strength_is_the_change_of_june_2019(americas: Corridor) -> None:
    def total(dataset: str, first: int) -> float:
        span = pl.col("date").is_between(dt.date(2019, first, 1), dt.date(2019, first + 2, 1))
        return people(load(dataset).table.filter(span))

    before, after = (total("mexico_encounters", m) / total("us_southwest_encounters", m) for m in (3, 6))
    south = next(m for m in americas.measures if m.id == "enforcement_south")
    assert south.strength == pytest.approx(after / before, abs=0.05)
    assert south.grade == "before_after" and south.low is not None and south.low < 1.2


def test_deaths_at_the_border_are_those_recorded_over_crossings(americas: Corridor) -> None:
    year = pl.col("date").is_between(dt.date(2022, 12, 1), dt.date(2023, 11, 1))
    deaths = people(load("recorded_deaths").table.filter(year, zone="border"))
    crossings = people(load("us_southwest_encounters").table.filter(year, component="usbp"))
    row = in_force(indexed(americas)["share", "tijuana.death", None], dt.date(2023, 12, 31))
    assert row is not None and row.value == pytest.approx(deaths / crossings, rel=0.02)


def test_observations_name_values_that_the_data_have(americas: Corridor) -> None:
    nationalities = {g.nationality for g in americas.groups}
    for observation in americas.observations:
        table = load(observation.dataset).table
        for name, words in observation.where.items():
            assert set(words) <= set(table[name].unique()), (observation.id, name)
        if "nationality" in observation.by:
            codes = set(table["nationality"].unique()) - {""}
            mapping = observation.nationality_map
            assert {mapping.get(code, mapping["*"]) for code in codes} <= nationalities


def test_people_on_the_main_way_need_about_a_month(americas: Corridor) -> None:
    """Darién to the US border by bus through Tapachula, stays included."""
    stay = {s.id: s.stay_days or 0.0 for s in americas.stocks}
    days = {r.id: r.days_mean for r in americas.routes}
    stocks = ["darien.arrived", "darien.reception", "danli.arrived", "danli.waiting", "tecun_uman.waiting"]
    stocks += [
        "tapachula.waiting",
        "mexico_city.arrived",
        "mexico_city.waiting",
        "piedras_negras.arrived",
        "piedras_negras.waiting",
    ]
    ways = [
        "darien-danli",
        "danli-tecun_uman",
        "tecun_uman-tapachula",
        "tapachula-mexico_city-bus",
        "mexico_city-piedras_negras-bus",
    ]
    assert 28 <= sum(stay[s] for s in stocks) + sum(days[w] for w in ways) <= 38
