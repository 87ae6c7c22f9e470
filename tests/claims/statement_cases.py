"""A corridor of statements only, and small datasets for it."""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl

from corridor.data import Dataset
from corridor.model import Claim, Corridor, Gap, Observation, Settings, Source

SETTINGS = Settings(
    id="statements", name="Statements", name_es="Afirmaciones", description="-", description_es="-",
    start=dt.date(2020, 1, 1), end=dt.date(2021, 12, 31), as_of=dt.date(2021, 6, 30), license="CC0-1.0",
    attribution="-",
)  # fmt: skip


def make_corridor(claims, observations) -> Corridor:
    return Corridor(
        settings=SETTINGS, places=(), stocks=(), groups=(), flows=(), parameters=(),
        observations=tuple(observations), claims=tuple(claims),
    )  # fmt: skip


def make_claim(kind: str, **changes) -> Claim:
    base = {
        "id": "said", "kind": kind, "statement": "It is so.", "statement_es": "Es así.", "said_by": "Somebody",
        "said_on": dt.date(2021, 6, 1), "series": "north", "source": "A newspaper",
    }  # fmt: skip
    return Claim(**(base | changes))


def make_observation(name: str, dataset: str | None = None, **where) -> Observation:
    return Observation(
        id=name, name=f"Crossings {name}", name_es=f"Cruces {name}", dataset=dataset or name, where=where,
        counting_point=name,
    )  # fmt: skip


def monthly(name: str, values: dict[str, float], lag_days: int = 20, gaps: tuple[Gap, ...] = ()) -> Dataset:
    dates = [dt.date.fromisoformat(f"{text}-01") for text in values]
    ends = [d.replace(day=calendar.monthrange(d.year, d.month)[1]) for d in dates]
    table = pl.DataFrame(
        {
            "date": dates,
            "value": [float(value) for value in values.values()],
            "known_from": [end + dt.timedelta(days=lag_days) for end in ends],
        }
    )
    source = Source(
        id=name, title=name, publisher=f"Agency of the {name}", license="public domain", grade="primary"
    )
    return Dataset(name, name, "entries", "month", (), lag_days, (source,), (), table, gaps, counted={})


def daily(name: str, start: str, values: list[float]) -> Dataset:
    first = dt.date.fromisoformat(start)
    dates = [first + dt.timedelta(days=i) for i in range(len(values))]
    table = pl.DataFrame(
        {"date": dates, "value": values, "known_from": [d + dt.timedelta(days=1) for d in dates]}
    )
    source = Source(
        id=name, title=name, publisher=f"Agency of the {name}", license="public domain", grade="primary"
    )
    return Dataset(name, name, "entries", "day", (), 1, (source,), (), table, counted={})


def months(start: str, values: list[float]) -> dict[str, float]:
    year, month = (int(part) for part in start.split("-"))
    index = range(12 * year + month - 1, 12 * year + month - 1 + len(values))
    return {f"{i // 12}-{i % 12 + 1:02d}": v for i, v in zip(index, values, strict=True)}
