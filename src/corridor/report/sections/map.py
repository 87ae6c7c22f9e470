"""The corridor as a map: people on every way by month, both countries' encounters, measures as they start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from corridor.model.small_counts import HELD_BACK
from corridor.report.basemap import basemap
from corridor.report.messages import Text, say, word
from corridor.report.sections.base import Block, RunView, prose, quantiles_of, shown_count, total
from corridor.text import LANGS, Lang, month, number, rounded

BACK = ("turn_back", "return", "removal", "removal_flight", "relocation")
BORDER = ("crossing", "port_admission")
JOURNEY = ("foot", "bus", "rail", "guided", "air", "boat", "mixed", "travel", "renewed_attempt", "lawful")
PORT_LEVERS = ("ports_closure", "ports_appointments")
FITTED = ""


class Map:
    """Where people go, month by month."""

    id = "map"
    title = say("map")

    def available(self, view: RunView) -> bool:
        """Whether the run has places and what goes between them."""
        return all(view.run.has(name) for name in ("places", "links", "link_flows"))

    def payload(self, view: RunView) -> list[Block]:
        """One map with a time slider."""
        return [prose(say("map_intro")), flow_map(view)]


def flow_map(view: RunView) -> Block:
    """The map's block: places, links, values by scenario and month, measures, a sentence for each month."""
    flows, met = view.run.table("link_flows"), view.run.table("map_encounters")
    months = sorted(set(flows["month"].to_list()))
    links = _links(view)
    points = _points(view, met)
    ids = [link["id"] for link in links]
    names = [(point["item"], point["place"], point["zone"]) for point in points]
    everywhere = [*(s for s in view.scenarios if s in set(flows["scenario"])), FITTED]
    items = list(dict.fromkeys(point["item"] for point in points))
    scenarios = [scenario for scenario in everywhere if scenario != FITTED]
    return {
        "type": "map",
        "id": "map",
        "title": say("map_title"),
        "base": basemap([(place["lon"], place["lat"]) for place in _places(view)]),
        "places": _places(view),
        "links": links,
        "points": points,
        "items": [{"id": item, "label": view.name(item)} for item in items],
        "months": months,
        "first": next((n for n, m in enumerate(months) if m > view.as_of), len(months) - 1),
        "scenarios": [{"id": s, "label": view.name(s)} for s in scenarios],
        "flows": {s: _values(flows, s, ("link",), [(name,) for name in ids], months) for s in everywhere},
        "met": {s: _values(met, s, ("item", "place", "zone"), names, months) for s in everywhere},
        "measures": {s: _measures(view, s, links) for s in scenarios},
        "readings": {s: [_reading(view, s, m, items) for m in months] for s in scenarios},
        "as_of": view.as_of,
        "source": view.source(*items, simulated=True),
        "credit": say("map_credit"),
        "query": {"table": "link_flows", "where": {}},
    }


def _places(view: RunView) -> list[dict[str, Any]]:
    return [
        {"id": row["id"], "name": view.place(row["id"]), "lon": row["lon"], "lat": row["lat"],
         "kind": row["kind"], "assumed": row["tag"] == "assumed"}
        for row in view.run.table("places").iter_rows(named=True)
    ]  # fmt: skip


def _layer(kind: str) -> str:
    for name, kinds in (("back", BACK), ("border", BORDER), ("journey", JOURNEY)):
        if kind in kinds:
            return name
    return "inside"


def _links(view: RunView) -> list[dict[str, Any]]:
    known = {row["id"] for row in view.run.table("places").iter_rows(named=True)}
    return [
        {"id": row["id"], "from": row["from_place"], "to": row["to_place"], "kind": row["kind"],
         "way": word("way", row["kind"]), "layer": _layer(row["kind"]), "assumed": row["tag"] == "assumed",
         "routes": row["routes"].split(";") if row["routes"] else []}
        for row in view.run.table("links").iter_rows(named=True)
        if row["from_place"] in known and row["to_place"] in known
    ]  # fmt: skip


def _points(view: RunView, met: pl.DataFrame) -> list[dict[str, Any]]:
    """Where each country meets people: at a place, or in the middle of a zone's places."""
    places = view.run.table("places")
    points = []
    for item, place, zone in met.select("item", "place", "zone").unique(maintain_order=True).rows():
        rows = places.filter((pl.col("id") == place) if place else (pl.col("zone") == zone))
        if rows.is_empty():
            continue
        lon, lat = rows.select(pl.col("lon").mean(), pl.col("lat").mean()).row(0)
        name = view.place(place) if place else _zone_name(view, rows["id"].to_list())
        points.append({"item": item, "place": place, "zone": zone, "name": name, "lon": lon, "lat": lat})
    return points


