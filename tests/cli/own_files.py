"""Files of planners that are long enough to be forecast: one kind each, made up by a stated rule."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable

import numpy as np

from corridor.model.periods import add_months

Made = tuple[str, str, tuple[str, ...]]
"""Name of the file, its text, options of ``data add``."""
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
FRENCH = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
FIRST = dt.date(2019, 1, 1)
MONDAY = dt.date(2021, 1, 4)


def _walk(rng: np.random.Generator, count: int, level: float) -> list[int]:
    return [int(v) for v in level * np.exp(np.cumsum(rng.normal(0, 0.05, count)))]


def _months(values: list[int], head: str = "month,arrivals") -> str:
    return "\n".join([head, *(f"{add_months(FIRST, at)},{v}" for at, v in enumerate(values))]) + "\n"


def daily_with_gaps(rng: np.random.Generator) -> Made:
    first = dt.date(2022, 3, 2)
    rows = [
        f"{first + at * DAY:%d/%m/%Y};{rng.poisson(40 + 20 * math.sin(at / 58))}"
        for at in range(620)
        if at % 97 < 93
    ]
    return "llegadas.csv", "\n".join(["Fecha;Llegadas", *rows]) + "\n", ()


def daily_census(rng: np.random.Generator) -> Made:
    rows = [f"{MONDAY + at * DAY}T06:00:00Z,{v}" for at, v in enumerate(_walk(rng, 500, 3000))]
    return "census.csv", "\n".join(["timestamp,in shelter", *rows]) + "\n", ()


def weekly_bursts(rng: np.random.Generator) -> Made:
    counts = [int(rng.lognormal(5, 1.2)) if rng.random() < 0.6 else 0 for _ in range(200)]
    rows = [f"{dt.date(2020, 1, 4) + at * WEEK:%d %B %Y},{v},{v // 50}" for at, v in enumerate(counts)]
    return "boats.csv", "\n".join(["Week ending,Migrants arrived,Boats arrived", *rows]) + "\n", ()


def two_places_one_late(rng: np.random.Generator) -> Made:
    both = {place: _walk(rng, 90, level) for place, level in (("North", 900), ("South", 500))}
    rows = [f"{MONDAY + at * WEEK},{place},{both[place][at]}" for at in range(90) for place in both]
    return "shelters.csv", "\n".join(["week,place,census", *rows[:-1]]) + "\n", ()


def french_months(rng: np.random.Generator) -> Made:
    rows = [
        f"{FRENCH[at % 12]} {2019 + at // 12};{v:,}".replace(",", "\u202f")
        for at, v in enumerate(_walk(rng, 58, 21_000))
    ]
    return "arrivees.csv", "\n".join(["Mois;Arrivées", *rows]) + "\n", ()


def month_ends(rng: np.random.Generator) -> Made:
    rows = [f"{add_months(FIRST, at + 1) - DAY},{v}" for at, v in enumerate(_walk(rng, 50, 30_000))]
    return "stock.csv", "\n".join(["month end,people in custody", *rows]) + "\n", ()


def quarters(rng: np.random.Generator) -> Made:
    rows = [f"{2012 + at // 4}-T{at % 4 + 1},{v}" for at, v in enumerate(_walk(rng, 46, 5000))]
    return "asilo.csv", "\n".join(["Trimestre,Solicitudes", *rows]) + "\n", ()


def dated_points(rng: np.random.Generator) -> Made:
    days = np.sort(rng.choice(900, 60, replace=False))
    rows = [f"{MONDAY + int(day) * DAY},{v}" for day, v in zip(days, _walk(rng, 60, 20_000), strict=True)]
    return "points.csv", "\n".join(["as of,census", *rows]) + "\n", ()


def points_of_a_flow(rng: np.random.Generator) -> Made:
    return "events.csv", dated_points(rng)[1].replace("census", "arrivals"), ("--kind", "flow")


def huge(rng: np.random.Generator) -> Made:
    return "huge.csv", _months([v * 10**9 for v in _walk(rng, 48, 300_000)]), ()


def zeros(rng: np.random.Generator) -> Made:
    del rng
    return "zeros.csv", _months([0] * 40), ()


def constant(rng: np.random.Generator) -> Made:
    del rng
    return "constant.csv", _months([120] * 60), ()


def one_burst(rng: np.random.Generator) -> Made:
    del rng
    return "burst.csv", _months([0] * 59 + [700]), ()


def gaps(rng: np.random.Generator) -> Made:
    kept = rng.random(50) > 0.4
    kept[[0, -1]] = True
    text = _months(_walk(rng, 50, 300)).splitlines()
    rows = [line if keep else f"{line.split(',')[0]}," for line, keep in zip(text[1:], kept, strict=True)]
    return "gaps.csv", "\n".join([text[0], *rows]) + "\n", ()


def one_year_of_days(rng: np.random.Generator) -> Made:
    made = [{"date": f"{MONDAY + at * DAY}", "count": int(v)} for at, v in enumerate(rng.poisson(12, 400))]
    return "days.json", json.dumps(made), ()


def zeros_left_out(rng: np.random.Generator) -> Made:
    who = ("Venezuela", "Haiti", "Cuba", "Ecuador")
    rows = [
        f"{MONDAY + at * DAY},{name},{count}" for at in range(420) for n, name in enumerate(who)
        if (count := rng.poisson(8 / (n + 1)))
    ]  # fmt: skip
    return "nationalities.csv", "\n".join(["date,nationality,arrivals", *rows]) + "\n", ()


def held_back(rng: np.random.Generator) -> Made:
    text = _months([int(v) for v in rng.poisson(9, 50)], "month,returns").splitlines()
    rows = [f"{line.split(',')[0]},{n}" if (n := line.split(",")[1]) >= "10" and len(n) > 1 else f"{line.split(',')[0]},<10" for line in text[1:]]  # fmt: skip
    return "small.csv", "\n".join([text[0], *rows]) + "\n", ()


def eight_weeks(rng: np.random.Generator) -> Made:
    rows = [f"{MONDAY + at * WEEK},{v}" for at, v in enumerate(_walk(rng, 8, 300))]
    return "eight.csv", "\n".join(["week,arrivals", *rows]) + "\n", ()


FILES: dict[str, Callable[[np.random.Generator], Made]] = {
    made.__name__: made
    for made in (
        daily_with_gaps, daily_census, weekly_bursts, two_places_one_late, french_months, month_ends, quarters,
        dated_points, points_of_a_flow, huge, zeros, constant, one_burst, gaps, one_year_of_days, zeros_left_out,
        held_back, eight_weeks,
    )
}  # fmt: skip
