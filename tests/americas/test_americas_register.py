"""The register of the Americas: every measure and announcement of the evidence, and nothing told too early."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re
from collections import Counter

import pytest
import yaml

from corridor.data import evidence
from corridor.engine import LEVERS
from corridor.formats import open_corridor
from corridor.formats.register import registered
from corridor.model import Corridor, RegisterEntry
from repository import ROOT

AS_OF = dt.date(2023, 12, 31)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@pytest.fixture(scope="module")
def americas() -> Corridor:
    return open_corridor("americas")


@pytest.fixture(scope="module")
def entries(americas: Corridor) -> dict[str, RegisterEntry]:
    return {entry.id: entry for entry in americas.register_entries}


def test_every_measure_and_announcement_of_the_evidence_is_registered(entries):
    """126 rows: 86 measures and 40 announcements, counted in the files."""
    wanted = {*evidence("measures")["id"], *evidence("announcements")["id"]}
    assert len(wanted) == 126
    assert wanted - set(entries) == set()


def test_grades_of_sources_are_those_of_the_evidence(entries):
    for row in evidence("announcements").iter_rows(named=True):
        assert entries[row["id"]].source_grade == row["grade"], row["id"]
    for row in evidence("measures").iter_rows(named=True):
        entry = entries[row["id"]]
        if row["grade"] == "unconfirmed":
            assert entry.weak, row["id"]
        elif row["id"] != "chi_60day_announce":  # corrected by hand: the newspaper of the day
            assert entry.source_grade == row["grade"], row["id"]


CORRECTED = {"chi_60day_announce", "den_shelter_limits", "ead_accelerate", "tps_venezuela_2023", "ven_direct_flights", "cr_pa_buses"}  # fmt: skip


def test_days_are_those_of_the_evidence_but_for_the_corrections_that_the_page_names(entries):
    for table in ("measures", "announcements"):
        for row in evidence(table).iter_rows(named=True):
            if row["id"] not in CORRECTED:
                assert entries[row["id"]].known_from == row["known_from"], row["id"]


def test_the_page_names_corrections_and_additions(americas, entries):
    page = (ROOT / "docs" / "measures.md").read_text("utf-8").partition("## The register of the Americas")[2]
    evident = {*evidence("measures")["id"], *evidence("announcements")["id"]}
    for name in (*CORRECTED, *(set(entries) - evident)):
        assert f"`{name}`" in page, name
    assert page.strip().startswith(f"{len(entries)} entries: the {len(evident)} dated")
    known = sum(entry.known_from <= AS_OF for entry in entries.values())
    assert f"On 31 December 2023, {known} of them were known" in page


def test_tables_of_the_page_are_those_of_the_folder():
    """Counted from the CSV and YAML files, without the code that writes the page."""
    folder = ROOT / "src" / "corridor" / "shipped" / "americas"
    with (folder / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    grade = {row["id"]: row["grade"] for row in rows}
    page = (ROOT / "docs" / "americas-scenarios.md").read_text("utf-8")
    printed = dict(re.findall(r"^\| `([^`]+)` \| (\d+ \| \d+ \| \d+ \| \d+ \| \d+ \| \d+) \|$", page, re.M))
    wanted = {"(base)": ([row["id"] for row in rows if row["in_base"] == "yes"], 0)}
    for path in (folder / "scenarios").glob("*.yaml"):
        scenario = yaml.safe_load(path.read_text("utf-8"))
        wanted[path.stem] = (scenario["measures"], len(scenario.get("lift", [])))
    assert set(printed) == set(wanted), "run scripts/write_measures_table.py"
    for name, (measures, ended) in wanted.items():
        found = Counter(grade[measure] for measure in measures)
        cells = [
            len(measures),
            ended,
            *(found[g] for g in ("causal", "before_after", "mechanical", "assumed")),
        ]
        assert [int(cell) for cell in printed[name].split(" | ")] == cells, name
    for row in rows:
        assert re.search(
            rf"^\| `{row['id']}` \| {row['lever']} \| {re.escape(row['strength'])} ", page, re.M
        ), row["id"]


def test_texts_stand_in_both_languages_and_say_nothing_that_was_not_known(entries):
    for entry in entries.values():
        assert entry.name != entry.name_es and entry.scope and entry.scope_es, entry.id
        for text in (entry.name, entry.name_es, entry.note or "", entry.note_es or ""):
            assert all(int(year) <= entry.known_from.year for year in YEAR.findall(text)), (entry.id, text)
            assert "illegal" not in text.casefold() and "ilegal" not in text.casefold()
        assert Counter(YEAR.findall(entry.name)) == Counter(YEAR.findall(entry.name_es)), entry.id


def test_figures_are_alike_in_both_languages(entries):
    def digits(text: str) -> list[str]:
        plain = re.sub(r"(?<=\d)[\u202f,](?=\d{3}\b)", "", text).replace(",", ".")
        return sorted(str(float(n)) for n in re.findall(r"\d+(?:\.\d+)?", plain))

    for entry in entries.values():
        if "billion" in entry.name:
            continue  # written as thousands of millions in Spanish
        assert digits(entry.name) == digits(entry.name_es), (entry.name, entry.name_es)


def test_what_was_known_on_the_as_of_date(americas, entries):
    known = {one.entry.id: one.status for one in registered(americas, AS_OF)}
    assert known["poe_lukeville"] == known["poe_eagle_pass_b1_start"] == "in_force"
    assert known["rail_bridges"] == known["title42"] == "ended"
    assert known["jc_trade"] == "announced"
    assert known["mayors_entry"] == "asked_for"
    assert known["bill_rep_parole"] == "reported"
    assert "bill_trigger_mandatory_mean" not in known and "mx_crackdown_2024" not in known
    later = {one.entry.id: one.status for one in registered(americas, dt.date(2024, 3, 1))}
    assert later["bill_trigger_mandatory_mean"] == "not_enacted"
    assert later["poe_lukeville"] == "ended"


USED = {
    "mexican_enforcement", "transit_enforcement", "redirect_south", "railways", "smuggler_crackdown", "visas",
    "legal_pathways", "family_reunification", "ports_closure", "ports_appointments", "asylum_rules",
    "consequences", "detention_capacity", "processing_staff", "repatriation", "adjudication",
    "root_causes_violence", "root_causes_poverty", "work_authorization", "shelter_rules", "federal_funding",
    "city_transport", "coordination", "trafficking_inspection", "trade",
}  # fmt: skip
"""Levers that the first question asks for; the engine may know others."""


def test_every_lever_that_is_asked_for_stands_in_the_register_and_is_used_by_a_measure(americas, entries):
    assert {measure.lever for measure in americas.measures} == USED
    assert {lever for entry in entries.values() for lever in entry.levers} == USED
    assert set(LEVERS) >= USED


def test_every_measure_and_event_models_an_entry(americas, entries):
    modeled = {name for entry in entries.values() for name in entry.measures}
    assert {item.id for item in (*americas.measures, *americas.events)} - modeled == {"pedwest_reopened_jan4"}
    for entry in entries.values():
        for measure in americas.measures:
            if measure.id in entry.measures and entry.levers:
                assert measure.lever in (*entry.levers, "trade"), (entry.id, measure.id)


def test_measures_of_the_shipped_runs_rest_on_nothing_later(americas):
    scenarios = [scenario for scenario in americas.scenarios if not scenario.hindsight]
    assert {s.id for s in scenarios} == {"no-agreement", "agreement", "bill-as-reported-2023-12"}
    named = {name for scenario in scenarios for name in scenario.measures}
    for measure in americas.measures:
        if measure.id in named or measure.in_base:
            assert measure.known_from <= AS_OF and not measure.hindsight, measure.id
            assert not re.search(r"\b2024-(?!01-0[1-3]\b)\d\d-\d\d|\b202[5-9]\b", measure.source), measure.id


def test_no_source_of_a_measure_is_younger_than_the_day_it_was_known(americas):
    written = re.compile(r"\b(20\d\d)-(\d\d)(?:-(\d\d))?\b")
    for item in (*americas.measures, *americas.events):
        for year, month, day in written.findall(item.source):
            last = calendar.monthrange(int(year), int(month))[1]
            assert dt.date(int(year), int(month), int(day or last)) <= item.known_from, item.id


def test_the_bill_as_published(americas):
    """Thresholds and days as printed in the sources."""
    (trigger,) = [t for t in americas.triggers if t.id == "bill_mandatory"]
    assert (trigger.window_days, trigger.on_above, trigger.day_above) == (7, 5000, 8500)
    assert (trigger.off_below, trigger.off_days) == (0.75 * 5000, 14)
    assert trigger.days_per_year == (270, 225, 180)
    (early,) = [t for t in americas.triggers if t.id == "bill_discretionary"]
    assert (early.on_above, early.off_below) == (4000, 3000)
    (june,) = [t for t in americas.triggers if t.id == "proclamation"]
    assert (june.on_above, june.off_below, june.off_days, june.observation) == (
        2500,
        1500,
        14,
        "us_between_ports",
    )
    (beds,) = [m for m in americas.measures if m.id == "bill_detention"]
    assert beds.high == pytest.approx(3.2e9 / (187.48 * 365), rel=0.01)
    assert beds.strength == pytest.approx(beds.high / 2, rel=0.01)


def test_strengths_that_are_computed_from_counts(americas):
    """Mexican encounters a month and per US encounter, 2024 against the last four months of 2023, counted again."""
    from corridor.data import load

    def people(dataset: str, first: dt.date, last: dt.date) -> int:
        table = load(dataset).table
        return table.filter(table["date"].is_between(first, last))["value"].sum()

    before = (dt.date(2023, 9, 1), dt.date(2023, 12, 1))
    after = (dt.date(2024, 1, 1), dt.date(2024, 6, 1))
    mexico = [people("mexico_encounters", *span) for span in (before, after)]
    border = [people("us_southwest_encounters", *span) for span in (before, after)]
    (crackdown,) = [m for m in americas.measures if m.id == "mx_crackdown"]
    assert crackdown.strength == pytest.approx((mexico[1] / 6) / (mexico[0] / 4), abs=0.01)
    assert crackdown.high == pytest.approx((mexico[1] / border[1]) / (mexico[0] / border[0]), abs=0.01)
    assert crackdown.grade == "before_after"
