"""Every sentence of an effect and its checks, English and Spanish side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from corridor.model import l10n
from corridor.model.effect_words import EFFECT_WORDS
from corridor.model.small_counts import HELD_BACK, is_small
from corridor.model.words import Pair, fill, number

MESSAGES: Mapping[str, Pair] = {
    "effect": (
        "{name}, {period}: {observed} against {expected} expected from the months before, {effect}",
        "{name}, {period}: {observed} frente a {expected} que hacían esperar los meses anteriores, {effect}",
    ),
    "interval": (
        "{effect} (95 % interval {low} to {high})",
        "{effect} (intervalo del 95 %: {low} a {high})",
    ),
    "clear": (
        "the interval excludes no change and no decisive check failed",
        "el intervalo excluye que no haya cambio y ninguna prueba decisiva falló",
    ),
    "cannot_be_told": (
        "the interval includes no change, so an effect cannot be told",
        "el intervalo incluye que no haya cambio, así que no se puede saber si hubo efecto",
    ),
    "fragile": (
        "whether a measure did this, and how much of it, is fragile (failed: {checks})",
        "que una medida lo causara, y en qué tamaño, es frágil (no superó: {checks})",
    ),
    "fragile_anchor": (
        "whether a measure did this is fragile: leaving out what it is measured from, {month}{record}, leaves "
        "{effect} (failed: {checks})",
        "que una medida lo causara es frágil: sin aquello desde lo que se mide, {month}{record}, queda {effect} "
        "(no superó: {checks})",
    ),
    "record": (", a record", ", un récord"),
    **EFFECT_WORDS,
    "placebo": (
        "At {larger} of {count} earlier dates the count strayed at least as far (p {p})",
        "En {larger} de {count} fechas anteriores el conteo se desvió al menos tanto (p {p})",
    ),
    "placebo_few": (
        "Only {count} earlier dates can be compared with, too few to tell a rare change",
        "Solo se puede comparar con {count} fechas anteriores, muy pocas para reconocer un cambio raro",
    ),
    "leave_one_out": (
        "Without any one of {count} months before the last, the effect lies between {low} and {high}; "
        "{month} matters most",
        "Sin cualquiera de {count} meses anteriores al último, el efecto queda entre {low} y {high}; "
        "el que más pesa es {month}",
    ),
    "anticipation": (
        "The month before, {month}, strayed from what was expected by {effect}",
        "El mes anterior, {month}, se desvió de lo esperado en {effect}",
    ),
    "partly": (
        ", and the measure was already in force on {days} days of {month}, so that the effect may be understated",
        ", y la medida ya regía {days} días de {month}, de modo que el efecto puede quedar subestimado",
    ),
    "anticipation_short": (
        "Too little is known before the month before the measure",
        "Se sabe muy poco de antes del mes previo a la medida",
    ),
    "anchor": (
        "Without {month} the effect is {one}, without the last two months {two}",
        "Sin {month} el efecto es {one}; sin los dos últimos meses, {two}",
    ),
    "anchor_record": (
        "Measured from a record ({month}, {value}: the {record} month known until then); without it the effect is "
        "{one}, without the last two months {two}",
        "Medido desde un récord ({month}, {value}: el mes más {record} conocido hasta entonces); sin él el efecto es "
        "{one}; sin los dos últimos meses, {two}",
    ),
    "highest": ("highest", "alto"),
    "lowest": ("lowest", "bajo"),
    "residuals": (
        "Errors one month ahead before the date look unrelated (p {related}) and normal (p {normal})",
        "Los errores a un mes antes de la fecha parecen independientes (p {related}) y normales (p {normal})",
    ),
    "residuals_failed": (
        "Errors one month ahead before the date are related (p {related}) or not normal (p {normal}), so the "
        "interval may be too narrow",
        "Los errores a un mes antes de la fecha están relacionados (p {related}) o no son normales (p {normal}), "
        "así que el intervalo puede ser demasiado estrecho",
    ),
    "alone": (
        "No other dated measure began from {period}",
        "Ninguna otra medida fechada empezó del {period}",
    ),
    "other_events": (
        "The count cannot tell apart other dated measures that began from {period} ({count}): {names}",
        "El conteo no puede separar otras medidas fechadas que empezaron del {period} ({count}): {names}",
    ),
    "controls": (
        "Without the controls ({names}) the effect is {effect}",
        "Sin los controles ({names}) el efecto es {effect}",
    ),
    "donors": (
        "; that the measure did not spill over to the donor series is the reader's word",
        "; que la medida no se desbordara a las series donantes es palabra del lector",
    ),
    "to_day": ("{first} to {last}", "{first} al {last}"),
    "to": ("{first} to {last}", "{first} a {last}"),
    # labels of a printed card
    "by_month": ("By month", "Por mes"),
    "cumulative": ("Together since the date", "Acumulado desde la fecha"),
    "checks": ("Checks", "Pruebas"),
    "sources": ("Sources", "Fuentes"),
    "only_date": ("What began on {date}", "Lo que empezó el {date}"),
}


def say(key: str, **parts: str | Pair) -> Pair:
    """The message of ``key`` in both languages."""
    english, spanish = fill(MESSAGES, key, **parts)
    return english.replace(" %", "\N{NO-BREAK SPACE}%"), spanish.replace(" %", "\N{NO-BREAK SPACE}%")


def interval(effect: float, low: float, high: float) -> Pair:
    """An effect with its 95 % interval, whole percents."""
    names = {"effect": effect, "low": low, "high": high}
    return say("interval", **{name: signed(value) for name, value in names.items()})


def p_value(p: float) -> Pair:
    """A p-value to two decimals, never zero."""
    if p < 0.005:
        return "<\N{NO-BREAK SPACE}0.01", "<\N{NO-BREAK SPACE}0,01"
    english, spanish = number(p, 2)
    return f"=\N{NO-BREAK SPACE}{english}", f"=\N{NO-BREAK SPACE}{spanish}"


def count_words(value: float) -> Pair:
    """A published count, of which 1 to 9 people are not told; a ratio to two decimals."""
    if value != round(value):
        return number(value, 2)
    return (HELD_BACK, HELD_BACK) if is_small(value) else number(value)


def days(first: dt.date, last: dt.date) -> Pair:
    """Days from one to another, in words."""
    ends = [(l10n.day(date, "en"), l10n.day(date, "es")) for date in (first, last)]
    return say("to_day", first=ends[0], last=ends[1])


def signed(value: float) -> Pair:
    """A relative effect with its sign."""
    return l10n.percent(value, "en", sign=True), l10n.percent(value, "es", sign=True)


def span(first: dt.date, last: dt.date | None = None) -> Pair:
    """A month, or months from one to another, in words."""
    if last is None or (first.year, first.month) == (last.year, last.month):
        return l10n.month(first, "en"), l10n.month(first, "es")
    ends = [(l10n.month(date, "en"), l10n.month(date, "es")) for date in (first, last)]
    return say("to", first=ends[0], last=ends[1])
