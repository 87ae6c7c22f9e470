"""Sabotage that must be seen: shares of sectors frozen, lags ignored, later errors in the widths, the state a tenth too large.

A member given another's draw is seen in test_coupled_solve.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from corridor.calibrate import read_calibration
from corridor.data import load
from corridor.engine import run_member
from corridor.forecast import Forecast, Panel, View, forecaster, standard_subjects
from corridor.forecast.coupled.draws import area_draws
from corridor.forecast.engine import compile_forecast
from corridor.forecast.sets import SECTORS
from corridor.formats import find_corridor, open_corridor

AS_OF = dt.date(2023, 12, 31)


@pytest.fixture(scope="module")
def us(panels: dict[str, Panel]) -> Forecast:
    view = View.at(standard_subjects(panels)["us"], AS_OF, panels)
    return forecaster("combined").fit_predict(view, (1, 2, 3, 4, 5, 6))


def test_shares_of_sectors_are_not_frozen(us: Forecast) -> None:
    """On twelve dates of 2023 the log share of a sector was missed by 0.37 (rms) a month ahead and by 0.67 half a year ahead; with
    one draw for all months, or one for all members, they would not move."""
    areas = area_draws(us, us.periods, 200)
    assert areas is not None
    at = [areas.areas.index(name) for name in SECTORS]
    people = areas.values[:-1][:, :, at]
    shares = np.log((people + 1.0) / people.sum(axis=2, keepdims=True))
    spread = np.sqrt((shares.std(axis=0) ** 2).mean(axis=1))  # by month
    assert spread[0] > 0.2 and spread[5] > 0.4 and spread[5] > 1.5 * spread[0]
    walk = shares[:, 5] - shares[:, 0]
    assert np.sqrt((walk.std(axis=0) ** 2).mean()) > 0.2  # no fixed draw that a member keeps


@pytest.mark.parametrize(
    ("day", "last"),
    [(dt.date(2023, 12, 31), dt.date(2023, 11, 1)), (dt.date(2024, 1, 15), dt.date(2023, 11, 1)),
     (dt.date(2024, 1, 26), dt.date(2023, 12, 1))],
)  # fmt: skip
def test_publication_lags_are_kept(panels: dict[str, Panel], day: dt.date, last: dt.date) -> None:
    """December's 301,981 encounters were published on 26 January 2024 (the panel reckons with the usual lag); nobody had them on the 15th."""
    view = View.at(standard_subjects(panels)["us"], day, panels)
    assert view.last == last
    total = view.panel.values[:, view.panel.series.index("total")]
    assert (301_981.0 in total.tolist()) == (last == dt.date(2023, 12, 1))


def later_times_three(panel: Panel, last: dt.date) -> Panel:
    """The panel with every count after a month three times as large."""
    values = panel.values.copy()
    values[[month > last for month in panel.months]] *= 3.0
    return replace(panel, values=values)


def test_later_errors_do_not_leak_into_the_widths(panels: dict[str, Panel]) -> None:
    """Counts that nobody had yet may be anything: the forecast, widths and all, stays bit for bit."""

    def darien(given: Mapping[str, Panel]) -> Forecast:
        subject = standard_subjects(given)["darien"]
        return forecaster("combined").fit_predict(View.at(subject, AS_OF, given), (1, 3))

    known = View.at(standard_subjects(panels)["darien"], AS_OF, panels).last
    plain, later = (
        darien(panels),
        darien(dict(panels) | {"darien": later_times_three(panels["darien"], known)}),
    )
    assert np.array_equal(plain.quantiles, later.quantiles, equal_nan=True)
    before = dict(panels) | {"darien": later_times_three(panels["darien"], dt.date(2023, 5, 1))}
    assert not np.array_equal(
        plain.quantiles, darien(before).quantiles, equal_nan=True
    )  # the sabotage reaches it


def test_a_state_a_tenth_too_large_is_seen() -> None:
    """The fitted state gives the count of the last known month, November 2023, to 3 %; a tenth more people does not."""
    folder = find_corridor("americas")
    corridor, fitted = open_corridor("americas"), read_calibration(folder / "calibration", AS_OF)
    table = load("us_southwest_encounters").as_of(AS_OF).table
    month = fitted.known_until
    counted = float(table.filter(table["date"] == month)["value"].sum())
    flows = next(o for o in corridor.observations if o.id == "us_total").flows

    def expected(factor: float) -> float:
        state = {name: factor * units for name, units in fitted.state.items()}
        compiled = compile_forecast(corridor, replace(fitted, state=state), None, end=dt.date(2023, 12, 31))
        at = [compiled.index.flow[flow] for flow in flows]
        return float(run_member(compiled, None).monthly_flow[compiled.months.index(month), at].sum())

    assert expected(1.0) == pytest.approx(counted, rel=0.03)
    assert expected(1.1) > 1.05 * counted
