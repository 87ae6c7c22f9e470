from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.formats import open_corridor, save_corridor
from corridor.formats.read import read_parts
from corridor.model import (
    Corridor,
    Event,
    Flow,
    Group,
    Indicator,
    InputError,
    Lift,
    Measure,
    Observation,
    Parameter,
    Place,
    RegisterEntry,
    Scenario,
    Stock,
    Trigger,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "strait"

# Any text without the characters that no text file carries (zero bytes, halves of surrogate pairs).
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: text == text.strip()
)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,12}", fullmatch=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(0, 1e300)
probabilities = st.floats(0, 1)
days = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
tags = st.sampled_from(["observed", "anchored", "assumed"])


def some(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


def many(strategy: st.SearchStrategy, least: int = 1) -> st.SearchStrategy:
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


places = st.builds(
    Place, id=ids, name=texts, name_es=texts, country=st.just("ETH"), kind=ids, zone=some(ids),
    lat=st.floats(-90, 90), lon=st.floats(-180, 180), tag=tags, source=texts,
)  # fmt: skip
stocks = st.builds(
    Stock, id=ids, place=ids, state=ids, capacity=some(st.floats(0, 1e300)), overflow=st.booleans(),
    stay_days=some(st.floats(1, 1e6)), stay_stages=st.integers(1, 400), tag=tags,
)  # fmt: skip
flows = st.builds(
    Flow, id=ids, from_stock=some(ids), from_route=some(ids), to_stock=ids, kind=st.sampled_from(["move", "death"]),
    route=some(ids), groups=many(ids, 0), daily_probability=some(probabilities), share=some(probabilities),
    throughput=some(st.floats(0, 1e9)), overflow_flow=some(ids), tag=tags,
)  # fmt: skip
parameters = st.builds(
    Parameter, parameter=ids, target=some(ids), group=some(ids), valid_from=some(days), valid_to=some(days),
    value=numbers, low=some(numbers), high=some(numbers), unit=texts, known_from=some(days), source=texts,
)  # fmt: skip
measures = st.builds(
    Measure, id=ids, name=texts, name_es=texts, lever=ids, actor=texts, start=days, end=some(days),
    ramp_days=st.integers(0, 3650), decay_days=st.integers(0, 3650), trigger=some(ids), places=many(ids, 0),
    routes=many(ids, 0), nationalities=many(ids, 0), strength=numbers, low=some(numbers), high=some(numbers),
    unit=texts, known_from=days, grade=st.sampled_from(["causal", "assumed"]), in_base=st.booleans(),
    hindsight=st.booleans(), source=texts,
)  # fmt: skip
triggers = st.builds(
    Trigger, id=ids, name=texts, name_es=texts, observation=some(ids), stock=some(ids),
    window_days=st.integers(1, 366), on_above=positive, day_above=some(positive), off_below=positive,
    off_days=st.integers(1, 366), min_days=st.integers(1, 3660), max_days=some(st.integers(1, 3660)),
    days_per_year=many(st.integers(0, 366), 0), source=texts,
)  # fmt: skip
events = st.builds(
    Event, id=ids, name=texts, name_es=texts, flow=some(ids), stock=some(ids), group=some(ids), start=days,
    days=st.integers(1, 366), people=positive, low=some(positive), high=some(positive), known_from=days,
    in_base=st.booleans(), hindsight=st.booleans(), source=texts,
)  # fmt: skip
register_entries = st.builds(
    RegisterEntry, id=ids, name=texts, name_es=texts, actor=texts, actor_es=texts, levers=many(ids, 0),
    status=st.sampled_from(["in_force", "asked_for"]), announced=some(days), known_from=days, start=some(days),
    end=some(days), dating=st.sampled_from(["day", "inferred"]), scope=texts, scope_es=texts, value=some(numbers),
    unit=some(texts), measures=many(ids, 0), note=some(texts), note_es=some(texts), source=texts, publisher=texts,
    url=texts, source_grade=st.sampled_from(["primary", "repost"]),
)  # fmt: skip
observations = st.builds(
    Observation, id=ids, name=texts, name_es=texts, dataset=ids,
    where=st.dictionaries(texts, many(texts, 0), max_size=2), flows=many(ids, 0), stocks=many(ids, 0),
    by=st.sampled_from([(), ("nationality",), ("nationality", "household")]),
    nationality_map=st.dictionaries(texts, texts, max_size=2), calibrate=st.booleans(), counting_point=ids,
)  # fmt: skip
indicators = st.builds(
    Indicator, id=ids, name=texts, name_es=texts, kind=st.sampled_from(["total", "stock"]), observation=some(ids),
    stocks=many(ids, 0), with_occupied=st.booleans(), tag=tags,
)  # fmt: skip
scenarios = st.builds(
    Scenario, id=ids, name=texts, name_es=texts, description=texts, description_es=texts, measures=many(ids, 0),
    lift=many(st.builds(Lift, measure=ids, on=days), 0), events=many(ids, 0), hindsight=st.booleans(),
)  # fmt: skip


@st.composite
def corridors(draw: st.DrawFn) -> Corridor:
    """Corridors whose every cell may hold anything that its column allows; they need not make sense."""
    base = open_corridor(EXAMPLE)
    text = draw(texts)
    return Corridor(
        settings=base.settings.model_copy(
            update={"name": text, "description": draw(texts), "start": draw(days)}
        ),
        places=draw(many(places)),
        stocks=draw(many(stocks)),
        routes=base.routes[: draw(st.integers(0, 2))],
        groups=(Group(id=draw(ids), nationality=draw(ids), household="x", size=draw(st.integers(1, 20))),),
        flows=draw(many(flows)),
        parameters=draw(many(parameters)),
        triggers=draw(many(triggers, 0)),
        measures=draw(many(measures, 0)),
        events=draw(many(events, 0)),
        register_entries=draw(many(register_entries, 0)),
        observations=draw(many(observations, 0)),
        indicators=draw(many(indicators, 0)),
        # Names of files: told apart also where capitals are not.
        scenarios=draw(st.lists(scenarios, max_size=2, unique_by=lambda s: s.id.casefold()).map(tuple)),
        claims=base.claims,
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(corridor=corridors())
def test_saving_loses_nothing(corridor: Corridor, tmp_path_factory: pytest.TempPathFactory) -> None:
    saved_and_read_again(corridor, tmp_path_factory)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(corridor=corridors())
def test_saving_loses_nothing_of_sixty(corridor: Corridor, tmp_path_factory: pytest.TempPathFactory) -> None:
    saved_and_read_again(corridor, tmp_path_factory)


def saved_and_read_again(corridor: Corridor, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = save_corridor(corridor, tmp_path_factory.mktemp("saved") / "c")
    again = read_parts(folder).assemble()
    ordered = tuple(sorted(corridor.scenarios, key=lambda s: s.id))
    by_id = again.model_copy(update={"scenarios": tuple(sorted(again.scenarios, key=lambda s: s.id))})
    assert by_id == corridor.model_copy(update={"scenarios": ordered})


def test_open_save_open(tmp_path: Path) -> None:
    first = open_corridor(EXAMPLE)
    assert open_corridor(save_corridor(first, tmp_path / "copy")) == first


def test_what_cannot_be_kept_is_refused_and_leaves_the_old_folder(strait: Path) -> None:
    before = {p: p.read_bytes() for p in strait.rglob("*") if p.is_file()}
    corridor = open_corridor(strait)
    spoiled = corridor.places[0].model_copy(update={"name": "ends in a blank "})
    with pytest.raises(InputError, match="places would change"):
        save_corridor(corridor.model_copy(update={"places": (spoiled, *corridor.places[1:])}), strait)
    assert {p: p.read_bytes() for p in strait.rglob("*") if p.is_file()} == before
    assert [p.name for p in strait.parent.iterdir()] == ["strait"]


def test_saving_keeps_what_is_the_users_and_drops_old_scenarios(strait: Path) -> None:
    (strait / "README.md").write_text("mine")
    (strait / "calibration" / "2023-12-31").mkdir(parents=True)
    (strait / "calibration" / "2023-12-31" / "parameters.csv").write_bytes(
        (strait / "parameters.csv").read_bytes()
    )
    corridor = open_corridor(strait)
    save_corridor(corridor.model_copy(update={"scenarios": ()}), strait)
    assert (strait / "README.md").read_text() == "mine"
    assert (strait / "calibration" / "2023-12-31" / "parameters.csv").exists()
    assert not list((strait / "scenarios").iterdir())


@pytest.mark.parametrize("what", ["file", "folder"])
def test_another_file_or_folder_is_never_overwritten(what: str, tmp_path: Path) -> None:
    target = tmp_path / "target"
    if what == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "thesis.txt").write_text("mine")
    with pytest.raises(InputError):
        save_corridor(open_corridor(EXAMPLE), target)
    assert (target if what == "file" else target / "thesis.txt").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1
