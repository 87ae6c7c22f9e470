from __future__ import annotations

import json

import polars as pl
import pytest
from click.testing import CliRunner
from planted import AS_OF, interest, party, planted, study_of

from corridor.cli import main
from corridor.explore.cards import cards
from corridor.explore.explore import Effort, distance, run
from corridor.explore.judge import better, chance_of
from corridor.explore.plan import make_plan
from corridor.explore.runs import Draw, MeanField, full_ensemble
from corridor.explore.tables import tables
from corridor.formats import check_corridor, save_corridor
from corridor.model import InputError
from corridor.report.sections.base import RunView
from corridor.report.sections.packages import Packages
from corridor.study import RunFolder
from corridor.study.explored import explored_tables

QUICK = Effort(seeds=(1,), evaluations=200, draws=1, shown=200, samples=0)


@pytest.fixture(scope="module")
def explored():
    return run(make_plan(study_of(planted())), QUICK)


def test_exactly_the_three_planted_packages_are_acceptable_to_all(explored) -> None:
    ids = [element.id for element in explored.plan.space.elements]
    assert ids == ["aid", "more", "north", "south"]
    assert sorted(shown.package for shown in explored.accepted) == [(2, 0, 0, 1), (2, 0, 1, 0), (2, 0, 1, 1)]
    assert explored.in_all_accepted == ("aid",)


def test_tables_have_their_schema(explored) -> None:
    from corridor.study import conform

    found = tables(explored, "corridor explore planted")
    assert {"parties", "packages", "package_parties", "package_demands", "package_search"} <= set(found)
    assert all(conform(name, table)[1] == [] for name, table in found.items())


def test_the_report_of_the_result_shows_the_section_in_both_languages(explored, tmp_path) -> None:
    from corridor.report.html import render
    from corridor.study import RunFolder

    manifest = {"as_of": "2023-01-31", "corridor": "small", "name": "small", "baseline": "nothing"}
    run = RunFolder.write(tmp_path / "run", tables(explored, "corridor explore small"), manifest)
    for lang, title in (("en", "What can be agreed"), ("es", "Qué se puede acordar")):
        assert title in render(run, lang)


def test_only_packages_that_meet_a_demand_are_shown(explored) -> None:
    assert all(any(view.verdicts.values()) for shown in explored.packages for view in shown.views)
    met = [any("met" in view.verdicts.values() for view in shown.views) for shown in explored.packages]
    assert all(met) and all(any(shown.package) for shown in explored.packages)


def test_a_party_without_indicators_gets_demands_only(explored) -> None:
    for shown in explored.packages:
        views = {view.party.id: view for view in shown.views}
        assert views["giver"].chance is None and views["giver"].verdicts.keys() == {"whole_aid"}
        assert views["town"].chance is not None


def test_an_aid_that_lowers_departures_by_a_fifth_lowers_people_in_town_by_a_fifth_of_who_comes(
    explored,
) -> None:
    """Expected people in town without an agreement: departures x (1 - met) x 30 days; aid takes a fifth of the departures."""
    shown = next(p for p in explored.packages if p.package == (2, 0, 1, 0))
    at = explored.plan.at["in_town"]
    share = shown.gaps[:, at] / explored.none.outcomes[:, at]
    assert (share < -0.10).all() and (
        share > -0.30
    ).all()  # a fifth, less those on the way, more by control on one way


def test_the_closest_package_that_also_meets_a_demand(explored) -> None:
    def meets(shown, name: str) -> bool:
        return any(view.verdicts.get(name) == "met" for view in shown.views)

    short = next(p for p in explored.packages if not meets(p, "aid_with_control"))
    near = explored.closest(short.id, "aid_with_control")
    changes = [distance(short.package, p.package) for p in explored.packages if meets(p, "aid_with_control")]
    assert meets(near, "aid_with_control") and distance(short.package, near.package) == min(changes)


def test_search_and_full_ensemble_agree_without_noise(explored) -> None:
    """Nothing differs between the members of this corridor but the shocks of departures, which both have."""
    plan = explored.plan
    field = MeanField(plan.study, plan.space, plan.reader)
    for shown in explored.packages[:3]:
        told = field.outcomes(shown.package, Draw(4))
        assert told == pytest.approx(shown.gaps[4] + explored.none.outcomes[4], rel=1e-5)


