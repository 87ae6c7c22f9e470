"""Which column is the date, which the count, and what is a category; wide tables made long."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from corridor.data.countries import country_code, plain_name
from corridor.data.reading import words
from corridor.data.reading.across import (
    calendar_of,
    date_score,
    date_share,
    from_calendar,
    is_period_head,
    melt_dates,
    months_twice,
    named_date,
    sampled,
)
from corridor.data.reading.dates import month_text, year_text
from corridor.data.reading.layout import Table
from corridor.data.reading.long import DATE, KNOWN, LINE, VALUE, Long
from corridor.data.reading.numbers import bare, is_missing, looks_like_number
from corridor.data.reading.options import ReadOptions, ask, column
from corridor.data.reading.places import is_place
from corridor.data.reading.years import fiscal_periods, with_year, year_sections

_CUMULATIVE = re.compile(
    r"\b(cumul\w*|acumul\w*|kumul\w*|progressiv\w*|running total|f?ytd|to date|so far|a la fecha|hasta la fecha|bisher)\b"
)
_SHARE = re.compile(
    r"(%|\b(percent\w*|share|rate|ratio|average|mean|per boat|change|growth|media|promedio|anteil)\b)",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"total (number of )?(individuals|people|persons|migrants|arrivals|census|population)\b")
_SAMPLE = 3_000


def make_long(table: Table, options: ReadOptions, label: str) -> Long:
    """The table with one count for each row.

    Raises
    ------
    InputError
        If a column that the options name is absent, or if date or count cannot be told: it says what to pass.
    """
    names = list(table.names)
    columns = {name: [row[at] for row in table.rows] for at, name in enumerate(names)}
    notes: list[str] = []
    names = _split_axis(names, columns)
    for wanted in options.drop:
        columns.pop(column(names, wanted, label))
        names = [name for name in names if name in columns]
    names = _without_helpers(names, columns, notes)
    _fill_merged(names, columns, notes)
    names = fiscal_periods(names, columns, options, label, notes)
    year_sections(names, columns, notes, table.title)
    names = with_year(names, columns, table, options, label, notes)
    _one_unit(names, columns, options, label)
    _one_measure(names, columns, options, label)
    heads = [name for name in names if is_period_head(name)]
    if month := months_twice(names):
        hint = f"write the year with each month ({month} 2023), or the years in a row above the months"
        raise ask(label, f"{month} stands above several columns, and no year tells them apart", hint)
    calendar = calendar_of(names, columns, heads)
    if calendar is not None:
        return from_calendar(names, columns, calendar, table.lines, notes)
    if (
        not options.date_column
        and len(heads) >= 2
        and len(heads) >= len(names) - 8
        and not named_date(names, columns)
    ):
        return melt_dates(names, columns, heads, table.lines, notes)
    date_name, texts, fiscal, used = _dates(names, columns, options, label, notes)
    rest = [name for name in names if name not in used]
    long = _with_value(rest, columns, texts, table.lines, options, label, notes)
    long.date_name, long.fiscal = date_name, fiscal
    return long


def _one_unit(names: Sequence[str], columns: dict[str, list[str]], options: ReadOptions, label: str) -> None:
    """Refuse rows of different units, which no sum may hold."""
    for name in names:
        units = {cell for cell in columns[name] if cell}
        if plain_name(name) in _UNIT_NAMES and 1 < len(units) <= 20 and options.additive:
            raise ask(
                label, f"its rows have different units ({', '.join(sorted(units)[:4])} in column {name!r})",
                "keep the rows of one unit, or pass --additive no, with which none is summed",
            )  # fmt: skip


def _one_measure(
    names: Sequence[str], columns: dict[str, list[str]], options: ReadOptions, label: str
) -> None:
    """Refuse rows of different measures (a census beside arrivals), which no sum may hold."""
    for name in names:
        kinds = {cell for cell in columns[name] if cell}
        counts = [
            kind
            for kind in kinds
            if words.FLOW_WORDS.search(plain_name(kind)) or words.STOCK_WORDS.search(plain_name(kind))
        ]
        if (
            plain_name(name) in _MEASURE_NAMES
            and 1 < len(kinds) <= 60
            and len(counts) >= 2
            and options.additive
        ):
            raise ask(
                label, f"its rows count different things ({', '.join(sorted(kinds)[:4])} in column {name!r})",
                f"keep the rows of one, or pass --additive no and ask for one by --where '{name}=...' later",
            )  # fmt: skip


_MEASURE_NAMES = (
    "metric", "measure", "indicator", "variable", "statistic", "data type", "series name", "indicator name", "indicador",
    "medida", "indicateur", "mesure", "indicatore", "misura", "kennzahl",
)  # fmt: skip
HALF_YEAR = re.compile(
    r"(?i)(?:19|20)\d\d[\s\-_/]*(?:h|s|sem\w*\.?)\s*[12]|(?:h|s|sem\w*\.?)\s*[12][\s\-_/]*(?:19|20)\d\d"
)
_UNIT_NAMES = ("unit", "units", "unit of measure", "measure unit", "unidad", "unite", "einheit", "unita")
_INDEX_NAMES = ("", "no", "nr", "n", "num", "sl no", "s no", "sr no", "rank", "row", "id", "index")


def _without_helpers(names: list[str], columns: dict[str, list[str]], notes: list[str]) -> list[str]:
    """Names without columns of running numbers, and without unnamed columns of flags (one to three letters)."""
    left: list[str] = []
    for name in names:
        cells = [cell for cell in columns[name] if cell]
        unnamed = re.fullmatch(r"column_\d+", name) is not None
        running = len(cells) >= 3 and cells == [str(n) for n in range(1, len(cells) + 1)]
        flags = unnamed and all(re.fullmatch(r"[A-Za-z]{1,3}|:|\*+", cell) for cell in cells)
        if flags or (running and (unnamed or plain_name(name) in _INDEX_NAMES)):
            left.append(name)
    if not left or len(names) - len(left) < 2:
        return names
    notes.append(f"left out as running numbers or flags: {', '.join(left[:6])}{' …' * (len(left) > 6)}")
    return [name for name in names if name not in left]


def _split_axis(names: list[str], columns: dict[str, list[str]]) -> list[str]:
    r"""The first column of Eurostat's tables, ``freq,geo\TIME_PERIOD``, as one column for each name."""
    head = names[0]
    if "\\" not in head:
        return names
    parts = [part.strip() for part in head.split("\\")[0].split(",")]
    cells = [[cell.strip() for cell in text.split(",")] for text in columns.pop(head)]
    for at, part in enumerate(parts):
        columns[part] = [row[at] if at < len(row) else "" for row in cells]
    return [*parts, *names[1:]]


