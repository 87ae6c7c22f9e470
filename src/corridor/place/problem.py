"""Households, sites and scores as checked arrays: what is to be placed, and where it can be."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.model import did_you_mean
from corridor.place.memory import check_memory
from corridor.place.program import Bools, Floats, Ints, Limits, Program, owner, sums
from corridor.place.read import Sheet, Source, read_sheet, stop_on
from corridor.place.sites import ROOM, Flags, Offers, Wants, misfits

PEOPLE = "people"
CASE_COLUMNS = ("id", "size", "nationality", "languages", "single_parent", "medical", "group", "tie", "week")
SITE_COLUMNS = (
    "id", "name", "languages", "nationalities", "accepts_single_parent", "accepts_medical", "max_household",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Households (rows) and sites (columns) in arrays; tied households share a unit."""

    ids: Sequence[str]
    sites: Sequence[str]
    names: Sequence[str]
    """Names of the sites."""
    size: Ints
    """People in each household."""
    group: Ints
    """Index into ``groups``; 0 is none."""
    groups: Sequence[str]
    week: Ints
    """Index into ``weeks``."""
    weeks: Sequence[str]
    unit: Ints
    """Unit of each household."""
    flags: Flags
    """Households × sites: why a household alone does not fit."""
    score: Floats
    """Households × sites; 0 where nothing is given."""
    kinds: Sequence[str]
    """Names of the capacities."""
    need: Floats
    """Households × kinds."""
    capacity: Floats
    """Kinds × sites; infinite where unlimited."""
    notes: Sequence[str] = ()

    @property
    def units(self) -> int:
        """Number of units."""
        return int(self.unit.max(initial=-1)) + 1

    def unit_needs(self) -> Floats:
        """Units × kinds."""
        return np.stack([sums(self.unit, column, self.units) for column in self.need.T], axis=1)

    def unit_fits(self) -> Bools:
        """Units × sites: every tied household fits, and all of them together have room in an empty site."""
        if self.units == len(self.ids):
            return np.ascontiguousarray(self.flags == 0)
        bad = np.zeros((self.units, len(self.sites)), np.bool_)
        np.logical_or.at(bad, self.unit, self.flags != 0)
        needs = self.unit_needs()
        for kind in range(len(self.kinds)):
            bad |= needs[:, kind, None] > self.capacity[kind] + 1e-9
        return ~bad


def read_problem(
    cases: Source,
    sites: Source,
    scores: Source | None = None,
    *,
    lowest: float = 0.0,
    highest: float = np.inf,
) -> Problem:
    """Check and read households, sites and scores.

    ``lowest`` and ``highest`` are the limits of a score. Raises: `InputError` with every fault found.
    """
    case_sheet = read_sheet(cases, ("id", "size"), "cases")
    site_sheet = read_sheet(sites, ("id",), "sites")
    stop_on((case_sheet, site_sheet))
    notes: list[str] = []
    kinds = _kinds(case_sheet, site_sheet, notes)
    stop_on((case_sheet, site_sheet))
    check_memory(case_sheet.height, site_sheet.height)
    ids, site_ids = case_sheet.unique_ids(), site_sheet.unique_ids()
    size = case_sheet.numbers("size", whole=True, least=1.0).astype(np.int64)
    need = np.stack(
        [size.astype(float) if kind == PEOPLE else case_sheet.numbers(f"need_{kind}", blank=0.0) for kind in kinds],
        axis=1,
    )  # fmt: skip
    unlimited = {"unlimited": np.inf}
    capacity = np.stack([site_sheet.numbers(f"capacity_{kind}", words=unlimited) for kind in kinds])
    flags = misfits(_wants(case_sheet, size), _offers(site_sheet))
    unit = _units(case_sheet, ids)
    for kind in range(len(kinds)):
        flags[need[:, kind, None] > capacity[kind] + 1e-9] |= ROOM
    group, groups = _labels(case_sheet.text("group"))
    week, weeks = _weeks(case_sheet)
    stop_on((case_sheet, site_sheet))
    if scores is None:
        score = np.repeat(size.astype(np.float64)[:, None], len(site_ids), axis=1)
        notes.append("no scores are given: each person placed counts as one")
    else:
        score = _scores(scores, ids, site_ids, flags == 0, lowest, highest, notes)
    names = [name or site_ids[i] for i, name in enumerate(site_sheet.text("name"))]
    return Problem(ids, site_ids, names, size, group, groups, week, weeks, unit, flags, score, kinds, need,
                   capacity, tuple(notes))  # fmt: skip


