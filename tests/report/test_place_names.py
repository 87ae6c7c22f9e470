"""Two places of one name can be told apart wherever the page lists them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from make_run import MANIFEST

from corridor.formats import open_corridor
from corridor.model.distinct import distinct_names
from corridor.report import RunFolder
from corridor.report.sections.base import RunView
from repository import ROOT


@pytest.mark.parametrize(
    ("places", "names"),
    [
        ([("a", "Yuma", "USA", None), ("b", "Tijuana", "MEX", None)], ["Yuma", "Tijuana"]),
        ([("a", "San Luis", "MEX", "n"), ("b", "San Luis", "GTM", "n")], ["San Luis (MEX)", "San Luis (GTM)"]),
        ([("a", "San Luis", "MEX", "n"), ("b", "san luis", "MEX", "s")], ["San Luis (n)", "san luis (s)"]),
        ([("a", "San Luis", "MEX", None), ("b", "San Luis", "MEX", None)], ["San Luis (a)", "San Luis (b)"]),
        # three of one name: the one abroad by its country, the others by their area
        ([("a", "X", "MEX", "n"), ("b", "X", "MEX", "s"), ("c", "X", "USA", "n")], ["X (a)", "X (s)", "X (USA)"]),
    ],
)  # fmt: skip
def test_what_follows_in_brackets(places: list[tuple[str, str, str, str | None]], names: list[str]) -> None:
    assert list(distinct_names(places).values()) == names


def test_the_map_and_every_list_of_a_report_tell_them_apart(tmp_path: Path) -> None:
    row = {"kind": "transit", "zone": "z", "lat": 1.0, "lon": 1.0, "tag": "observed", "source": "s"}
    places = pl.DataFrame(
        [
            {"id": "one", "name": "Saint Louis", "name_es": "San Luis", "country": "USA", **row},
            {"id": "two", "name": "San Luis", "name_es": "San Luis", "country": "MEX", **row},
        ]
    )
    view = RunView(RunFolder.write(tmp_path / "run", {"places": places}, MANIFEST))
    assert view.place("one") == {"en": "Saint Louis", "es": "San Luis (USA)"}
    assert view.place("two") == {"en": "San Luis", "es": "San Luis (MEX)"}


def test_a_corridor_is_drawn_with_both() -> None:
    """Once, one of two places of a name was left out of the sketch."""
    corridor = open_corridor(ROOT / "examples" / "strait")
    named = corridor.places[0].model_copy(update={"name": corridor.places[1].name})
    same = corridor.model_copy(update={"places": (named, *corridor.places[1:])})
    assert same._repr_html_().count("<circle") == len(corridor.places)
