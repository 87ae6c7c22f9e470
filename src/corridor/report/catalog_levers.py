"""Words of the section in which the reader moves the levers, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

LEVER_TEXTS: Mapping[str, tuple[str, str]] = {
    "levers": ("Move the levers", "Mueva las palancas"),
    "levers_intro": (
        "Switch a measure on or off, change its dates or its strength: the model runs again in this page. What moves "
        "here is the central path, the expected values of the model, without intervals. For each scenario as it stands "
        "the table gives the full ensemble's 80 % interval beside it; a moved scenario has none until it is run with "
        "the command that you can copy.",
        "Active o desactive una medida, cambie sus fechas o su intensidad: el modelo vuelve a correr en esta página. Lo "
        "que aquí se mueve es la trayectoria central, los valores esperados del modelo, sin intervalos. Para cada "
        "escenario tal como está, la tabla da al lado el intervalo del 80 % de todo el conjunto; un escenario movido no "
        "lo tiene hasta que se ejecuta con la orden que puede copiar.",
    ),
    "lever_loading": ("Unpacking the model …", "Desempaquetando el modelo …"),
    "lever_no_engine": (
        "This browser cannot unpack the model (it lacks DecompressionStream). The rest of the report works.",
        "Este navegador no puede desempaquetar el modelo (le falta DecompressionStream). El resto del informe funciona.",
    ),
    "lever_back": ("Back to the scenario", "Volver al escenario"),
    "lever_set": ("Dates, strength, source", "Fechas, intensidad, fuente"),
    "lever_strength": ("Strength", "Intensidad"),
    "lever_range": ("Range {low} to {high}", "Rango: {low} a {high}"),
    "lever_no_range": ("No range is given.", "No se da un rango."),
    "lever_off": ("off", "desactivada"),
    "lever_outside": ("outside its range", "fuera de su rango"),
    "lever_trigger": ("in force only while “{name}” is on", "en vigor solo mientras «{name}» está activo"),
    "lever_list_scenario": ("Measures of this scenario", "Medidas de este escenario"),
    "lever_list_base": ("In force in every scenario", "En vigor en todos los escenarios"),
    "lever_list_other": (
        "Other measures that the model knows",
        "Otras medidas que el modelo conoce",
    ),
    "lever_answer": ("What it changes", "Qué cambia"),
    "lever_line_home": ("the scenario, expected values", "el escenario, valores esperados"),
    "lever_line_own": ("as you have set it", "como usted lo dispuso"),
    "lever_took": ("Answered in {ms} milliseconds.", "Respondido en {ms} milisegundos."),
    "lever_unmoved": (
        "Nothing is moved: this is the scenario “{scenario}” as it stands.",
        "Nada está movido: este es el escenario «{scenario}» tal como está.",
    ),
    "lever_no_difference": (
        "What you moved changes none of these numbers by half a person against “{scenario}”.",
        "Lo que movió no cambia ninguno de estos números en media persona frente a «{scenario}».",
    ),
    "lever_lower": ("lower", "menor"),
    "lever_higher": ("higher", "mayor"),
    "lever_against": (
        "What it changes against “{scenario}”",
        "Qué cambia frente a «{scenario}»",
    ),
    "lever_rule": (
        "Only the direction is told where less than half of a difference rests on the first three grades.",
        "Solo se da la dirección donde menos de la mitad de una diferencia se apoya en los tres primeros grados.",
    ),
    "lever_only_direction": (
        "Mostly assumed: read the direction only.",
        "En su mayor parte supuesto: lea solo la dirección.",
    ),
    "lever_pending": ("{label}, {period}: {way} …", "{label}, {period}: {way} …"),
    "lever_difference": (
        "{label}, {period}: {way} by {gap}{share}; it rests on {grades}.",
        "{label}, {period}: {way} en {gap}{share}; se apoya en {grades}.",
    ),
    "lever_direction": (
        "{label}, {period}: {way}, direction only ({grades}).",
        "{label}, {period}: {way}, solo la dirección ({grades}).",
    ),
    "lever_col_item": ("Number", "Número"),
    "lever_col_period": ("Sum over the months, or day", "Suma de los meses, o día"),
    "lever_col_ensemble": (
        "Scenario, full ensemble: median (80 %)",
        "Escenario, conjunto completo: mediana (80 %)",
    ),
    "lever_col_home": ("Scenario, expected", "Escenario, esperado"),
    "lever_col_own": ("Yours, expected", "El suyo, esperado"),
    "lever_col_gap": ("Difference", "Diferencia"),
    "lever_nothing": (
        "This change moves none of the numbers shown here.",
        "Este cambio no mueve ninguno de los números que aquí se muestran.",
    ),
    "lever_idle": (
        "This lever does nothing here: it touches nothing in this corridor that the page counts.",
        "Esta palanca no hace nada aquí: no toca nada en este corredor que la página cuente.",
    ),
    "lever_outside_run": (
        "This lever does nothing: its dates lie outside the run ({first} to {last}).",
        "Esta palanca no hace nada: sus fechas quedan fuera de la ejecución ({first} a {last}).",
    ),
    "lever_no_days": (
        "This lever does nothing: it ends before it starts.",
        "Esta palanca no hace nada: termina antes de empezar.",
    ),
    "lever_never_on": (
        "This change moves nothing: “{name}” is never on while the measure is armed.",
        "Este cambio no mueve nada: «{name}» nunca está activo mientras la medida está armada.",
    ),
}
