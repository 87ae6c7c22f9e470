"""The Americas corridor as tables: it passes its own checks, and its figures are the published ones."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest

from corridor.data import evidence, load
from corridor.formats import check_corridor, find_corridor, open_corridor
from corridor.model import PARAMETERS, Corridor, Group, Parameter

PUBLISHERS = (
    "US Customs and Border Protection", "US Immigration and Customs Enforcement", "US Department of Homeland Security", "US Department of Health and Human Services", "Bridge owners",
    "DHS,", "Mexico, SEGOB/UPMRIP", "Panama, Servicio Nacional de Migración", "IOM Missing Migrants Project",
    "City of New York", "Crain's New York", "Chicago Tribune", "FOX 32 Chicago", "NBC Chicago", "WTTW",
    "Denver Gazette", "La Voz Colorado", "KDVR", "Common Sense Institute", "Bazzi and others,", "Clemens,", "Gathmann,", "Tico Times",
    "El Periódico HN", "Guatemala, Instituto Guatemalteco de Migración", "DC Department of Human Services",
    "CBS Boston", "Queens Chronicle", "City & State New York", "KENS 5", "The Center Square",
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


def who_can_be_where(corridor: Corridor) -> set[tuple[str, str]]:
    """Stocks and groups that people enter or that a flow open to them leads to."""
    found = {(r.target or "", r.group or "") for r in corridor.parameters if r.parameter == "departures"}
    todo = list(found)
    off = defaultdict(list)
    for flow in corridor.flows:
        off[flow.from_stock or flow.from_route].append(flow)
    groups = {g.id: g for g in corridor.groups}
    while todo:
        stock, name = todo.pop()
        for flow in off[stock]:
            for way in (flow, *off[flow.route]) if flow.route else (flow,):
                if way.open_to(groups[name]) and (way.to_stock, name) not in found:
                    found.add((way.to_stock, name))
                    todo.append((way.to_stock, name))
    return found


def test_the_folder_has_no_fault() -> None:
    assert check_corridor("americas").faults == ()


def test_size_is_that_of_the_whole_corridor(americas: Corridor) -> None:
    assert 60 <= len(americas.places) <= 90
    kinds = Counter(place.kind for place in americas.places)
    assert (
        kinds["origin"] == 16 and kinds["border_city"] == 11 and kinds["border"] == 9 and kinds["ports"] == 4
    )
    assert {"new_york", "chicago", "denver", "massachusetts", "washington_dc", "elsewhere"} <= {
        place.id for place in americas.places if place.kind == "city"
    }
    assert {g.household for g in americas.groups} == {"single", "family", "child"}
    assert len(americas.groups) == 16 * 3
    assert {g.size for g in americas.groups if g.household == "family"} == {3}


def test_the_tables_are_those_that_the_script_makes(americas: Corridor, root: Path) -> None:
    """Nobody has edited a derived table by hand."""
    command = (
        "import sys; sys.path.insert(0, 'scripts'); from pathlib import Path; import make_americas as made; "
        "made.FOLDER = Path(sys.argv[1]); (made.FOLDER / 'calibration').mkdir(); made.main()"
    )
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", command, folder], cwd=root, check=True, timeout=200)
        shipped = find_corridor("americas")
        files = [*(f"{n}.csv" for n in ("places", "stocks", "routes", "groups", "flows", "parameters"))]
        files += ["observations.yaml", "indicators.yaml", "calibration/plan.yaml"]
        for name in files:
            assert (Path(folder) / name).read_text("utf-8") == (shipped / name).read_text("utf-8"), name


def test_every_origin_sends_its_own_nationality_only(americas: Corridor) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for row in americas.parameters:
        if row.parameter == "departures" and row.value and (row.target or "").endswith(".leaving"):
            found[row.target or ""].add((row.group or "").split(".")[0])
    assert len(found) == 16 and all(len(names) == 1 for names in found.values())
    assert set().union(*found.values()) == {g.nationality for g in americas.groups}


def test_lengths_are_those_of_the_evidence(americas: Corridor) -> None:
    """Great circles of the evidence's own segments, times the stated detour."""
    segments = {
        frozenset((row["from_place"], row["to_place"])): row["km"]
        for row in evidence("route_segments").drop_nulls("km").iter_rows(named=True)
    }
    pairs = [
        (r, segments.get(frozenset((r.from_place, r.to_place)))) for r in americas.routes if r.mode != "air"
    ]
    known = [(route, km) for route, km in pairs if km]
    assert len(known) >= 8
    for route, km in known:
        assert route.km == pytest.approx(1.3 * km, rel=0.01, abs=2), route.id
    assert all(r.tag == "assumed" and "assumption" in r.source for r in americas.routes)


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
    reached = who_can_be_where(americas)
    for stock, out in flows.items():
        for group in americas.groups:
            open_to = [f for f in out if f.open_to(group)]
            if open_to and (stock, group.id) in reached:
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


