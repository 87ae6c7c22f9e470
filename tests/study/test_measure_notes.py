"""What a run, the check and the page tell of measures that did nothing, were cut or were not all used."""

from __future__ import annotations

import pytest
from engine_tools import SILENT, compiled, measure, with_measures
from lever_corridor import everything, under

from corridor.cli.check import scenario_notes
from corridor.engine import measure_notes
from corridor.study.notes import note_text


def test_sentences_name_the_measure_and_what_blocks_it() -> None:
    closed = measure("ports_closure", 0, "people/day", id="closed", name="All ports shut")
    halved = measure("ports_closure", 0.5, "ratio", id="halved", name="Half", name_es="La mitad")
    (note,) = (n for n in measure_notes(under(closed, halved)) if n.measure == "halved")
    en, es = note_text(note, halved, (closed, halved))
    assert en == "“Half” changes no number: All ports shut already decide what it would move."
    assert es.startswith("«La mitad» no cambia ningún número:")


@pytest.mark.parametrize(
    ("given", "part"),
    [
        (measure("consequences", 0, "ratio", name="Nobody again"), "a hundredth"),
        (measure("processing_staff", -80, "people/day", name="No staff"), "nothing is left to take away"),
    ],
)
def test_the_check_of_a_folder_says_what_is_cut(given, part) -> None:
    corridor, scenario = with_measures(everything(), given)
    corridor = corridor.model_copy(update={"scenarios": (scenario,)})
    ((name, text),) = list(scenario_notes(corridor))
    assert name == scenario.id and part in text and given.name in text


def test_without_a_run_nothing_is_said_of_use() -> None:
    staff = measure("processing_staff", 1000, "people/day")
    corridor, scenario = with_measures(everything(), staff)
    assert measure_notes(compiled(corridor, scenario, noise=SILENT)) == ()
