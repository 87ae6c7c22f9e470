"""Hypothesis strategies for valid corridors.

A generated corridor is a chain of places with shortcuts. At each place people wait in ``<place>.here``;
at some there is also ``<place>.held``, out of which one is removed home or freed to try again.
Ends are the last place's ``here`` and ``dead``, and ``p0.home``. All of it passes ``corridor check``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from hypothesis import strategies as st

from corridor.model import (
    Corridor,
    Event,
    Flow,
    Group,
    Measure,
    Observation,
    Parameter,
    Route,
    Stock,
    Trigger,
)
from small_corridors import SOURCE, START, flow, group, parameter, route, small_corridor, stock

NATIONALITIES = ("VEN", "HND")
HOUSEHOLDS = ("single", "family")
NEVER_BINDS = 1e9


@dataclass
class _Draft:
    """Parts of a corridor while it is being drawn."""

    groups: list[Group]
    stocks: list[Stock] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)


@dataclass(frozen=True)
class _Way:
    """A way out of a stock whose share is yet to be drawn."""

    id: str
    to_stock: str
    kind: str
    route: str | None = None


@st.composite
def corridors(draw: st.DrawFn, binding: bool = False) -> Corridor:
    """A valid corridor of 3 to 7 places over 60 to 120 days.

    With ``binding=False`` no capacity or throughput ever binds (there is none, or an immense one); with
    ``binding=True`` there are small ones, at least one of them on the only way out of the first place.
    """
    count = draw(st.integers(3, 7))
    names = [f"p{i}" for i in range(count)]
    draft = _Draft(draw(_groups()))
    held = [i > 0 and draw(st.booleans()) for i in range(count - 1)]
    for i, name in enumerate(names[:-1]):
        _draw_place(draw, draft, names, i, held[i], binding)
        if held[i]:
            _draw_held(draw, draft, name, binding)
    draft.stocks += [stock(f"{names[-1]}.here"), stock("p0.home"), stock(f"{names[-1]}.dead")]
    _draw_events(draw, draft, names, held)
    _draw_people(draw, draft)
    return small_corridor(
        draft.stocks, draft.flows, draft.parameters, routes=draft.routes, groups=draft.groups,
        days=draw(st.integers(60, 120)), name="generated",
    )  # fmt: skip


@st.composite
def _groups(draw: st.DrawFn) -> list[Group]:
    pairs = [(n, h) for n in NATIONALITIES for h in HOUSEHOLDS]
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    return [group(n, h, size) for (n, h), size in zip(pairs, sizes, strict=False)]


def _stay(draw: st.DrawFn) -> tuple[int, int]:
    """Mean stay in days and its stages: short and simple first, so that examples shrink to them."""
    stages = draw(st.sampled_from((1, 2, 4, 7)))
    return stages * draw(st.integers(1, 5)), stages


def _limit(draw: st.DrawFn, binding: bool, tight: int) -> float | None:
    """A throughput or a capacity, or none."""
    if not draw(st.booleans()):
        return None
    return float(draw(st.integers(1, tight))) if binding else NEVER_BINDS


def _draw_place(draw: st.DrawFn, draft: _Draft, names: list[str], i: int, held: bool, binding: bool) -> None:
    """``<place>.here``: onwards to the next place, maybe by a shortcut, into ``held``, or home."""
    name, last = names[i], len(names) - 1
    targets = [i + 1]
    if i + 2 <= last and draw(st.booleans()):
        targets.append(draw(st.integers(i + 2, last)))
    ways = []
    for j in targets:
        days, stages = _stay(draw)
        way = route(name, names[j], days, stages, throughput=_limit(draw, binding, 60))
        draft.routes.append(way)
        ways.append(_Way(f"go.{way.id}", f"{names[j]}.here", "travel", way.id))
    home = _Way(f"home.{name}", "p0.home", "turn_back")
    if held:
        ways += [_Way(f"hold.{name}", f"{name}.held", "detention"), home]
    elif i > 0 and draw(st.booleans()):
        ways.append(home)
    spare = home.id if home in ways and draw(st.booleans()) else None
    capacity = _limit(draw, binding, 400) if i > 0 else None
    here = stock(f"{name}.here", capacity=capacity, overflow=capacity is not None and draw(st.booleans()))
    always = float(draw(st.integers(1, 60))) if binding and i == 0 else None
    limits = {way.id: always or _limit(draw, binding, 60) for way in ways if way.id != home.id}
    _draw_ways(draw, draft, here, ways, limits, spare)


def _draw_held(draw: st.DrawFn, draft: _Draft, name: str, binding: bool) -> None:
    """``<place>.held``: a stay, then home or back to ``here``."""
    capacity = _limit(draw, binding, 100)
    room = stock(f"{name}.held", capacity=capacity, overflow=False)
    ways = [
        _Way(f"removed.{name}", "p0.home", "removal"),
        _Way(f"freed.{name}", f"{name}.here", "renewed_attempt"),
    ]
    limits = {ways[0].id: _limit(draw, binding, 30)}
    _draw_ways(draw, draft, room, ways, limits, None)


def _draw_ways(
    draw: st.DrawFn,
    draft: _Draft,
    out_of: Stock,
    ways: list[_Way],
    limits: dict[str, float | None],
    spare: str | None,
) -> None:
    """Add the stock and its flows: all by share after a stay, or all by daily hazards.

    Shares are sometimes the table's, sometimes one set for each nationality in the parameters.
    """
    by_share = draw(st.booleans())
    weights = _weights(draw, len(ways))
    rates: list[dict[str, float]]
    if not by_share:
        leaving = draw(st.integers(1, 19)) / 20
        rates = [{"daily_probability": weight * leaving} for weight in weights]
    elif draw(st.booleans()):
        rates = [{"share": weight} for weight in weights]
    else:
        rates = [{} for _ in ways]
        for nationality in sorted({g.nationality for g in draft.groups}):
            for way, weight in zip(ways, _weights(draw, len(ways)), strict=True):
                draft.parameters.append(parameter("share", weight, way.id, group=nationality))
    if by_share:
        days, stages = _stay(draw)
        out_of = out_of.model_copy(update={"stay_days": float(days), "stay_stages": stages})
    draft.stocks.append(out_of)
    for way, rate in zip(ways, rates, strict=True):
        over = spare if way.id != spare else None
        draft.flows.append(
            flow(
                way.id,
                out_of.id,
                way.to_stock,
                way.kind,
                route=way.route,
                overflow_flow=over,
                throughput=limits.get(way.id),
                **rate,
            )
        )


def _weights(draw: st.DrawFn, count: int) -> list[float]:
    """Positive shares that sum to one."""
    drawn = [draw(st.integers(1, 9)) for _ in range(count)]
    return [weight / sum(drawn) for weight in drawn]


def _draw_events(draw: st.DrawFn, draft: _Draft, names: list[str], held: list[bool]) -> None:
    """Deaths and interdictions on some routes; now and then a hazard that only one household has."""
    for way in draft.routes:
        i = names.index(way.to_place)
        if draw(st.booleans()):
            share = draw(st.integers(1, 20)) / 100
            draft.flows.append(
                flow(f"die.{way.id}", None, f"{names[-1]}.dead", "death", from_route=way.id, share=share)
            )
        if draw(st.booleans()):
            into = f"{names[i]}.held" if i < len(held) and held[i] else "p0.home"
            share = draw(st.integers(1, 60)) / 100
            met = flow(f"met.{way.id}", None, into, "interdiction", from_route=way.id, share=share)
            draft.flows.append(met)
    one = draft.groups[0].household
    if draw(st.booleans()):
        first = draft.stocks[0]
        room = max(1.0 - _leaving(draft, first), 0.0)
        give_up = flow(
            "give_up", first.id, "p0.home", "turn_back", groups=(one,), daily_probability=min(room, 0.05) / 2
        )
        draft.flows.append(give_up)


def _leaving(draft: _Draft, out_of: Stock) -> float:
    """Largest part of a stock that leaves on a day."""
    ended = out_of.stay_stages / out_of.stay_days if out_of.stay_days is not None else 0.0
    return ended + sum(f.daily_probability or 0.0 for f in draft.flows if f.from_stock == out_of.id)


def _draw_people(draw: st.DrawFn, draft: _Draft) -> None:
    """Departures of every group, one perhaps with others from February on; some people already on the way."""
    origin = "p0.here"
    monthly = st.integers(30, 3000)
    draft.parameters.append(parameter("departures", draw(monthly), origin))
    special = draft.groups[-1].id
    february = START.replace(month=2)
    if draw(st.booleans()):
        until = february - dt.timedelta(days=1)
        early = parameter("departures", draw(monthly), origin, group=special, valid_to=until)
        later = parameter("departures", draw(monthly), origin, group=special, valid_from=february)
        draft.parameters += [early, later]
    if draw(st.booleans()):
        # a whole number of units of every size from 1 to 4
        people = 12.0 * draw(st.integers(1, 50))
        roomy = [item.id for item in draft.stocks if item.state == "here" and item.capacity is None]
        draft.parameters.append(parameter("initial", people, draw(st.sampled_from(roomy))))
    spread = [
        ("departure_sd_common", draw(st.sampled_from((0.0, 0.1, 0.2)))),
        ("departure_sd_own", draw(st.sampled_from((0.0, 0.1)))),
        ("departure_damping", draw(st.sampled_from((1.0, 0.8)))),
        ("departure_shock_df", 6.0),
        ("departure_dispersion", draw(st.sampled_from((1000.0, 5.0)))),
    ]
    draft.parameters += [parameter(name, value) for name, value in spread]


@st.composite
def with_switches(draw: st.DrawFn, corridor: Corridor) -> Corridor:
    """The corridor with one or two triggers, base measures that name them, and one to three base events.

    No measure adds room, and nobody comes from outside to a stock with a capacity.
    """
    series = draw(
        st.lists(st.sampled_from([f.id for f in corridor.flows]), min_size=1, max_size=3, unique=True)
    )
    seen = Observation(
        id="seen", name="seen", name_es="seen", dataset="none", flows=tuple(series), counting_point="here"
    )
    count = draw(st.integers(1, 2))
    return corridor.model_copy(
        update={
            "observations": (seen,),
            "triggers": tuple(draw(_trigger(f"t{i}", corridor)) for i in range(count)),
            "measures": tuple(
                draw(_switched(i, f"t{i % count}", corridor)) for i in range(draw(st.integers(count, 3)))
            ),
            "events": tuple(draw(_event(f"e{i}", corridor)) for i in range(draw(st.integers(1, 3)))),
        }
    )


@st.composite
def _trigger(draw: st.DrawFn, name: str, corridor: Corridor) -> Trigger:
    off = draw(st.integers(0, 50))
    shortest = draw(st.integers(1, 10))
    looks_at = draw(st.none() | st.sampled_from([item.id for item in corridor.stocks]))
    return Trigger(
        id=name, name=name, name_es=name, stock=looks_at, observation=None if looks_at else "seen",
        window_days=draw(st.integers(1, 7)), on_above=off + draw(st.integers(1, 20)), off_below=off,
        day_above=draw(st.none() | st.integers(20, 200)), off_days=draw(st.integers(1, 3)), min_days=shortest,
        max_days=draw(st.none() | st.integers(shortest, 20)),
        days_per_year=tuple(draw(st.lists(st.integers(1, 60), max_size=2))), source=SOURCE,
    )  # fmt: skip


@st.composite
def _switched(draw: st.DrawFn, number: int, trigger: str, corridor: Corridor) -> Measure:
    lever, unit, strength = draw(
        st.sampled_from(
            [
                ("mexican_enforcement", "ratio", 1.8),
                ("asylum_rules", "ratio", 0.5),
                ("detention_capacity", "people", -20.0),
            ]
        )
    )
    begin = START + dt.timedelta(days=draw(st.integers(0, 30)))
    return Measure(
        id=f"m{number}", name="m", name_es="m", actor="nobody", lever=lever, unit=unit, strength=strength,
        start=begin, end=draw(st.none() | st.just(begin + dt.timedelta(days=40))), trigger=trigger,
        ramp_days=draw(st.integers(0, 10)), decay_days=draw(st.integers(0, 10)), known_from=START,
        grade="assumed", in_base=True, source=SOURCE,
    )  # fmt: skip


@st.composite
def _event(draw: st.DrawFn, name: str, corridor: Corridor) -> Event:
    ways = [item.id for item in corridor.flows if item.from_stock]
    given: dict[str, str] = {"flow": draw(st.sampled_from(ways))}
    if draw(st.booleans()):
        given = {"stock": "p0.here", "group": draw(st.sampled_from([item.id for item in corridor.groups]))}
    return Event(
        id=name, name=name, name_es=name, start=START + dt.timedelta(days=draw(st.integers(0, 50))),
        days=draw(st.integers(1, 20)), people=draw(st.integers(0, 3000)), known_from=START, in_base=True,
        source=SOURCE, **given,
    )  # fmt: skip


def with_extra_place(corridor: Corridor) -> Corridor:
    """The same corridor and one more place, with people of its own who go to an end of their own."""
    extra = small_corridor(
        [stock("zz.here", stay_days=3), stock("zz.out")],
        [flow("zz.leave", "zz.here", "zz.out", share=1)],
        [parameter("departures", 500, "zz.here")],
        groups=corridor.groups,
    )
    return corridor.model_copy(
        update={
            "places": (*extra.places, *corridor.places),
            "stocks": (*extra.stocks, *corridor.stocks),
            "flows": (*extra.flows, *corridor.flows),
            "parameters": (*extra.parameters, *corridor.parameters),
        }
    )
