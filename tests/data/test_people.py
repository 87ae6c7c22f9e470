"""Editions by sex and age: in rows, in two columns, across; in English and Spanish."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from corridor.data import load, refresh
from corridor.data.people import CODES
from corridor.model import InputError

TODAY = dt.date(2025, 12, 1)
MONTH = dt.date(2025, 5, 1)
HONDURAS, MEXICO = "honduras_entries_demographic", "mexico_encounters_demographic"
OBSERVED = Path(__file__).parents[3] / "shared" / "data" / "observed"
COUNTS = {"men": 1500, "women": 900, "boys": 300, "girls": 200}
ROWS = "month,demog,n\n" + "".join(f"2025-05-01,{who},{n}\n" for who, n in COUNTS.items())
ACROSS = "Flujo migratorio irregular 2025;;;;;\nMes;Hombres;Mujeres;Niños;Niñas;Total\nmayo;1.500;900;300;200;2.900\njunio;1.600;900;300;200;3.000\n"


@pytest.mark.parametrize("text", [ROWS, ACROSS], ids=["rows", "across"])
def test_men_women_boys_and_girls(text: str) -> None:
    kept = refresh(text.encode(), "hn.csv", HONDURAS, TODAY)
    held = kept.dataset.table.filter(pl.col("date") == MONTH)
    assert dict(held.select("demographic", "value").iter_rows()) == COUNTS
    assert kept.revision.changed.is_empty()


SEX_AND_AGE = """Mes,Sexo,Edad,Eventos
mayo 2025,Hombres,18 años y más,3000
mayo 2025,Mujeres,18 años y más,1000
mayo 2025,Hombres,12 a 17 años,200
mayo 2025,Mujeres,12 a 17 años,100
mayo 2025,Hombres,"Menores de 12 años, acompañados",50
mayo 2025,Mujeres,"Menores de 12 años, no acompañados",5
"""


def test_sex_and_age_in_two_columns() -> None:
    held = refresh(SEX_AND_AGE.encode(), "mx.csv", MEXICO, TODAY).dataset.table.filter(
        pl.col("date") == MONTH
    )
    found = {(sex, age): n for sex, age, n in held.select("sex", "age", "value").iter_rows() if n}
    assert found == {
        ("male", "18_plus"): 3000, ("female", "18_plus"): 1000, ("male", "12_17"): 200, ("female", "12_17"): 100,
        ("male", "under_12_accompanied"): 50, ("female", "under_12_unaccompanied"): 5,
    }  # fmt: skip


def test_a_group_that_is_not_known_is_named() -> None:
    with pytest.raises(InputError) as caught:
        refresh(ROWS.replace("girls", "gils").encode(), "hn.csv", HONDURAS, TODAY)
    assert "'gils' is no demographic that is known" in str(caught.value)
    assert "did you mean 'girl'?" in str(caught.value) or "did you mean 'girls'?" in str(caught.value)


@pytest.mark.parametrize("name", [HONDURAS, MEXICO, "darien_transits_demographic"])
def test_codes_are_those_of_the_shipped_series(name: str) -> None:
    table = load(name).table
    for dim in load(name).dims:
        assert set(table[dim]) <= set(CODES[dim])


@pytest.mark.skipif(not OBSERVED.is_dir(), reason="the copies are not here")
@pytest.mark.parametrize("name", [HONDURAS, MEXICO, "darien_transits_demographic"])
def test_the_copies_that_the_series_were_made_from_revise_nothing(name: str) -> None:
    kept = refresh((OBSERVED / f"{name}.csv").read_bytes(), f"{name}.csv", name, TODAY)
    assert kept.revision.changed.is_empty()


@pytest.mark.skipif(not OBSERVED.is_dir(), reason="the copies are not here")
def test_surplus_rows_are_added_up_and_codes_of_a_publisher_are_known() -> None:
    """Honduras prints China as TWN, and 35 pairs of rows of one month and nationality."""
    content = (OBSERVED / "honduras_entries_nationality.csv").read_bytes()
    kept = refresh(content, "hn.csv", "honduras_entries", TODAY)
    assert "added up" in " ".join(kept.warnings)
    assert not any("TWN" in said for said in kept.warnings)
    china = kept.dataset.table.filter(pl.col("nationality") == "CHN")["value"].sum()
    assert (
        china
        == load("honduras_entries")
        .as_of(dt.date(2025, 6, 1))
        .table.filter(pl.col("nationality") == "CHN")["value"]
        .sum()
    )
    assert china == 23_443 + 416
