"""The census balance: weekly arrivals, cohorts by length of stay, exits; fitted to dated figures.

The state of a place of reception is estimated by an ensemble Kalman filter (Evensen 2003,
https://doi.org/10.1007/s10236-003-0036-9): the census by household type and week of arrival, the weekly
arrivals, and the parameters of the length of stay. Each week

    leavers of age a = census of age a * (1 - exp(-rate * relative rate of the type * w(a)))
    w(a) = (a + 1)^k - a^k                       (discrete Weibull; k = 1: geometric)

A permit clock multiplies the rate from its age on; a stay limit lets a share of those above it leave each week.
Arrivals and exit rate follow random walks on the log scale. Members are divided into groups, each with its own
volatility; groups are weighed by how well they predicted the figures one by one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corridor.model.arrays import Floats
from corridor.reception.figures import Figure

WEEK = dt.timedelta(weeks=1)
AGES = 78
"""Weeks of stay that are told apart; the last holds all longer ones."""


@dataclass(frozen=True)
class StayLimit:
    """A rule that stays end after ``days``, for newcomers and residents alike, from ``start`` on."""

    start: dt.date
    days: int
    households: tuple[str, ...] = ()
    """Types it binds; empty for all."""
    share: float | None = None
    """Share of those above it who leave in a week; ``None``: as the figures say, from a wide prior."""
    ask_again: float | None = None
    """Share who ask again at each limit and stay for another; all others leave then. It takes the place of ``share``."""
    ramp_days: int = 0
    """Days over which that share rises evenly to its whole."""
    known_from: dt.date | None = None
    """Day on which it was public; ``None``: ``start``."""

    def known_on(self, day: dt.date) -> bool:
        """Whether it had been announced."""
        return (self.known_from or self.start) <= day


@dataclass(frozen=True)
class Prior:
    """What is assumed before any figure is seen; chosen on Chicago (docs/reception.md)."""

    stay_days: float = 150.0
    stay_spread: float = 0.7
    """Standard deviation of the log of the mean stay."""
    arrivals_spread: float = 0.6
    """The same of arrivals about what would keep the census as it is."""
    shape_spread: float = 0.15
    relative_spread: float = 0.3
    share_spread: float = 0.5
    limit_share: float = 0.02
    """Share of those above a limit who leave in a week."""
    limit_spread: float = 1.5
    """Standard deviation of its log odds."""
    clock_days: int = 180
    clock_effect: float = 1.2
    """Rate after the permit clock over that before."""
    clock_spread: float = 0.2
    arrival_steps: tuple[float, ...] = (0.03, 0.1, 0.3)
    """Standard deviations of a week's change of the log of arrivals."""
    exit_steps: tuple[float, ...] = (0.02, 0.1)
    """The same of the exit rate."""
    damping: tuple[float, ...] = (0.04, 0.2)
    """Part of the gap between arrivals and what would keep the census that closes in a week: how fast trends fade."""
    exit_return: float = 0.05
    """Part of the gap between the exit rate and its usual level that closes in a week."""
    tails: float = 5.0
    """Degrees of freedom of the weekly changes of a path (Student's t, one scale for each path)."""
    census_error: float = 0.01
    """Relative error of a census that is not rounded: definitions, time of day."""
    weak_error: float = 0.03
    flow_error: float = 0.15
    """Relative error of weekly arrivals and exits: who is counted differs."""
    even: float = 0.05
    """Part of the weight that is shared evenly by the groups, whatever their scores."""


@dataclass(frozen=True)
class Plan:
    """What the balance is made of: household types and the rules on stays."""

    households: tuple[str, ...] = ("",)
    relative_rates: tuple[float, ...] = (1.0,)
    """Prior exit rate of each type over that of the first."""
    limits: tuple[StayLimit, ...] = ()
    prior: Prior = field(default_factory=Prior)
    members: int = 40
    """Members of each group."""
    seed: int = 1


