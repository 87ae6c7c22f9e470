"""Texts that tables hold in English alone, in Spanish pages; who published a city's figures; plain names of parameters."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from make_run import MANIFEST, tables

from corridor.formats import open_corridor
from corridor.model import Translation
from corridor.report import RunFolder
from corridor.report.html import payload
from corridor.report.sections.base import RunView
from corridor.report.sections.evidence import _counts
from corridor.report.sections.translated import translated
from corridor.study.assemble import source_table, translation_table
from corridor.text import word

KNOWN = {
    "US": "EE. UU.",
    "no count is published": "no se publica ningún conteo",
    "A; B": "A y B",
    "few leave": "pocas personas salen",
}


@pytest.mark.parametrize(("text", "spanish"), [
    ("US", "EE. UU."),
    ("A; B", "A y B"),  # the whole goes before its parts
    ("US; no count is published", "EE. UU.; no se publica ningún conteo"),
    ("assumption: few leave; no count is published", "supuesto: pocas personas salen; no se publica ningún conteo"),
    ("US; AP, 2023", "EE. UU.; AP, 2023 (en inglés)"),  # one part is not known
    ("assumption: all stay", "assumption: all stay (en inglés)"),
    ("", ""),
])  # fmt: skip
def test_a_text_is_translated_whole_or_by_parts_and_marked_where_it_is_not(text: str, spanish: str) -> None:
    assert translated(text, KNOWN) == {"en": text, "es": spanish}


def test_nothing_is_marked_in_a_run_without_translations() -> None:
    assert translated("AP, 2023", {})["es"] == "AP, 2023"


def spanish_run(tmp_path: Path) -> RunView:
    rows = [
        ("Office of census_denver", "Oficina de Denver"),
        ("Administration official", "Funcionario del gobierno"),
    ]
    translations = pl.DataFrame(rows, schema=["text", "text_es"], orient="row")
    claims = tables()["claims"].with_columns(
        said_by=pl.lit("Administration official"), values=pl.lit("us_total 2023-12: 301981")
    )
    parts = {**tables(), "translations": translations, "claims": claims}
    return RunView(RunFolder.write(tmp_path / "run", parts, MANIFEST))


def test_a_card_says_who_spoke_and_what_was_counted_in_both_languages(tmp_path: Path) -> None:
    sections = {s["id"]: s for s in payload(spanish_run(tmp_path))["sections"]}
    card = sections["claims"]["blocks"][0]["claims"][0]
    assert (
        card["said"]["es"].startswith("Funcionario del gobierno,") and "en inglés" not in card["said"]["es"]
    )
    assert card["said"]["en"].startswith("Administration official,")
    numbers = next(f["text"] for f in card["facts"] if f["label"]["en"] == "Numbers")
    assert numbers["en"] == "US southwest border encounters, December 2023: 301,981"
    assert numbers["es"].startswith("Encuentros en la frontera suroeste de EE. UU., diciembre de 2023: 301")


def test_counts_that_cannot_be_read_stay_as_they_are(run: RunFolder) -> None:
    view = RunView(run)
    assert _counts(view, "us_total 2023-12: <10; other")["en"] == "us_total 2023-12: <10; other"
    assert _counts(view, "us_total 2023-12: <10")["en"].endswith("December 2023: <10")
    assert _counts(view, "us_total 2023-12-18: 64205")["en"].endswith("18 December 2023: 64,205")


def test_a_city_s_figures_name_who_published_them(tmp_path: Path) -> None:
    view = spanish_run(tmp_path)
    assert "Office of census_denver" in view.source("census_denver")["en"]
    assert "Oficina de Denver" in view.source("census_denver")["es"]
    assert "Office of census_denver" not in view.source("census_chicago")["en"]
    blocks = [block for s in payload(view)["sections"] if s["id"] == "cities" for block in s["blocks"]]
    points = next(block["points"] for block in blocks if block.get("id") == "census_denver")
    assert {point[4]["es"] for point in points} == {"Oficina de Denver"}


def test_no_source_of_the_americas_leaves_its_publishers_unnamed() -> None:
    table = source_table(open_corridor("americas"))
    assert not table.filter(pl.col("publisher").str.contains("various|each row|others")).height
    cities = table.filter(pl.col("id") == "city_reception")["publisher"][0]
    assert cities.startswith("City of New York (Mayor's Office") and "KDVR FOX31" in cities


def test_what_the_demo_shows_is_translated() -> None:
    corridor = open_corridor("americas")
    assert Translation(text="US", text_es="EE. UU.") in corridor.translations
    known = dict(translation_table(corridor).rows())
    assert len(known) == len(corridor.translations) > 200
    shown = (
        {c.said_by for c in corridor.claims}
        | {c.source for c in corridor.claims}
        | {m.actor for m in corridor.measures}
    )
    agreed = {
        name for scenario in corridor.scenarios if scenario.id == "agreement" for name in scenario.measures
    }
    shown |= {m.source for m in corridor.measures if m.id in agreed}
    assert len(shown) > 20
    left = [text for text in shown if translated(text, known)["es"].endswith("(en inglés)")]
    assert not left


@pytest.mark.parametrize("key", ["share", "throughput", "capacity", "elasticity", "departure_dispersion"])
def test_parameters_have_names_of_the_field(key: str) -> None:
    english, spanish = word("report.parameter", key)
    assert english != spanish and "_" not in english + spanish
    assert not any(
        private in english for private in ("take it", "room", "most people", "there on", "tail of")
    )