def _fill_merged(names: Sequence[str], columns: dict[str, list[str]], notes: list[str]) -> None:
    """Repeat a first column whose cells are merged downward."""
    if not names:
        return
    cells = columns[names[0]]
    blank = sum(not cell for cell in cells)
    if not cells or not cells[0] or not 0.4 <= blank / len(cells) < 1:
        return
    filled: list[str] = []
    last = ""
    for cell in cells:
        last = cell or last
        filled.append(last)
    columns[names[0]] = filled
    notes.append(f"blank cells of {names[0]!r} repeat the one above")


def _dates(
    names: Sequence[str], columns: dict[str, list[str]], options: ReadOptions, label: str, notes: list[str]
) -> tuple[str, list[str], bool, list[str]]:
    """Name, texts, whether its years are fiscal, and the columns used."""
    if options.date_column:
        name = column(names, options.date_column, label)
        return name, columns[name], False, [name]
    parts = _date_parts(names, columns)
    scored = []
    for place, name in enumerate(names):
        share = date_share(name, columns[name])
        if share >= 0.8 and not (parts and name in parts):
            plain_years = all(re.fullmatch(r"\d{4}", cell) for cell in sampled(columns[name]))
            ends = bool(re.search(r"\b(end|ending|to|until|hasta|fin)\b", plain_name(name)))
            scored.append((date_score(name), share, not plain_years, not ends, -place, name))
    if parts and not any(score[0] and score[2] for score in scored):
        return _joined_parts(parts, columns)
    if not scored:
        halves = [name for name in names if any(map(HALF_YEAR.fullmatch, sampled(columns[name])[:20]))]
        if halves:
            raise ask(
                label,
                f"column {halves[0]!r} holds half-years, a step that is not read",
                "give quarters or years",
            )
        hint = "name it by --date-column NAME; dates are written as 2024-01-31, 31/01/2024, Jan-24, 2024-W05"
        raise ask(label, f"no column holds dates (columns: {', '.join(names[:12])})", hint)
    best = max(scored)[-1]
    others = [score[-1] for score in scored if score[-1] != best and score[0]]
    if others:
        notes.append(f"{best!r} is taken for the date, not {', '.join(others)} (--date-column)")
    return best, columns[best], False, [best, *others]


