"""What every section shares: its protocol, labels, sources, the run's settings, and blocks of a payload.

A payload is plain JSON made of blocks (:mod:`corridor.report.blocks`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Protocol

import polars as pl

from corridor.model.distinct import distinct_names
from corridor.model.small_counts import HELD_BACK
from corridor.report.blocks import Block, named_column, prose, table_block
from corridor.report.messages import Text, plain, say
from corridor.report.sections.translated import translated
from corridor.study.folder import RunFolder
from corridor.text import LANGS, by_lang, nationality

__all__ = [
    "FOUNDED", "Block", "Label", "RunView", "Section", "column", "counted", "monthly_counts", "prose",
    "quantiles_of", "shown_count", "switch", "table_block", "total",
]  # fmt: skip

FOUNDED = ("causal", "before_after", "mechanical")


class Section(Protocol):
    """A part of the report; leaves itself out where the run has nothing for it."""

    id: str
    title: Text

    def available(self, view: RunView) -> bool:
        """Whether the run has what the section shows."""
        ...

    def payload(self, view: RunView) -> list[Block]:
        """The section's blocks, in order."""
        ...


@dataclass(frozen=True)
class Label:
    """How an item is named and founded."""

    item: str
    text: Text
    kind: str
    tag: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class RunView:
    """A run as the sections see it: its tables without small counts, and what several sections derive from them.

    In ``observed``, ``points`` and ``effects`` a count of 1 to 9 is null and ``held_back`` is true
    (:meth:`corridor.study.RunFolder.for_readers`); no section can reach the count itself.
    """

    run: RunFolder
    other: RunFolder | None = None
    """An earlier or other run that this one is compared with."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "run", self.run.for_readers())
        if self.other is not None:
            object.__setattr__(self, "other", self.other.for_readers())

    @cached_property
    def title(self) -> Text:
        """The run's name in every language."""
        name = str(self.run.manifest.get("name") or "Corridor")
        return {"en": name, "es": str(self.run.manifest.get("name_es") or name)}

    @cached_property
    def labels(self) -> Mapping[str, Label]:
        """Labels by item, in the order of the table."""
        rows = self.run.table("labels").iter_rows(named=True)
        return {
            row["item"]: Label(
                row["item"],
                {"en": row["label"] or row["item"], "es": row["label_es"] or row["label"] or row["item"]},
                row["kind"],
                row["tag"],
                tuple(part.strip() for part in row["source"].split(";") if part.strip()),
            )
            for row in rows
        }

    def label(self, item: str) -> Label:
        """The item's label; its id where the run names none."""
        plain = Label(item, dict.fromkeys(LANGS, item), "", "", ())
        return self.labels.get(item, plain)

    def name(self, item: str) -> Text:
        """The item's name in every language."""
        return self.label(item).text

    @cached_property
    def as_of(self) -> dt.date:
        """The date at which the run stands."""
        return dt.date.fromisoformat(str(self.run.manifest["as_of"])[:10])

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        """Scenario ids, the baseline first."""
        seen: list[str] = []
        for table in ("forecast", "daily", "periods", "differences", "link_flows", "stock_months"):
            names = self.run.table(table)["scenario"].unique(maintain_order=True)
            seen += [name for name in names if name]
        baseline = self.run.manifest.get("baseline")
        if baseline is None:
            against = self.run.table("differences")["against"].unique(maintain_order=True)
            baseline = against[0] if len(against) else None
        order = dict.fromkeys(seen)
        first = [baseline] if baseline in order else []
        return tuple(dict.fromkeys([*first, *order]))

    @cached_property
    def series(self) -> tuple[str, ...]:
        """Monthly series with a forecast, in the order of the labels."""
        have = self.run.table("forecast")["series"].unique(maintain_order=True).to_list()
        return self.ordered(series for series in have if self.ahead(series).height)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Stocks and flows with daily quantiles, in the order of the labels."""
        return self.ordered(self.run.table("daily")["item"].unique(maintain_order=True).to_list())

    def ordered(self, items: Iterable[str]) -> tuple[str, ...]:
        """Items in the order of the labels, unlabeled ones after them."""
        have = list(items)
        return (*(item for item in self.labels if item in have), *(i for i in have if i not in self.labels))

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Labeled items of some kinds."""
        return tuple(item for item, label in self.labels.items() if label.kind in kinds)

    @cached_property
    def headline(self) -> str | None:
        """The series of the first sentence: the manifest's, else the first total, else the first series."""
        named = self.run.manifest.get("headline")
        choices = [named, *(s for s in self.of_kind("total") if s in self.series), *self.series]
        return next((choice for choice in choices if choice in self.series), None)

    @cached_property
    def fit(self) -> pl.DataFrame:
        """The table ``fit`` with its lines and metrics as keys (``in_sample``, ``wis``)."""
        keys = pl.col("line", "metric").map_elements(plain, return_dtype=pl.String)
        return self.run.table("fit").with_columns(keys)

    def ahead(self, series: str) -> pl.DataFrame:
        """Forecast rows of a series in months that its publisher had not published by the date."""
        return self._ahead.get((series,), self.run.table("forecast").clear())

    @cached_property
    def _ahead(self) -> Mapping[tuple[object, ...], pl.DataFrame]:
        last = self.published.filter("known").group_by("series").agg(pl.col("month").max().alias("last"))
        rows = self.run.table("forecast").join(last, on="series", how="left", maintain_order="left")
        rows = rows.filter(pl.col("last").is_null() | (pl.col("month") > pl.col("last"))).drop("last")
        return rows.partition_by("series", as_dict=True)

    @cached_property
    def published(self) -> pl.DataFrame:
        """Rows of ``observed`` in which something was counted; a small count is null and ``held_back``."""
        return self.run.table("observed").filter(counted(self.run.table("observed")))

    @cached_property
    def source_rows(self) -> Mapping[str, Mapping[str, Any]]:
        """Rows of ``sources`` by id."""
        return {row["id"]: row for row in self.run.table("sources").iter_rows(named=True)}

    def source(self, *items: str, simulated: bool = False) -> Text:
        """The source line under a chart of these items."""
        ids: dict[str, list[str]] = {}
        for item in items:
            for source in self.label(item).sources:
                ids.setdefault(source, []).append(item)
        parts = [self._source_words(source, mine) for source, mine in ids.items()]
        if simulated or not parts:
            parts.append(say("simulated"))
        return {
            lang: say("source", text="; ".join(part[lang] for part in parts if part[lang]))[lang] + "."
            for lang in LANGS
        }

    def _source_words(self, source: str, items: Sequence[str]) -> Text:
        """Publisher, title and license of a source; the publishers are those of the items' own points, where they name any."""
        row = self.source_rows.get(source)
        if row is None:
            return dict.fromkeys(LANGS, source)
        texts = [self.words("; ".join(self.publishers(source, items)) or row["publisher"])]
        texts += [self.words(row[name]) for name in ("title", "license")]
        return {lang: ", ".join(filter(None, (text[lang] for text in texts))) for lang in LANGS}

    def publishers(self, source: str, items: Sequence[str]) -> list[str]:
        """Who published the points of these items, those of most points first."""
        table = self.run.table("points")
        mine = table.filter(
            pl.col("item").is_in(items), pl.col("source") == source, pl.col("publisher").fill_null("") != ""
        )
        return (
            mine["publisher"]
            .value_counts(sort=True)
            .sort("count", "publisher", descending=[True, False])["publisher"]
            .to_list()
        )

    @cached_property
    def translations(self) -> Mapping[str, str]:
        """Spanish of texts that the tables hold in English alone."""
        return dict(self.run.table("translations").rows())

    def words(self, text: str | None) -> Text:
        """A text that a table holds in one language, in every language (:func:`translated`)."""
        return translated(text or "", self.translations)

    @cached_property
    def place_names(self) -> Mapping[str, Text]:
        """Names of places by id; several places of one name are told apart."""
        rows = self.run.table("places").rows(named=True)
        by_language = {
            lang: distinct_names((r["id"], r[column] or r["name"], r["country"], r["zone"]) for r in rows)
            for lang, column in (("en", "name"), ("es", "name_es"))
        }
        return {r["id"]: {"en": by_language["en"][r["id"]], "es": by_language["es"][r["id"]]} for r in rows}

    def nationality(self, code: str) -> Text:
        """A nationality's name."""
        return by_lang(nationality(code))

    def place(self, code: str) -> Text:
        """A place's name: from ``places``, else from ``labels``, else its id."""
        return self.place_names.get(code) or self.name(code)


