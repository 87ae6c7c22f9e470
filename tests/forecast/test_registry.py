"""Every forecaster has its own card, and one file adds another."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import numpy as np
import pytest

from corridor.forecast import LEVELS, Panel, Subject, View, card_for, forecaster, model_ids, register
from corridor.forecast.models import NoChange, single
from corridor.forecast.registry import _REGISTERED, members_of, registered
from corridor.model import InputError
from corridor.model.periods import add_months
from repository import ROOT

LIBRARY = {"theta", "ets", "arima", "ces", "seasonal_naive"}


def small_view(step: str = "month") -> View:
    rng = np.random.default_rng(5)
    start = dt.date(2018, 1, 1)
    dates = [add_months(start, i) if step == "month" else start + dt.timedelta(weeks=i) for i in range(60)]
    values = 500 * np.exp(np.cumsum(0.1 * rng.standard_normal((60, 2)), axis=0))
    panel = Panel(tuple(dates), ("a", "b"), values, 0, step)  # pyrefly: ignore
    return View.at(Subject("two", panel, {"all": ("a", "b")}), dt.date(2024, 1, 1))


def test_the_names_are_those_of_the_documentation() -> None:
    page = (ROOT / "docs" / "forecast.md").read_text("utf-8")
    table = page[page.index("| `--model`") : page.index("**Upstream regression.**")]
    said = set(
        re.findall(r"`([a-z_]+)`", "".join(line.split("|")[1] for line in table.splitlines() if "|" in line))
    )
    assert said - {"corridor"} == set(model_ids())
    assert set(registered()) == {*model_ids(), "corridor"}


@pytest.mark.parametrize(
    "name", ["combined", "reference", "upstream", "no_change", "corridor", *sorted(LIBRARY)]
)
def test_a_card_speaks_of_its_own_model(name: str) -> None:
    card = card_for(name)
    assert card.model == name and len(card.methods) > 40
    # the card of "spread" said "of statsforecast"
    assert ("of statsforecast" in card.methods) == (name in LIBRARY)
    others = [card_for(other).methods for other in registered() if other != name]
    assert card.methods not in others
    assert card.license == "not stated"


def test_unknown_names_have_near_ones() -> None:
    with pytest.raises(InputError, match="no model 'no_chang'") as caught:
        card_for("no_chang")
    assert caught.value.hint == "did you mean 'no_change'?"
    with pytest.raises(InputError, match="needs a calibrated corridor"):
        forecaster("corridor")
    with pytest.raises(ValueError, match="registered already"):
        register("reference", methods="again")(lambda: forecaster("reference"))


def test_a_card_tells_the_step_and_the_members_of_a_forecast() -> None:
    view = small_view("week")
    forecast = replace(
        forecaster("no_change").fit_predict(view, (1,)), weights={"all, h1": {"upstream": 1.0}}
    )
    card = card_for("combined", forecast)
    assert card.data.startswith("Weekly counts") and card.methods.endswith(
        "Members of this forecast: upstream."
    )
    assert "Theta and ETS." not in card.methods
    assert card_for("no_change").data.startswith("Counts of")
    assert members_of(replace(forecast, weights={})) == ()


def test_the_forecaster_of_the_documentation_is_one_file_and_works() -> None:
    page = (ROOT / "docs" / "forecast.md").read_text("utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", page, re.S) if "halfway" in block)
    before = registered()
    assert "combined" in before
    _REGISTERED.pop("halfway", None)
    try:
        exec(compile(code, "halfway.py", "exec"), {})
        assert "halfway" in model_ids() and card_for("halfway").methods.startswith("Half of the last")
        view = small_view()
        found = forecaster("halfway").fit_predict(view, (1,))
        # half of the last change, on the log scale, is the median
        z = np.log(view.panel.values + 10)
        expected = np.exp(z[-1] + (z[-1] - z[-2]) / 2) - 10
        assert found.quantiles[0, :, 11] == pytest.approx(expected)
    finally:
        _REGISTERED.pop("halfway", None)


def test_a_change_that_is_not_known_is_no_change() -> None:
    class Unknowing:
        id = "unknowing"

        def shifts(self, view: View, horizons: tuple[int, ...]) -> np.ndarray:
            change = np.zeros((len(horizons), *view.panel.values.shape))
            change[:, -1, 0] = np.nan
            return change

    view = small_view()
    found = single(Unknowing()).fit_predict(view, (1,)).quantiles
    unmoved = single(NoChange()).fit_predict(view, (1,)).quantiles
    assert found[0, 0, np.flatnonzero(LEVELS == 0.5)[0]] == pytest.approx(view.panel.values[-1, 0], rel=0.01)
    np.testing.assert_array_equal(found, unmoved)
