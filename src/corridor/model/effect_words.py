"""Words for the codes of an effect: its checks, their outcomes and its conclusion, English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.model.words import Pair

EFFECT_WORDS: Mapping[str, Pair] = {
    "check_placebo": ("placebo in time", "placebo en el tiempo"),
    "check_leave_one_out": ("one month left out", "sin uno de los meses"),
    "check_anticipation": ("start moved earlier", "inicio adelantado"),
    "check_anchor": ("anchor month", "mes de anclaje"),
    "check_residuals": ("residuals", "residuos"),
    "check_other_events": ("what else happened", "qué más ocurrió"),
    "check_controls": ("without controls", "sin controles"),
    "outcome_passed": ("passed", "superada"),
    "outcome_failed": ("failed", "no superada"),
    "outcome_cannot_be_told": ("cannot be told", "no se puede saber"),
    "conclusion_clear": ("clear", "claro"),
    "conclusion_fragile": ("fragile", "frágil"),
    "conclusion_cannot_be_told": ("cannot be told", "no se puede saber"),
}