PORTS = {
    "san_diego": ("tijuana", "mexicali"), "tucson": ("nogales_mx",), "el_paso": ("ciudad_juarez",),
    "laredo": ("piedras_negras", "nuevo_laredo", "reynosa", "matamoros"),
}  # fmt: skip


@pytest.mark.parametrize(("office", "cities"), PORTS.items())
def test_throughput_of_the_ports_sums_to_the_published_count(
    americas: Corridor, office: str, cities: tuple[str, ...]
) -> None:
    index = indexed(americas)
    for month, days in ((dt.date(2021, 3, 1), 31), (dt.date(2023, 11, 1), 30)):
        rows = [in_force(index["throughput", f"{city}.port", None], month) for city in cities]
        people = sum(row.value for row in rows if row is not None) * days
        assert people == pytest.approx(us(month, component="ofo", area=f"{office}_field_office"), rel=1e-3)


def test_every_published_area_is_counted_by_one_series(americas: Corridor) -> None:
    """Nine sectors and four field offices, and each crossing or admission in one of them and in the totals."""
    areas = [a for o in americas.observations for a in o.where.get("area", ())]
    table = load("us_southwest_encounters").table.filter(pl.col("date") >= dt.date(2020, 10, 1))
    assert sorted(areas) == sorted(a for a in table["area"].unique() if a)
    by_id = {o.id: o for o in americas.observations}
    parts = Counter(f for o in americas.observations if "area" in o.where for f in o.flows)
    assert set(parts.values()) == {1} and set(parts) == set(by_id["us_total"].flows)
    assert set(by_id["us_between_ports"].flows) | set(by_id["us_ports"].flows) == set(parts)


def test_title_42_share_is_that_of_the_encounters(americas: Corridor) -> None:
    table = load("us_southwest_encounters").table.filter(
        pl.col("date").is_between(dt.date(2020, 10, 1), dt.date(2021, 9, 1)),
        component="usbp", nationality="GTM", household="family",
    )  # fmt: skip
    part = people(table.filter(authority="title42")) / people(table)
    row = in_force(
        indexed(americas)["share", "rio_grande_valley.returned_to_mexico", "GTM.family"], dt.date(2021, 6, 1)
    )
    assert row is not None and row.value == pytest.approx(part, abs=1e-3)


def test_first_guesses_of_places_are_those_of_the_encounters(americas: Corridor) -> None:
    """Who goes where, seekers of an appointment left out: Venezuelans by sector in the counts known in early 2022."""
    index, day = indexed(americas), dt.date(2022, 6, 1)
    group = next(g for g in americas.groups if g.id == "VEN.single")

    def share(name: str) -> float:
        return value_of(index, "share", name, group, day) or 0.0

    juarez = share("mexico_city.to_ciudad_juarez_bus")
    rail = (
        share("mexico_city.to_irapuato_rail")
        * share("irapuato.to_torreon_rail")
        * share("torreon.to_ciudad_juarez_rail")
    )
    crossing = 1 - sum(
        share(f.id) for f in americas.flows if f.id.startswith("mexico_city.to") and f.id.endswith("_port")
    )
    table = load("us_southwest_encounters").table.filter(
        pl.col("date").is_between(dt.date(2020, 10, 1), dt.date(2021, 12, 1)),
        nationality="VEN",
        component="usbp",
    )
    published = people(table.filter(area="el_paso_sector")) / people(table)
    assert (juarez + rail) / crossing == pytest.approx(published, abs=0.01)


