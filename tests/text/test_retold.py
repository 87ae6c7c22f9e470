"""Sources that a run makes itself, said again in Spanish by the messages they were made of."""

from __future__ import annotations

import pytest

from corridor.data import datasets
from corridor.formats import open_corridor
from corridor.model import Measure
from corridor.study.spoken import SOURCES, quoted, spanish_sources
from corridor.text import retold, say, word

WORDS = {"Trains harder": "Trenes más difíciles", "everybody": "todas las personas"}


def source(*measures: Measure) -> str:
    return say(
        "responses.source_answer", what=say("responses.what_chance"), ratio="0.9963", size=say("responses.size_chance"),
        measures=quoted(measures), e="0.4", low="0", high="1", row=word("report.levername", "asylum_rules"),
    )[0]  # fmt: skip


def test_a_sentence_is_said_again_by_its_message() -> None:
    made = say("responses.source_before", episodes="3", known="2023-12-31")
    assert retold("responses.source_before", made[0], {}) == made[1]


def test_another_sentence_is_not() -> None:
    assert all(retold(key, "CBS News, 2023-12-15", WORDS) is None for key in SOURCES)


@pytest.mark.parametrize(
    ("held", "spanish"),
    [
        ("everybody", "todas las personas"),
        ("“Trains harder”, “Unknown”", "«Trenes más difíciles», «Unknown»"),
        ("0.77 [0.27, 2.21]; 0.58 [0.20, 1.68]", "0,77 [0,27, 2,21]; 0,58 [0,20, 1,68]"),
        ("2023-12-07", "2023-12-07"),
    ],
)
def test_what_a_slot_holds_is_said_in_spanish(held: str, spanish: str) -> None:
    slots = dict.fromkeys(("kind", "scope", "episodes", "pooled", "known", "off", "measures"), "k")
    made = say("responses.source_pool", **slots | {"shown": held})[0]
    assert f": {spanish}, el de una medida habitual" in str(retold("responses.source_pool", made, WORDS))


def test_sources_of_a_runs_own_measures_name_measures_and_levers_in_spanish() -> None:
    known = open_corridor("americas").measures[:2]
    made = known[0].model_copy(update={"id": "own", "source": source(*known)})
    found = spanish_sources((*known, made))
    assert list(found) == [made.source]
    spanish = found[made.source]
    assert all(f"«{measure.name_es}»" in spanish for measure in known)
    assert "0,9963 veces tan grande" in spanish
    assert f"la palanca {word('report.levername', 'asylum_rules')[1]}" in spanish
    assert spanish.startswith("supuesto: las salidas responden")


def test_titles_of_the_shipped_datasets_are_those_of_the_registry_and_have_spanish() -> None:
    for name, title in datasets().items():
        english, spanish = word("report.dataset_title", name)
        assert english == title, name
        assert spanish != english, name
