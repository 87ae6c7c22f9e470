"""What is asked to be forecast: any dataset, checked before a model sees it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from corridor.data import Dataset, load
from corridor.forecast import checked_view, quantile_table, standard_subjects, subject_of, summary_table
from corridor.forecast.models import NoChange, single
from corridor.forecast.registry import forecaster
from corridor.forecast.request import default_model, shown_series
from corridor.model import InputError
from corridor.model.periods import add_months

AS_OF = dt.date(2030, 1, 1)


def dataset(values, start=dt.date(2020, 1, 1), frequency="month", dims=(), **more) -> Dataset:
    """A dataset of one series, or of ``{name: values}`` along one dimension; ``None`` leaves a row out."""
    rows = []
    for name, series in values.items() if isinstance(values, dict) else [("", values)]:
        for i, value in enumerate(series):
            date = add_months(start, i) if frequency == "month" else start + dt.timedelta(days=i)
            if value is not None:
                rows.append(
                    {"date": date, **({dims[0]: name} if dims else {}), "value": value, "known_from": date}
                )
    table = pl.DataFrame(rows)
    return Dataset("mine", "Mine", "people", frequency, dims, 0, (), (), table, **more)


def faults(values, as_of=AS_OF, horizon=3, **more) -> str:
    subject, panels = subject_of(dataset(values, **more))
    with pytest.raises(InputError) as caught:
        checked_view(subject, panels, as_of, (horizon,))
    return " / ".join([caught.value.message, *(str(f) for f in caught.value.faults)])


def test_faults_are_named():
    assert "2 counts are known on 2030-01-01" in faults([5, 7])
    assert "every count known on 2030-01-01 is zero" in faults([0] * 20)
    assert "negative counts" in faults([5, -1] * 10)
    assert "a horizon of 30 months is longer than the history of 20" in faults([5, 6] * 10, horizon=30)
    assert "nothing was published by 2019-01-01" in faults([5, 6] * 10, as_of=dt.date(2019, 1, 1))
    # several at once
    both = faults([0] * 10, horizon=40)
    assert "zero" in both and "longer than the history" in both


def test_a_series_that_is_mostly_gap_is_a_fault():
    from corridor.model import Gap

    gap = Gap(start=dt.date(2020, 3, 1), end=dt.date(2022, 6, 1), note="not counted", where={})
    assert "28 of 40 months are missing" in faults([5, 6] * 20, gaps=(gap,))


def test_duplicates_points_and_unknown_dimensions_are_refused():
    twice = dataset([5, 6, 7])
    with pytest.raises(InputError, match="mine holds dated points of a flow"):
        subject_of(dataset([5, 6, 7], frequency="point"))
    with pytest.raises(InputError, match="no dimension 'sex'"):
        subject_of(twice, ("sex",))
    with pytest.raises(InputError, match="no dimension 'measur'"):
        subject_of(load("usbp_daily_apprehensions"), (), {"measur": ["max"]})
    with pytest.raises(InputError, match="may not be summed"):
        subject_of(load("usbp_daily_apprehensions"))


def test_dated_points_of_a_stock_are_periods_with_gaps():
    """Every second Wednesday: half of the weeks are known."""
    days = [value if i % 14 == 0 else None for i, value in enumerate(range(100, 300))]
    subject, _ = subject_of(dataset(days, frequency="point", kind="stock"))
    assert subject.panel.step == "week" and subject.panel.kind == "stock"
    assert subject.panel.values[:3, 0].tolist()[::2] == [100, 114] and np.isnan(subject.panel.values[1, 0])
    sparse = [value if i % 28 == 0 else None for i, value in enumerate(range(100, 500))]
    assert subject_of(dataset(sparse, frequency="point", kind="stock"))[0].panel.step == "month"


def test_a_series_by_itself_is_forecast_by_the_stack():
    subject, _ = subject_of(dataset(list(range(50, 90))))
    assert default_model(subject, ()) == "stacked"
    assert default_model(standard_subjects()["darien"], ()) == "combined"
    assert default_model(subject, ("sex",)) == "combined"


def test_daily_counts_are_forecast_by_whole_weeks():
    """1 January 2020 is a Wednesday: the first whole week begins on the 6th."""
    subject, panels = subject_of(dataset(list(range(200)), frequency="day"))
    assert subject.panel.step == "week"
    assert subject.panel.months[0] == dt.date(2020, 1, 6)
    assert subject.panel.values[0, 0] == sum(range(5, 12))
    assert subject.panel.months[-1] == dt.date(2020, 7, 6)  # the week of the 13th ends after day 199
    view = checked_view(subject, panels, AS_OF, (1, 2))
    forecast = single(NoChange()).fit_predict(view, (1, 2))
    assert summary_table(forecast)["month"].to_list() == [dt.date(2020, 7, 13), dt.date(2020, 7, 20)]


def test_parts_add_up_and_standard_datasets_bring_their_sources():
    subject, _ = subject_of(dataset({"a": [5, 6, 7] * 10, "b": [1, 0, 2] * 10}, dims=("kind",)), ("kind",))
    assert subject.leaves == ("a", "b")
    assert (subject.panel.values[:, 1:].sum(axis=1) == subject.panel.values[:, 0]).all()
    us, panels = subject_of(load("us_southwest_encounters"), ("nationality",))
    assert us.sources == ("honduras", "darien") and set(panels) >= set(us.sources)
    narrow, none = subject_of(load("us_southwest_encounters"), (), {"component": ["usbp"]})
    assert narrow.sources == () and none == {}
    view = checked_view(us, panels, dt.date(2024, 1, 10), (1,))
    assert shown_series(view, ()) == ["total"]
    assert len(shown_series(view, ("nationality",))) == 1 + len(us.leaves)
    assert len(shown_series(view, ("area",))) == 14


def test_as_of_hides_what_was_public_later():
    """The same figures come from a dataset cut by ``as_of`` as from the view of the whole."""
    for name, date in (
        ("mexico_encounters", dt.date(2023, 5, 31)),
        ("guatemala_returns", dt.date(2024, 2, 10)),
    ):
        whole, panels = subject_of(load(name))
        cut, fewer = subject_of(load(name).as_of(date))
        model = forecaster("no_change")
        a = model.fit_predict(checked_view(whole, panels, date, (1,)), (1,))
        b = model.fit_predict(checked_view(cut, fewer, date, (1,)), (1,))
        assert a.view.last == b.view.last
        assert quantile_table(a).equals(quantile_table(b))


def test_leaves_of_the_us_add_up_to_its_total(panels):
    us = standard_subjects(panels)["us"]
    parts = us.panel.values[:, us.panel.columns(us.leaves)].sum(axis=1)
    known = parts == parts
    assert known.sum() > 60
    assert parts[known] == pytest.approx(us.panel.values[known, 0])


def test_a_series_too_short_in_a_split_is_left_out_not_invented():
    values = {"long": [50 + i % 5 for i in range(40)], "new": [None] * 38 + [3, 4]}
    # two counts are too few; where the publisher leaves zeros out, the months without a row count zero
    for absent, shown in (("unknown", {"total", "long"}), ("zero", {"total", "long", "new"})):
        subject, panels = subject_of(dataset(values, dims=("kind",), absent=absent), ("kind",))
        view = checked_view(subject, panels, AS_OF, (1,))
        forecast = single(NoChange()).fit_predict(view, (1,))
        assert set(quantile_table(forecast)["series"]) == shown