def total(table: pl.DataFrame) -> pl.DataFrame:
    """Rows for all places and all nationalities together."""
    return table.filter((pl.col("place") == "") & (pl.col("nationality") == ""))


def counted(table: pl.DataFrame) -> pl.Expr:
    """Whether a row of ``observed`` or ``points`` holds a count, shown or held back."""
    has_value = pl.col("value").is_not_null()
    return has_value | pl.col("held_back") if "held_back" in table.columns else has_value


def shown_count(row: Mapping[str, Any], column: str = "value") -> Any:
    """A published count as the page shows it: the number, or ``<10`` where it is held back."""
    return HELD_BACK if row.get("held_back") else row[column]


def monthly_counts(rows: pl.DataFrame) -> list[list[Any]]:
    """``[month, count, known]`` of rows of ``observed``; a count that is held back is ``<10``."""
    return [[row["month"], shown_count(row), row["known"]] for row in rows.iter_rows(named=True)]


def quantiles_of(rows: pl.DataFrame) -> dict[float, float]:
    """Value by quantile level, rounded to four decimals so that levels can be looked up."""
    pairs = zip(rows["quantile"].to_list(), rows["value"].to_list(), strict=True)
    return {round(level, 4): value for level, value in sorted(pairs, key=itemgetter(0))}


def column(key: str, kind: str = "text", *, label: Text | None = None) -> dict[str, Any]:
    """A column of a table; its head is the message ``col_<key>`` unless a label is given."""
    return named_column(key, label or say(f"col_{key}"), kind)


def switch(view: RunView, name: str, parts: dict[str, list[Block]]) -> Block:
    """Blocks of which those of the chosen scenario are shown."""
    options = [{"id": scenario, "label": view.name(scenario)} for scenario in parts]
    return {"type": "switch", "id": name, "scenarios": options, "parts": parts}
