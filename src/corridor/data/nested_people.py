"""Tables that print sex below age (or age below sex), as statistical bulletins do, made one row for each group.

The groups stand below each other in the first column, months across, or above each other in the header, months down.
Each part takes its place from the labels before it. Every sum that the table prints must be what its parts add up to:
a table whose order is taken for another one is refused, and never read to wrong groups.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corridor.data.countries import plain_name
from corridor.data.reading.grid import read_grid
from corridor.data.reading.layout import Table, find_table
from corridor.data.reading.numbers import is_missing, looks_like_number, read_numbers
from corridor.model import Fault, InputError

_ALONE = r"\b(?:no acompanad[oa]s?|sin compania|unaccompanied|not accompanied)\b"
_WITH = r"\b(?:acompanad[oa]s?|accompanied)\b"
_AGES = {
    "12_17": r"\b(?:de )?12 (?:a|to|y)?\s?17(?: anos| years)?\b",
    "under_12": r"\b(?:(?:de )?0 (?:a|to)?\s?11(?: anos| years)?|menores de 12(?: anos)?|hasta 11 anos|under 12)\b",
    "under_18": r"\b(?:(?:de )?0 (?:a|to)?\s?17(?: anos| years)?|menores(?: de (?:18 anos|edad))?|ninas ninos y adolescentes|nna|minors|under 18)\b",
    "18_plus": r"\b(?:(?:de )?18 (?:anos )?(?:y|o|e) mas(?: anos)?|18 (?:and|or) (?:over|more|older)|mayores de (?:18 anos|edad)|adult[oa]s?|adults?|18)\b",
}  # fmt: skip
_SEXES = {
    "male": r"\b(?:hombres?|masculino|men|male|varones)\b",
    "female": r"\b(?:mujeres?|femenino|women|female)\b",
}
_NOISE = r"\b(?:total(?:es)?|general|subtotal|sub total|grand|de|edad|anos|sexo|grupo|grupos|condicion|viaje|y|personas|eventos)\b"


@dataclass(frozen=True)
class Group:
    """Who a figure counts; what is blank is everybody."""

    age: str = ""
    alone: str = ""
    """``accompanied`` or ``unaccompanied``."""
    sex: str = ""

    @property
    def code(self) -> str:
        """The age in the codes of the series held; blank where a part of it is not told."""
        if self.age == "under_12":
            return f"under_12_{self.alone}" if self.alone else ""
        return self.age if self.age in ("18_plus", "12_17") else ""


def group_of(text: str) -> Group | None:
    """Who a label names; ``None`` where it has words that are not known."""
    plain = plain_name(text)
    found: dict[str, str] = {}
    for name, words in (("unaccompanied", _ALONE), ("accompanied", _WITH)):
        plain, hits = re.subn(words, " ", plain)
        if hits:
            found["alone"] = name
    for field, table in (("age", _AGES), ("sex", _SEXES)):
        for name, words in table.items():
            plain, hits = re.subn(words, " ", plain)
            if hits and field in found:
                return None
            if hits:
                found[field] = name
    rest = re.sub(_NOISE, " ", plain).strip()
    return None if rest or not text.strip() else Group(**found)


def one_row_each(content: bytes, label: str) -> bytes | None:
    """The table as text with a column of sex and one of age; ``None`` if it is not of this kind.

    Raises
    ------
    InputError
        With a fault for each sum that its parts do not add up to, or if groups of the series held are missing.
    """
    table, faults = find_table(read_grid(content, label, None), label)
    if faults:
        return None
    cells = _below_each_other(table) or _across(table)
    if not cells:
        return None
    faults = [*_wrong_sums(cells, label)]
    if faults:
        raise InputError(f"{label}: its sums are not those of its parts; nothing was changed", faults=faults)
    rows = list(_leaves(cells))
    have = {(group.code, group.sex) for _, group, _ in rows}
    if not have:
        raise InputError(
            f"{label} has no count by sex and age; nothing was changed",
            hint="it prints ages and sexes, but not both of one group",
        )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if table.title:
        writer.writerow([table.title.replace(",", " ")])
    writer.writerow(["Mes", "Sexo", "Edad", "Eventos"])
    writer.writerows((month, group.sex, group.code, value) for month, group, value in rows)
    return out.getvalue().encode()


Cell = tuple[str, Group, float, int]
"""Month as written, group, count, line."""


def _below_each_other(table: Table) -> list[Cell]:
    """Figures of a table whose first column holds the groups; empty if it does not."""
    labels = [row[0] for row in table.rows]
    groups = [group for text in labels if (group := group_of(text)) is not None]
    sexes = [bool(group.sex) and not group.age for group in groups]
    ages = [bool(group.age) and not group.sex for group in groups]
    both = sum(bool(group.age and group.sex) for group in groups)
    if len(groups) < len(labels) or not ((sum(sexes) > 1 and sum(ages) > 1) or both > 3):
        return []
    placed = list(_placed(groups, age_first=any(a and b for a, b in itertools.pairwise(sexes))))
    months = [at for at, name in enumerate(table.names) if at and "total" not in plain_name(name).split()]
    return [
        (table.names[at], group, value, line)
        for group, row, line in zip(placed, table.rows, table.lines, strict=True)
        for at in months
        if (value := _number(row[at])) is not None
    ]


def _placed(groups: Iterable[Group], *, age_first: bool) -> Iterator[Group]:
    """Each label with what the labels before it say."""
    now = Group()
    for group in groups:
        if group == Group():
            now = Group()
        elif age_first:
            if group.age:
                now = group
            elif group.alone:
                now = Group(now.age, group.alone, group.sex)
            else:
                now = replace(now, sex=group.sex)
        elif group.sex:
            now = group
        elif group.age:
            now = Group(group.age, group.alone, now.sex)
        else:
            now = replace(now, alone=group.alone)
        yield now


def _across(table: Table) -> list[Cell]:
    """Figures of a table whose header holds the groups, months in the first column; empty if it does not."""
    groups = {
        at: group for at, name in enumerate(table.names) if at and (group := group_of(name)) is not None
    }
    if sum(bool(group.sex and group.age) for group in groups.values()) < 4:
        return []
    return [
        (row[0], group, value, line)
        for row, line in zip(table.rows, table.lines, strict=True)
        if "total" not in plain_name(row[0]).split()
        for at, group in groups.items()
        if (value := _number(row[at])) is not None
    ]


def _number(text: str) -> float | None:
    if is_missing(text) or not looks_like_number(text):
        return None
    return read_numbers([text, "1.234.567", "1,234"]).value.get(text) if text else None


def _leaves(cells: Sequence[Cell]) -> Iterator[tuple[str, Group, float]]:
    """The smallest groups that the series held tell apart, each once."""
    for month, held in _by_month(cells).items():
        for group, value in held.items():
            if group.sex and group.code and group.age != "12_17":
                yield month, group, value
        for sex in _SEXES:
            parts = [held[g] for g in held if (g.age, g.sex) == ("12_17", sex) and g.alone]
            whole = held.get(Group("12_17", "", sex), sum(parts) if parts else None)
            if whole is not None:
                yield month, Group("12_17", "", sex), whole


def _by_month(cells: Sequence[Cell]) -> Mapping[str, dict[Group, float]]:
    found: dict[str, dict[Group, float]] = {}
    for month, group, value, _ in cells:
        found.setdefault(month, {}).setdefault(group, value)
    return found


def _wrong_sums(cells: Sequence[Cell], label: str) -> Iterator[Fault]:
    """A fault for each figure of a group that differs from the sum over its sexes, its companions or its ages."""
    months = _by_month(cells)
    seen: dict[tuple[str, Group], float] = {}
    for month, group, value, line in cells:
        if seen.setdefault((month, group), value) != value:
            yield Fault(
                label,
                line,
                month,
                f"{_told(group)} stands there twice: {seen[month, group]:,.0f} and {value:,.0f}",
            )
            continue
        for way, parts in _parts(group, months[month]):
            if parts and abs(sum(parts) - value) > 0.5:
                yield Fault(label, line, month, f"{_told(group)} is {value:,.0f}, its parts by {way} add up to {sum(parts):,.0f}")  # fmt: skip


def _parts(group: Group, held: Mapping[Group, float]) -> Iterator[tuple[str, list[float]]]:
    if not group.sex:
        both = [held[replace(group, sex=sex)] for sex in _SEXES if replace(group, sex=sex) in held]
        yield "sex", both if len(both) == len(_SEXES) else []
    if not group.alone and group.age not in ("", "18_plus"):
        two = [replace(group, alone=name) for name in ("accompanied", "unaccompanied")]
        yield "company", [held[g] for g in two] if all(g in held for g in two) else []
    if not group.age or group.age == "under_18":
        ages = ["12_17", "under_12"] if group.age else ["18_plus", "12_17", "under_12"]
        wanted = [replace(group, age=age) for age in ages]
        yield "age", [held[g] for g in wanted] if all(g in held for g in wanted) else []


def _told(group: Group) -> str:
    return " ".join(filter(None, (group.age, group.alone, group.sex))) or "the total"
