"""Sex below age, as bulletins print it: read where every sum that is printed holds, else refused."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from corridor.data import refresh
from corridor.data.nested_people import Group, group_of
from corridor.model import InputError

MEXICO = "mexico_encounters_demographic"
TODAY = dt.date(2025, 12, 1)
MAY = {
    ("male", "18_plus"): 3000, ("female", "18_plus"): 1000, ("male", "12_17"): 200, ("female", "12_17"): 100,
    ("male", "under_12_accompanied"): 50, ("female", "under_12_accompanied"): 6,
    ("male", "under_12_unaccompanied"): 5, ("female", "under_12_unaccompanied"): 4,
}  # fmt: skip
TITLE = "Eventos de personas en situación migratoria irregular, según grupos de edad, condición de viaje y sexo, 2025;;;"
AGE_FIRST = f"""{TITLE}
Grupos de edad, condición de viaje y sexo;Mayo;Junio;Total
Total;4 365;4 000;8 365
Hombres;3 255;3 000;6 255
Mujeres;1 110;1 000;2 110
De 18 años y más;4 000;4 000;8 000
Hombres;3 000;3 000;6 000
Mujeres;1 000;1 000;2 000
De 12 a 17 años;300;-;300
Hombres;200;-;200
Mujeres;100;-;100
Acompañados;100;-;100
Hombres;60;-;60
Mujeres;40;-;40
No acompañados;200;-;200
Hombres;140;-;140
Mujeres;60;-;60
De 0 a 11 años;65;-;65
Hombres;55;-;55
Mujeres;10;-;10
Acompañados;56;-;56
Hombres;50;-;50
Mujeres;6;-;6
No acompañados;9;-;9
Hombres;5;-;5
Mujeres;4;-;4
"""
SEX_FIRST = f"""{TITLE}
Sexo y edad;Mayo;Total
Total general;4 365;4 365
Hombres;3 255;3 255
18 años y más;3 000;3 000
12 a 17 años;200;200
0 a 11 años acompañados;50;50
0 a 11 años no acompañados;5;5
Mujeres;1 110;1 110
18 años y más;1 000;1 000
12 a 17 años;100;100
0 a 11 años acompañados;6;6
0 a 11 años no acompañados;4;4
"""
ACROSS = """Eventos 2025;;;;;;;;;;;
Mes;18 años y más;;12 a 17 años;;0 a 11 años, acompañados;;0 a 11 años, no acompañados;;Total
;Hombres;Mujeres;Hombres;Mujeres;Hombres;Mujeres;Hombres;Mujeres;
Mayo;3000;1000;200;100;50;6;5;4;4365
Junio;3000;1000;0;0;0;0;0;0;4000
"""


def may(text: str) -> dict[tuple[str, str], int]:
    held = refresh(text.encode(), "mx.csv", MEXICO, TODAY).dataset.table.filter(
        pl.col("date") == dt.date(2025, 5, 1)
    )
    return {(sex, age): n for sex, age, n in held.select("sex", "age", "value").iter_rows()}


@pytest.mark.parametrize("text", [AGE_FIRST, SEX_FIRST, ACROSS], ids=["age_first", "sex_first", "across"])
def test_sex_below_age_and_age_below_sex(text: str) -> None:
    assert may(text) == MAY


def test_ages_of_children_are_added_up_where_only_their_companions_are_printed() -> None:
    lines = AGE_FIRST.splitlines()
    at = lines.index("De 12 a 17 años;300;-;300")
    assert may("\n".join([*lines[: at + 1], *lines[at + 3 :]]) + "\n") == MAY


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("De 12 a 17 años;300", "De 12 a 17 años;310", "12_17 is 310, its parts by sex add up to 300"),
        ("Total;4 365", "Total;4 366", "the total is 4,366, its parts by age add up to 4,365"),
        (
            "No acompañados;9;-;9\nHombres;5",
            "No acompañados;9;-;9\nHombres;6",
            "its parts by sex add up to 10",
        ),
    ],
)
def test_a_sum_that_does_not_hold_is_a_fault(old: str, new: str, said: str) -> None:
    assert old in AGE_FIRST
    with pytest.raises(
        InputError, match="its sums are not those of its parts; nothing was changed"
    ) as caught:
        may(AGE_FIRST.replace(old, new))
    assert said in str(caught.value)


def test_groups_beyond_those_held_are_not_read_to_others() -> None:
    with pytest.raises(InputError):
        may(AGE_FIRST.replace("De 0 a 11 años", "De 0 a 14 años"))


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("De 18 años y más", Group("18_plus")), ("12 a 17 años, no acompañados", Group("12_17", "unaccompanied")),
        ("Acompañados", Group(alone="accompanied")), ("Hombres", Group(sex="male")), ("Total general", Group()),
        ("Menores de 12 años acompañadas mujeres", Group("under_12", "accompanied", "female")),
        ("Subtotal", Group()), ("Guatemala", None), ("De 0 a 14 años", None), ("", None), ("Hombres y mujeres", None),
        ("Menores de 18 años", Group("under_18")), ("under 12, unaccompanied", Group("under_12", "unaccompanied")),
    ],
)  # fmt: skip
def test_labels(text: str, group: Group | None) -> None:
    assert group_of(text) == group
