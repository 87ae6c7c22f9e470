"""A dataset: one published series with its sources, its lag and what is missing in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from corridor.data.vintages import standing
from corridor.model import Gap, InputError, Source, did_you_mean, html
from corridor.model.datasets import Absent
from corridor.model.periods import Frequency, Kind


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """One tidy series.

    ``table`` has the columns ``date`` (first day of the period: the Monday of a week, or the day), the ``dims``
    (strings, blank where the publisher gives none), ``value`` and ``known_from`` (the day on which the
    row was public). A period without any row is unknown. A combination of dimensions that is absent from a
    published period counts zero or is unknown, as ``absent`` says, unless one of ``gaps`` covers it.
    """

    id: str
    title: str
    unit: str
    frequency: Frequency
    dims: tuple[str, ...]
    lag_days: int
    """Days from the end of a period to its publication; 0 where each row has its own date."""
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    table: pl.DataFrame
    gaps: tuple[Gap, ...] = ()
    additive: bool = True
    """Whether rows of one date may be summed (false where totals and parts stand together)."""
    counted: Mapping[str, tuple[str, ...]] | None = None
    """Which rows count people or events, by values of columns; empty means all, ``None`` means none."""
    kind: Kind = "flow"
    """``flow`` counts events during a period and may be summed over time; ``stock`` is a level on a date (a
    census), which is averaged or read at the end of a period and never summed over time."""
    stock_rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Rows of a flow's table that are stocks all the same, by values of columns."""
    absent: Absent = "unknown"
    """What a combination of dimensions means that is absent from a published period."""
    all_codes: Mapping[str, tuple[str, ...]] | None = None
    """Codes of each dimension before an as-of date hid some of the rows."""
    vintages: pl.DataFrame | None = None
    """Where figures were revised: every figure with the day from which it stood; ``table`` has the last ones."""

    def __repr__(self) -> str:
        until = f"known until {self.known_until}" if self.known_until else "empty"
        return f"Dataset({self.id!r}, {self.unit} per {self.frequency}, {self.table.height} rows, {until})"

    def _repr_html_(self) -> str:
        facts = {
            "id": self.id, "unit": f"{self.unit} per {self.frequency}", "known until": self.known_until,
            "dimensions": self.dims, "published": "; ".join(source.publisher for source in self.sources),
            "license": "; ".join(dict.fromkeys(source.license for source in self.sources)),
        }  # fmt: skip
        line = ""
        if self.additive and self.frequency in ("month", "year") and self.table.height:
            line = html.sparkline(self.total()["value"].to_list(), label="last")
        shown = self.table.tail(html.ROWS)
        return html.card(
            self.title, facts, line, html.table(shown.columns, shown.iter_rows(), self.table.height)
        )

    @property
    def known_until(self) -> dt.date | None:
        """First day of the last period with a row; ``None`` if the table is empty."""
        last = self.table["date"].max()
        return last if isinstance(last, dt.date) else None

    @property
    def provisional_from(self) -> dt.date | None:
        """First of the last two periods, which publishers revise later; no earlier vintages are kept."""
        dates = self.table["date"].unique().sort()
        return dates[-min(2, dates.len())] if dates.len() and self.frequency == "month" else None

    def as_of(self, date: dt.date) -> Dataset:
        """The dataset as it was public on ``date``: the rows with ``known_from <= date``.

        Where vintages are kept, a period has the figure that stood on that day; elsewhere figures are those
        of the only edition, and revisions are not undone.
        """
        codes = {dim: self.codes(dim) for dim in self.dims}
        if self.vintages is None:
            return replace(self, table=self.table.filter(pl.col("known_from") <= date), all_codes=codes)
        known = self.vintages.filter(pl.col("known_from") <= date)
        return replace(self, table=standing(known, self.dims), vintages=known, all_codes=codes)

    def codes(self, dim: str) -> tuple[str, ...]:
        """Every code of a dimension in order, also of rows that an as-of date hides; `InputError` if there is none."""
        self._check_dims([dim])
        if self.all_codes is not None:
            return self.all_codes[dim]
        return tuple(self.table[dim].unique().sort()) if dim in self.table.columns else ()

    def kind_of(self, where: Mapping[str, Sequence[str]]) -> Kind:
        """Whether the rows that match ``where`` are a flow or a stock."""
        if self.stock_rows and all(
            dim in where and set(where[dim]) <= set(values) for dim, values in self.stock_rows.items()
        ):
            return "stock"
        return self.kind

    def total(self) -> pl.DataFrame:
        """Sum over the dimensions: ``date, value``.

        Raises
        ------
        InputError
            If the rows of one date may not be summed.
        """
        return self.grouped(())

    def grouped(self, by: Sequence[str]) -> pl.DataFrame:
        """Sums by date and the dimensions ``by``: ``date, *by, value, known_from``; ``total`` drops the last.

        Raises
        ------
        InputError
            On an unknown dimension, or if the rows of one date may not be summed.
        """
        if not self.additive:
            raise InputError(
                f"{self.id}: rows of one date may not be summed, since totals or different measures stand together",
                hint=f"filter the table by its dimensions: {', '.join(self.dims)}",
            )
        self._check_dims(by)
        keys = ["date", *by]
        columns = [pl.col("value").sum()]
        if by:
            columns.append(pl.col("known_from").max())
        return self.table.group_by(keys).agg(columns).sort(keys)

    def _check_dims(self, names: Sequence[str] | Mapping[str, object]) -> None:
        for name in names:
            if name not in self.dims:
                raise InputError(
                    f"{self.id} has no dimension {name!r}",
                    hint=did_you_mean(name, self.dims) or "it has no dimensions",
                )