@dataclass(frozen=True, eq=False)
class State:
    """The ensemble on a day; the first axis of every array is the member.

    ``cohorts`` is (member, type, week of stay) people; ``arrivals`` and ``rate`` are logs of people a week and
    of the weekly exit rate, which returns to ``usual``; ``shares`` the log odds of each type among arrivals.
    """

    day: dt.date
    cohorts: Floats
    arrivals: Floats
    rate: Floats
    usual: Floats
    shares: Floats
    relative: Floats
    shape: Floats
    limit: Floats
    clock: Floats
    steps: Floats
    """(member, 3): volatility of arrivals and of the exit rate; damping."""

    def census(self) -> Floats:
        """People by member and type."""
        return self.cohorts.sum(axis=2)

    def vector(self) -> Floats:
        """What a figure may correct, (member, quantity)."""
        parts = [np.log(np.maximum(self.census(), 1e-3)), self.arrivals[:, None], self.rate[:, None], self.shares,
                 self.relative, self.shape[:, None], self.limit[:, None], self.clock[:, None],
                 self.usual[:, None]]  # fmt: skip
        return np.concatenate(parts, axis=1)

    def moved(self, change: Floats) -> State:
        """The state with a change of :meth:`vector` added."""
        k = self.cohorts.shape[1]
        scale = np.exp(np.clip(change[:, :k], -3.0, 3.0))
        shares, relative = change[:, k + 2 : 2 * k + 2], change[:, 2 * k + 2 : 3 * k + 2]
        return replace(
            self, cohorts=self.cohorts * scale[:, :, None], arrivals=self.arrivals + change[:, k],
            rate=np.clip(self.rate + change[:, k + 1], -8.0, 1.0), shares=self.shares + shares,
            relative=self.relative + relative, shape=np.clip(self.shape + change[:, 3 * k + 2], -0.7, 0.7),
            limit=self.limit + change[:, 3 * k + 3], clock=self.clock + change[:, 3 * k + 4],
            usual=np.clip(self.usual + change[:, 3 * k + 5], -8.0, 1.0),
        )  # fmt: skip

    def take(self, members: NDArray[np.int64]) -> State:
        """The state of some members, which may be repeated."""
        names = (
            "cohorts",
            "arrivals",
            "rate",
            "usual",
            "shares",
            "relative",
            "shape",
            "limit",
            "clock",
            "steps",
        )
        return replace(self, **{name: getattr(self, name)[members] for name in names})


@dataclass(frozen=True, eq=False)
class Fitted:
    """The fitted balance on the as-of day."""

    plan: Plan
    state: State
    weights: Floats
    """Of each member: that of its group, shared out."""
    days: tuple[dt.date, ...]
    """Weeks from the first census to the as-of day."""
    history: Floats
    """Census on those days, (week, member, type)."""
    arrivals: Floats
    """People who came in the week before each day, (week, member)."""
    exits: Floats
    """People who left in it, (week, member)."""
    prior: Floats
    """:meth:`State.vector` on the first day, for what the figures have taught."""
    figures: tuple[Figure, ...]
    log_likelihood: float
    past: tuple[tuple[State, Floats], ...] = ()
    """State and members' weights after each of the last censuses, as the filter had them then."""


def advance(
    state: State, plan: Plan, rng: np.random.Generator, as_of: dt.date, arrivals: Floats | None = None,
    factor: float = 1.0, stay_days: float = 0.0,
) -> tuple[State, Floats, Floats]:  # fmt: skip
    """One week on: the state, arrivals (member,) and exits (member, type).

    ``arrivals`` replaces the model's own; limits are in force only if they were known on ``as_of``. ``factor``
    multiplies arrivals, ``stay_days`` is added to the mean stay. Arrivals drift to what would keep the census
    at the usual exit rate without any limit, so that they do not answer a lever on stays.
    """
    day = state.day + WEEK
    members, _k, _ages = state.cohorts.shape
    noise = rng.standard_normal((members, 2)) * state.steps[:, :2]
    back = plan.prior.exit_return * (state.usual - state.rate)
    rate = np.clip(state.rate + back + noise[:, 1], -8.0, 1.0)
    used = -np.log(np.maximum(np.exp(-rate) + stay_days / 7.0, 1.0 / 7.0)) if stay_days else rate
    gone = state.cohorts * exit_chances(replace(state, rate=used), plan, day, as_of)
    usual = state.cohorts * exit_chances(
        replace(state, rate=state.usual), replace(plan, limits=()), day, as_of
    )
    keeping = np.log(np.maximum(usual.sum(axis=(1, 2)), 1e-3))
    log_arrivals = state.arrivals + noise[:, 0] + state.steps[:, 2] * (keeping - state.arrivals)
    new = factor * (np.exp(np.minimum(log_arrivals, 18.0)) if arrivals is None else arrivals)
    stay = state.cohorts - gone
    cohorts = np.empty_like(stay)
    cohorts[:, :, 1:] = stay[:, :, :-1]
    cohorts[:, :, -1] += stay[:, :, -1]
    cohorts[:, :, 0] = new[:, None] * softmax(state.shares)
    return replace(state, day=day, cohorts=cohorts, arrivals=log_arrivals, rate=rate), new, gone.sum(axis=2)


