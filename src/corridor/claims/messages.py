"""Every sentence that a verdict can contain, English and Spanish side by side."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.model.words import Pair, fill

MESSAGES: Mapping[str, Pair] = {
    # sentences of the verdicts
    "change": (
        "“{name}”: {value} in {period}, against {base} in {against} ({change})",
        "«{name}»: {value} en {period}, frente a {base} en {against} ({change})",
    ),
    "change_said": ("; the statement says {said}", "; la afirmación dice {said}"),
    "too_coarse": (
        "The counts are published by {step}, so what happened within one cannot be told; ",
        "Los conteos se publican por {step}, así que no se puede saber qué pasó dentro de uno; ",
    ),
    "same_month": (
        "; in {month} of other years ({first} to {last}) it ranged from {low} to {high}",
        "; en {month} de otros años ({first} a {last}) fue de {low} a {high}",
    ),
    "same_step_fell": (
        ", and in {count} of {all} of those years it fell from {before} to {month}",
        ", y en {count} de {all} de esos años bajó de {before} a {month}",
    ),
    "same_step_rose": (
        ", and in {count} of {all} of those years it rose from {before} to {month}",
        ", y en {count} de {all} de esos años subió de {before} a {month}",
    ),
    "comparison": (
        "In {period} “{name}” came to {value} and “{other}” to {base}: the first is {share} of the second",
        "En {period}, «{name}»: {value}, y «{other}»: {base}; la primera serie es el {share} de la segunda",
    ),
    "ratio": (
        "In {period} “{name}” came to {value} and “{other}” to {base}: the first is {ratio} times the second",
        "En {period}, «{name}»: {value}, y «{other}»: {base}; la primera serie es {ratio} veces la segunda",
    ),
    "ratio_said": ("; the statement says {said} times", "; la afirmación dice {said} veces"),
    "first_held": (
        "; the first month in which it was true was {period} ({value} against {base})",
        "; el primer mes en que fue cierto fue {period} ({value} frente a {base})",
    ),
    "never_held": (
        "; it was true in no month from {first} to {last}",
        "; no fue cierto en ningún mes de {first} a {last}",
    ),
    "record_high": (
        "With {value}, {period} is the highest of the {count} {steps} from {first} to then; "
        "the next is {second_period} with {second}",
        "Con {value}, {period} es el valor más alto de los {count} {steps} desde {first} hasta entonces; "
        "le sigue {second_period} con {second}",
    ),
    "record_low": (
        "With {value}, {period} is the lowest of the {count} {steps} from {first} to then; "
        "the next is {second_period} with {second}",
        "Con {value}, {period} es el valor más bajo de los {count} {steps} desde {first} hasta entonces; "
        "le sigue {second_period} con {second}",
    ),
    "not_record_high": (
        "With {value}, {period} is not the highest of the {count} {steps} from {first} to then: "
        "{second_period} had {second}",
        "Con {value}, {period} no es el valor más alto de los {count} {steps} desde {first} hasta entonces: "
        "{second_period} tuvo {second}",
    ),
    "not_record_low": (
        "With {value}, {period} is not the lowest of the {count} {steps} from {first} to then: "
        "{second_period} had {second}",
        "Con {value}, {period} no es el valor más bajo de los {count} {steps} desde {first} hasta entonces: "
        "{second_period} tuvo {second}",
    ),
    "still_record": (", and nothing up to {last} has passed it", ", y nada hasta {last} lo ha superado"),
    "since_passed": (", and {later} has passed it since", ", y {later} lo ha superado desde entonces"),
    "first_above_other": (
        "The first month in which “{name}” was above “{other}” is {period} ({value} against {base})",
        "El primer mes en que «{name}» superó a «{other}» es {period} ({value} frente a {base})",
    ),
    "first_below_other": (
        "The first month in which “{name}” was below “{other}” is {period} ({value} against {base})",
        "El primer mes en que «{name}» estuvo por debajo de «{other}» es {period} ({value} frente a {base})",
    ),
    "first_above_value": (
        "The first month in which “{name}” was above {base} is {period}, with {value}",
        "El primer mes en que «{name}» superó {base} es {period}, con {value}",
    ),
    "first_below_value": (
        "The first month in which “{name}” was below {base} is {period}, with {value}",
        "El primer mes en que «{name}» estuvo por debajo de {base} es {period}, con {value}",
    ),
    "never_first": (
        "It was true of “{name}” in no month from {first} to {last}",
        "No fue cierto de «{name}» en ningún mes de {first} a {last}",
    ),
    "first_missing": (
        "; {count} months before it are missing in the data",
        "; faltan {count} meses anteriores en los datos",
    ),
    "effect_said": ("; the statement says {said}", "; la afirmación dice {said}"),
    "effect_none": (
        "The effect cannot be estimated from what is published for {name}",
        "El efecto no se puede estimar con lo publicado para {name}",
    ),
    "missing": (
        "“{name}” has no published figure for {period}",
        "«{name}» no tiene cifra publicada para {period}",
    ),
    "missing_as_of": (
        "“{name}” had no published figure for {period} by {day}",
        "«{name}» no tenía cifra publicada para {period} al {day}",
    ),
    "last_published": (
        "; the last published is {period} with {value}",
        "; la última publicada es {period} con {value}",
    ),
    "not_yet_first": (
        "It was true of “{name}” in no month from {first} to {last}, and later months are not published",
        "No fue cierto de «{name}» en ningún mes de {first} a {last}, y los meses posteriores no están publicados",
    ),
    "zero_base": (
        "“{name}” was zero in {period}, so a relative figure cannot be told",
        "«{name}» fue cero en {period}, así que no se puede dar una cifra relativa",
    ),
    # what would change the verdict
    "change_revision": (
        "A revision of the counts by more than {gap}.",
        "Una revisión de los conteos de más de {gap}.",
    ),
    "change_said_revision": (
        "A revision that moves the change across {low} or {high}.",
        "Una revisión que lleve la variación más allá de {low} o {high}.",
    ),
    "change_definition": (
        "A revision of the counts by more than {gap}, or another definition of one of the two series.",
        "Una revisión de los conteos de más de {gap}, u otra definición de una de las dos series.",
    ),
    "change_finer": (
        "Counts by {finer} for these periods, published by {publisher}.",
        "Conteos por {finer} para estos periodos, publicados por {publisher}.",
    ),
    "change_record": (
        "A revision of the counts by more than {gap}, or counts from before {first}.",
        "Una revisión de los conteos de más de {gap}, o conteos anteriores a {first}.",
    ),
    "change_first": (
        "A revision of the counts near that month, counts from before {first}, or another definition of a series.",
        "Una revisión de los conteos cerca de ese mes, conteos anteriores a {first}, u otra definición de una serie.",
    ),
    "change_published": (
        "The figure itself, once {publisher} has published it.",
        "La cifra misma, cuando la publique {publisher}.",
    ),
    "change_effect": (
        "Counts of groups or places that the measure did not reach, daily counts around its start, or the same "
        "measure at another time.",
        "Conteos de grupos o lugares que la medida no alcanzó, conteos diarios alrededor de su inicio, o la misma "
        "medida en otro momento.",
    ),
    "change_effect_none": (
        "Published counts of at least a year before the date and of the months after it.",
        "Conteos publicados de al menos un año antes de la fecha y de los meses posteriores.",
    ),
    # what the data cover
    "covers": ("“{name}”: {scope}, {first} to {last}", "«{name}»: {scope}, de {first} a {last}"),
    "step_month": (
        "monthly counts, nothing finer than a month",
        "conteos mensuales, nada más fino que un mes",
    ),
    "step_day": ("daily counts", "conteos diarios"),
    "step_year": ("yearly counts, nothing finer than a year", "conteos anuales, nada más fino que un año"),
    "step_point": ("counts of single dates only", "solo conteos de fechas sueltas"),
    "no_figures": ("no figures", "sin cifras"),
    "not_yet_public": (
        "These figures were not yet public when the statement was made.",
        "Estas cifras aún no eran públicas cuando se hizo la afirmación.",
    ),
    "provisional": (
        "The last two months of a series are provisional.",
        "Los dos últimos meses de una serie son provisionales.",
    ),
    "events": (
        "Events are counted: one person can be counted more than once.",
        "Se cuentan hechos: una persona puede contarse más de una vez.",
    ),
    # words
    "day": ("day", "día"),
    "month": ("month", "mes"),
    "year": ("year", "año"),
    "days": ("days", "días"),
    "months": ("months", "meses"),
    "years": ("years", "años"),
}

OUTCOMES: Mapping[str, Pair] = {
    "supported": ("supported", "respaldada"),
    "not supported": ("not supported", "no respaldada"),
    "cannot be told": ("cannot be told", "no se puede saber"),
}
"""The three verdicts, in words."""

LABELS: Mapping[str, Pair] = {
    "coverage": ("Covers", "Abarca"),
    "first_month": ("First true in", "Cierto por primera vez en"),
    "change_it": ("Would change it", "Lo cambiaría"),
    "sources": ("Sources", "Fuentes"),
}
"""Labels of a printed verdict."""

SCOPES: Mapping[str, Pair] = {
    "us_southwest_encounters": ("southwest land border only", "solo la frontera terrestre suroeste"),
    "mexico_encounters": ("all of Mexico, not by place", "todo México, sin lugar"),
    "honduras_entries": ("all of Honduras", "todo Honduras"),
    "honduras_entries_total": ("all of Honduras", "todo Honduras"),
    "darien_transits": ("transits registered by Panama", "tránsitos registrados por Panamá"),
    "recorded_deaths": ("recorded deaths, a lower bound", "muertes registradas, un mínimo"),
    "usbp_daily_apprehensions": (
        "whole United States, between ports of entry, only days that two overlapping releases cover",
        "todo Estados Unidos, entre puertos de entrada, solo días que cubren dos publicaciones",
    ),
}
"""What a shipped dataset covers, in words; a dataset that is not named here gets its step only."""


def both(key: str, **parts: str | Pair) -> Pair:
    """The message of ``key`` in both languages; a part is the same text for both, or one for each."""
    return fill(MESSAGES, key, **parts)
