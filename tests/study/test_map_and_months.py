"""The tables of the map and of stocks by month, against hand counts, published figures and each other."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from study_tools import Done

from corridor.engine import Noise, RunSpec, compile_corridor
from corridor.ensemble import simulate
from corridor.model import Corridor, Indicator, Parameter
from corridor.study.assemble import ScenarioRun
from corridor.study.geography import links_of, map_tables
from corridor.study.months import costs_table, stock_months
from corridor.study.schema import ALL_CITIES
from small_corridors import SOURCE, flow, journey, small_corridor, stock

MONTHS = (dt.date(2023, 1, 1), dt.date(2023, 2, 1), dt.date(2023, 3, 1))
AS_OF = dt.date(2023, 1, 31)


def cost(target: str, value: float, low: float | None = None, high: float | None = None) -> Parameter:
    return Parameter(
        parameter="cost_per_person_day",
        target=target,
        value=value,
        low=low,
        high=high,
        unit="USD/person-day",
        source=SOURCE,
    )


def census(name: str, *stocks: str) -> Indicator:
    return Indicator(id=name, name=name, name_es=name, kind="census", stocks=stocks, tag="assumed")


def two_cities(*costs: Parameter) -> Corridor:
    """100 people in one city and 40 in the other, who stay."""
    corridor = small_corridor([stock("a.census"), stock("b.census")], [flow("a.out", "a.census", "b.census", daily_probability=0.0)],
        [Parameter(parameter="initial", target=f"{city}.census", value=people, unit="people", source=SOURCE)
         for city, people in (("a", 100), ("b", 40))])  # fmt: skip
    return corridor.model_copy(
        update={
            "parameters": (*corridor.parameters, *costs),
            "indicators": (census("city_a", "a.census"), census("city_b", "b.census")),
        }
    )


def run_of(corridor: Corridor, members: int = 40, *, parameters: bool = False) -> ScenarioRun:
    spec = RunSpec(
        start=MONTHS[0],
        end=dt.date(2023, 3, 31),
        members=members,
        noise=Noise(parameters=parameters, intensities=False),
    )
    compiled = compile_corridor(corridor, None, spec)
    return ScenarioRun("base", compiled, simulate(compiled))


def level(table: pl.DataFrame, item: str, month: dt.date, statistic: str, quantile: float) -> float:
    rows = table.filter(
        (pl.col("item") == item)
        & (pl.col("month") == month)
        & (pl.col("statistic") == statistic)
        & (pl.col("quantile") == quantile)
    )
    (value,) = rows["value"].to_list()
    return value


def test_people_who_stay_cost_their_days() -> None:
    """100 people at 50 USD and 40 at 100 USD: 31 days of January, 28 of February, 31 of March."""
    corridor = two_cities(cost("a.census", 50), cost("b.census", 100))
    table = stock_months(corridor, [run_of(corridor, 3)], AS_OF)
    for month, days in zip(MONTHS, (31, 28, 31), strict=True):
        for item, people, daily in (("city_a", 100, 5000), ("city_b", 40, 4000), (ALL_CITIES, 140, 9000)):
            assert level(table, item, month, "mean", 0.5) == people
            assert level(table, item, month, "peak", 0.95) == people
            assert level(table, item, month, "cost", 0.05) == daily * days
    assert level(table, ALL_CITIES, MONTHS[2], "cost_so_far", 0.5) == 9000 * (28 + 31)
    so_far = table.filter(pl.col("statistic").str.ends_with("so_far"))
    assert so_far["month"].min() == MONTHS[1]  # nothing before the date


def test_the_interval_of_the_rate_is_that_of_the_cost() -> None:
    """The people are certain, so the 5 and 95 % quantiles of the cost are those of the rate, within the noise of
    2,000 members (a standard error of about 1 % of the rate)."""
    corridor = two_cities(cost("a.census", 50, 40, 75))
    table = stock_months(corridor, [run_of(corridor, 2000, parameters=True)], AS_OF)
    for quantile, rate in ((0.05, 40), (0.5, 50), (0.95, 75)):
        assert level(table, "city_a", MONTHS[0], "cost", quantile) == pytest.approx(rate * 3100, rel=0.04)


def test_a_city_without_a_rate_has_no_cost_and_neither_has_the_sum() -> None:
    corridor = two_cities(cost("a.census", 50))
    table = stock_months(corridor, [run_of(corridor, 2)], AS_OF)
    assert set(table.filter(pl.col("statistic") == "cost")["item"]) == {"city_a"}
    found = costs_table(corridor, run_of(corridor, 1).compiled)
    assert found.select("item", "value", "assumed").rows() == [("city_a", 50.0, True)]


def test_people_on_a_journey_are_on_its_link() -> None:
    corridor = journey(500, 3, 1, days=90)
    run = run_of(corridor, 4)
    tables = map_tables(corridor, [run], None, MONTHS[0])
    links = {row["id"]: row for row in tables["links"].iter_rows(named=True)}
    (travel,) = [name for name, row in links.items() if row["routes"]]
    people = (
        tables["link_flows"].filter(pl.col("link") == travel).group_by("link").agg(pl.col("median").sum())
    )
    assert people["median"][0] == 500
    assert links[travel]["kind"] == corridor.routes[0].mode


def test_no_interdiction_and_no_death_is_a_link(americas: Done) -> None:
    corridor = americas.study.corridor
    kinds = {f.id: f.kind for f in corridor.flows}
    drawn = {kinds[name] for link in links_of(corridor) for name in link.flows}
    assert drawn.isdisjoint({"interdiction", "death"})
    assert all(link.from_place != link.to_place for link in links_of(corridor))


def test_the_fitted_month_is_near_the_published_one(americas: Done) -> None:
    """October 2023 as published: 240,927 encounters by US Customs and Border Protection, 91,581 by Mexico."""
    met = americas.tables["map_encounters"].filter(
        (pl.col("scenario") == "") & (pl.col("month") == dt.date(2023, 10, 1))
    )
    total = dict(met.group_by("item").agg(pl.col("median").sum()).iter_rows())
    assert total["us_total"] == pytest.approx(240_927, rel=0.08)
    assert total["mexico_encounters"] == pytest.approx(91_581, rel=0.12)


def test_crossings_on_links_are_the_encounters_at_their_ends(americas: Done) -> None:
    """In the fitted months there is no noise: what crosses is what is counted."""
    links = americas.tables["links"].filter(pl.col("kind").is_in(["crossing", "port_admission"]))
    flows = americas.tables["link_flows"].filter(
        (pl.col("scenario") == "") & pl.col("link").is_in(links["id"].to_list())
    )
    met = americas.tables["map_encounters"].filter(
        (pl.col("scenario") == "") & (pl.col("item") == "us_total")
    )
    for month in flows["month"].unique():
        crossed = flows.filter(pl.col("month") == month)["median"].sum()
        assert crossed == pytest.approx(met.filter(pl.col("month") == month)["median"].sum(), rel=1e-9)


def test_encounters_on_the_way_are_told_by_zone_only(americas: Done) -> None:
    mexico = americas.tables["map_encounters"].filter(pl.col("item") == "mexico_encounters")
    zones = {place.zone for place in americas.study.corridor.places}
    assert set(mexico["place"]) == {""} and set(mexico["zone"]) <= zones
