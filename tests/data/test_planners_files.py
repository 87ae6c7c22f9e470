"""Files as planners have them are read to the values in them, most without an option."""

from __future__ import annotations

import pytest

from corridor.data.fetch import read_source
from corridor.data.reading import understand
from corridor.data.reading.dates import written
from corridor.data.reading.places import is_place
from corridor.data.reading.words import are_parts_of_people
from corridor.model import InputError
from data.messy_files import Messy, check_step_and_notes, refuse_or_read, values
from data.planners_files import PLANNERS, REFUSED, WEB_PAGE


@pytest.mark.parametrize("case", PLANNERS, ids=lambda case: case.id)
def test_a_file_of_a_planner(case: Messy) -> None:
    found = refuse_or_read(case)
    assert values(found) == case.holds
    check_step_and_notes(case, found)


def test_at_least_twenty_need_no_option() -> None:
    assert sum(not case.refused for case in PLANNERS) >= 20


@pytest.mark.parametrize(("name", "content", "said"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_what_cannot_be_read_is_said(name: str, content: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        understand(content, name)
    assert said in str(caught.value)
    assert len(caught.value.faults) == 1


def test_a_page_with_a_table_is_fetched_and_one_without_is_not(tmp_path) -> None:
    page = tmp_path / "page.xls"
    page.write_text(WEB_PAGE, "utf-8")
    assert read_source(str(page)) == WEB_PAGE.encode()
    page.write_text("<!doctype html><p>Sign in</p>", "utf-8")
    with pytest.raises(InputError, match="holds a web page"):
        read_source(str(page))


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("w/e 7 January 2024", "day", "2024-01-07"), ("Week ending: 2024-01-07", "day", "2024-01-07"),
        ("semana del 5 de febrero de 2024", "day", "2024-02-05"), ("week of Feb 5, 2024", "day", "2024-02-05"),
        ("enero-marzo de 2023", "quarter", "2023-01-01"), ("Oct to Dec 2023", "quarter", "2023-10-01"),
        ("January - December 2022", "year", "2022-01-01"), ("2023p", "year", "2023-01-01"),
        ("outubro de 2023", "month", "2023-10-01"), ("Mar 2023†", "month", "2023-03-01"),
    ],
)  # fmt: skip
def test_dates_of_reports(text: str, form: str, day: str) -> None:
    found = written(text)
    assert found is not None and (found.form, f"{found.date}") == (form, day)


@pytest.mark.parametrize("text", ["2023-S1", "2023S2", "Feb-Apr 2023", "in shelter", "we are 5"])
def test_what_is_no_date(text: str) -> None:
    assert written(text) is None


def test_names_of_places_and_of_people() -> None:
    assert is_place("New York") and is_place("CDMX") and is_place("Nuevo León") and not is_place("Arrivals")
    assert are_parts_of_people(["Men", "Women"]) and are_parts_of_people(
        ["Hombres", "Mujeres", "Niños", "Niñas"]
    )
    assert not are_parts_of_people(["Men", "Adults"]), "men are adults"
    assert not are_parts_of_people(["Men", "Women", "Adults"])
