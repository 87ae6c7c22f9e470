"""Every sentence of a placement, English and Spanish side by side."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.model.words import Pair

MESSAGES: Mapping[str, Pair] = {
    "only": (
        "{site} is the only one of {sites} sites that fits.",
        "{site} es el único de {sites} lugares que es adecuado.",
    ),
    "best": (
        "{site} has the highest score ({score}) of the {fitting} sites that fit.",
        "{site} tiene la puntuación más alta ({score}) de los {fitting} lugares adecuados.",
    ),
    "scarce": (
        "{site} (score {score}): {top} would score {top_score}, but room there is scarce and worth more to others.",
        "{site} (puntuación {score}): {top} tendría {top_score}, pero allí hay pocas plazas y a otros les "
        "aprovechan más.",
    ),
    "floor": (
        "{site} (score {score}): {top} would score {top_score}, but room there goes to others, also so that every "
        "group reaches its floor.",
        "{site} (puntuación {score}): {top} tendría {top_score}, pero allí las plazas son para otros, también "
        "para que cada grupo alcance su mínimo.",
    ),
    "tied": (
        " It stays with {count} tied household(s).",
        " Permanece con {count} hogar(es) vinculado(s).",
    ),
    "would_rise": (
        "It would go to {next} if its score there were higher by more than {rise}.",
        "Iría a {next} si su puntuación allí fuera mayor en más de {rise}.",
    ),
    "would_rise_room": (
        "It would go to {next} with {room} there, or if its score there were higher by about {rise}.",
        "Iría a {next} con {room} allí, o si su puntuación allí fuera mayor en alrededor de {rise}.",
    ),
    "would_room": ("It would go to {next} with {room} there.", "Iría a {next} con {room} allí."),
    "no_next": ("No other site fits.", "Ningún otro lugar es adecuado."),
    "more_people": ("room for {count} more people", "lugar para {count} personas más"),
    "more_of": ("{count} more of {kind}", "{count} más de {kind}"),
    "left_out": (
        "The {fitting} sites that fit are full: their places are worth more to others.",
        "Los {fitting} lugares adecuados están llenos: a otros les aprovechan más sus plazas.",
    ),
    "no_value": (
        "It would gain nothing at any of the {fitting} sites that fit.",
        "No ganaría nada en ninguno de los {fitting} lugares adecuados.",
    ),
    "unplaceable": ("No site fits: {reasons}.", "Ningún lugar es adecuado: {reasons}."),
    "unplaceable_tied": (
        "No site fits all of the {count} households that are to stay together: {reasons}.",
        "Ningún lugar es adecuado para los {count} hogares que deben permanecer juntos: {reasons}.",
    ),
    "would_fit": (
        "{next} would fit if it had: {reasons}.",
        "{next} sería adecuado si tuviera: {reasons}.",
    ),
    "would_fit_apart": (
        "If they were placed apart, each could be placed.",
        "Por separado, cada uno podría ser ubicado.",
    ),
    # why sites do not fit: at how many sites
    "why_language": ("language not supported at {count}", "idioma no atendido en {count}"),
    "why_nationality": ("nationality not supported at {count}", "nacionalidad no atendida en {count}"),
    "why_single_parent": (
        "single parents not accepted at {count}",
        "no se aceptan familias monoparentales en {count}",
    ),
    "why_medical": ("medical needs not accepted at {count}", "no se aceptan necesidades médicas en {count}"),
    "why_size": ("household too large for {count}", "hogar demasiado grande para {count}"),
    "why_room": ("needs more than all the room of {count}", "necesita más que toda la capacidad de {count}"),
    "why_together": ("too many together for {count}", "demasiadas personas juntas para {count}"),
    # what a site would have to have
    "cure_language": ("support for its language", "atención en su idioma"),
    "cure_nationality": ("support for its nationality", "atención a su nacionalidad"),
    "cure_single_parent": ("room for single parents", "plazas para familias monoparentales"),
    "cure_medical": ("care for its medical needs", "atención a sus necesidades médicas"),
    "cure_size": ("room for a household of {size}", "plazas para un hogar de {size}"),
    "cure_room": ("more room", "más capacidad"),
    "placed": ("placed", "ubicado"),
    "outcome_left_out": ("left out by capacity", "sin plaza"),
    "outcome_unplaceable": ("fits nowhere", "sin lugar adecuado"),
    "sorting": (
        "Of the people in the third of households with the lowest chances, {share} are in the third of places with "
        "the lowest chances; an even spread would be {even}.",
        "De las personas del tercio de hogares con menos oportunidades, {share} están en el tercio de lugares con "
        "menos oportunidades; un reparto parejo sería {even}.",
    ),
    "floor_met": (
        "{group}: its mean score is {share} of what it could attain alone (floor {floor}).",
        "{group}: su puntuación media es {share} de lo que podría alcanzar solo (mínimo {floor}).",
    ),
    "floor_missed": (
        "{group}: its mean score is {share} of what it could attain alone, below the floor of {floor}: no placement "
        "was found that reaches it.",
        "{group}: su puntuación media es {share} de lo que podría alcanzar solo, por debajo del mínimo de {floor}: "
        "no se encontró ningún reparto que lo alcance.",
    ),
}
