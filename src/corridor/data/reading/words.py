"""Words of tables in six languages: months, names of columns, totals, marks of a missing figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from corridor.data.countries import plain_name

_MONTHS = """
january jan enero ene janvier janv januar gennaio gen janeiro
february feb febrero fevrier fevr fev februar febbraio fevereiro
march mar marzo mars marz maerz mrz marco
april apr abril abr avril avr aprile
may mayo mai maggio mag maio
june jun junio juin juni giugno giu junho
july jul julio juillet juil juli luglio lug julho
august aug agosto ago aout aou
september sep sept septiembre set septembre settembre setembro
october oct octubre octobre oktober okt ottobre ott outubro out
november nov noviembre novembre novembro
december dec diciembre dic decembre dezember dez dicembre dezembro
"""
_AUSTRIAN = {"janner": 1, "jan": 1, "feber": 2}
MONTHS: Mapping[str, int] = {
    **{word: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for word in line.split()},
    **_AUSTRIAN,
}
"""Month names and their usual short forms, without accents: English, Spanish, French, German, Italian, Portuguese."""

PARTIAL = re.compile(
    r"(?:(?:data|datos|donnees|month|week|year) )?(?:is |are )?(?:partial(?:ly)?|part(?= (?:of|month|week|year|period|quarter))|incomplete|not complete|to date"
    r"|so far|parcial(?:es)?|incomplet[oae]s?|a la fecha|hasta la fecha|partiel(?:le)?s?|a ce jour|teilweise|unvollstandig|bisher|parzial[ei]|ad oggi"
    r"|f?ytd|[mw]td|(?:fiscal )?year to date|month to date|week to date)"
    r"(?: (?:data|count|figures?|of|the|period|day|week|month|quarter|year|only|mes|semana|ano|periodo|datos|mois|semaine|annee))*"
)
"""Words, without accents, that say of a count that its period is not counted whole."""
FLAG_NAMES = frozenset(
    ["partial", "is partial", "incomplete", "partial period", "partial month", "partial week", "parcial", "incompleto", "partiel"]
)  # fmt: skip
"""Names of a column that says so of each row."""
NOTE_NAMES = frozenset(
    ["note", "notes", "comment", "comments", "remark", "remarks", "flag", "flags", "qualifier", "nota", "notas",
     "observacion", "observaciones", "remarque", "remarques", "bemerkung", "bemerkungen"]
)  # fmt: skip
"""Names of a column that may say so in words."""
DATE_NAMES = frozenset(
    ["date", "day", "days", "month", "week", "year", "quarter", "period", "time", "time", "period", "fecha", "dia", "mes", "semana", "ano", "trimestre", "periodo", "datum", "tag", "monat", "woche", "jahr", "quartal", "zeit", "date", "jour", "mois", "semaine", "annee", "data", "giorno", "settimana", "anno", "week", "ending", "week", "starting", "week", "start", "week", "end", "week", "beginning", "date", "ending", "reporting", "date", "report", "date", "data", "date", "month", "year", "month", "date", "reference", "date", "fiscal", "year", "as", "of", "as", "of", "date", "snapshot", "date", "census", "date", "date", "reported", "date", "of", "report", "timestamp"]
) | frozenset(
    ["time period", "week ending", "week starting", "week start", "week end", "week beginning", "w e", "reporting date",
     "report date", "data date", "month year", "year month", "reference date", "fiscal year", "as of date",
     "snapshot date", "census date", "date reported", "date of census", "fecha de corte", "datum meldung",
     "date of arrival", "reporting month", "reporting period", "reporting week", "month of detection"]
)  # fmt: skip
YEAR_NAMES = frozenset(["year", "ano", "annee", "jahr", "anno", "fiscal year", "fy", "yr", "calendar year"])
MONTH_NAMES = frozenset(
    ["month", "mes", "mois", "monat", "mese", "mes ano", "month abbv", "mon", "month name", "month number"]
)
DAY_NAMES = frozenset(["day", "dia", "jour", "tag", "giorno", "day of month"])
WEEK_NAMES = frozenset(
    ["week", "semana", "semaine", "woche", "settimana", "week number", "iso week", "epi week"]
)
VALUE_NAMES: Sequence[str] = (
    "value", "count", "n", "obs value", "number", "total number", "individuals", "persons", "people", "arrivals",
    "number of arrivals", "migrants", "migrants arrived", "detections", "no of detections", "number of detections",
    "sea arrivals", "encounters", "encounter count", "apprehensions", "entries", "crossings", "departures", "returns",
    "applicants", "applications", "census", "population", "occupancy", "residents", "guests", "landings", "sbarchi",
    "migranti sbarcati", "persone", "valore", "valor", "personas", "llegadas", "cantidad", "numero", "nombre",
    "personnes", "arrivees", "effectif", "valeur", "anzahl", "personen", "ankunfte", "wert", "total individuals",
    "total", "people arrived", "number of people", "number of persons", "number of migrants", "total migrants",
    "total people", "in care", "in shelter", "conteo", "eventos", "casos", "totale", "gesamt", "beds occupied",
)  # fmt: skip
"""Names of a column of counts, best first."""
DIMENSION_NAMES = frozenset(
    [
        "country",
        "nationality",
        "region",
        "sector",
        "sex",
        "gender",
        "age",
        "area",
        "place",
        "city",
        "state",
        "component",
        "border",
        "route",
        "location",
        "type",
        "category",
        "household",
        "origin",
        "destination",
        "municipality",
        "facility",
        "shelter",
        "agency",
        "citizenship",
        "citizen",
        "geo",
        "nat",
        "pais",
        "nacionalidad",
        "sexo",
        "edad",
        "lugar",
        "ciudad",
        "estado",
        "ruta",
        "tipo",
        "paese",
        "nazionalita",
        "sesso",
        "regione",
        "luogo",
        "land",
        "nationalitat",
        "geschlecht",
        "alter",
        "ort",
        "pays",
        "nationalite",
        "age",
        "group",
        "demographic",
        "authority",
        "port",
        "mode",
        "measure",
        "district",
        "province",
        "department",
        "departamento",
        "provincia",
        "programme",
        "program",
        "population",
        "group",
        "camp",
        "site",
        "site",
        "name",
        "shelter",
        "name",
    ]
) | frozenset(
    ["age group", "border location", "country of origin", "shelter name", "site name", "pais de origen",
     "country of asylum", "country of destination", "country of residence", "host country", "country of arrival",
     "country of nationality", "country of citizenship", "mode of entry", "method of entry", "pais de destino"]
)  # fmt: skip
ASIDE_NAMES = re.compile(
    r"\b(notes?|comments?|remarks?|flags?|status|sources?|url|link|id|index|code|updated?|last update|footnote|confidence"
    r"|publisher|conf status|obs flag|observacion(es)?|nota|fuente|bemerkung|quelle|remarque|fonte|dataflow)\b"
)
"""Columns that describe a figure and are no dimension of it."""
TOTALS = frozenset(
    ["total", "totals", "grand total", "all", "sum", "overall", "total general", "todos", "todas", "suma", "insgesamt",
     "gesamt", "summe", "ensemble", "tous", "totale", "tutti", "all countries", "all nationalities", "all regions",
     "all ages", "both sexes", "total individuals", "subtotal", "sub total", "t", "total total", "eu27 2020", "eu28",
     "eu27", "ea19", "ea20", "eu", "world", "annual total", "ytd", "year to date", "fytd", "total arrivals",
     "grand totals", "total people", "total persons", "total geral", "total migrants", "total shelters",
     "total population", "gran total", "gesamtsumme", "fy total", "all shelters", "all sites", "total census"]
)  # fmt: skip
STOCK_WORDS = re.compile(
    r"\b(census|in (\w+ )?(care|custody)|in shelters?|shelters?|sheltered|stock|beds?|occup\w*|residents?|detain\w*|detention|housed"
    r"|staying|camps?|caseload|population|pop|living|present|refugees?|idps|displaced|inmates|held|capacity|hosted|accommodated|aloj\w*|alberg\w*"
    r"|ocupa\w*|poblacion|censo|presenti|accoglienza|presenze|hebergement\w*|heberg\w*|unterbring\w*|untergebracht"
    r"|bestand|guests|reception centres?)\b"
)
FLOW_WORDS = re.compile(
    r"\b(exits?|arriv\w*|entr(y|ies|adas)|encounters?|apprehen\w*|crossings?|landings?|returns?|departures?|detections?|detected"
    r"|transfers?|transferred|admissions?|intakes?|discharge\w*|deaths?|llegadas|salidas|sbarchi|sbarcati|ankunfte"
    r"|arrivees|applications?|applicants|claims|registrations?|refusals|events|transits?|flows?)\b"
)
MISSING = frozenset(
    ["", "na", "n/a", "n.a.", "n.a", "nan", "null", "none", "nil", "-", "–", "—", "--", ".", "..", "...", "…", ":", "x",
     "?", "no data", "nd", "n/d", "n.d.", "s/d", "s.d.", "sd", "k.a.", "k. a.", "not available", "not published",
     "#n/a", "missing", "unknown", "pending", "tbc", "tbd", "suppressed", "*", "**", "no dato", "sin dato", "sin datos"]
)  # fmt: skip
"""Marks of a figure that was not published; never a zero."""


_MEN, _WOMEN = (
    "men male males hombres masculino masculin hommes uomini maschi manner homens",
    "women female females mujeres femenino feminin femmes donne femmine frauen mulheres",
)
_CHILDREN = "children child minors ninos menores enfants mineurs minori bambini kinder criancas"
_ADULTS = "adults adult adultos adultes adulti erwachsene"
_PARTITIONS = (
    (_MEN, _WOMEN),
    (_MEN, _WOMEN, _CHILDREN),
    (_MEN, _WOMEN, "boys ninos garcons bambini jungen meninos", "girls ninas filles bambine madchen meninas"),
    (_ADULTS, _CHILDREN),
)
"""Kinds of people that part a whole, by any of their names."""


def are_parts_of_people(names: Sequence[str]) -> bool:
    """Whether names are kinds of people that part a whole between them: men and women, adults and children."""
    plain = [plain_name(name) for name in names]
    return any(
        len(plain) == len(kinds) and all(any(name in kind.split() for name in plain) for kind in kinds)
        and all(any(name in kind.split() for kind in kinds) for name in plain)
        for kinds in _PARTITIONS
    )  # fmt: skip


def month_number(text: str) -> int | None:
    """Number of a month by its name or short form in one of six languages, or ``None``."""
    return MONTHS.get(plain_name(text).rstrip("."))


_PERIOD_OF_TOTAL = re.compile(
    r"\b((?:fy |fiscal year |calendar year |cy |ano |annee |anno |jahr )?(?:19|20)\d\d|annual|yearly)\b"
)
_WHOLES = (
    "grand total",
    "subtotal ",
    "ext eu27",
    "ext eu28",
    "ext eu",
    "european union 27",
    "european union 28",
    "euro area",
)


def is_total(text: str) -> bool:
    """Whether a category is the total of the others, by its name; ``2023 Total`` is one, too."""
    plain = plain_name(text)
    return is_surely_total(text) or plain.startswith("total ")


def is_surely_total(text: str) -> bool:
    """Whether the name leaves no doubt: 'total' alone, not 'total single adults', which may be a category."""
    plain = plain_name(text)
    if plain in TOTALS or plain.startswith(_WHOLES):
        return True
    bare = _PERIOD_OF_TOTAL.sub("", plain).strip()
    return bare != plain and bare in TOTALS and bare not in ("t", "ytd", "fytd", "year to date")


_ZERO = re.compile(
    r"[-–—−]['\"»”’)]?\s*(?:significa|means?|denotes|indicates|represents|stands for|indica|signifie|bedeutet|=|:)\s*"
    r"(?:un |a |the |le |el )?(?:valor |value |count |number )?(?:de |of )?(?:cero|zero|zéro|null|nil|none|0)\b",
    re.IGNORECASE,
)


def dash_is_zero(notes: str) -> bool:
    """Whether the notes of a table say that a dash means zero, as ``(-) Significa cero``."""
    return _ZERO.search(notes) is not None
