"""An array whose dimensions, coordinates and unit are named."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.model import html
from corridor.model.errors import Fault, InputError, did_you_mean
from corridor.model.mapped import BLOCK, by_blocks, release

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

Label = str | int | float | dt.date
Selector = Label | slice | Sequence[Label]
"""One label (the dimension goes), several (it stays, in this order), or a slice with both ends included."""
Values = npt.NDArray[Any]

MEMBER = "member"
QUANTILE = "quantile"
DEFAULT_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class LabelledArray:
    """Numbers with named dimensions.

    ``values`` has one axis for each of ``dims``; ``coords[dim]`` are the labels along it. The numbers are
    read-only. ``attributes`` say what the numbers rest on (``corridor``, ``scenario``, ``seed``, ``as_of``).

    Raises
    ------
    ValueError
        If the shape of ``values`` is not that of the coordinates.

    Examples
    --------
    >>> import numpy as np
    >>> people = LabelledArray("people waiting", "people", ("member", "place"),
    ...     {"member": (0, 1, 2), "place": ("north", "south")}, np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]))
    >>> people.sel(place="north").values
    array([1., 2., 6.])
    >>> people.quantiles([0.5]).sel(quantile=0.5).to_polars()["value"].to_list()
    [2.0, 5.0]
    >>> people.sum("place")
    LabelledArray(people waiting, people: member 3)
    """

    name: str
    unit: str
    dims: tuple[str, ...]
    coords: Mapping[str, tuple[Label, ...]]
    values: Values
    attributes: Mapping[str, str | int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = np.asarray(self.values).view()
        wanted = tuple(len(self.coords[dim]) for dim in self.dims)
        if values.shape != wanted:
            raise ValueError(f"values of shape {values.shape} do not fit coordinates of shape {wanted}")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "coords", {dim: tuple(self.coords[dim]) for dim in self.dims})

    # -- what it is --------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return self.values.shape

    @property
    def sizes(self) -> dict[str, int]:
        """Length by name of dimension."""
        return dict(zip(self.dims, self.values.shape, strict=True))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Values:
        return np.array(self.values, dtype=dtype, copy=copy)

    def __float__(self) -> float:
        return float(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __repr__(self) -> str:
        sizes = " × ".join(f"{dim} {size}" for dim, size in self.sizes.items())
        return f"LabelledArray({self.name}, {self.unit}: {sizes or _number(self.values.item())})"

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {"unit": self.unit, **{str(k): v for k, v in self.attributes.items()}}
        facts |= {dim: _extent(self.coords[dim]) for dim in self.dims}
        table = self._head(html.ROWS)
        return html.card(self.name, facts, html.table(table.columns, table.iter_rows(), self.values.size))

    # -- selecting ---------------------------------------------------------------------------------

    def sel(self, **labels: Selector) -> LabelledArray:
        """The part with these labels.

        One label takes its dimension away, a list keeps the dimension in that order, a slice keeps the
        labels from its first to its last, both included. A date may be written as text; a month as text
        (``"2024-01"``) means its days in a dimension of days.

        Raises
        ------
        InputError
            With one fault for each unknown dimension or label, and the nearest known one.
        """
        faults: list[Fault] = []
        index: dict[str, int | list[int]] = {}
        for dim, wanted in labels.items():
            if dim not in self.coords:
                hint = did_you_mean(dim, self.dims)
                faults.append(Fault(self.name, None, dim, f"there is no dimension {dim!r}", hint))
                continue
            found = _Axis(self.name, dim, self.coords[dim]).positions(wanted, faults)
            if found is not None:
                index[dim] = found
        if faults:
            raise InputError(f"nothing was selected from {self.name!r}", faults=faults)
        return self._take(index)

    def _take(self, index: Mapping[str, int | list[int]]) -> LabelledArray:
        def taken(values: Values) -> Values:
            for axis in range(len(self.dims) - 1, 0, -1):  # from the last, so that no axis moves
                if self.dims[axis] in index:
                    values = np.take(values, index[self.dims[axis]], axis=axis)
            return values

        rows = index.get(self.dims[0]) if self.dims else None
        if rows is None:
            values = by_blocks(self.values, taken) if self.dims else self.values
        else:
            values = taken(self.values[[rows] if isinstance(rows, int) else rows])
            values = values[0] if isinstance(rows, int) else values
        coords: dict[str, tuple[Label, ...]] = {}
        for dim in self.dims:
            at = index.get(dim)
            if not isinstance(at, int):
                coords[dim] = self.coords[dim] if at is None else tuple(self.coords[dim][i] for i in at)
        return replace(self, dims=tuple(coords), coords=coords, values=values)

    # -- reducing ----------------------------------------------------------------------------------

    def sum(self, *dims: str) -> LabelledArray:
        """The sum over these dimensions (all of them where none is named)."""
        return self._reduce(dims or self.dims, lambda part, axes: part.sum(axis=axes, dtype=np.float64))

    def mean(self, *dims: str) -> LabelledArray:
        """The mean over these dimensions (all of them where none is named)."""
        return self._reduce(dims or self.dims, lambda part, axes: part.mean(axis=axes, dtype=np.float64))

    def quantiles(self, levels: Sequence[float] = DEFAULT_LEVELS, over: str = MEMBER) -> LabelledArray:
        """Quantiles over a dimension, whose place ``quantile`` takes; linear between order statistics.

        Raises
        ------
        InputError
            If there is no such dimension, or a level is not from 0 to 1.
        """
        axis = self._axis(over)
        if not len(levels) or not all(0.0 <= level <= 1.0 for level in levels):
            raise InputError(
                f"levels {list(levels)} are not probabilities", hint="for example 0.05, 0.5, 0.95"
            )
        found = _quantiles(self.values, list(levels), axis)
        dims = tuple(QUANTILE if dim == over else dim for dim in self.dims)
        coords = {**self.coords, QUANTILE: tuple(float(level) for level in levels)}
        return replace(
            self, dims=dims, coords={d: coords[d] for d in dims}, values=np.moveaxis(found, 0, axis)
        )

    def _axis(self, dim: str) -> int:
        if dim not in self.dims:
            raise InputError(f"{self.name!r} has no dimension {dim!r}", hint=did_you_mean(dim, self.dims))
        return self.dims.index(dim)

    def _reduce(self, dims: Sequence[str], how: Callable[[Values, tuple[int, ...]], Values]) -> LabelledArray:
        axes = tuple(self._axis(dim) for dim in dims)
        left = tuple(dim for dim in self.dims if dim not in dims)
        coords = {dim: self.coords[dim] for dim in left}
        whole = 0 in axes or not self.dims
        values = how(self.values, axes) if whole else by_blocks(self.values, lambda part: how(part, axes))
        release(self.values)
        return replace(self, dims=left, coords=coords, values=np.asarray(values))

    # -- arithmetic --------------------------------------------------------------------------------

    def __add__(self, other: LabelledArray | float) -> LabelledArray:
        return self._with(other, np.add, "+")

    def __sub__(self, other: LabelledArray | float) -> LabelledArray:
        """Member by member where both come from one seed, so that the noise they share cancels."""
        return self._with(other, np.subtract, "−")

    def __mul__(self, other: float) -> LabelledArray:
        return replace(self, values=self.values * other)

    def __truediv__(self, other: LabelledArray | float) -> LabelledArray:
        if not isinstance(other, LabelledArray):
            return replace(self, values=self.values / other)
        return replace(self._with(other, np.divide, "/"), unit="1")

    def _with(self, other: LabelledArray | float, how: np.ufunc, sign: str) -> LabelledArray:
        if not isinstance(other, LabelledArray):
            return replace(self, values=how(self.values, other))
        if faults := list(self._differences(other)):
            raise InputError(f"{self.name!r} {sign} {other.name!r} has no meaning", faults=faults)
        mine, theirs = self.attributes, other.attributes
        attributes: dict[str, str | int | None] = {}
        for key in (*mine, *(key for key in theirs if key not in mine)):
            a, b = mine.get(key), theirs.get(key)
            attributes[key] = a if a == b else f"{a} {sign} {b}"
        name = self.name if self.name == other.name else f"{self.name} {sign} {other.name}"
        values = how(np.asarray(self.values, dtype=np.float64), np.asarray(other.values, dtype=np.float64))
        return replace(self, name=name, values=values, attributes=attributes)

    def _differences(self, other: LabelledArray) -> Iterator[Fault]:
        """Why two arrays cannot be combined label by label."""
        if self.unit != other.unit:
            yield Fault(self.name, None, "unit", f"{self.unit} and {other.unit} are different units")
        if self.dims != other.dims:
            text = f"({', '.join(self.dims)}) and ({', '.join(other.dims)}) are different dimensions"
            yield Fault(self.name, None, None, text, "select or sum until they are alike")
            return
        for dim in self.dims:
            a, b = self.coords[dim], other.coords[dim]
            if a != b:
                text = f"labels differ: {_extent(a)} against {_extent(b)}"
                yield Fault(self.name, None, dim, text, f"select the same {dim} of both")
        a, b = self.attributes.get("seed"), other.attributes.get("seed")
        if MEMBER in self.dims and a != b:
            text = f"members of seed {a} and of seed {b} share no noise"
            yield Fault(self.name, None, MEMBER, text, "take one seed for both, or compare quantiles")

    # -- other forms -------------------------------------------------------------------------------

    def to_polars(self) -> pl.DataFrame:
        """A long table: one column for each dimension, then ``value`` and ``unit``."""
        import polars as pl

        columns = {dim: self._column(dim) for dim in self.dims}
        frame = pl.DataFrame({**columns, "value": self.values.reshape(-1)}, strict=False)
        return frame.with_columns(unit=pl.lit(self.unit))

    def to_pandas(self) -> pd.DataFrame:
        """As :meth:`to_polars`, dates as ``datetime64``; ``attrs`` holds the unit and the attributes.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        pd = _extra("pandas")
        columns = {dim: pd.Series(self._column(dim)) for dim in self.dims}
        for dim in self._dated():
            columns[dim] = pd.to_datetime(columns[dim])
        frame: pd.DataFrame = pd.DataFrame({**columns, "value": self.values.reshape(-1), "unit": self.unit})
        frame.attrs.update(name=self.name, unit=self.unit, **self.attributes)
        return frame

    def to_xarray(self) -> xr.DataArray:
        """An ``xarray.DataArray`` with the same dimensions and coordinates; ``attrs["units"]`` is the unit.

        Raises
        ------
        InputError
            If xarray is not installed.
        """
        xr = _extra("xarray")
        coords = {dim: np.array(self.coords[dim]) for dim in self.dims}
        for dim in self._dated():
            coords[dim] = np.array(self.coords[dim], dtype="datetime64[ns]")
        attrs = {
            "units": self.unit,
            **{key: value for key, value in self.attributes.items() if value is not None},
        }
        found: xr.DataArray = xr.DataArray(
            np.array(self.values), coords, self.dims, name=self.name, attrs=attrs
        )
        return found

    def _dated(self) -> list[str]:
        return [d for d in self.dims if self.coords[d] and isinstance(self.coords[d][0], dt.date)]

    def _column(self, dim: str) -> list[Label]:
        """Labels of a dimension, one for each number in C order."""
        axis = self.dims.index(dim)
        inner, outer = math.prod(self.shape[axis + 1 :]), math.prod(self.shape[:axis])
        return [label for label in self.coords[dim] for _ in range(inner)] * outer

    def _head(self, rows: int) -> pl.DataFrame:
        """The first rows of the long table, without making the whole of it."""
        at: dict[str, int | list[int]] = {}
        left = rows
        for dim in reversed(self.dims):
            size = self.sizes[dim]
            at[dim] = list(range(min(size, left)))
            left = max(1, -(-left // max(size, 1)))
        return self._take(at).to_polars().drop("unit")


def _quantiles(values: Values, levels: Sequence[float], axis: int) -> Values:
    """Quantiles along an axis, first in the result; along the first axis of a large array in blocks of the other cells."""
    if axis or values.nbytes <= BLOCK:
        return np.quantile(np.asarray(values, dtype=np.float64), levels, axis=axis)
    cells = values.reshape(len(values), -1)
    out = np.empty((len(levels), cells.shape[1]))
    step = max(1, BLOCK // (8 * len(values)))
    for at in range(0, cells.shape[1], step):
        part = np.asarray(cells[:, at : at + step], dtype=np.float64)
        out[:, at : at + step] = np.quantile(part, levels, axis=0)
        release(values)
    return out.reshape(len(levels), *values.shape[1:])


@dataclass(frozen=True)
class _Axis:
    """One dimension, for finding positions of labels."""

    name: str
    dim: str
    labels: tuple[Label, ...]

    def positions(self, wanted: Selector, faults: list[Fault]) -> int | list[int] | None:
        """Position of one label, or positions of several; what is unknown goes to ``faults``."""
        if isinstance(wanted, slice):
            return self._between(wanted, faults)
        if isinstance(wanted, Sequence) and not isinstance(wanted, str):
            found = [self.positions(label, faults) for label in wanted]
            return [i for at in found if at is not None for i in ([at] if isinstance(at, int) else at)]
        days = self._days_of(wanted)
        if days:
            return days
        at = next((i for i, label in enumerate(self.labels) if self._same(label, wanted)), None)
        if at is None:
            faults.append(self._unknown(wanted))
        return at

    def _between(self, wanted: slice, faults: list[Fault]) -> list[int] | None:
        ends = [(wanted.start, 0, 0), (wanted.stop, len(self.labels) - 1, -1)]
        found: list[int] = []
        for label, default, which in ends:
            at = default if label is None else self.positions(label, faults)
            if at is not None:
                found.append(at if isinstance(at, int) else at[which])
        return list(range(found[0], found[1] + 1)) if len(found) == len(ends) else None

    def _days_of(self, wanted: Label) -> list[int]:
        """Days of a month given as text, in a dimension of days."""
        if not isinstance(wanted, str) or len(wanted) != len("2024-01") or not self._dated:
            return []
        if (
            all(label.day == 1 for label in self.labels if isinstance(label, dt.date))
            and len(self.labels) > 1
        ):
            return []
        return [i for i, label in enumerate(self.labels) if str(label).startswith(f"{wanted}-")]

    @property
    def _dated(self) -> bool:
        return bool(self.labels) and isinstance(self.labels[0], dt.date)

    def _same(self, label: Label, wanted: Label) -> bool:
        if isinstance(label, dt.date):
            if isinstance(wanted, dt.datetime):
                wanted = wanted.date()
            text = str(wanted)
            return label.isoformat() == (f"{text}-01" if len(text) == len("2024-01") else text)
        if isinstance(label, float) and isinstance(wanted, (int, float)):
            return math.isclose(label, wanted, abs_tol=1e-9)
        return label == wanted

    def _unknown(self, wanted: object) -> Fault:
        if self.labels and all(isinstance(label, str) for label in self.labels):
            names = [str(label) for label in self.labels]
            hint = (
                did_you_mean(str(wanted), names)
                or f"{len(names)} are known, such as {', '.join(names[:_SHOWN])}"
            )
        else:
            hint = f"known: {_extent(self.labels)}"
        return Fault(self.name, None, self.dim, f"there is no {self.dim} {str(wanted)!r}", hint)


def _extra(name: str) -> Any:
    """A package of the extra ``notebook``.

    Raises
    ------
    InputError
        If it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        hint = "pip install 'corridor[notebook]'"
        raise InputError(f"this needs {name}, which is not installed", hint=hint) from error


def _extent(labels: Sequence[Label]) -> str:
    if len(labels) <= _SHOWN:
        return ", ".join(map(str, labels))
    return f"{labels[0]} to {labels[-1]} ({len(labels)})"


def _number(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, (int, float)) else str(value)
