from __future__ import annotations

import pytest
from planted import planted, study_of

from corridor.explore.explore import Effort, run
from corridor.explore.plan import make_plan

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
    from corridor.explore.tables import tables
    from corridor.study import conform

    found = tables(explored, "corridor explore planted")
    assert {"parties", "packages", "package_parties", "package_demands", "package_search"} <= set(found)
    assert all(conform(name, table)[1] == [] for name, table in found.items())


def test_the_report_of_the_result_shows_the_section_in_both_languages(explored, tmp_path) -> None:
    from corridor.explore.tables import tables
    from corridor.report.html import render
    from corridor.study import RunFolder

    manifest = {"as_of": "2023-01-31", "corridor": "small", "name": "small", "baseline": "nothing"}
    run = RunFolder.write(tmp_path / "run", tables(explored, "corridor explore small"), manifest)
    for lang, title in (("en", "What can be agreed"), ("es", "Qué se puede acordar")):
        assert title in render(run, lang)