def _date_parts(names: Sequence[str], columns: dict[str, list[str]]) -> dict[str, str]:
    """Columns of year, month (or week) and day that make a date together."""
    found: dict[str, str] = {}
    for name in names:
        plain, cells = plain_name(name), sampled(columns[name])
        cells = [cell for cell in cells if not words.is_total(cell)]
        if not cells:
            continue
        if (plain in words.YEAR_NAMES or "fiscal year" in plain) and all(year_text(cell) for cell in cells):
            found.setdefault("year", name)
        elif plain in words.MONTH_NAMES and all(month_text(cell) for cell in cells):
            found.setdefault("month", name)
        elif plain in words.WEEK_NAMES and all(re.fullmatch(r"[wW]?\d{1,2}(\.0)?", cell) for cell in cells):
            found.setdefault("week", name)
        elif plain in words.DAY_NAMES and all(re.fullmatch(r"\d{1,2}(\.0)?", cell) for cell in cells):
            found.setdefault("day", name)
    if "year" not in found or not found.keys() & {"month", "week"}:
        return {}
    if "month" not in found:
        found.pop("day", None)
    return {name: role for role, name in found.items()}


def _joined_parts(
    parts: dict[str, str], columns: dict[str, list[str]]
) -> tuple[str, list[str], bool, list[str]]:
    at = {role: name for name, role in parts.items()}
    fiscal = False
    texts = []
    for row in range(len(columns[at["year"]])):
        cell = {role: columns[name][row] for role, name in at.items()}
        year = year_text(cell["year"])
        fiscal = fiscal or "fiscal" in plain_name(at["year"]) or bool(year and year[1])
        month = month_text(cell.get("month", ""))
        if year is None or words.is_total(cell["year"]):
            texts.append(cell["year"] or " ".join(cell.values()))
        elif "month" in at:
            day = f"-{int(float(cell['day'])):02}" if cell.get("day") else ""
            texts.append(f"{year[0]:04}-{month:02}{day}" if month else cell["month"])
        else:
            week = cell["week"].strip("wW")
            texts.append(f"{year[0]:04}-W{int(float(week)):02}" if week else cell["week"])
    return " and ".join(parts), texts, fiscal, list(parts)


def _with_value(
    rest: Sequence[str], columns: dict[str, list[str]], dates: Sequence[str], lines: Sequence[int],
    options: ReadOptions, label: str, notes: list[str],
) -> Long:  # fmt: skip
    known = next((name for name in rest if plain_name(name) == "known from"), "")
    rest = [name for name in rest if name != known]
    numeric = [
        name for name in rest if _is_numeric(columns[name]) and plain_name(name) not in words.FLAG_NAMES
    ]
    base: dict[str, Sequence[object]] = {DATE: dates, LINE: lines}
    if known:
        base[KNOWN] = columns[known]
    if options.value_column:
        chosen = [column(rest, options.value_column, label)]
    else:
        chosen = _values(rest, numeric, columns, options, label, notes)
    texts = [name for name in rest if name not in chosen]
    wanted = {column(texts, name, label) for name in options.dims or () if name != "series"}
    spare = [
        name
        for name in texts
        if name in numeric and name not in wanted and not _is_label(name, columns[name])
    ]
    texts = [name for name in texts if name not in spare]
    frame = pl.DataFrame({**base, **{name: columns[name] for name in (*texts, *chosen)}})
    if len(chosen) == 1 and not options.wide:
        long = Long(frame.rename({chosen[0]: VALUE}), notes, "", chosen[0])
    else:
        kept = [DATE, LINE, *([KNOWN] if known else []), *texts]
        name = "series" if "series" not in texts else "series_of_the_file"
        melted = frame.unpivot(chosen, index=kept, variable_name=name, value_name=VALUE)
        notes.append(
            f"each of {len(chosen)} columns is a category: {', '.join(chosen[:8])}{' …' * (len(chosen) > 8)}"
        )
        long = Long(melted, notes, "", "", melted=name)
    long.left_out += spare
    return long


def _is_numeric(cells: Sequence[str]) -> bool:
    some = sampled(cells)
    return bool(some) and sum(looks_like_number(cell) for cell in some) >= 0.8 * len(some)