def _kinds(cases: Sheet, sites: Sheet, notes: list[str]) -> list[str]:
    """Names of the capacities; needs and capacities must match."""
    needs = [c.removeprefix("need_") for c in cases.table.columns if c.startswith("need_")]
    kinds = [c.removeprefix("capacity_") for c in sites.table.columns if c.startswith("capacity_")]
    if not kinds:
        sites.fault(None, "capacity_people", "no column says how much room a site has",
                    "add capacity_people, or a capacity_ for each need_ of the households")  # fmt: skip
    for kind in needs:
        if kind == PEOPLE:
            cases.fault(
                None, "need_people", "is not given: it is the size of the household", "drop the column"
            )
        elif kind not in kinds and kinds:
            sites.fault(None, f"capacity_{kind}", f"the column is missing, but households have need_{kind}",
                        did_you_mean(kind, kinds) or "add it; write unlimited where there is no limit")  # fmt: skip
    for kind in kinds:
        if kind != PEOPLE and kind not in needs:
            cases.fault(None, f"need_{kind}", f"the column is missing, but sites have capacity_{kind}",
                        did_you_mean(kind, needs) or "add it, or drop the capacity")  # fmt: skip
    for sheet, known, prefix in (
        (cases, CASE_COLUMNS, ("need_", "x_")),
        (sites, SITE_COLUMNS, ("capacity_",)),
    ):
        for column in sheet.table.columns:
            if column in known or column.startswith(prefix):
                continue
            near = difflib.get_close_matches(
                column, [k for k in known if k not in sheet.table.columns], 1, 0.75
            )
            if near:
                sheet.fault(None, column, "is not a known column", f"did you mean {near[0]!r}?")
            else:
                notes.append(f"{sheet.label}: the column {column} is not used")
    return kinds


def _wants(cases: Sheet, size: Ints) -> Wants:
    return Wants(
        size,
        cases.lists("languages"),
        [name.casefold() for name in cases.text("nationality")],
        cases.flags("single_parent", absent=False, blank=False),
        cases.flags("medical", absent=False, blank=False),
    )


def _offers(sites: Sheet) -> Offers:
    most = np.full(sites.height, np.inf)
    if "max_household" in sites.table.columns:
        most = sites.numbers("max_household", whole=True, blank=np.inf, words={"unlimited": np.inf})
    return Offers(
        most,
        sites.lists("languages"),
        sites.lists("nationalities"),
        sites.flags("accepts_single_parent", absent=True, blank=None),
        sites.flags("accepts_medical", absent=True, blank=None),
    )


