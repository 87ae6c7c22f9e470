"""Forecasters by name, each with its model card: one registration in one file of ``corridor.forecast.forecasters``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Protocol

import yaml

from corridor._version import __version__
from corridor.forecast.result import Forecast
from corridor.forecast.view import View
from corridor.model import InputError, did_you_mean

TEAM = "corridor"
LICENSE = "not stated"
"""Of a forecast, until whoever publishes it says otherwise."""
STEP_WORDS: Mapping[str, str] = {"day": "Daily", "week": "Weekly", "month": "Monthly"}


class Forecaster(Protocol):
    """A model that forecasts every series of a view."""

    @property
    def id(self) -> str:
        """Name of the model, as in tables."""
        ...

    def fit_predict(self, view: View, horizons: Sequence[int]) -> Forecast:
        """Forecast ``horizons`` steps after the last published one, from the view alone."""
        ...


@dataclass(frozen=True)
class ModelCard:
    """What a reader of a model's forecasts must know; :meth:`text` has the keys that hubverse names."""

    team: str
    model: str
    name: str
    methods: str
    data: str
    intended_use: str
    limits: str
    license: str = LICENSE
    version: str = __version__

    @property
    def id(self) -> str:
        """``team-model``, as in file names."""
        return f"{self.team}-{self.model}"

    def text(self) -> str:
        """The card as YAML, keys as hubverse names them."""
        fields = {
            "team_abbr": self.team, "model_abbr": self.model, "model_name": self.name,
            "model_version": self.version, "license": self.license, "methods": self.methods,
            "data_inputs": self.data, "intended_use": self.intended_use, "limits": self.limits,
            "designated_model": True,
        }  # fmt: skip
        return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100)


@dataclass(frozen=True)
class Registration:
    """A forecaster, what its card says of it, and how it is made."""

    id: str
    methods: str
    make: Callable[[], Forecaster]
    limits: str = ""
    needs: str = ""
    """What a forecaster needs that a name alone does not give; it is then made elsewhere."""


_REGISTERED: dict[str, Registration] = {}


def register(
    id: str, *, methods: str, limits: str = "", needs: str = ""
) -> Callable[[Callable[[], Forecaster]], Callable[[], Forecaster]]:
    """Register a forecaster under a name: a decorator of the function that makes it.

    Parameters
    ----------
    id
        Name in tables, files and ``--model``; the forecaster's ``id`` is the same.
    methods
        How it forecasts, in one or two sentences, for its model card.
    limits
        What a reader must not conclude, beside what holds for every forecast of counts.
    needs
        What it needs beside a view, if it cannot be made by its name alone.

    Raises
    ------
    ValueError
        If the name is taken.
    """

    def keep(make: Callable[[], Forecaster]) -> Callable[[], Forecaster]:
        if id in _REGISTERED:
            raise ValueError(f"a forecaster {id!r} is registered already")
        _REGISTERED[id] = Registration(id, methods, make, limits, needs)
        return make

    return keep


@cache
def registered() -> Mapping[str, Registration]:
    """Every forecaster by name: each module of ``corridor.forecast.forecasters`` registers its own."""
    package = import_module("corridor.forecast.forecasters")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return MappingProxyType(_REGISTERED)


def model_ids() -> tuple[str, ...]:
    """Names of the forecasters that can be made by name."""
    return tuple(sorted(name for name, entry in registered().items() if not entry.needs))


def forecaster(name: str) -> Forecaster:
    """A forecaster by name, one of :func:`model_ids`.

    Raises
    ------
    InputError
        If there is none of that name, or what it needs is missing.
    """
    entry = registered().get(name)
    if entry is None:
        hint = did_you_mean(name, model_ids()) or ", ".join(model_ids())
        raise InputError(f"there is no model {name!r}", hint=hint)
    return entry.make()


def card_for(model: str, forecast: Forecast | None = None) -> ModelCard:
    """The card of a registered forecaster, and with ``forecast`` what was true of that one.

    Raises
    ------
    InputError
        If no forecaster of that name is registered.
    """
    entry = registered().get(model)
    if entry is None:
        raise InputError(f"there is no model {model!r}", hint=did_you_mean(model, registered()))
    step = STEP_WORDS.get(forecast.view.panel.step, "") if forecast else ""
    counts = f"{step} counts" if step else "Counts"
    methods = entry.methods
    if forecast is not None and (members := members_of(forecast)):
        methods = f"{methods} Members of this forecast: {', '.join(members)}."
    return ModelCard(
        team=TEAM,
        model=model.replace("-", "_"),
        name=f"Corridor {model}",
        methods=methods,
        data=f"{counts} of the publishers that the dataset names, as they were public on the origin date; "
        "revisions are unknown, so past forecasts are pseudo-real-time.",
        intended_use="Planning of reception, staff and shelter from aggregate counts.",
        limits="Counts are events, not persons. Not for decisions on persons, nor for interdiction. "
        "A change of policy that is not known on the origin date is in the width of the intervals at best."
        + (f" {entry.limits}" if entry.limits else ""),
    )


def members_of(forecast: Forecast) -> tuple[str, ...]:
    """Models that a combination was made of; empty for a model that combines none."""
    return tuple(dict.fromkeys(name for weights in forecast.weights.values() for name in weights))