@pytest.mark.validation
def test_chances_of_200_members_are_those_of_1000_within_their_error() -> None:
    """Aid may do nothing, or the opposite, so that the chance of a smaller number in town is between nought and one."""
    corridor = planted((party("town", (), [interest("in_town")]),), aid={"low": 0.5, "high": 1.15})
    plan = make_plan(study_of(corridor, members=1000))
    aid = {"none": (0, 0, 0, 0), "aid": (1, 0, 0, 0), "both": (1, 1, 0, 0)}
    runs = full_ensemble(plan.study, plan.space, plan.reader, aid)
    for name in ("aid", "both"):
        flags = better(plan, plan.parties[0], runs[name].outcomes - runs["none"].outcomes)
        few, many = chance_of(flags[:200]), chance_of(flags)
        assert abs(few.value - many.value) <= few.error + many.error
        assert few.error == pytest.approx(1.96 * (many.value * (1 - many.value) / 200) ** 0.5, rel=0.25)


def test_what_would_have_to_be_true_is_the_planted_strength() -> None:
    """Half as many again set out, times what aid leaves: fewer in all where aid leaves less than two thirds."""
    corridor = planted((party("town", (), [interest("in_town")]),), aid={"low": 0.5, "high": 0.95})
    plan = make_plan(study_of(corridor, members=100), measures=["aid", "more"])
    runs = full_ensemble(plan.study, plan.space, plan.reader, {"none": (0, 0), "both": (2, 2)})
    card = cards(plan, plan.parties, runs, runs["none"], [("both", None)])[0]
    assert card.holds < 0.5 and set(card.box.limits) == {"measure:aid"}
    low, high = card.box.limits["measure:aid"]
    assert low is None and high == pytest.approx(2 / 3, abs=0.05)
    assert card.box.coverage > 0.9 and card.box.density > 0.9


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"measures": ["aid", "nroth"]}, "there is no measure 'nroth'"),
        ({"measures": ["aid"]}, "1 measure makes no package to choose from"),
        ({"indicators": ["in_twon"]}, "there is no indicator 'in_twon'"),
        ({"parties": ["twon"]}, "there is no party 'twon'"),
        ({"budget": 0.0}, "0 USD leaves no package"),
        ({"budget": 5.0}, "has no costs that a budget could limit"),
        ({"horizon": 0}, "0 months"),
        ({"horizon": 12}, "after the corridor's period"),
        ({"base": "nothin"}, "has no scenario 'nothin'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(asked: dict, told: str) -> None:
    with pytest.raises(InputError) as error:
        make_plan(study_of(planted()), **asked)
    assert told in str(error.value)


def test_the_command_refuses_with_exit_code_2_and_the_place(tmp_path) -> None:
    folder = save_corridor(planted(), tmp_path / "planted")
    for words in (
        ["--measures", "adi,more"],
        ["--budget", "0"],
        ["--indicators", "in_twon"],
        ["--measures", "aid"],
    ):
        found = CliRunner().invoke(main, ["explore", str(folder), "--out", str(tmp_path / "x"), *words])
        assert found.exit_code == 2, found.output
        assert words[0] in found.output and not (tmp_path / "x").exists()


def test_the_command_writes_a_run_folder_keeps_the_result_and_prints_a_row_for_each_package(tmp_path) -> None:
    folder = save_corridor(planted(), tmp_path / "planted")
    words = [
        "--members",
        "5",
        "--samples",
        "2",
        "--evaluations",
        "100",
        "--seeds",
        "1",
        "--workers",
        "1",
        "--keep",
        "--format",
        "json",
    ]
    found = CliRunner().invoke(
        main, ["explore", str(folder), "--out", str(tmp_path / "run"), "--quiet", *words]
    )
    assert found.exit_code == 0, found.output
    rows = json.loads(found.stdout)
    assert rows[0].keys() == {"package", "giver", "origin", "town", "measures"}
    run = RunFolder.open(tmp_path / "run")
    kept = explored_tables(folder, AS_OF)
    assert set(kept) == set(run.tables)
    assert kept["packages"].equals(run.tables["packages"])
    assert check_corridor(folder).faults == ()


def test_what_rests_on_hindsight_is_shown_apart(explored, tmp_path) -> None:
    made = tables(explored, "corridor explore small")
    later = {
        name: table.with_columns(package=pl.when(pl.col("package") == "P1").then(pl.lit("later")).otherwise("package"))
        for name, table in made.items() if "package" in table.columns and name not in ("package_search", "package_cards")
    }  # fmt: skip
    flags = later["packages"].with_columns(later=pl.col("package") == "later")
    manifest = {"as_of": "2023-01-31", "corridor": "small", "name": "small", "baseline": "nothing"}
    made_later = {**made, **later, "packages": flags}
    blocks = Packages().payload(RunView(RunFolder.write(tmp_path / "run", made_later, manifest)))
    matrices = [block for block in blocks if block["type"] == "packages"]
    assert [m["id"] for m in matrices] == ["packages", "packages-later"]
    assert [row["label"]["en"] for row in matrices[1]["rows"]] == ["later"]
    assert "later" not in {row["label"]["en"] for row in matrices[0]["rows"]}