def _labels(names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Index of each label and the labels in order; blank is 0."""
    known = sorted(set(names) - {""})
    place = {name: i + 1 for i, name in enumerate(known)} | {"": 0}
    return np.fromiter((place[name] for name in names), np.int64, len(names)), ["", *known]


def _weeks(cases: Sheet) -> tuple[Ints, list[str]]:
    """Week of arrival; all the same where none is given."""
    names = cases.text("week")
    if not any(names):
        return np.zeros(len(names), np.int64), [""]
    cases.mark(np.flatnonzero(np.array([not name for name in names])), "week",
               lambda row: "is blank, but other rows have a week", None)  # fmt: skip
    known = sorted(
        set(names), key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name)
    )
    place = {name: i for i, name in enumerate(known)}
    return np.fromiter((place[name] for name in names), np.int64, len(names)), known


def _units(cases: Sheet, ids: Sequence[str]) -> Ints:
    """Unit of each household: tied ones, directly or through others, share one."""
    root = list(range(len(ids)))
    place = {name: i for i, name in enumerate(ids)}

    def top(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for row, cell in enumerate(cases.text("tie")):
        for name in (part.strip() for part in cell.split(";") if part.strip()):
            other = place.get(name)
            if other is None:
                hint = did_you_mean(name, ids) if len(ids) <= 5000 else None
                cases.fault(row, "tie", f"{name!r} is no household of this file", hint)
            elif other == row:
                cases.fault(row, "tie", "the household is tied to itself", "leave the cell blank")
            else:
                root[max(top(row), top(other))] = min(top(row), top(other))
    tops = np.array([top(i) for i in range(len(ids))], np.int64)
    _, unit = np.unique(tops, return_inverse=True)
    return unit.astype(np.int64)


def _scores(
    source: Source, ids: Sequence[str], sites: Sequence[str], fits: Bools, lowest: float, highest: float,
    notes: list[str],
) -> Floats:  # fmt: skip
    """Scores in the order of households and sites; a pair that fits must have one."""
    table = _numbers_at_once(source)
    sheet = read_sheet(source, ("id",), "scores") if table is None else Sheet(str(source), table)
    stop_on((sheet,))
    for site in sites:
        if site not in sheet.table.columns:
            sheet.fault(None, site, "the column is missing: every site needs one", None)
    for column in sheet.table.columns:
        if column != "id" and column not in sites:
            sheet.fault(None, column, "is no site", did_you_mean(column, sites))
    stop_on((sheet,))
    names = sheet.unique_ids()
    place = {name: row for row, name in enumerate(names)}
    rows = np.fromiter((place.get(name, -1) for name in ids), np.int64, len(ids))
    absent = np.flatnonzero(rows < 0)
    for i in absent[:100]:
        sheet.fault(None, "id", f"household {ids[i]!r} has no row", None)
    if absent.size > 100:
        sheet.fault(None, "id", f"{absent.size - 100} more households have no row")
    if len(names) > len(ids) - absent.size:
        notes.append(
            f"{sheet.label}: {len(names) - len(ids) + absent.size} rows of other households are not used"
        )
    stop_on((sheet,))
    out = np.zeros((len(ids), len(sites)))
    wanted = np.full(len(names), -1, np.int64)
    wanted[rows] = np.arange(len(ids))
    for column, site in enumerate(sites):
        out[:, column] = _column(sheet, site, rows, wanted, fits[:, column], lowest, highest)
    stop_on((sheet,))
    return out


def _column(
    sheet: Sheet, site: str, rows: Ints, wanted: Ints, fits: Bools, lowest: float, highest: float
) -> Floats:
    """Scores of one site in the order of households."""
    cells = sheet.table[site]
    values = cells.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()[rows].copy()
    back = np.flatnonzero(wanted >= 0)
    needed = fits[wanted[back]]
    ordered = values[wanted[back]]
    text = cells.cast(pl.String).fill_null("")
    blank = (text == "").to_numpy()[back]
    sheet.mark(back[needed & blank], site, lambda row: "is blank, but the household fits this site", None)
    broken = ~blank & ~np.isfinite(ordered)
    sheet.mark(back[broken], site, lambda row: f"{text[row]!r} is not a finite number", None)
    outside = np.isfinite(ordered) & ((ordered < lowest) | (ordered > highest))
    limits = f"{lowest:g} to {highest:g}" if np.isfinite(highest) else f"{lowest:g} or more"
    sheet.mark(back[outside], site, lambda row: f"{text[row]} is outside the range of a score ({limits})",
               "--score-range LOW HIGH sets another")  # fmt: skip
    values[~np.isfinite(values)] = 0.0
    return values


def _numbers_at_once(source: Source) -> pl.DataFrame | None:
    """Scores read as numbers in one go; None where a cell is not one, or the file is irregular."""
    try:
        if isinstance(source, pl.DataFrame):
            table = source
        elif Path(source).suffix == ".parquet":
            table = pl.read_parquet(source)
        else:
            head = pl.read_csv(source, infer_schema=False, n_rows=0)
            kinds = {c: pl.String if c == "id" else pl.Float64 for c in head.columns}
            table = pl.read_csv(source, schema=kinds)
        if "id" not in table.columns or len(set(table.columns)) != len(table.columns):
            return None
        if not all(kind.is_numeric() for name, kind in table.schema.items() if name != "id"):
            return None
        return table.with_columns(pl.col("id").cast(pl.String).fill_null("").str.strip_chars())
    except (pl.exceptions.PolarsError, OSError, ValueError):
        return None


def to_program(problem: Problem, *, per_person: float = 0.0, by_group: bool = False) -> Program:
    """Units with their values and needs; with ``by_group`` a unit has one part for each group in it.

    ``per_person`` is what placing a person at all counts.
    """
    units = problem.units
    group = problem.group if by_group else np.zeros_like(problem.group)
    key = problem.unit * len(problem.groups) + group
    parts, part = np.unique(key, return_inverse=True)
    if parts.size == len(problem.ids):
        value = np.empty_like(problem.score)
        value[part] = problem.score
    else:
        value = np.zeros((parts.size, len(problem.sites)))
        np.add.at(value, part, problem.score)
    needs = problem.unit_needs()
    unit, kind = np.nonzero(needs)
    starts = [np.searchsorted(found, np.arange(units + 1)) for found in (parts // len(problem.groups), unit)]
    return Program(
        value=value,
        bonus=per_person * sums(problem.unit, problem.size, units),
        count=np.ones(units),
        fits=problem.unit_fits(),
        part_start=starts[0].astype(np.int64),
        part_group=parts % len(problem.groups),
        need_start=starts[1].astype(np.int64),
        need_kind=kind.astype(np.int64),
        need_amount=needs[unit, kind],
    )


def with_weeks(program: Program, limits: Limits, problem: Problem, slack: float) -> tuple[Program, Limits]:
    """Program and limits with one more capacity for each week: its share of a site's places.

    A site may take in a week at most ``1 + slack`` times its places × the week's part of all people, or one
    household if that is larger.
    """
    weeks = len(problem.weeks)
    people = problem.size.astype(np.float64)
    by_week = np.bincount(problem.week, people, weeks)
    largest = np.zeros(weeks)
    total = np.bincount(problem.unit, people, problem.units)
    np.maximum.at(largest, problem.week, total[problem.unit])
    room = limits.capacity[list(problem.kinds).index(PEOPLE)]
    room = np.minimum(room, people.sum())
    cap = np.ceil((1 + slack) * room[None, :] * (by_week / people.sum())[:, None] - 1e-9)
    cap = np.maximum(cap, largest[:, None])
    key, entry = np.unique(problem.unit * weeks + problem.week, return_inverse=True)
    amount = sums(entry, people, key.size)
    kinds = limits.capacity.shape[0]
    unit = np.concatenate([owner(program.need_start), key // weeks])
    order = np.argsort(unit, kind="stable")
    fresh = program._replace(
        need_start=np.searchsorted(unit[order], np.arange(problem.units + 1)).astype(np.int64),
        need_kind=np.concatenate([program.need_kind, kinds + key % weeks])[order],
        need_amount=np.concatenate([program.need_amount, amount])[order],
    )
    return fresh, Limits(np.concatenate([limits.capacity, cap]), limits.floor, limits.floor_price)


def group_problem(problem: Problem, group: int) -> Problem:
    """The households of one group alone, with the ties among them."""
    rows: NDArray[np.int64] = np.flatnonzero(problem.group == group)
    _, unit = np.unique(problem.unit[rows], return_inverse=True)
    return Problem(
        [problem.ids[i] for i in rows], problem.sites, problem.names, problem.size[rows], problem.group[rows],
        problem.groups, problem.week[rows], problem.weeks, unit.astype(np.int64), problem.flags[rows],
        problem.score[rows], problem.kinds, problem.need[rows], problem.capacity,
    )  # fmt: skip