def _zone_name(view: RunView, places: Sequence[str]) -> Text:
    """A zone has no name of its own: it is that of its places."""
    more = " …" if len(places) > 2 else ""
    names = {lang: ", ".join(view.place(p)[lang] for p in places[:2]) + more for lang in LANGS}
    return say("zone_of", places=names)


def _values(
    table: pl.DataFrame,
    scenario: str,
    names: Sequence[str],
    wanted: Sequence[tuple[str, ...]],
    months: list[dt.date],
) -> list[list[list[int] | None]]:
    """[low, median, high] by name and month; None where there is no row."""
    mine = table.filter(pl.col("scenario") == scenario)
    by_name: dict[tuple[str, ...], dict[dt.date, list[int]]] = {}
    for *name, date, low, median, high in mine.select(*names, "month", "low", "median", "high").iter_rows():
        by_name.setdefault(tuple(name), {})[date] = [round(low), round(median), round(high)]
    return [[by_name.get(name, {}).get(date) for date in months] for name in wanted]


def _measures(view: RunView, scenario: str, links: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A scenario's measures, with the links and places on which the map marks them.

    Ports and railways are marked where they are; control of journeys never is, on any route.
    """
    rows = view.run.table("measures").filter(pl.col("scenario") == scenario)
    return [
        {"name": {"en": row["name"], "es": row["name_es"] or row["name"]}, "start": row["start"],
         "end": row["end"], "grade": word("grade", row["grade"]), "assumed": row["grade"] == "assumed",
         "strength": strength_words(row["strength"], row["unit"]), "marks": list(_marks(row, links))}
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _marks(row: Mapping[str, Any], links: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    places, routes = set(filter(None, row["places"].split(";"))), set(filter(None, row["routes"].split(";")))
    for link in links:
        here = not places or bool(places & {link["from"], link["to"]})
        port = row["lever"] in PORT_LEVERS and link["kind"] == "port_admission" and here
        rail = row["lever"] == "railways" and (
            bool(routes & set(link["routes"])) if routes else link["kind"] == "rail" and here
        )
        if port or rail:
            yield link["id"]


def strength_words(strength: float, unit: str) -> Text:
    """A measure's strength with its unit: ``× 0.35``, ``+3,000 people/month``."""
    if unit == "ratio":
        return {lang: f"× {number(strength, lang, 2)}" for lang in LANGS}
    words = word("unit", unit)
    return {lang: f"{rounded(strength, lang, sign=unit != 'share')} {words[lang]}" for lang in LANGS}


def _reading(view: RunView, scenario: str, date: dt.date, items: Sequence[str]) -> Text:
    """What each country counted in the month, or the forecast of it."""
    parts = [part for item in items if (part := _count(view, scenario, date, item)) is not None]
    if not parts:
        return dict.fromkeys(LANGS, "")
    joined = {lang: "; ".join(part[lang] for part in parts) for lang in LANGS}
    return say("map_reading", month=lambda lang: month(date, lang), values=joined)


def _count(view: RunView, scenario: str, date: dt.date, item: str) -> Text | None:
    ahead = total(view.ahead(item)).filter((pl.col("scenario") == scenario) & (pl.col("month") == date))
    if ahead.height:
        level = quantiles_of(ahead)

        def shown(q: float, lang: Lang) -> str:
            return rounded(level[q], lang)

        said = say(
            "map_forecast", label=view.name(item), median=lambda lang: shown(0.5, lang),
            low=lambda lang: shown(0.1, lang), high=lambda lang: shown(0.9, lang),
        )  # fmt: skip
        came = total(view.published).filter((pl.col("series") == item) & (pl.col("month") == date))
        if came.is_empty():
            return said
        later = say("map_came", value=lambda lang: _written(shown_count(came.row(0, named=True)), lang))
        return {lang: said[lang] + later[lang] for lang in LANGS}
    known = total(view.published).filter(
        (pl.col("series") == item) & (pl.col("month") == date) & pl.col("known")
    )
    if known.is_empty():
        return None
    value = shown_count(known.row(0, named=True))
    return say("map_counted", label=view.name(item), value=lambda lang: _written(value, lang))


def _written(value: Any, lang: Lang) -> str:
    return HELD_BACK if value == HELD_BACK else number(value, lang)
