"""Schema of every table of a run folder: names, order and types of the columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.model import Fault, did_you_mean

TEXT, NUMBER, WHOLE, DAY, FLAG = pl.String(), pl.Float64(), pl.Int64(), pl.Date(), pl.Boolean()
Schema = Mapping[str, pl.DataType]


def _columns(text: str) -> dict[str, pl.DataType]:
    kinds = {"t": TEXT, "n": NUMBER, "i": WHOLE, "d": DAY, "b": FLAG}
    pairs = (word.split(":") for word in text.split())
    return {name: kinds[kind] for name, kind in pairs}


TABLES: Mapping[str, Schema] = {
    "forecast": _columns("scenario:t series:t place:t month:d nationality:t quantile:n value:n"),
    "periods": _columns(
        "scenario:t series:t place:t nationality:t statistic:t first:d last:d quantile:n value:n"
    ),
    "observed": _columns("series:t place:t month:d nationality:t value:n known:b"),
    "daily": _columns("scenario:t item:t kind:t date:d quantile:n value:n"),
    "ports": _columns("scenario:t port:t month:d item:t quantile:n value:n"),
    "capacity": _columns("item:t date:d value:n"),
    "points": _columns("item:t date:d value:n known:b label:t source:t publisher:t"),
    "differences": _columns(
        "scenario:t against:t item:t kind:t period:t low:n median:n high:n chance_lower:n unit:t without:n with:n"
    ),
    "grades": _columns("scenario:t item:t grade:t share:n"),
    "measures": _columns(
        "scenario:t measure:t name:t name_es:t lever:t actor:t start:d end:d strength:n low:n high:n "
        "unit:t grade:t source:t in_force:b places:t routes:t"
    ),
    "measure_notes": _columns("scenario:t measure:t found:t bound:t by:t used:n sentence:t sentence_es:t"),
    "triggers": _columns(
        "scenario:t trigger:t name:t name_es:t measures:t observation:t stock:t window_days:i on_above:n day_above:n "
        "off_below:n off_days:i source:t"
    ),
    "trigger_days": _columns("scenario:t trigger:t date:d share:n"),
    "register": _columns(
        "id:t name:t name_es:t actor:t actor_es:t levers:t status:t later:b weak:b announced:d known_from:d start:d "
        "end:d dating:t scope:t scope_es:t value:n unit:t measures:t strength:t grade:t note:t note_es:t source:t "
        "publisher:t url:t source_grade:t"
    ),
    "parameters": _columns(
        "parameter:t target:t group:t value:n low:n high:n unit:t source:t assumed:b influence:n"
    ),
    "targets": _columns("target:t from_place:t to_place:t kind:t"),
    "influence": _columns("item:t parameter:t target:t from_place:t to_place:t kind:t at_low:n at_high:n"),
    "baseline": _columns("series:t area:t month:d central:n"),
    "margins": _columns("series:t month:d member:i factor:n"),
    "fit": _columns("counting_point:t line:t metric:t value:n reference:n months:i"),
    "scoreboard": _columns(
        "series_set:t origin:t horizon:i period:t relative_wis:n low:n high:n relative_mae:n coverage_80:n "
        "coverage_95:n origins:i"
    ),
    "past_forecasts": _columns("series:t as_of:d month:d quantile:n value:n"),
    "claims": _columns(
        "claim:t statement:t statement_es:t said_by:t said_on:d verdict:t sentence:t sentence_es:t "
        "series:t period:t values:t coverage:t coverage_es:t first_month:t change_it:t change_it_es:t "
        "sources:t"
    ),
    "effects": _columns(
        "effect_id:t measure:t name:t name_es:t series:t series_name:t series_name_es:t date:d kind:t first:d "
        "last:d observed:n expected:n effect:n low_90:n high_90:n low_95:n high_95:n conclusion:t sentence:t "
        "sentence_es:t known_from:d source:t"
    ),
    "effect_checks": _columns("effect_id:t check:t outcome:t sentence:t sentence_es:t"),
    "places": _columns("id:t name:t name_es:t country:t kind:t zone:t lat:n lon:n tag:t source:t"),
    "routes": _columns(
        "id:t from_place:t to_place:t mode:t zone:t km:n days_mean:n days_stages:i throughput:n tag:t source:t"
    ),
    "links": _columns("id:t from_place:t to_place:t kind:t tag:t routes:t"),
    "link_flows": _columns("scenario:t link:t month:d low:n median:n high:n"),
    "map_encounters": _columns("scenario:t item:t place:t zone:t month:d low:n median:n high:n"),
    "stock_months": _columns("scenario:t item:t month:d statistic:t quantile:n value:n"),
    "costs": _columns("item:t stock:t first:d last:d value:n low:n high:n unit:t source:t assumed:b"),
    "parties": _columns(
        "party:t name:t name_es:t kind:t statement:t text:t text_es:t measures:t bound:t value:n direction:t inferred:b "
        "known_from:d later:b source:t publisher:t url:t source_grade:t contradicts:t"
    ),
    "packages": _columns("package:t scenario:t later:b on_front:b accepted:b measures:t"),
    "package_measures": _columns(
        "package:t element:t name:t name_es:t level:n lifted:b start:d strength:n low:n high:n unit:t grade:t source:t"
    ),
    "package_outcomes": _columns(
        "package:t outcome:t name:t name_es:t role:t unit:t tag:t without:n low:n median:n high:n chance_lower:n"
    ),
    "package_parties": _columns(
        "package:t party:t chance:n error:n assumed:n grade:t met:i broken:i open:i may_accept:b"
    ),
    "package_demands": _columns("package:t party:t demand:t verdict:t closest:t changes:i"),
    "package_cards": _columns(
        "package:t other:t party:t share:n coverage:n density:n sentence:t sentence_es:t"
    ),
    "package_drivers": _columns("outcome:t group:t kind:t first:n first_error:n total:n total_error:n"),
    "package_search": _columns("seed:i packages:i front:i hypervolume:n members:i command:t"),
    "reception": _columns("place:t item:t date:d quantile:n value:n"),
    "reception_chance": _columns("place:t date:d above:n ever:n extra:i"),
    "reception_answer": _columns(
        "place:t name:t name_es:t unit:t scenario:t by:d limit:n beds:n extra:i needed_by:d chance_without:n "
        "chance_with:n note:t"
    ),
    "reception_levers": _columns(
        "place:t lever:t name:t name_es:t start:d census_change:n census_change_low:n census_change_high:n chance:n "
        "chance_change:n extra_beds:i cost_change:n grade:t"
    ),
    "reception_budget": _columns("place:t fiscal_year:i part:t quantile:n value:n covered:n reimbursed:n"),
    "reception_identified": _columns(
        "place:t quantity:t household:t unit:t low:n median:n high:n prior_low:n prior_high:n learned:n identified:b"
    ),
    "placement_summary": _columns("item:t value:n"),
    "placement_sites": _columns(
        "site:t name:t capacity:t places:n taken:n free:n price:n households:i mean_score:n"
    ),
    "placement_groups": _columns(
        "group:t households:i people:i placed:i mean_score:n attainable_alone:n share_of_attainable:n floor:n "
        "floor_met:b floor_price:n"
    ),
    "placement_groups_by_site": _columns("group:t site:t households:i people:i mean_score:n"),
    "placement_chances": _columns(
        "households_with_chances:t places_with_chances:t people:i share:n even_share:n"
    ),
    "sources": _columns("id:t title:t publisher:t license:t grade:t first_published:t period:t url:t note:t"),
    "translations": _columns("text:t text_es:t"),
    "labels": _columns("item:t label:t label_es:t kind:t tag:t source:t"),
}
"""``labels`` names every item of the other tables: ``kind`` is one of :data:`KINDS`, ``tag`` says how well
it is founded, ``source`` is an id of ``sources`` (several separated by ``;``). ``periods`` holds the joint
distribution of a ``sum`` or a ``peak`` (highest month) over the months ``first`` to ``last``."""

KINDS = (
    "total",  # a country's count of encounters: compared between countries, first of them is the headline
    "series",  # any other monthly series
    "deaths",  # recorded deaths: a lower bound
    "waiting",
    "detention",
    "census",
    "stock",  # any other stock
    "flow",
    "port",  # of entry: officer hours and trucks, always assumed
    "port_figure",
    "scenario",
    "counting_point",  # a row of ``fit``
)

ALL_CITIES = ""
"""Item of the rows of ``stock_months`` that add up every census, member by member."""

LATER: Mapping[str, tuple[str, ...]] = {"differences": ("without", "with"), "points": ("publisher",)}
"""Columns that runs of earlier versions lack; they are empty there."""

_SHARES = {"quantile", "share", "chance_lower"}
_NOT_EMPTY = {"forecast", "periods", "daily", "stock_months", "ports", "past_forecasts"}
_CASTS = (pl.Null, pl.Categorical, pl.Enum, pl.Datetime)


def _castable(have: pl.DataType, want: pl.DataType) -> bool:
    if isinstance(have, _CASTS):
        return True
    return (want == NUMBER and have.is_numeric()) or (want == WHOLE and have.is_integer())


def conform(name: str, table: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """The table with the schema's columns, order and types (blank text for null), and what is wrong with it."""
    if name not in TABLES:
        return table, [Fault(name, None, None, "not a table of a run folder", did_you_mean(name, TABLES))]
    schema = TABLES[name]
    table = table.with_columns(
        pl.lit(None).alias(column) for column in LATER.get(name, ()) if column not in table.columns
    )
    faults = [
        Fault(name, None, column, "missing column", f"columns: {' '.join(schema)}")
        for column in schema
        if column not in table.columns
    ]
    faults += [
        Fault(name, None, column, "unknown column", did_you_mean(column, schema))
        for column in table.columns
        if column not in schema
    ]
    for column, want in schema.items():
        have = table.schema.get(column)
        if have is not None and have != want and not _castable(have, want):
            faults.append(Fault(name, None, column, f"is {have}, must be {want}"))
    if faults:
        return table, faults
    table = table.select(
        pl.col(column).cast(want).fill_null("") if want == TEXT else pl.col(column).cast(want)
        for column, want in schema.items()
    )
    return table, _value_faults(name, table)


def _value_faults(name: str, table: pl.DataFrame) -> list[Fault]:
    faults: list[Fault] = []
    for column, kind in TABLES[name].items():
        if kind != NUMBER:
            continue
        values = table[column].drop_nulls()
        if not bool(values.is_finite().all()):
            faults.append(Fault(name, None, column, "has a value that is not a finite number"))
        elif column in _SHARES and len(values) and not bool(values.is_between(0, 1).all()):
            faults.append(Fault(name, None, column, "has a value outside 0–1"))
    if name in _NOT_EMPTY and table["value"].null_count():
        faults.append(Fault(name, None, "value", "has blank values"))
    return faults