def _is_label(name: str, cells: Sequence[str]) -> bool:
    """Whether a column of numbers is named like a category (an age, a number of a district)."""
    return plain_name(name) in words.DIMENSION_NAMES and len(set(cells)) <= 200


def _values(
    rest: Sequence[str], numeric: Sequence[str], columns: dict[str, list[str]], options: ReadOptions, label: str,
    notes: list[str],
) -> list[str]:  # fmt: skip
    """The column of counts; or those that are categories of a wide table."""
    dims = {column(rest, name, label) for name in options.dims or () if name != "series"}
    able = [
        name for name in numeric
        if name not in dims and not words.ASIDE_NAMES.search(plain_name(name)) and not _is_index(columns[name])
        and not _SHARE.search(name) and not (_is_label(name, columns[name]) and len(numeric) > 1)
    ]  # fmt: skip
    running = [name for name in able if _CUMULATIVE.search(plain_name(name))]
    if len(running) < len(able):
        able = [name for name in able if name not in running]
        if running:
            notes.append(f"running totals left out: {', '.join(running)}")
    elif running and options.kind != "stock":
        raise ask(
            label, f"its only counts are running totals ({', '.join(running[:3])}), not counts of each period",
            "pass --kind stock to read them as a level; or subtract each from the next in the file",
        )  # fmt: skip
    if not able:
        named = [name for name in rest if plain_name(name) in words.VALUE_NAMES]
        if len(named) == 1:
            return named
        raise ask(
            label,
            f"no column holds counts (columns: {', '.join(rest[:12])})",
            "name it by --value-column NAME",
        )
    if len(able) == 1 and not options.wide:
        return able
    totals = [name for name in able if words.is_total(name)]
    parts = [name for name in able if name not in totals]
    adds_up = (
        len(totals) == 1
        and len(parts) >= 2
        and _adds_up(columns[totals[0]], [columns[name] for name in parts])
    )
    countries = sum(country_code(name) is not None or is_place(name) for name in parts) >= max(
        2, 0.6 * len(parts)
    )
    people = len(parts) >= 2 and words.are_parts_of_people(parts)
    if options.wide or adds_up or countries or people:
        if totals and options.additive:
            how = "it is the sum of the others" if adds_up else "it is not the sum of the others in every row"
            notes.append(f"total column left out: {', '.join(totals)} ({how})")
        return parts if parts and options.additive else able
    named = _best_named(able)
    if named:
        notes.append(
            f"{named!r} is taken for the count, not {', '.join(n for n in able if n != named)} (--value-column, --wide)"
        )
        return [named]
    raise ask(
        label, f"several columns hold counts ({', '.join(able[:8])})",
        "pass --value-column NAME for one of them, or --wide to take each as a category",
    )  # fmt: skip


def _is_index(cells: Sequence[str]) -> bool:
    return len(cells) > 3 and all(
        cell == str(at)
        for at, cell in enumerate(cells, int(cells[0]) if cells[0] in "01" and cells[0] else 0)
    )


def _best_named(names: Sequence[str]) -> str:
    exact = {plain_name(name): name for name in reversed(names)}
    for word in words.VALUE_NAMES:
        if word in exact:
            noun = word.split()[-1] if " " in word else ""
            beside = noun in words.VALUE_NAMES and any(n != word and n.endswith(f" {noun}") for n in exact)
            return exact[word] if not beside else ""  # sea arrivals beside land arrivals: a choice
    wholes = [name for name in names if _WHOLE.match(plain_name(name))]
    if len(wholes) == 1:
        return wholes[0]
    holders = [
        name
        for name in names
        if any(f" {word} " in f" {plain_name(name)} " for word in words.VALUE_NAMES if len(word) > 3)
    ]
    return holders[0] if len(holders) == 1 else ""


def _adds_up(total: Sequence[str], parts: Sequence[Sequence[str]]) -> bool:
    def number(text: str) -> float:
        try:
            return float(re.sub(r"[.,](?=\d{3}\b)", "", bare(text))) if not is_missing(text) else 0.0
        except ValueError:
            return float("nan")

    rows = list(zip(total, *parts, strict=True))[:_SAMPLE]
    right = sum(abs(number(row[0]) - sum(map(number, row[1:]))) <= 1 for row in rows)
    return right >= 0.8 * len(rows) > 0
