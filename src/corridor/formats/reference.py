"""The reference of a corridor folder as Markdown, made from the models so that it cannot be incomplete."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from corridor.formats.columns import COLUMNS
from corridor.formats.layout import LISTS, SCENARIO, SETTINGS, TABLES, Part
from corridor.model import PARAMETERS
from corridor.model.scalars import to_text, unwrap

_INTRODUCTION = """\
# The corridor folder

A corridor is a folder of tables; the engine knows nothing of any one place. `corridor new DIR` writes a small
working folder, `corridor check DIR` says everything that is wrong in one, with file, line and column, and
`examples/strait` is a complete one. From Python: `corridor.formats.open_corridor`, `check_corridor`,
`save_corridor`, `new_corridor`. JSON Schemas of all files are in `docs/schema/`.

<!-- Written by scripts/write_schemas.py from the models: change the models or formats/reference.py, not this. -->

## Rules for all files

* UTF-8, with or without a byte-order mark; lines end as you like.
* A CSV file has exactly the columns below, in any order, separated by commas. Missing and unknown columns are
  faults, but for those in Spanish (`name_es`): the English text then stands there, marked `[en]`. Blank cells mean nothing, or the default. Lists in a cell are separated by `;`.
* YAML files hold plain text, lists and keys: no anchors, aliases or tags, at most 5 MB.
* Numbers have a point for decimals and no mark between thousands. Dates are `2023-12-31`. Booleans are `yes`
  and `no`. Ids are letters, digits, `.`, `_` and `-`.
* All files stand in the folder, those that may be empty too: a table with a header only, a list as `[]`. Only
  `parties.yaml`, `datasets.yaml`, `conflicts.csv`, `closures.csv` and `translations.csv` may be absent.
* Every entry of `datasets.yaml` has its counts in `data/<id>.csv`: `date` (`2023-01-01`, for a month also `2023-01`), its
  `dims`, `value`, and perhaps `known_from` (blank: the end of the period plus `lag_days`). Rows with one date and one
  combination but different `known_from` are successive figures.
* `calibration/<as-of date>/` is written by `corridor calibrate`, not by hand. Other files (a README, notes) may stand there and are kept, unless their name is nearly that of
  one of these: then it is taken for a mistake.
"""

_RULES = """\
## What `corridor check` makes sure of

* Ids are unique in their file, and what a row names exists: places, stocks, routes, flows, groups, measures, series.
* A flow starts from one stock or one route. A flow with a route joins the places of its stocks; a `travel` flow
  has a route, a `move` flow stays at its place. A flow out of a stock has either daily probabilities or shares,
  a flow off a route has shares. `overflow_flow` leaves the same stock and does not lead back to itself.
* The shares out of a stock sum to one, and the daily probabilities out of it (with `stay_stages / stay_days`) to
  one at most, for every group that can be there and on every day on which a parameter changes; the shares off a
  route to one at most.
* A parameter is known, points at the right kind of thing, has its unit, lies in its domain, `low <= value <= high`,
  and holds on days of its own: two rows of one parameter, target and group do not overlap.
* Some group can reach every place; every group sets out somewhere and can reach an end, a stock that no flow leaves.
* Counts of the folder's own datasets are numbers and not negative, on dates that begin their period and rise within a
  series, one row for each. An observation names a dataset of the folder, the user's or a shipped one, and its columns.
* Dates lie in order and touch the period of `corridor.yaml`.
* Under `movement: walk` ([the walk rule](flee.md)) places have a kind that the rule knows and one stock each, routes a length, conflicts and closures
  days in the period, the counts of camps one dimension; what the rule does not read (flows, measures, triggers, events, scenarios) is a fault.
* A measure pulls a known lever in its unit ([levers](levers.md)), on places (or zones), routes and nationalities that exist, and does
  not end before it starts. Somebody and something is in its scope, and the parameters that its lever needs are
  given. A scenario names measures and events that exist: nothing is ignored. What it changes is in the base or among its
  measures, each once, and is checked like a row of `measures.csv`; its own measures have ids of their own.
* A trigger looks at an observation of flows or at a stock, and `off_below` is less than `on_above`. An event leaves a
  stock by a flow, or brings a group to a stock, on days of the period.
* Measures of one scenario and its base do not ask for contradictory shares of the same people on the same days.
* An entry of the register names levers, measures and events that exist, or says in its note why nothing models it.
* A party has a demand, names an indicator, or says that nothing it has stated was found. Each demand and indicator has a
  source; measures, indicators and entries of the register exist; the demands of one party leave some package.
"""


def reference() -> str:
    """Markdown of ``docs/corridor-folder.md``."""
    sections = [_INTRODUCTION, *(_section(part) for part in (SETTINGS, *TABLES, *LISTS, SCENARIO))]
    return "\n".join([*sections, _parameters(), _RULES])


def _section(part: Part) -> str:
    title = "scenarios/*.yaml" if part is SCENARIO else part.file
    documented = (part.noun.__doc__ or "").partition("\n\n")
    about = documented[0].partition(": ")[2]
    more = " ".join(documented[2].replace("``", "`").split())
    word = "column" if part.file.endswith(".csv") else "key"
    lines = [f"## `{title}`", ""]
    lines += [f"{about[:1].upper()}{about[1:]}" if about else "", ""] if about else []
    lines += [more, ""] if more else []
    lines += [f"| {word} | holds | needed | meaning |", "|---|---|---|---|"]
    for name, field in part.noun.model_fields.items():
        needed = "yes" if field.is_required() else _default(field.get_default(call_default_factory=True))
        lines.append(f"| `{name}` | {_kind(field.annotation)} | {needed} | {COLUMNS[part.attribute][name]} |")
    return "\n".join([*lines, ""])


def _default(value: Any) -> str:
    return f"no: {to_text(value)}" if value not in (None, (), {}) else "no"


def _kind(annotation: Any) -> str:
    kind, _ = unwrap(annotation)
    origin = get_origin(kind)
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in get_args(kind))
    if origin is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    if origin is dict:
        return "keys with values"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "entries of " + ", ".join(f"`{name}`" for name in kind.model_fields)
    return {str: "text", float: "number", int: "whole number", bool: "yes or no", dt.date: "date"}[kind]


def _parameters() -> str:
    lines = ["## Parameters", "", "| parameter | target | unit | domain | meaning |", "|---|---|---|---|---|"]
    for name, kind in PARAMETERS.items():
        target = {"none": "", "series": "observation"}.get(kind.target, kind.target)
        lines.append(
            f"| `{name}` | {target} | `{kind.unit}` | {_domain(kind.lowest, kind.highest)} | {kind.text} |"
        )
    return "\n".join([*lines, ""])


def _domain(lowest: float, highest: float) -> str:
    if math.isinf(lowest):
        return "any number"
    return f"{lowest:g} or more" if math.isinf(highest) else f"{lowest:g} to {highest:g}"
