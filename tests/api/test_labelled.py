"""Labelled arrays, against xarray and pandas."""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.model import InputError, LabelledArray

DAYS = tuple(dt.date(2024, 1, 30) + dt.timedelta(days=n) for n in range(4))
MONTHS = (dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1))
COORDS = {"member": (0, 1, 2), "date": DAYS, "place": ("border.queue", "border.waiting")}
NUMBERS = np.random.default_rng(3).normal(100.0, 30.0, (3, 4, 2))
ARRAY = LabelledArray(
    "people", "people", ("member", "date", "place"), COORDS, NUMBERS, {"seed": 1, "scenario": "a"}
)
OTHER = xr.DataArray(
    NUMBERS,
    {"member": [0, 1, 2], "date": np.array(DAYS, dtype="datetime64[ns]"), "place": list(COORDS["place"])},
    ("member", "date", "place"),
)


def by_month() -> LabelledArray:
    return LabelledArray("n", "people", ("month",), {"month": MONTHS}, np.array([1.0, 2.0, 4.0]))


def choices(dim: str):
    labels = st.sampled_from(COORDS[dim])
    return labels | st.lists(labels, min_size=1, max_size=3)


def as_xarray(dim: str, wanted):
    if dim != "date":
        return wanted
    return [np.datetime64(d) for d in wanted] if isinstance(wanted, list) else np.datetime64(wanted)


@settings(max_examples=60)
@given(st.data(), st.sets(st.sampled_from(list(COORDS))))
def test_what_is_selected_is_what_xarray_selects(data, dims):
    wanted = {dim: data.draw(choices(dim)) for dim in sorted(dims)}
    expected = OTHER.sel({dim: as_xarray(dim, value) for dim, value in wanted.items()})
    found = ARRAY.sel(**wanted)
    assert found.dims == expected.dims and found.shape == expected.shape
    np.testing.assert_array_equal(found.values, expected.values)


@given(st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_a_slice_holds_both_its_ends(first, last):
    expected = OTHER.sel(date=slice(np.datetime64(first), np.datetime64(last)))
    found = ARRAY.sel(date=slice(first.isoformat(), last))
    np.testing.assert_array_equal(found.values, expected.values)


def test_a_month_is_its_days_or_its_first_day():
    assert ARRAY.sel(date="2024-01").coords["date"] == DAYS[:2]
    assert ARRAY.sel(date="2024-02-01").dims == ("member", "place")
    assert ARRAY.sel(date=slice("2024-02", None)).coords["date"] == DAYS[2:]
    assert float(by_month().sel(month="2024-02")) == 2.0
    assert by_month().sel(month=slice("2024-02", "2024-03")).values.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("levels", [[0.5], [0.05, 0.5, 0.95]])
@pytest.mark.parametrize("over", ["member", "date"])
def test_quantiles_are_those_of_xarray(levels, over):
    found = ARRAY.quantiles(levels, over=over)
    expected = OTHER.quantile(levels, over).transpose(*("quantile" if d == over else d for d in OTHER.dims))
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-12)
    assert found.dims == expected.dims and found.coords["quantile"] == tuple(levels)


def test_sums_and_means_are_those_of_xarray():
    np.testing.assert_allclose(ARRAY.sum("place", "member").values, OTHER.sum(["place", "member"]).values)
    np.testing.assert_allclose(ARRAY.mean("date").values, OTHER.mean("date").values)
    assert float(ARRAY.sum()) == pytest.approx(float(OTHER.sum()))


