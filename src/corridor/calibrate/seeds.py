"""First guesses of departures: the mean month of the series that they are fitted to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache

import polars as pl

from corridor.calibrate.plan import CalibrationPlan, FittedField
from corridor.data import Dataset
from corridor.ensemble import published
from corridor.model import Corridor, Group, Observation, Parameter


def seeded(corridor: Corridor, plan: CalibrationPlan, datasets: Mapping[str, Dataset]) -> Corridor:
    """The corridor with departures set to the mean month of a series, as far as it was public.

    The series is the plan's target, or that of the field that names the stock; its mean is shared in proportion
    to what is declared. The declared values are of another date: only where a group departs, and in which
    proportion, is used.
    """
    by_id = {o.id: o for o in corridor.observations}
    lawful = {flow.from_stock for flow in corridor.flows if flow.kind == "lawful"}
    fields = {stock: field for field in plan.fields for stock in field.stocks}
    declared = list(_declared(corridor, lawful))
    weight = {(row.target, group.id): row.value for row, group in declared}

    @cache
    def means(series: str) -> dict[tuple[str, str], float]:
        observation = by_id[series]
        return _mean_month(observation, datasets[observation.dataset], corridor, plan.fit_from)

    seeds: dict[tuple[str | None, str], Parameter] = {}
    for row, group in declared:
        field = fields.get(row.target or "")
        series = field.observations[0] if field else plan.target
        together = _together(weight, group, fields, field)
        part = weight[row.target, group.id] / together if together > 0 else 1.0
        mean = means(series).get(_label(by_id[series], group), 0.0)
        seeds[row.target, group.id] = _seed(row, group, mean * part)
    kept = [p for p in corridor.parameters if p.parameter != "departures" or p.target in lawful]
    return corridor.model_copy(update={"parameters": (*kept, *seeds.values())})


def _declared(corridor: Corridor, lawful: set[str | None]) -> Iterator[tuple[Parameter, Group]]:
    """Rows of departures by irregular ways, with each group that they hold for."""
    groups = {group.id: group for group in corridor.groups}
    for row in corridor.parameters:
        if row.parameter == "departures" and row.target not in lawful:
            named = [groups[row.group]] if row.group in groups else _named(corridor, row.group)
            yield from ((row, group) for group in named)


def _named(corridor: Corridor, name: str | None) -> list[Group]:
    return [g for g in corridor.groups if name in (None, g.nationality, g.household)]


def _together(
    weight: Mapping[tuple[str | None, str], float],
    group: Group,
    fields: Mapping[str, FittedField],
    field: FittedField | None,
) -> float:
    """What is declared for a group in all stocks that are fitted to the same series."""
    return sum(
        value
        for (stock, name), value in weight.items()
        if name == group.id and fields.get(stock or "") is field
    )


def _mean_month(
    observation: Observation, dataset: Dataset, corridor: Corridor, since: dt.date
) -> dict[tuple[str, str], float]:
    """Mean monthly count of a series since a date, by nationality and household."""
    table = published(observation, dataset, corridor).filter(pl.col("date") >= since)
    months = max(table["date"].n_unique(), 1)
    sums = table.group_by("nationality", "household").agg(pl.col("value").sum())
    return {(nationality, household): total / months for nationality, household, total in sums.iter_rows()}


def _label(observation: Observation, group: Group) -> tuple[str, str]:
    """Nationality and household under which a series counts a group."""
    return (
        group.nationality if "nationality" in observation.by else "",
        group.household if "household" in observation.by else "",
    )


def _seed(row: Parameter, group: Group, people: float) -> Parameter:
    return row.model_copy(
        update={
            "group": group.id, "value": max(people, 1.0), "low": None, "high": None,
            "valid_from": None, "valid_to": None, "known_from": None,
        }
    )  # fmt: skip
