"""The tutorial notebook runs from top to bottom; every noun shows itself, and markup in data stays text."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor.claims import check_claims
from corridor.data import load
from corridor.engine import RunSpec, compile_corridor
from corridor.formats import open_corridor
from corridor.model import Corridor, Place, Provenance, Source
from corridor.model.html import card, sketch, sparkline, table
from corridor.study import RunFolder
from repository import ROOT

NOTEBOOK = ROOT / "docs" / "tutorial.ipynb"
HOSTILE = "<img src=x onerror=alert(1)>"
VOID = {"br", "img"}


class Balance(HTMLParser):
    """Tags that are open at the end, and every tag that was seen."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag


def well_formed(text: str) -> set[str]:
    reader = Balance()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader.seen


def run_cells(cells: list[dict[str, Any]]) -> list[Any]:
    """Execute code cells in one namespace; what the last expression of each gives, as a notebook would show."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for number, cell in enumerate(cells):
        tree = ast.parse("".join(cell["source"]), f"cell {number}")
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, f"cell {number}", "exec"), namespace)
        shown.append(
            eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), namespace) if last else None
        )
    return shown


@pytest.mark.slow
def test_the_tutorial_runs_and_its_nouns_show_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    shown = run_cells(cells)
    assert {"Corridor", "Dataset", "Scenario", "Measure", "Trajectories", "LabelledArray", "Forecast"} <= {
        type(value).__name__ for value in shown
    }
    for value in shown:
        if value is not None and not isinstance(value, pl.DataFrame):
            assert well_formed(value._repr_html_()) & {"b", "table"}
            assert len(repr(value)) < 200
    assert "encounters (" in capsys.readouterr().out


def test_a_corridor_is_drawn_with_every_place_and_route(tmp_path: Path) -> None:
    corridor = open_corridor("americas")
    text = corridor._repr_html_()
    assert text.count("<circle") == len(corridor.places)
    assert text.count("<line") == len({(r.from_place, r.to_place) for r in corridor.routes})
    assert repr(corridor).startswith("Corridor('americas', ")


def hostile_place() -> Place:
    return Place(
        id="x",
        name=HOSTILE,
        name_es=HOSTILE,
        country="MEX",
        kind="transit",
        lat=1,
        lon=1,
        tag="assumed",
        source=HOSTILE,
    )


def test_markup_in_data_stays_text() -> None:
    corridor = open_corridor("americas")
    changed = corridor.model_copy(update={"places": (*corridor.places, hostile_place())})
    source = Source(id="x", title=HOSTILE, publisher=HOSTILE, license=HOSTILE, grade="primary")
    frame = pl.DataFrame({HOSTILE: [HOSTILE]})
    run = RunFolder(
        Path("x"), {"name": HOSTILE, "command": HOSTILE, "as_of": "2023-12-31"}, {"labels": frame}
    )
    for value in (hostile_place(), changed, source, run, Provenance(HOSTILE, 1, "2023-12-31", {})):
        text = value._repr_html_()
        assert "img" not in well_formed(text), type(value)
        assert "&lt;img" in text
    assert "img" not in well_formed(table([HOSTILE], [[HOSTILE]]) + card(HOSTILE, {HOSTILE: HOSTILE}))
    assert "img" not in well_formed(sparkline([1, 2], label=HOSTILE))


def test_computed_nouns_show_themselves() -> None:
    corridor: Corridor = open_corridor("americas")
    spec = RunSpec(start=corridor.settings.start, end=corridor.settings.start.replace(month=12))
    nouns = [
        spec,
        compile_corridor(corridor, None, spec),
        *check_claims(corridor),
        load("ice_detention"),
        corridor.parameters[0],
    ]
    for noun in nouns:
        assert well_formed(noun._repr_html_())
    assert repr(nouns[1]).startswith("Compiled('americas', 'base', ")


def test_a_sparkline_puts_values_where_they_belong() -> None:
    """Zero lies at the bottom, the highest at the top, the points at equal steps."""
    text = sparkline([0, 50, 100], width=104, height=46)
    points = re.search(r"points='([^']+)'", text).group(1)
    assert [tuple(map(float, p.split(","))) for p in points.split()] == [(2, 43), (52, 23), (102, 3)]
    assert sparkline([1]) == "" and sparkline([float("nan"), 2]) == ""


def test_a_sketch_keeps_north_up_and_east_right() -> None:
    text = sketch({"south": (0, 0), "north east": (10, 10)}, [("south", "north east"), ("south", "nowhere")])
    (x0, y0), (x1, y1) = [
        tuple(map(float, p)) for p in re.findall(r"<circle cx='([\d.]+)' cy='([\d.]+)'", text)
    ]
    assert x1 > x0 and y1 < y0 and text.count("<line") == 1
    assert sketch({}) == "" and well_formed(sketch({"one": (5, 5)}))


def test_a_long_table_says_how_much_it_leaves_out() -> None:
    text = table(["n"], [[n] for n in range(1000)], 1000)
    assert text.count("<tr>") == 13 and "12 of 1,000 rows" in text
