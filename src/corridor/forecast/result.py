"""A forecast: quantiles and draws, with their labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.forecast.scores import LEVELS
from corridor.forecast.view import View
from corridor.model import InputError, LabelledArray, html
from corridor.model.arrays import Floats
from corridor.model.labelled import Selector

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

_SUMMARY = (0.025, 0.1, 0.5, 0.9, 0.975)


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """Quantiles and, where the series are parts of a total, coherent samples.

    ``quantiles`` has shape ``(horizons, series, levels)``, at the 23 levels, in the units of the panel;
    NaN where the model has no forecast. ``samples`` has shape ``(horizons, draws, leaves)`` (the total is
    the sum over the leaves), or is ``None``. ``weights`` are the members' at the last row, by group.

    Examples
    --------
    >>> import corridor
    >>> found = corridor.forecast("honduras_entries", as_of="2023-12-31", horizon=2, model="upstream")
    >>> found.sel(series="total").dims
    ('quantile', 'period')
    >>> [str(month) for month in found.periods]
    ['2023-12-01', '2024-01-01']
    """

    model: str
    view: View
    horizons: tuple[int, ...]
    quantiles: Floats
    samples: Floats | None = None
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    shown: tuple[str, ...] | None = None
    """Series that were asked for; ``None`` means all of the panel."""
    unit: str = "people"
    holidays: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Effects of holiday weeks on the log of the counts, by series and holiday; empty where none is clear."""

    def __repr__(self) -> str:
        periods = self.periods
        return (
            f"Forecast({self.view.subject!r} by {self.model!r}, as of {self.view.as_of}, {periods[0]} to "
            f"{periods[-1]}, {len(self.series)} series; {self.unit})"
        )

    def _repr_html_(self) -> str:
        facts = {"model": self.model, "as of": self.view.as_of, "last published": self.view.last}
        facts |= {"step": self.view.panel.step, "unit": self.unit}
        table = self.labelled().sel(quantile=_SUMMARY)
        rows = [
            (name, period, *table.sel(series=name, period=period))
            for name in self.series
            for period in self.periods
        ]
        columns = ["series", "period", *(f"{100 * level:g} %" for level in _SUMMARY)]
        return html.card(f"Forecast of {self.view.subject}", facts, html.table(columns, rows, len(rows)))

    # -- with labels -------------------------------------------------------------------------------

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the series that are shown and have a forecast."""
        names = self.view.panel.series
        at = {name: self.quantiles[:, i] for i, name in enumerate(names)}
        return tuple(name for name in self.shown or names if not np.isnan(at[name]).all())

    @property
    def periods(self) -> tuple[dt.date, ...]:
        """First day of each month (or week) that is forecast."""
        return tuple(self.view.target(horizon) for horizon in self.horizons)

    @property
    def attributes(self) -> dict[str, str | int | None]:
        """What the numbers rest on."""
        return {"dataset": self.view.subject, "model": self.model, "as_of": self.view.as_of.isoformat()}

    def labelled(self) -> LabelledArray:
        """Quantiles (quantile, period, series); NaN where the model has no forecast."""
        columns = self.view.panel.columns(self.series)
        values = np.moveaxis(self.quantiles[:, columns], 2, 0)
        return self._labelled("quantile", LEVELS.tolist(), values, self.series)

    def members(self) -> LabelledArray:
        """Draws of the parts and of their total, (member, period, series); they add up in each member.

        Raises
        ------
        InputError
            If the forecast has no draws: its series are no parts of a total.
        """
        if self.samples is None:
            raise InputError(
                f"the forecast of {self.view.subject!r} by {self.model!r} has no draws",
                hint="split it, for example by=('nationality',), or use its quantiles",
            )
        draws = np.moveaxis(self.samples, 1, 0)
        names, total = list(self.view.leaves), self.view.total
        if total is not None:
            names, draws = [total, *names], np.concatenate([draws.sum(axis=2, keepdims=True), draws], axis=2)
        kept = [names.index(name) for name in self.series if name in names]
        return self._labelled("member", range(len(draws)), draws[:, :, kept], [names[i] for i in kept])

    def sel(self, **labels: Selector) -> LabelledArray:
        """Quantiles by label: ``quantile``, ``period``, ``series``; see :meth:`LabelledArray.sel`."""
        return self.labelled().sel(**labels)

    def named(self, shown: Sequence[str], unit: str) -> Forecast:
        """The same forecast with the series that are to be shown, and its unit."""
        return replace(self, shown=tuple(shown), unit=unit)

    def _labelled(
        self, dim: str, labels: Sequence[Any], values: Floats, names: Sequence[str]
    ) -> LabelledArray:
        coords = {dim: tuple(float(x) if dim == "quantile" else x for x in labels), "period": self.periods}
        return LabelledArray(
            self.view.subject, self.unit, (*coords, "series"), {**coords, "series": tuple(names)}, values,
            self.attributes,
        )  # fmt: skip

    def to_polars(self) -> pl.DataFrame:
        """Quantiles as a long table; see :meth:`LabelledArray.to_polars`."""
        return self.labelled().to_polars()

    def to_pandas(self) -> pd.DataFrame:
        """Quantiles as a long table; see :meth:`LabelledArray.to_pandas`."""
        return self.labelled().to_pandas()

    def to_xarray(self) -> xr.DataArray:
        """Quantiles as an ``xarray.DataArray``; see :meth:`LabelledArray.to_xarray`."""
        return self.labelled().to_xarray()
