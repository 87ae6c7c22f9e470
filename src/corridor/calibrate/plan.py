"""What a corridor wants fitted: ``calibration/plan.yaml``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError

from corridor.model import Corridor, Declared, Fault, InputError, did_you_mean
from corridor.model.declared import Identifier


class FittedField(Declared):
    """A parameter that varies by month and is fitted to published series.

    ``departures``: log intensity of every group that enters (at ``stocks``, if any are named). ``odds``: the share of ``flows`` against
    their siblings. ``hazard``: the journey hazard of flows off routes. ``scale``: a share, in
    proportion. ``coverage``: the part of the true events that the one observation counts.
    """

    id: Identifier
    method: Literal["departures", "odds", "hazard", "scale", "rare", "pool", "coverage"]
    observations: tuple[Identifier, ...]
    flows: tuple[Identifier, ...] = ()
    stocks: tuple[Identifier, ...] = ()
    """Of departures: the stocks whose departures it moves, and which nothing else feeds into its observations;
    empty means all. So ways that start apart and are counted apart are fitted apart."""
    by: tuple[Literal["nationality", "household"], ...] = ()
    lag_days: Annotated[float, Field(ge=0, le=365)] = 0
    """Mean days from the parameter's effect to the observation."""
    smooth: Annotated[float, Field(ge=0)] = 0.1
    """Ratio of observation variance to random-walk variance of the log parameter, a stated prior."""
    bounds: tuple[float, float] = (0.0, 1.0)
    since: dt.date | None = None
    """First month that a ``pool`` moves."""
    source: str


class CalibrationPlan(Declared):
    """Fields to fit, in order, and the months they are fitted on."""

    start: dt.date
    """First day of the run; the fields are fitted from ``fit_from``, after a spin-up."""
    fit_from: dt.date
    iterations: Annotated[int, Field(ge=1, le=1000)] = 60
    fields: tuple[FittedField, ...]
    target: Identifier
    """The observation whose past forecast errors set the spread of departures."""
    anchor: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How far the central path beyond what is known is moved to the target's last published total: 0 leaves
    departures at their last fitted level, 1 keeps the total where it was."""


def _twice(plan: CalibrationPlan) -> Iterator[tuple[str, str]]:
    """Departures of one stock that two fields would move, the second undoing the first."""
    seen: dict[str, str] = {}
    moving = [field for field in plan.fields if field.method == "departures"]
    for field in moving:
        if not field.stocks and len(moving) > 1:
            yield field.id, "moves all departures, and another field moves some: name the `stocks` of each"
        for stock in field.stocks:
            if stock in seen:
                yield field.id, f"departures of {stock!r} are fitted by {seen[stock]!r} already"
            seen.setdefault(stock, field.id)


def read_plan(path: Path, corridor: Corridor) -> CalibrationPlan:
    """Read and check a plan; raises InputError with every fault."""
    name = f"{path.parent.parent.name}/calibration/{path.name}"
    if not path.exists():
        raise InputError(
            f"{corridor.settings.id!r} has no calibration/plan.yaml, so there is nothing to fit",
            hint="declare the fields to fit there, or give every parameter in parameters.csv",
        )
    try:
        plan = CalibrationPlan.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: not readable as YAML", hint=str(error).splitlines()[0]) from None
    except ValidationError as error:
        faults = [Fault(name, None, ".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
        raise InputError(f"{name} has {len(faults)} faults", faults=faults) from None
    faults = []
    observations = {o.id for o in corridor.observations}
    flows = {flow.id for flow in corridor.flows}
    stocks = {stock.id for stock in corridor.stocks}
    for field in plan.fields:
        for used, known, what in (
            (field.observations, observations, "observation"),
            (field.flows, flows, "flow"),
            (field.stocks, stocks, "stock"),
        ):
            for item in used:
                if item not in known:
                    faults.append(
                        Fault(name, None, field.id, f"unknown {what} {item!r}", did_you_mean(item, known))
                    )
        if field.stocks and field.method != "departures":
            faults.append(
                Fault(name, None, field.id, "only departures are fitted by stock", "leave `stocks` out")
            )
    faults += [Fault(name, None, field, message) for field, message in _twice(plan)]
    counted = {o.id for o in corridor.observations if o.flows}
    if plan.target in observations and plan.target not in counted:
        hint = "name an observation of flows: departures cannot be read off people who stay"
        faults.append(Fault(name, None, "target", f"{plan.target!r} counts a stock", hint))
    if plan.target not in observations:
        hint = did_you_mean(plan.target, observations)
        faults.append(Fault(name, None, "target", f"unknown observation {plan.target!r}", hint))
    if faults:
        raise InputError(f"{name} has {len(faults)} faults", faults=faults)
    return plan