def test_a_difference_is_by_label_and_says_what_of():
    other = LabelledArray("people", "people", ARRAY.dims, COORDS, NUMBERS + 7.0, {"seed": 1, "scenario": "b"})
    found = other - ARRAY
    np.testing.assert_allclose(found.values, 7.0)
    assert found.attributes == {"seed": 1, "scenario": "b − a"} and found.unit == "people"
    assert float((other / ARRAY).sel(member=0, date=DAYS[0], place="border.queue")) == pytest.approx(
        (NUMBERS[0, 0, 0] + 7.0) / NUMBERS[0, 0, 0]
    )
    assert (other / ARRAY).unit == "1"
    np.testing.assert_allclose((ARRAY * 2 - 1 + 3).values, NUMBERS * 2 + 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": "USD"}, "people and USD are different units"),
        ({"attributes": {"seed": 2}}, "seed 1 and of seed 2 share no noise"),
        (
            {"coords": {**COORDS, "place": ("x", "y")}},
            "labels differ: border.queue, border.waiting against x, y",
        ),
        ({"dims": ("date", "member", "place"), "values": NUMBERS.transpose(1, 0, 2)}, "different dimensions"),
    ],
)
def test_arrays_that_do_not_fit_are_not_combined(change, words):
    fields = {"name": "other", "unit": "people", "dims": ARRAY.dims, "coords": COORDS, "values": NUMBERS,
              "attributes": {"seed": 1}}  # fmt: skip
    with pytest.raises(InputError) as caught:
        ARRAY - LabelledArray(**{**fields, **change})
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_quantiles_of_two_seeds_can_be_compared():
    other = LabelledArray("people", "people", ARRAY.dims, COORDS, NUMBERS, {"seed": 2, "scenario": "a"})
    np.testing.assert_allclose((ARRAY.quantiles([0.5]) - other.quantiles([0.5])).values, 0.0)


def test_every_unknown_name_is_a_fault_with_the_nearest():
    with pytest.raises(InputError) as caught:
        ARRAY.sel(place=["border.queu", "border.waitin"], dat="2024-01-30", member=9)
    faults = caught.value.faults
    assert [(fault.column, fault.hint) for fault in faults] == [
        ("dat", "did you mean 'date'?"),
        ("member", "known: 0, 1, 2"),
        ("place", "did you mean 'border.queue'?"),
        ("place", "did you mean 'border.waiting'?"),
    ]
    with pytest.raises(InputError, match="2024-01-30, 2024-01-31, 2024-02-01, 2024-02-02"):
        ARRAY.sel(date="2025-01-01")
    with pytest.raises(InputError, match="no dimension 'plac'"):
        ARRAY.sum("plac")
    with pytest.raises(InputError, match="not probabilities"):
        ARRAY.quantiles([50])


def test_a_long_table_holds_every_number_once():
    frame = ARRAY.sel(member=[2, 0]).to_polars()
    assert frame.columns == ["member", "date", "place", "value", "unit"]
    assert frame.height == 16 and frame["unit"].unique().to_list() == ["people"]
    row = frame.filter(member=2, date=DAYS[3], place="border.queue")
    assert row["value"].to_list() == [NUMBERS[2, 3, 0]]


def test_pandas_and_xarray_know_units_and_coordinates():
    frame = ARRAY.to_pandas()
    assert frame.attrs == {"name": "people", "unit": "people", "seed": 1, "scenario": "a"}
    assert pd.api.types.is_datetime64_any_dtype(frame["date"])
    expected = OTHER.to_series().rename("value")
    found = frame.set_index(["member", "date", "place"])["value"]
    pd.testing.assert_series_equal(found, expected, check_index_type=False)
    xr.testing.assert_equal(ARRAY.to_xarray(), OTHER)
    assert ARRAY.to_xarray().attrs["units"] == "people"


@pytest.mark.parametrize("package", ["pandas", "xarray"])
def test_without_the_extra_the_error_names_it(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)  # an import of it now fails
    with pytest.raises(InputError) as caught:
        getattr(ARRAY, f"to_{package}")()
    assert (
        str(caught.value)
        == f"this needs {package}, which is not installed\nhint: pip install 'corridor[notebook]'"
    )


def test_the_numbers_cannot_be_changed_by_hand():
    mine = np.zeros(3)
    array = LabelledArray("n", "people", ("month",), {"month": MONTHS}, mine)
    with pytest.raises(ValueError, match="read-only"):
        array.values[0] = 1.0
    mine[0] = 1.0  # the caller's own array stays the caller's
    with pytest.raises(ValueError, match="do not fit"):
        LabelledArray("n", "people", ("month",), {"month": MONTHS}, np.zeros(4))


def test_it_shows_its_dimensions_and_first_rows():
    assert repr(ARRAY) == "LabelledArray(people, people: member 3 × date 4 × place 2)"
    assert repr(by_month().sum()) == "LabelledArray(n, people: 7)"
    text = ARRAY._repr_html_()
    assert "12 of 24 rows" in text and "border.waiting" in text and "2024-01-30" in text
    assert np.asarray(ARRAY).shape == (3, 4, 2) and len(ARRAY) == 3
