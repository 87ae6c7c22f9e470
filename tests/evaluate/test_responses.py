"""Response pools: episodes against published figures, the model against formulas and simulation, what may be known."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from corridor.data import Dataset, evidence, load
from corridor.evaluate import responses
from corridor.evaluate.episodes import (
    WINDOWS,
    Episode,
    Outcome,
    counts_of,
    episodes,
    left_out,
    measure_episode,
    outcomes,
)
from corridor.evaluate.responses import known_outcomes, predict, response, score, together
from corridor.model import InputError

BY_ID = {episode.id: episode for episode in episodes()}
LEVERS = ("asylum_rules", "consequences", "visas", "mexican_enforcement", "transit_enforcement", "repatriation",
          "redirect_south", "legal_pathways")  # fmt: skip


def outcome(
    name: str, effect: float, error: float = 0.1, *, kind: str = "entry", year: int = 2020, sign: int = 1,
    targeted: bool = False,
) -> Outcome:  # fmt: skip
    episode = Episode.model_validate(
        {"id": name, "name": name, "name_es": name, "kind": kind, "start": dt.date(year, 1, 1), "sign": sign,
         "dataset": "d", "targeted": targeted, "source": "assumption: made up"}
    )  # fmt: skip
    days = tuple(dt.date(year, 12, 1 + i) for i in range(len(WINDOWS)))
    return Outcome(episode, np.full(3, effect), error**2 * np.eye(3), effect, effect, days, 1000.0)


def first_window(name: str, effect: float, error: float, kind: str = "entry") -> Outcome:
    """An outcome of which only the first window is known."""
    made = outcome(name, effect, error, kind=kind)
    return replace(made, effect=np.array([effect, np.nan, np.nan]))


def by_month(episode: Episode, dataset: Dataset) -> dict[dt.date, float]:
    series = counts_of(episode, dataset)
    return dict(zip(series.periods, series.counts.tolist(), strict=True))


class TestEpisodes:
    def test_at_least_25_from_2018_on_meet_the_rule(self):
        assert sum(o.episode.start.year >= 2018 for o in outcomes()) >= 25

    def test_every_dated_measure_of_these_levers_is_in_one_place(self):
        listed = Counter(name for episode in episodes() for name in episode.measures) + Counter(
            list(left_out())
        )
        rows = evidence("measures").filter(pl.col("lever").is_in(LEVERS))
        assert [name for name in rows["id"] if listed[name] != 1] == []

    def test_those_of_the_evidence_begin_on_a_day_that_it_gives(self):
        start = dict(evidence("measures").select("id", "start").iter_rows())
        wrong = [
            e.id for e in episodes() if e.measures and e.start not in {start[name] for name in e.measures}
        ]
        assert wrong == []

    @pytest.mark.parametrize(
        ("day", "first"), [("2024-06-05", "2024-06"), ("2023-12-27", "2024-01"), ("2024-05-06", "2024-06")]
    )
    def test_first_month_by_hand(self, day, first):
        made = BY_ID["visa_peru_2024"].model_copy(update={"start": dt.date.fromisoformat(day)})
        assert f"{made.first:%Y-%m}" == first

    def test_dated_to_the_month_counts_from_the_next(self):
        assert BY_ID["expedited_brazil_2005"].first == dt.date(2005, 7, 1)

    def test_brazilians_of_2005_as_published(self):
        counts = by_month(BY_ID["visa_brazil_2005"], load("us_border_patrol_by_citizenship"))
        months = [dt.date(2005, m, 1) for m in range(7, 13)] + [dt.date(2006, 1, 1)]
        assert [counts[month] for month in months] == [2150, 1390, 1520, 660, 80, 50, 70]

    def test_three_countries_of_2014_as_published(self):
        counts = by_month(BY_ID["southern_border_2014"], load("us_border_patrol_by_citizenship"))
        assert sum(counts[dt.date(2014, m, 1)] for m in (8, 9, 10)) == 32790

    def test_everybody_but_mexicans_is_the_total_less_mexicans(self):
        dataset = load("us_border_patrol_by_citizenship")
        month = pl.col("date") == dt.date(2023, 12, 1)
        table = dataset.table.filter(month)
        by_hand = table["value"].sum() - table.filter(pl.col("nationality") == "MEX")["value"].sum()
        counts = by_month(BY_ID["meeting_december_2023"], dataset)
        assert counts[dt.date(2023, 12, 1)] == by_hand

    def test_a_measure_on_named_nationalities_counts_them(self):
        assert [e.id for e in episodes() if e.targeted and not e.nationalities] == []

    def test_visas_and_parole_name_nationalities(self):
        assert {e.targeted for e in episodes() if e.kind in responses.TARGETED} == {True}

    def test_too_few_events_are_no_episode(self):
        few = BY_ID["visa_peru_2024"].model_copy(update={"nationalities": ("PRT",)})
        with pytest.raises(InputError, match="fewer than 200 events"):
            measure_episode(few)

    def test_the_pandemic_leaves_too_few_months_after(self):
        early = BY_ID["visa_brazil_2005"].model_copy(update={"start": dt.date(2020, 1, 29)})
        with pytest.raises(InputError, match="fewer than 3 months"):
            measure_episode(early)


class TestMeasured:
    def dataset(self, after: float):
        months = [dt.date(2020 + k // 12, k % 12 + 1, 1) for k in range(40)]
        rng = np.random.default_rng(3)
        level = np.where(np.arange(40) < 34, 1000.0, 1000.0 * after) * np.exp(0.02 * rng.standard_normal(40))
        real = load("us_border_patrol_by_citizenship")
        table = pl.DataFrame(
            {"date": months * 2, "nationality": ["BRA"] * 40 + ["GTM"] * 40, "value": [*level.round(), *[5000.0] * 40],
             "known_from": [month + dt.timedelta(days=45) for month in months] * 2}
        )  # fmt: skip
        return replace(real, table=table.with_columns(pl.col("value").cast(real.table["value"].dtype)))

    @pytest.mark.parametrize("after", [0.5, 1.0, 2.0])
    def test_planted_change_of_a_flat_series(self, after):
        episode = BY_ID["visa_brazil_2005"].model_copy(update={"start": dt.date(2022, 10, 20)})
        found = measure_episode(episode, lambda _: self.dataset(after))
        assert np.exp(found.quarter) == pytest.approx(after, rel=0.06)
        assert np.abs(found.effect - np.log(after)).max() < 0.1

    def test_known_from_is_that_of_a_windows_last_month(self):
        episode = BY_ID["visa_brazil_2005"].model_copy(update={"start": dt.date(2022, 10, 20)})
        found = measure_episode(episode, lambda _: self.dataset(1.0))
        lasts = (dt.date(2022, 11, 1), dt.date(2023, 1, 1), dt.date(2023, 4, 1))
        assert found.known_from == tuple(month + dt.timedelta(days=45) for month in lasts)


class TestModel:
    def test_nothing_known_is_the_prior(self):
        weights, mean, covariance = predict((), "entry")
        assert np.allclose(mean, -0.5)
        # E[spread²] under half-normals of scale 0.5 and 0.25 is 0.25 and 0.0625; scope and common mean have 0.25 each
        assert weights @ covariance[:, 0, 0] == pytest.approx(0.8125, rel=0.15)

    def test_many_exact_outcomes_give_their_mean_and_spread(self):
        effects = -1.2 + 0.4 * np.random.default_rng(5).standard_normal(25)
        weights, mean, covariance = predict(
            [first_window(f"e{i}", x, 0.01) for i, x in enumerate(effects)], "entry"
        )
        middle = weights @ mean[:, 0]
        spread = np.sqrt(weights @ (covariance[:, 0, 0] + (mean[:, 0] - middle) ** 2))
        assert middle == pytest.approx(effects.mean(), abs=0.05)
        assert spread == pytest.approx(effects.std(ddof=1), rel=0.25)

    def test_against_simulation_from_the_same_model(self):
        """Importance sampling: draw the parameters from the priors, weight by the likelihood of two outcomes."""
        effects, error, n = (-1.5, -0.3), 0.3, 400_000
        rng = np.random.default_rng(8)
        classes, between = (
            np.abs(rng.standard_normal(n)) * scale for scale in (responses.CLASS_SPREAD, responses.SPREAD)
        )
        spread = np.hypot(responses.PRIOR_SD, responses.SCOPE_SD)  # both episodes are of one scope
        common = responses.PRIOR_MEAN + spread * rng.standard_normal(n)
        mine, other = (common + classes * rng.standard_normal(n) for _ in range(2))
        scale = np.hypot(between, error)
        likelihood = (
            np.exp(-0.5 * (((effects[0] - mine) / scale) ** 2 + ((effects[1] - other) / scale) ** 2))
            / scale**2
        )
        expected = np.average(mine, weights=likelihood)
        known = [first_window("a", effects[0], error), first_window("b", effects[1], error, kind="asylum")]
        weights, mean, _ = predict(known, "entry")
        assert weights @ mean[:, 0] == pytest.approx(expected, abs=0.02)

    def test_a_class_without_an_episode_learns_from_the_others(self):
        known = [outcome(f"e{i}", -2.0) for i in range(6)]
        told = response("asylum", found=known)
        assert told.episodes == () and told.pooled == 6
        assert np.median(told.quarter()) < responses.PRIOR_MEAN

    def test_measures_on_named_nationalities_tell_little_of_one_on_everybody(self):
        """By hand: with exact means -2 and -0.4 of many episodes, one more of either lies near its own."""
        named = [outcome(f"n{i}", -2.0, targeted=True) for i in range(12)]
        broad = [outcome(f"b{i}", -0.4, kind="asylum") for i in range(12)]
        told = {
            scope: np.median(response("removal_flights", found=[*named, *broad], targeted=scope).quarter())
            for scope in (True, False)
        }
        assert told[True] == pytest.approx(-2.0, abs=0.15)
        assert told[False] == pytest.approx(-0.4, abs=0.15)

    def test_predictions_of_the_two_scopes_lie_on_either_side_of_their_middle(self):
        found = [first_window("n", -1.5, 1e-3), first_window("b", -0.5, 1e-3, kind="asylum")]
        found[0] = replace(found[0], episode=found[0].episode.model_copy(update={"targeted": True}))
        weights, mean, _ = predict(found, "removal_flights", targeted=True)
        other, mean_other, _ = predict(found, "removal_flights", targeted=False)
        assert weights @ mean[:, 0] < -1.0 < other @ mean_other[:, 0]

    def test_together_is_the_mean_of_three_months(self):
        assert together(np.log([0.4, 0.7, 0.1])) == pytest.approx(np.log((0.4 + 0.7 + 0.7) / 3))

    def test_one_seed_one_draw(self):
        told = response("entry", found=[outcome("a", -1.0)])
        assert np.array_equal(told.draw(50, seed=4), told.draw(50, seed=4))


class TestSabotage:
    def test_a_sign_turned_is_noticed(self):
        """A measure that widens and doubles counts tells what one that narrows and halves them tells."""
        narrowed = response("entry", found=[outcome(f"e{i}", -np.log(2)) for i in range(5)])
        widened = response("entry", found=[outcome(f"e{i}", np.log(2), sign=-1) for i in range(5)])
        assert np.allclose(narrowed.mean, widened.mean)
        assert np.median(widened.quarter()) < -0.5

    def test_a_pool_that_includes_its_own_episode_is_noticed(self):
        """Moving an episode's own outcome moves no prediction of it."""
        found = [
            outcome("old", -0.4, year=2010),
            outcome("own", -0.2, year=2015),
            outcome("new", -3.0, year=2020),
        ]
        moved = [found[0], outcome("own", -4.0, year=2015), found[2]]
        ours, theirs = (next(s for s in score(x) if s.episode == "own") for x in (found, moved))
        assert (ours.low, ours.median, ours.high) == (theirs.low, theirs.median, theirs.high)
        assert ours.measured != theirs.measured

    def test_what_was_learned_later_is_not_used(self):
        found = [
            outcome("old", -0.4, year=2010),
            outcome("own", -0.2, year=2015),
            outcome("new", -3.0, year=2020),
        ]
        alone = next(s for s in score(found[:2]) if s.episode == "own")
        assert next(s for s in score(found) if s.episode == "own").median == alone.median

    def test_windows_that_were_not_public_are_not_used(self):
        (kept,) = known_outcomes([outcome("a", -1.0)], dt.date(2020, 12, 2))
        assert np.isnan(kept.effect).tolist() == [False, False, True]
        assert known_outcomes([outcome("a", -1.0)], dt.date(2020, 11, 30)) == ()

    def test_the_pool_of_the_demo_rests_on_what_was_public(self):
        told = response("enforcement_mexico", dt.date(2023, 12, 31))
        assert told.known_from is not None and told.known_from <= dt.date(2023, 12, 31)
        assert "meeting_december_2023" not in told.episodes
