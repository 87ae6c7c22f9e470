"""What the parameters of a run are called: places, kinds of step, levers, zones and groups, never their ids."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from corridor.formats import open_corridor
from corridor.report.sections.assumptions import group_words, target_words
from corridor.report.sections.evidence import point_name
from corridor.study.influence import _targets


class View:
    """Names of places, and of one series."""

    def __init__(self) -> None:
        places = open_corridor("americas").places
        self.labels = {o.id: o.name for o in open_corridor("americas").observations}
        self.names = {p.id: {"en": p.name, "es": p.name_es or p.name} for p in places}

    def place(self, code: str) -> dict[str, str]:
        return self.names[code]

    def name(self, item: str) -> dict[str, str]:
        return {"en": self.labels.get(item, item), "es": f"Nombre de {item}"}


@pytest.fixture(scope="module")
def view() -> Any:
    return View()


@pytest.mark.parametrize(
    ("row", "english", "spanish"),
    [
        ({"target": "x", "from_place": "tijuana", "to_place": "", "kind": "renewed_attempt"}, "Tijuana, renewed attempt", "Tijuana, nuevo intento"),
        ({"target": "x", "from_place": "ciudad_juarez", "to_place": "tijuana", "kind": "bus"}, "Ciudad Juárez → Tijuana, by bus", "Ciudad Juárez → Tijuana, en autobús"),
        ({"target": "x", "from_place": "denver", "to_place": "", "kind": "census"}, "Denver, in the care of the city", "Denver, al cuidado de la ciudad"),
        ({"target": "death, mexico_north"}, "recorded deaths, northern Mexico", "muertes registradas, el norte de México"),
        ({"target": "shelter_rules"}, "Shelter rules", "Reglas de albergues"),
        ({"target": ""}, "", ""),
        ({"target": None}, "", ""),
    ],
)  # fmt: skip
def test_where_a_parameter_acts(view: Any, row: dict[str, Any], english: str, spanish: str) -> None:
    found = target_words(view, row)
    assert found["en"] == english
    assert found["es"] == spanish


@pytest.mark.parametrize(
    ("group", "english", "spanish"),
    [
        ("VEN", "Venezuela", "Venezuela"),
        ("MEX.single +23", "Mexico, single adults, and 23 more", "México, adultos solos, y 23 más"),
        ("family +1", "families, and 1 more", "familias, y 1 más"),
        (" +1", "1 row and 1 more", "1 fila y 1 más"),
        ("", "", ""),
    ],
)
def test_whom_a_parameter_concerns(group: str, english: str, spanish: str) -> None:
    assert group_words(group) == {"en": english, "es": spanish}


def test_every_target_of_the_shipped_corridor_has_words(view: Any) -> None:
    """As the table ``targets`` gives them: no id, in neither language."""
    corridor = open_corridor("americas")
    pointed = {row.target for row in corridor.parameters if row.target}
    known = {row["target"]: row for row in _targets(corridor, sorted(pointed)).iter_rows(named=True)}
    for target in pointed:
        if target in view.labels:  # a series, by its name
            continue
        for text in target_words(view, {"target": target} | known.get(target, {})).values():
            assert not re.search(r"\w_\w|\w\.\w", text.replace("D. C.", "")), (target, text)


def test_targets_are_told_apart_from_what_they_are_not() -> None:
    """Three by hand from flows.csv, stocks.csv and routes.csv; a lever is in none of them."""
    corridor = open_corridor("americas")
    route = corridor.routes[0]
    found = _targets(corridor, ["denver.census", "shelter_rules", route.id, "venezuela.to_darien"])
    assert found.rows() == [
        ("denver.census", "denver", "", "census"),
        (route.id, route.from_place, route.to_place, route.mode),
        ("venezuela.to_darien", "venezuela", "darien", "travel"),
    ]
    assert found.schema == pl.Schema(dict.fromkeys(("target", "from_place", "to_place", "kind"), pl.String))


def test_a_score_by_nationality_says_so(view: Any) -> None:
    assert point_name(view, "us_total_ten")["en"] == "Encounters at the US southwest border, by nationality"
    assert point_name(view, "us_total")["es"] == "Nombre de us_total"
