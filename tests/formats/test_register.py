"""The register: statuses by hand, what a day hides, and what is wrong with an entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from corridor.formats import check_corridor, open_corridor
from corridor.formats.register import register_row, registered, strength_text
from corridor.model import REGISTER_STATUSES, Event, RegisterEntry
from repository import documented_register

EXAMPLE = Path(__file__).parents[2] / "examples" / "strait"


def entry(**cells) -> RegisterEntry:
    given = {
        "id": "x", "name": "X", "name_es": "X", "actor": "A", "actor_es": "A", "status": "announced",
        "known_from": dt.date(2023, 12, 20), "scope": "all", "scope_es": "todos", "note": "why", "note_es": "por qué",
        "source": "s", "publisher": "p", "url": "u", "source_grade": "primary",
    }  # fmt: skip
    return RegisterEntry(**(given | cells))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("status", "start", "end", "on", "expected"),
    [
        ("announced", "2024-01-10", "2024-02-10", "2024-01-09", "announced"),
        ("announced", "2024-01-10", "2024-02-10", "2024-01-10", "in_force"),
        ("announced", "2024-01-10", "2024-02-10", "2024-02-10", "in_force"),
        ("announced", "2024-01-10", "2024-02-10", "2024-02-11", "ended"),
        ("in_force", "2024-01-10", None, "2024-01-09", "announced"),
        ("in_force", None, None, "2023-01-01", "in_force"),
        ("in_force", None, "2024-01-03", "2024-01-04", "ended"),
        ("proposed", None, None, "2030-01-01", "proposed"),
        ("proposed", None, "2024-02-07", "2024-02-07", "proposed"),
        ("proposed", None, "2024-02-07", "2024-02-08", "not_enacted"),
        ("asked_for", None, None, "2024-01-01", "asked_for"),
        ("reported", "2024-06-05", None, "2024-07-01", "in_force"),
    ],
)
def test_status_on_a_day(status, start, end, on, expected):
    found = entry(status=status, start=start and day(start), end=end and day(end)).status_on(day(on))
    assert found == expected
    assert found in REGISTER_STATUSES


def test_what_is_weak():
    assert not entry().weak
    assert not entry(source_grade="secondary", dating="month").weak
    assert entry(source_grade="repost").weak
    assert entry(dating="inferred").weak
    assert entry(dating="unconfirmed").weak


def test_a_day_hides_entries_ends_and_measures_that_were_known_later():
    corridor = open_corridor(EXAMPLE)
    (plan,) = corridor.register_entries
    late = entry(id="late", known_from=day("2024-05-01"), measures=("more-beds",))
    known = day("2023-12-20")
    corridor = corridor.model_copy(
        update={
            "register_entries": (late, plan),
            "measures": tuple(
                m.model_copy(update={"known_from": day("2024-03-01")}) for m in corridor.measures
            ),
        }
    )
    assert registered(corridor, known - dt.timedelta(days=1)) == ()
    (found,) = registered(corridor, known)
    assert (found.entry.id, found.status, found.later, found.end, found.measures) == (
        "railway-closure", "announced", False, None, (),
    )  # fmt: skip
    both = registered(corridor, known, hindsight=True)
    assert [one.entry.id for one in both] == ["railway-closure", "late"]
    assert [one.later for one in both] == [False, True]
    assert both[0].end == day("2024-08-31")
    assert [m.id for m in both[0].measures] == ["railway-closed"]
    (ended, _) = registered(corridor, day("2024-09-01"))
    assert (ended.status, ended.end) == ("ended", day("2024-08-31"))


def test_a_row_and_its_strengths():
    corridor = open_corridor(EXAMPLE)
    (found,) = registered(corridor, corridor.settings.as_of)
    row = register_row(found)
    assert list(row) == documented_register()
    assert (row["strength"], row["grade"], row["levers"]) == ("0 [0, 0.2] ratio", "mechanical", "railways")
    caravan = Event(id="c", name="C", name_es="C", flow="f", start=day("2024-01-01"), people=7500, low=6000,
                    high=8000, known_from=day("2024-01-01"), source="s")  # fmt: skip
    assert strength_text(caravan) == "7500 [6000, 8000] people"


FAULTS = [
    (",railways,announced,", ",railwys,announced,", ":2:levers: there is no lever 'railwys'", "did you mean 'railways'?"),
    (",railway-closed,,", ",railway-clsed,,", ":2:measures: there is no measure or event 'railway-clsed'", "did you mean"),
    (",railway-closed,,", ",,,", ":2:note: nothing models the entry, and the note does not say why", ""),
    (",railway-closed,,", ",railway-closed,why,", ":2:note_es: is blank, but the other language has a note", ""),
    (",,,railway-closed", ",5,,railway-closed", ":2:unit: value and unit stand together", ""),
    (",2024-03-01,2024-08-31,day", ",2024-09-01,2024-08-31,day", ":2:end: it ends on 2024-08-31, before it starts", ""),
    (",announced,2023-12-20,", ",announced,2023-12-21,", ":2:announced: it was announced on 2023-12-21, after it was known", ""),
    (",announced,2023-12-20,", ",anounced,2023-12-20,", ":2:status: 'anounced' is not a known word here", "did you mean 'announced'?"),
    (",announced,2023-12-20,", ",ended,2023-12-20,", ":2:status: 'ended' is not a known word here", "known: "),
    (",made up for the example,primary", ",made up for the example,rumor", ":2:source_grade: 'rumor' is not a known word", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "hint"), FAULTS)
def test_faults_of_an_entry(
    old: str, new: str, message: str, hint: str, spoil: Callable[[str, str, str], Path]
) -> None:
    (fault,) = check_corridor(spoil("register.csv", old, new)).faults
    assert f"register.csv{message}" in str(fault)
    assert hint in (fault.hint or "")


def test_a_folder_needs_the_file_but_no_row(strait: Path) -> None:
    path = strait / "register.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert check_corridor(strait).faults == ()
    path.unlink()
    (fault,) = check_corridor(strait).faults
    assert "register.csv" in fault.file and "missing" in fault.message