def test_arrivals_in_new_york_are_those_that_were_told(americas: Corridor) -> None:
    """Shares of the table times the releases that they are shares of, over a winter: 60,800 less 6,300 arrivals."""
    index = indexed(americas)
    told = load("city_reception").table.filter(city="new_york", measure="cumulative_arrivals", unit="people")
    first, last = (
        told.filter(date=day, grade="secondary")["value"].item()
        for day in (dt.date(2022, 8, 31), dt.date(2023, 5, 5))
    )
    single, family = (next(g for g in americas.groups if g.id == f"VEN.{h}") for h in ("single", "family"))
    months = [dt.date(2022, m, 1) for m in (9, 10, 11, 12)] + [dt.date(2023, m, 1) for m in (1, 2, 3, 4)]
    counted = 0.0
    for month in months:
        shares = [
            sum(value_of(index, "share", f"us.{word}_new_york", g, month) or 0 for word in ("to", "bused"))
            for g in (single, family)
        ]
        # between the two household types' shares lies that of all; bases differ little from month to month
        counted += np.mean(shares) * released(month)
    assert counted == pytest.approx(last - first, rel=0.25)


def released(month: dt.date) -> float:
    """Title 8 encounters between ports that were not of children, less a tenth; and most who came to a port."""
    where = {"component": "usbp", "authority": "title8"}
    adults = us(month, **where, household="single") + us(month, **where, household="family")
    return 0.85 * adults + 0.46 * us(month, component="ofo")


def test_seats_of_flights_are_the_returns_that_guatemala_counts(americas: Corridor) -> None:
    table = load("guatemala_returns").table
    row = in_force(indexed(americas)["throughput", "flight_GTM", None], dt.date(2023, 11, 1))
    november = people(table.filter(origin="USA", date=dt.date(2023, 11, 1)))
    assert row is not None and row.value * 30 == pytest.approx(november, rel=1e-3)
    refused = in_force(indexed(americas)["throughput", "flight_VEN", None], dt.date(2023, 10, 1))
    assert refused is not None and refused.value == 0


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


def test_deaths_at_the_border_are_those_recorded_over_crossings(americas: Corridor) -> None:
    year = pl.col("date").is_between(dt.date(2022, 1, 1), dt.date(2023, 11, 1))
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
    places = [
        "darien",
        "paso_canoas",
        "los_chiles",
        "danli",
        "ocotepeque",
        "guatemala_city",
        "tecun_uman",
        "tapachula",
    ]
    ways = [f"{a}-{b}" for a, b in pairwise(places)] + [
        "tapachula-mexico_city-bus",
        "mexico_city-piedras_negras-bus",
    ]
    stocks = ["darien.arrived", "darien.reception", "danli.arrived", "mexico_city.arrived"]
    stocks += [f"{p}.waiting" for p in (*places[1:], "mexico_city", "piedras_negras")]
    assert 28 <= sum(stay[s] for s in stocks) + sum(days[w] for w in ways) <= 38


def test_a_caravan_walks_twelve_kilometers_a_day(americas: Corridor) -> None:
    way = next(r for r in americas.routes if r.id == "tapachula-ixtepec-foot")
    printed = evidence("parameters").filter(pl.col("id") == "caravan_walk_speed")["text"].item()
    assert "about 12 km/day" in printed
    assert way.km / way.days_mean == pytest.approx(12, rel=0.05)


RAW = Path(__file__).parents[3] / "shared" / "data" / "added"


def lines_of(name: str) -> list[dict[str, str]]:
    with (RAW / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not RAW.is_dir(), reason="the publishers' files are not here")
def test_children_and_trucks_are_anchored_in_the_publishers_files(americas: Corridor) -> None:
    """Both figures are read line by line from the files, without the code of the project."""
    rows = lines_of("unaccompanied_children_daily.csv")
    left = [int(row["discharged"]) for row in rows if "2023-01-01" <= row["date"] <= "2023-11-30"]
    said = [row.source for row in americas.parameters if "a day left care" in row.source]
    assert len(said) == 368
    assert all(f"{sum(left) / len(left):.0f} a day left care" in source for source in said)
    trucks = {True: 0.0, False: 0.0}
    for row in lines_of("texas_bridge_crossings.csv"):
        month = f"{row['Year']}-{int(row['Month']):02}"
        if row["Modes"] == "Commercial Trucks" and "2022-11" <= month <= "2023-10":
            trucks[row["Region"] == "El Paso"] += float(row["Northbound Crossing"] or 0)
    source = {row.target: row.source for row in americas.parameters if row.parameter == "trucks"}
    assert f" {trucks[True] / 365:,.0f} trucks a day" in source["el_paso_fo.port"]
    assert f" {trucks[False] / 365:,.0f} trucks a day" in source["laredo_fo.port"]