def exit_chances(state: State, plan: Plan, day: dt.date, as_of: dt.date) -> Floats:
    """Chance to leave within the week, (member, type, week of stay)."""
    age = np.arange(state.cohorts.shape[2])
    power = np.exp(state.shape)[:, None]
    weight = (age + 1.0) ** power - age**power
    rate = np.exp(state.rate)[:, None] * weight
    rate = np.where(age * 7 >= plan.prior.clock_days, rate * np.exp(state.clock)[:, None], rate)
    chance = 1.0 - np.exp(-rate[:, None, :] * np.exp(state.relative)[:, :, None])
    share = 1.0 / (1.0 + np.exp(-state.limit))
    for limit in plan.limits:
        if limit.start <= day and limit.known_on(as_of):
            reached = min(1.0, ((day - limit.start).days + 7) / limit.ramp_days) if limit.ramp_days else 1.0
            leaving = share if limit.share is None else np.full_like(share, limit.share)
            above = (age * 7 >= limit.days).astype(np.float64)
            if limit.ask_again is not None:
                above, leaving = _at_a_limit(limit.days), np.full_like(share, 1.0 - limit.ask_again)
            bound = above[None, :] * (leaving * reached)[:, None]
            for column in _bound(limit, plan):
                chance[:, column] = 1.0 - (1.0 - chance[:, column]) * (1.0 - bound)
    return chance


def _at_a_limit(days: int) -> Floats:
    """Part of each week of stay that comes to a limit within the week: the first, or any later one, (week of stay,)."""
    age = np.arange(AGES)
    met = (age * 7 // days > (age - 1) * 7 // days).astype(np.float64)
    met[0], met[-1] = 0.0, min(1.0, 7.0 / days)  # the last week holds all longer stays
    return met


def _bound(limit: StayLimit, plan: Plan) -> list[int]:
    if not limit.households or plan.households == ("",):
        return list(range(len(plan.households)))
    return [i for i, name in enumerate(plan.households) if name in limit.households]


def softmax(odds: Floats) -> Floats:
    """Shares from log odds, by row."""
    odds = odds - odds.max(axis=1, keepdims=True)
    parts = np.exp(odds)
    return parts / parts.sum(axis=1, keepdims=True)


@dataclass(frozen=True, eq=False)
class Paths:
    """Joint draws of the weeks after the as-of day; row 0 is that day.

    ``census`` is (week, draw, type) people; ``arrivals`` and ``exits`` are people in the week before each day.
    """

    days: tuple[dt.date, ...]
    households: tuple[str, ...]
    census: Floats
    arrivals: Floats
    exits: Floats
    factor: Floats | None = None
    """By which the balance's own census was multiplied (:mod:`corridor.reception.combination`), (week, draw)."""

    @property
    def total(self) -> Floats:
        """Census of all types, (week, draw)."""
        return self.census.sum(axis=2)


def drawn_members(fitted: Fitted, draws: int, seed: int) -> NDArray[np.int64]:
    """Which member each draw starts from, by the members' weights, (draw,)."""
    return np.sort(np.random.default_rng([seed, 7]).choice(len(fitted.weights), size=draws, p=fitted.weights))


@dataclass(frozen=True, eq=False)
class Change:
    """What a lever changes in the weeks ahead; arrays are by week."""

    limits: tuple[StayLimit, ...] = ()
    arrivals: Floats | None = None
    """By which arrivals are multiplied."""
    stay_days: Floats | None = None
    """Days by which the mean stay changes; a stay is never under a day."""


NO_CHANGE = Change()


def simulate(
    fitted: Fitted, weeks: int, *, draws: int = 1000, seed: int = 1, arrivals: Floats | None = None,
    change: Change = NO_CHANGE, announced: dt.date | None = None,
) -> Paths:  # fmt: skip
    """Draw paths of the census; paths of one seed share their noise, whatever ``change`` says.

    Parameters
    ----------
    arrivals
        People a week from a forecast of the arrivals themselves, (week, draw); by default the balance's own.
    announced
        Limits of the plan announced later are left out; by default those after the as-of day.
    """
    rng = np.random.default_rng([seed, 8])
    state = fitted.state.take(drawn_members(fitted, draws, seed))
    tails = fitted.plan.prior.tails
    scale = np.sqrt(tails / rng.chisquare(tails, draws))[:, None]
    state = replace(state, steps=state.steps * np.concatenate([scale, scale, np.ones_like(scale)], axis=1))
    known = announced or state.day
    kept = tuple(limit for limit in fitted.plan.limits if limit.known_on(known))
    plan = replace(fitted.plan, limits=(*kept, *change.limits))
    last = max([state.day + (weeks + 1) * WEEK, *(limit.known_from or limit.start for limit in plan.limits)])
    census, came, left = [state.census()], [np.zeros(draws)], [np.zeros((draws, len(plan.households)))]
    for week in range(weeks):
        given = None if arrivals is None else arrivals[week]
        factor = 1.0 if change.arrivals is None else float(change.arrivals[week])
        days = 0.0 if change.stay_days is None else float(change.stay_days[week])
        state, new, gone = advance(state, plan, rng, last, given, factor, days)
        census.append(state.census())
        came.append(new)
        left.append(gone)
    days_ahead = tuple(fitted.state.day + week * WEEK for week in range(weeks + 1))
    return Paths(days_ahead, plan.households, np.stack(census), np.stack(came), np.stack(left))
