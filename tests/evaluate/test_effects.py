"""Effects and their checks: on small series with a plain answer, and on the shipped data."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.util
import re
import warnings

import numpy as np
import pytest
from effect_cases import planted, series, walk
from scipy.stats import jarque_bera as scipy_jarque_bera

from corridor.data import load
from corridor.evaluate import (
    Question,
    build_question,
    dated_measures,
    effects_of,
    events_around,
    measure_effect,
    questions_of,
)
from corridor.evaluate.checks import jarque_bera, ljung_box
from corridor.evaluate.lookup import scope_of
from corridor.evaluate.tables import effect_object, effect_tables
from corridor.formats import open_corridor
from corridor.model import InputError
from corridor.study.schema import conform
from repository import ROOT, documented_columns


@pytest.fixture(scope="module")
def americas():
    return open_corridor("americas")


@pytest.fixture(scope="module")
def meeting(americas):
    question = build_question(americas, measure="us_mx_meeting_dec23")
    return measure_effect(question, events_around(americas, question))


# -- the shipped data ------------------------------------------------------------------------------------

EARLIER = {
    "Cubans after the parole of January 2023": (-94, -69),
    "Nicaraguans after the parole of January 2023": (-95, -77),
    "Venezuelans after Mexico's visa of January 2022": (-97, -42),
    "February 2025, total": (-87, -72),
    "June 2024, total": (-45, 20),
    "27 December 2023, total": (-59, -13),
    "27 December 2023, between ports of entry": (-66, -23),
}
WITHOUT_DECEMBER = {
    "27 December 2023, total": (-54, 43),
    "27 December 2023, between ports of entry": (-60, 35),
}
"""Intervals of earlier estimates, made with another program on the same data."""


@pytest.fixture(scope="module")
def script():
    """The script that writes the tables of docs/effects.md, with its estimates made once."""
    found = importlib.util.spec_from_file_location("write_effects", ROOT / "scripts" / "write_effects.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    module.estimates = lambda kept=module.estimates(): kept
    return module


def test_point_estimates_lie_within_the_earlier_intervals(script) -> None:
    found = {name: effect for name, effect, _ in script.estimates()}
    assert set(found) == set(EARLIER)
    for name, (low, high) in EARLIER.items():
        assert low <= 100 * found[name].headline.effect <= high, name


def test_so_do_the_estimates_without_the_december_spike(script) -> None:
    found = {name: effect for name, effect, _ in script.estimates()}
    for name, bounds in WITHOUT_DECEMBER.items():
        median, low, high = found[name].check("anchor").figures[:3]
        assert bounds[0] <= 100 * median <= bounds[1]
        assert low < 0 < high, "without the spike no change is not excluded"


def test_the_printed_references_are_those_estimated(script) -> None:
    assert script.references() in script.PAGE.read_text("utf-8"), "run: python scripts/write_effects.py"


def test_the_card_of_the_meeting_says_both_figures_and_why_it_is_fragile(meeting) -> None:
    assert meeting.conclusion == "fragile"
    assert (meeting.headline.observed, meeting.headline.first) == (176_195, dt.date(2024, 1, 1))
    english, spanish = (text.replace("\N{NO-BREAK SPACE}", " ") for text in meeting.sentence)
    both = [
        f"{100 * v:.0f} %".replace("-", "−")
        for v in (meeting.headline.effect, meeting.check("anchor").figures[0])
    ]
    for text in (english, spanish):
        assert all(figure in text for figure in both), both
    assert "fragile" in english and "December 2023, a record" in english
    assert "frágil" in spanish and "diciembre de 2023, un récord" in spanish
    assert "301,981: the highest month known until then" in meeting.check("anchor").sentence[0]
    assert meeting.check("placebo").figures[0] == pytest.approx(0.05, abs=0.015), "about 0.05"
    assert "5 days of December 2023" in meeting.check("anticipation").sentence[0]


def test_what_else_began_is_read_from_the_table_of_evidence(meeting) -> None:
    check = meeting.check("other_events")
    assert check.outcome == "failed"
    # by hand from the evidence: in force from 12 November 2023 to 31 January 2024
    assert "caravan_dec2023" in check.sentence[0] and "inm_funds_halt" in check.sentence[0]
    assert "us_mx_meeting_dec23" not in check.sentence[0] and "proclamation_june24" not in check.sentence[0]


def test_nationalities_of_another_measure_are_no_event_of_this_one(americas) -> None:
    question = build_question(americas, measure="mx_visa_venezuela")
    names = {name for name, _ in events_around(americas, question)}
    assert "mx_visa_brazil" not in names and "t42_venezuela" in names and "title42" in names


def test_months_together_are_the_sum_of_the_months(meeting) -> None:
    counts = [one.observed for one in meeting.by_month]
    assert counts[:3] == [176_195, 189_913, 189_359]
    assert [one.observed for one in meeting.cumulative] == list(np.cumsum(counts))
    assert meeting.headline == meeting.cumulative[0] == meeting.by_month[0]


def test_the_same_seed_gives_the_same_effect(americas, meeting) -> None:
    question = build_question(americas, measure="us_mx_meeting_dec23")
    again = measure_effect(question, events_around(americas, question))
    assert again == meeting
    other = measure_effect(question, seed=2)
    assert other.headline != meeting.headline
    assert other.headline.effect == pytest.approx(meeting.headline.effect, abs=0.01)


def test_an_as_of_date_hides_later_months(americas) -> None:
    with pytest.raises(
        InputError, match="the effect needs 2024-01, and us_total is published from 2017-10 to 2023-11"
    ):
        build_question(americas, measure="us_mx_meeting_dec23", as_of=dt.date(2023, 12, 31))
    question = build_question(americas, measure="us_mx_meeting_dec23", as_of=dt.date(2024, 3, 1))
    found = measure_effect(question, as_of=dt.date(2024, 3, 1))
    assert len(found.by_month) == 1
    assert found.known_from == dt.date(2024, 2, 21), "three weeks after the end of January"
    assert found.provenance.as_of == "2024-03-01"


def test_a_control_upstream(americas) -> None:
    question = build_question(
        americas, measure="chnv_parole", by={"nationality": ["CUB"]}, controls=["honduras_entries"]
    )
    found = measure_effect(question)
    assert found.check("controls").outcome in ("passed", "failed")
    plain = measure_effect(dataclasses.replace(question, controls=()))
    assert found.check("controls").figures[0] == pytest.approx(plain.headline.effect, abs=0.02)
    assert "Cuba" in question.controls[0].name[0]


def test_a_donor_is_refused_as_control_and_never_passes(americas) -> None:
    with pytest.raises(InputError, match="so it is a donor") as caught:
        build_question(americas, measure="mx_visa_venezuela", controls=["us_ports"])
    assert caught.value.hint == "give it as --donor us_ports if spill-over to it can be excluded"
    found = measure_effect(build_question(americas, measure="mx_visa_venezuela", donors=["us_ports"]))
    assert found.check("controls").outcome == "cannot be told"


# -- small series ---------------------------------------------------------------------------------------


def test_a_planted_halving_is_clear_and_nothing_is_not() -> None:
    half = measure_effect(planted(-0.5, seed=11))
    assert half.conclusion == "clear"
    assert half.headline.low_95 < -0.5 < half.headline.high_95 < 0
    none = measure_effect(planted(0.0, seed=11))
    assert none.conclusion == "cannot be told"
    assert "cannot be told" in none.sentence[0] and "no se puede saber" in none.sentence[1]


def test_a_spike_before_the_date_makes_it_fragile() -> None:
    values = walk(61, step=0.05, noise=0.0, seed=4)
    values[59] *= 1.6
    found = series(values)
    spiked = measure_effect(Question(found, found.periods[60]))
    assert spiked.check("anchor").outcome == "failed" or spiked.conclusion == "cannot be told"
    assert spiked.check("anticipation").outcome == "failed"
    assert spiked.conclusion != "clear"


def test_an_effect_that_began_a_month_early_is_seen() -> None:
    question = planted(-0.6, seed=11)
    late = dataclasses.replace(question, date=question.series.periods[61])
    assert measure_effect(late).check("anticipation").outcome == "failed"
    assert measure_effect(question).check("anticipation").outcome == "passed"


def test_placebo_rank_is_a_count() -> None:
    """Flat but for one jump of the same size among 40 earlier months: rank 2 of 1 + dates."""
    rng = np.random.default_rng(2)
    values = 10_000 * np.exp(0.001 * rng.standard_normal(61))
    values[30] *= 3.0
    values[60] *= 2.0
    found = series(values)
    check = measure_effect(Question(found, found.periods[60])).check("placebo")
    # 48 dates (12 months must lie before each); month 30 strays up, month 31 back down by nearly as much
    assert check.figures[0] in (pytest.approx(2 / 49), pytest.approx(3 / 49))


def test_few_dates_cannot_tell_a_placebo() -> None:
    found = series(walk(20))
    check = measure_effect(Question(found, found.periods[18])).check("placebo")
    assert check.outcome == "cannot be told"


def test_other_events_by_hand() -> None:
    question = planted(-0.5)
    day = question.date
    events = [("near", day - dt.timedelta(days=45)), ("far", day - dt.timedelta(days=46)), ("during", day)]
    check = measure_effect(question, events).check("other_events")
    assert check.outcome == "failed"
    assert check.sentence[0].endswith("(2): during, near.")
    assert measure_effect(question, events[1:2]).check("other_events").outcome == "passed"


def test_residual_tests_are_those_of_the_libraries() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.diagnostic import acorr_ljungbox
    errors = np.random.default_rng(1).standard_normal(70)
    theirs = float(acorr_ljungbox(errors, lags=[6])["lb_pvalue"].iloc[0])
    assert ljung_box(errors) == pytest.approx(theirs)
    assert jarque_bera(errors) == pytest.approx(scipy_jarque_bera(errors).pvalue)


# -- wrong questions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "row", "months", "message"),
    [
        (walk(20), 8, 1, "has 8 known months before"),
        (walk(40), 40, 1, "the effect needs 2021-05"),
        (walk(40), 39, 3, "the effect needs"),
        (walk(40), 30, 0, "0 months cannot be counted"),
        (np.zeros(40), 30, 1, "counts too little"),
        (walk(40, level=5), 30, 1, "counts too little"),
    ],
)
def test_what_cannot_be_estimated_is_refused(values, row, months, message) -> None:
    found = series(values)
    month = dt.date(2018 + row // 12, row % 12 + 1, 1)
    with pytest.raises(InputError, match=message):
        measure_effect(Question(found, month, months))


def test_a_date_before_the_series_and_a_gap_after_the_date() -> None:
    values = walk(40)
    values[30] = np.nan
    found = series(values)
    with pytest.raises(InputError, match="lies before crossings begins"):
        measure_effect(Question(found, dt.date(2017, 1, 1)))
    with pytest.raises(InputError, match="has a gap between"):
        measure_effect(Question(found, found.periods[30]))


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"measure": "mx_visa_venezula"}, "no measure 'mx_visa_venezula'", "did you mean 'mx_visa_venezuela'?"),
        ({"series": "us_totl", "date": dt.date(2023, 1, 1)}, "no series 'us_totl'", "did you mean 'us_total'?"),
        ({"series": "us_total"}, "needs a measure or a date", None),
        ({"series": "census_new_york", "date": dt.date(2023, 1, 1)}, "is counted by point", None),
        (
            {"measure": "mx_visa_venezuela", "by": {"nationality": ["VNE"]}},
            "no nationality 'VNE'",
            "did you mean 'VEN'?",
        ),
        ({"measure": "mx_visa_venezuela", "by": {"nation": ["VEN"]}}, "no dimension 'nation'", None),
        (
            {"measure": "mx_visa_venezuela", "as_of": dt.date(2021, 12, 31)},
            "was not known on 2021-12-31",
            "take a later --as-of",
        ),
    ],
)  # fmt: skip
def test_wrong_words_are_refused(americas, asked, message, hint) -> None:
    with pytest.raises(InputError, match=message) as caught:
        build_question(americas, **asked)
    assert hint is None or caught.value.hint == hint


# -- words and tables ------------------------------------------------------------------------------------


def test_scope_of_a_measure() -> None:
    assert scope_of("Cuba;Haiti;Nicaragua;Venezuela") == ("CUB", "HTI", "NIC", "VEN")
    assert scope_of("all") == () and scope_of("nationals of 50+ African countries and India") == ()


def test_every_measure_of_the_corridor_can_be_asked_of(americas) -> None:
    known = dated_measures(americas)
    assert {m.id for m in americas.measures} <= set(known)
    assert "nyc_stay_limits" not in known, "its day is not known"


def test_the_tables_are_those_of_a_run_folder(meeting) -> None:
    found = effect_tables([meeting])
    for name, table in found.items():
        assert list(table.columns) == documented_columns(name)
        assert conform(name, table)[1] == []
    kinds = found["effects"]["kind"].to_list()
    assert (kinds.count("headline"), kinds.count("month"), kinds.count("cumulative")) == (1, 6, 6)
    assert found["effect_checks"]["check"].to_list() == [check.name for check in meeting.checks]


def test_small_counts_of_people_are_not_told() -> None:
    values = np.append(np.full(40, 60.0) * np.exp(0.05 * np.random.default_rng(1).standard_normal(40)), 4.0)
    found = series(values)
    effect = measure_effect(Question(found, found.periods[40]))
    assert ": <10 against" in effect.sentence[0]
    assert effect_object(effect)["headline"]["observed"] is None
    assert effect_tables([effect])["effects"]["observed"].null_count() == 3


def test_what_began_together_has_one_card(americas) -> None:
    named = americas.scenario_ids["agreement"].measures
    questions = questions_of(americas, [m for m in americas.measures if m.id in named])
    parts = {q.measure: set(q.measure.split("+")) for q in questions}
    (mexico,) = [name for name, ids in parts.items() if "enforcement_north" in ids]
    assert parts[mexico] >= {"enforcement_south", "trains"} and "chnv_strengthened" not in parts[mexico]
    together = [q.series.id for q in questions if q.measure == mexico]
    assert together == ["us_total", "us_between_ports", "us_ports", "mexico_encounters"]
    scoped = next(q for q in questions if "chnv_strengthened" in parts[q.measure])
    assert set(scoped.series.where["nationality"]) == {"CUB", "HTI", "NIC", "VEN"}
    first = effects_of(americas, questions[:1])[0]
    assert first.series == "us_total" and not re.search(
        r"\btrains\b", first.check("other_events").sentence[0]
    )


def test_nothing_is_asked_of_measures_whose_months_are_not_published(americas) -> None:
    later = [m.model_copy(update={"start": dt.date(2030, 1, 1)}) for m in americas.measures]
    assert questions_of(americas, later) == []


def test_a_corridor_without_published_series_has_no_cards() -> None:
    strait = open_corridor(ROOT / "examples" / "strait")
    assert questions_of(strait, strait.measures, load) == []
