"""A result as tables of a run folder (`corridor.study.TABLES`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from corridor.explore.cards import FUTURE, Card
from corridor.explore.demands import known_from
from corridor.explore.drivers import BLOCKS
from corridor.explore.explore import Explored, Shown, distance
from corridor.explore.judge import NO_DIFFERENCE
from corridor.explore.outcomes import COSTS, HUMANITARIAN
from corridor.explore.prim import Box
from corridor.explore.space import scaled
from corridor.model import Party, Statement
from corridor.study.schema import TABLES, conform
from corridor.text import Pair, by_lang, say, word

Row = dict[str, Any]


def tables(result: Explored, command: str = "") -> dict[str, pl.DataFrame]:
    """Every table of a result, by name."""
    everything = [*result.packages, *result.hindsight]
    rows: dict[str, list[Row]] = {
        "parties": list(_parties(result)),
        "packages": [_package(p) for p in everything],
        "package_measures": [row for p in everything for row in _measures(p)],
        "package_outcomes": [row for p in everything for row in _outcomes(result, p)],
        "package_parties": [row for p in everything for row in _views(p)],
        "package_demands": [row for p in everything for row in _demands(result, p)],
        "package_cards": [_card(result, card) for card in result.cards],
        "package_drivers": list(_drivers(result)),
        "package_search": list(_search(result, command)),
    }
    return {name: frame(name, found) for name, found in rows.items() if found}


def frame(name: str, rows: list[Row]) -> pl.DataFrame:
    """Rows as a table of the run folder; columns that they lack are blank."""
    table = pl.DataFrame([{c: row.get(c) for c in TABLES[name]} for row in rows], schema=dict(TABLES[name]))
    return conform(name, table)[0]


def _parties(result: Explored) -> Iterator[Row]:
    against: dict[str, list[str]] = {}
    for c in result.contradictions:
        against.setdefault(c.demand, []).append(c.other_demand)
        against.setdefault(c.other_demand, []).append(c.demand)
    for party in result.plan.late:
        names = {"party": party.id, "name": party.name, "name_es": party.name_es}
        for demand in party.demands:
            yield {
                **names, **_statement(result, demand), "kind": "demand", "statement": demand.id,
                "measures": ";".join(demand.measures), "bound": demand.bound, "value": demand.value,
                "contradicts": ";".join(against.get(demand.id, ())),
            }  # fmt: skip
        for i in party.interests:
            yield {
                **names, **_statement(result, i), "kind": "interest", "statement": i.indicator,
                "direction": i.direction, "inferred": i.inferred,
            }  # fmt: skip
        if party.nothing_stated:
            yield {
                **names,
                "kind": "nothing",
                "text": party.nothing_stated,
                "text_es": party.nothing_stated_es,
            }


def _statement(result: Explored, statement: Statement) -> Row:
    corridor = result.plan.space.corridor
    entry = next((e for e in corridor.register_entries if e.id == statement.entry), None)
    known = known_from(corridor, statement)
    return {
        "text": statement.text, "text_es": statement.text_es, "known_from": known,
        "later": known > result.plan.study.as_of,
        "source": statement.source or (entry.source if entry else None),
        "publisher": entry.publisher if entry else None,
        "url": entry.url if entry else None,
        "source_grade": statement.source_grade or (entry.source_grade if entry else None),
    }  # fmt: skip


def _package(shown: Shown) -> Row:
    held = [e.id for e, _ in shown.space.parts(shown.package)]
    return {
        "package": shown.id, "scenario": shown.scenario, "later": shown.late, "on_front": shown.on_front,
        "accepted": shown.accepted, "measures": ";".join(held),
    }  # fmt: skip


def _measures(shown: Shown) -> Iterator[Row]:
    for element, level in shown.space.parts(shown.package):
        for one in element.measures:
            measure = one if element.lift else scaled(shown.space.begun(one), level)
            yield {
                "package": shown.id, "element": one.id, "name": one.name, "name_es": one.name_es, "level": level,
                "lifted": element.lift,
                "start": (shown.space.enters or element.lifted_on) if element.lift else measure.start,
                "strength": measure.strength, "low": measure.low, "high": measure.high, "unit": measure.unit,
                "grade": measure.grade, "source": measure.source,
            }  # fmt: skip


def _outcomes(result: Explored, shown: Shown) -> Iterator[Row]:
    objectives = {o.outcome.id for o in result.plan.objectives}
    for n, outcome in enumerate(result.plan.outcomes):
        gap = shown.gaps[:, n]
        gap = np.where(np.abs(gap) < NO_DIFFERENCE, 0.0, gap)
        low, median, high = (float(v) for v in np.quantile(gap, (0.05, 0.5, 0.95)))
        role = "humanitarian" if outcome.id in HUMANITARIAN else "cost" if outcome.id in COSTS else (
            "objective" if outcome.id in objectives else "named")  # fmt: skip
        yield {
            "package": shown.id, "outcome": outcome.id, "name": outcome.name, "name_es": outcome.name_es,
            "role": role, "unit": outcome.unit, "tag": outcome.tag,
            "without": float(np.median(result.none.outcomes[:, n])), "low": low, "median": median, "high": high,
            "chance_lower": float((gap < 0).mean() + 0.5 * (gap == 0).mean()),
        }  # fmt: skip


def _views(shown: Shown) -> Iterator[Row]:
    for view in shown.views:
        verdicts = list(view.verdicts.values())
        yield {
            "package": shown.id, "party": view.party.id,
            "chance": view.chance.value if view.chance else None, "error": view.chance.error if view.chance else None,
            "assumed": view.assumed, "grade": view.grade,
            **{name: verdicts.count(name) for name in ("met", "broken", "open")}, "may_accept": view.may_accept,
        }  # fmt: skip


def _demands(result: Explored, shown: Shown) -> Iterator[Row]:
    for view in shown.views:
        for demand, verdict in view.verdicts.items():
            nearest = None if shown.late or verdict == "met" else result.closest(shown.id, demand)
            yield {
                "package": shown.id, "party": view.party.id, "demand": demand, "verdict": verdict,
                "closest": nearest.id if nearest else None,
                "changes": distance(shown.package, nearest.package) if nearest else None,
            }  # fmt: skip


def _search(result: Explored, command: str) -> Iterator[Row]:
    plan, found = result.plan, result.found
    merged = {
        "seed": None, "packages": len(found.archive.packages), "front": len(found.archive.front.packages),
        "hypervolume": found.hypervolume, "members": plan.study.members, "command": command,
    }  # fmt: skip
    yield merged
    for one in found.seeds:
        yield {
            "seed": one.seed, "packages": len(one.archive.packages), "front": len(one.archive.front.packages),
            "hypervolume": one.hypervolume,
        }  # fmt: skip


def _drivers(result: Explored) -> Iterator[Row]:
    if result.drivers is None:
        return
    found = result.drivers.indices
    for k, outcome in enumerate(result.plan.outcomes):
        for g, group in enumerate(found.groups):
            yield {
                "outcome": outcome.id, "group": group, "kind": "block" if group in BLOCKS else "lever",
                "first": float(found.first[g, k]), "first_error": float(found.first_error[g, k]),
                "total": float(found.total[g, k]), "total_error": float(found.total_error[g, k]),
            }  # fmt: skip


# -- cards in words ---------------------------------------------------------------------------------------------


def _card(result: Explored, card: Card) -> Row:
    sentence = card_sentence(result, card)
    box = card.box
    return {
        "package": card.package, "other": card.other, "party": card.party, "share": card.holds,
        "coverage": box.coverage if box else None, "density": box.density if box else None,
        "sentence": sentence[0], "sentence_es": sentence[1],
    }  # fmt: skip


def card_sentence(result: Explored, card: Card) -> Pair:
    """The card in one sentence or two, in both languages."""
    party: Party = next(p for p in result.plan.parties if p.id == card.party)
    against = say("explore.no_agreement") if card.other is None else (card.other, card.other)
    facts = {"package": card.package, "other": against, "party": (party.name, party.name_es)}
    usual = card.holds >= 0.5
    told = say("explore.card_better" if usual else "explore.card_not_better", share=card.holds if usual else 1 - card.holds, **facts)  # fmt: skip
    if card.box is None:
        rest = say("explore.card_no_box")
    else:
        rest = say(
            "explore.card_box", coverage=card.box.coverage, density=card.box.density,
            conditions=conditions(result, card.box),
        )  # fmt: skip
    return f"{told[0]} {rest[0]}", f"{told[1]} {rest[1]}"


def conditions(result: Explored, box: Box) -> dict[Any, str]:
    """The conditions of a box in words."""
    parts = [_condition(assumption_name(result, name), *limits) for name, limits in box.limits.items()]
    return by_lang(tuple("; ".join(part[n] for part in parts) for n in (0, 1)))  # type: ignore[arg-type]


def _condition(name: Pair, low: float | None, high: float | None) -> Pair:
    if low is not None and high is not None:
        return say("explore.condition_between", name=name, low=_digits(low), high=_digits(high))
    if low is not None:
        return say("explore.condition_least", name=name, low=_digits(low))
    return say("explore.condition_most", name=name, high=_digits(high or 0.0))


def _digits(value: float) -> Pair:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text, text.replace(",", "\u202f").replace(".", ",")


def assumption_name(result: Explored, name: str) -> Pair:
    """What an assumption is called: a measure's strength, a lever's parameter, or what comes without an agreement."""
    kind, _, rest = name.partition(":")
    if name.startswith(FUTURE):
        outcome = result.plan.outcomes[result.plan.at[rest]]
        return say("explore.future", name=(outcome.name, outcome.name_es))
    if kind == "lever":
        lever, _, parameter = rest.partition(":")
        return say(
            "explore.of_lever",
            lever=word("report.levername", lever),
            parameter=word("explore.parameter", parameter),
        )
    found = {m.id: (m.name, m.name_es, m.unit) for m in result.plan.space.corridor.measures}
    if rest in found:
        return say("explore.strength", name=found[rest][:2], unit=found[rest][2])
    response = result.responses.get(name, (rest, rest))
    return say("explore.strength", name=response, unit="ratio")
