"""Every word of the report that does not come from a run's tables, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

from corridor.report.catalog_levers import LEVER_TEXTS
from corridor.report.catalog_register import REGISTER_TEXTS
from corridor.report.catalog_views import VIEWS

MESSAGES: Mapping[str, tuple[str, str]] = {
    **VIEWS,
    **LEVER_TEXTS,
    **REGISTER_TEXTS,
    # the page
    "skip": ("Skip to the content", "Saltar al contenido"),
    "language": ("Language", "Idioma"),
    "contents": ("Contents", "Contenido"),
    "noscript": (
        "This report draws its charts with a script that travels inside the file. "
        "Allow scripts for this file to see them.",
        "Este informe dibuja sus gráficas con un programa que viaja dentro del archivo. "
        "Permita los programas en este archivo para verlas.",
    ),
    "stands_at": ("Stands at {date}", "Situado al {date}"),
    "stands_at_long": (
        "This report stands at {date}: its forecasts use only what had been published by then. What was "
        "published later (outcomes, statements checked) is shown apart.",
        "Este informe se sitúa al {date}: sus pronósticos usan solo lo publicado hasta entonces. Lo que se "
        "publicó después (desenlaces, afirmaciones comprobadas) se muestra aparte.",
    ),
    "known_title": ("What was known", "Lo que se sabía"),
    "known_item": ("{label}: until {month}", "{label}: hasta {month}"),
    "hindsight": (
        "Hindsight: parts of this run use figures or strengths that were learned after {date}. "
        "It is not a forecast.",
        "En retrospectiva: partes de esta ejecución usan cifras o intensidades conocidas después del {date}. "
        "No es un pronóstico.",
    ),
    "generated": ("Written by Corridor {version}.", "Escrito por Corridor {version}."),
    # the answer
    "answer": ("The answer", "La respuesta"),
    "answer_one_month": (
        "{label}: the forecast for {month} is {median} (80 % interval {low} to {high}).",
        "{label}: el pronóstico para {month} es {median} (intervalo del 80 %: {low} a {high}).",
    ),
    "answer_months": (
        "{label}: the forecast for {month} is {median} (80 % interval {low} to {high}), and {sum} "
        "in the {count} months from {first} to {last} (80 % interval {sum_low} to {sum_high}).",
        "{label}: el pronóstico para {month} es {median} (intervalo del 80 %: {low} a {high}), y {sum} "
        "en los {count} meses de {first} a {last} (intervalo del 80 %: {sum_low} a {sum_high}).",
    ),
    "answer_difference": (
        "{label}, {period}: under “{scenario}” instead of “{against}”, {change} (90 % interval {low} to {high}; "
        "the chance that it is lower is {chance}); {share} of this rests on evidence "
        "({grades}), the rest on assumptions.",
        "{label}, {period}: con «{scenario}» en lugar de «{against}», {change} (intervalo del 90 %: {low} a {high}; "
        "la probabilidad de que sea menor es {chance}); el {share} de esto se apoya en evidencia "
        "({grades}), el resto en supuestos.",
    ),
    "answer_direction": (
        "{label}, {period}: under “{scenario}” instead of “{against}”, the count is {direction} (the chance that "
        "it is lower is {chance}); only the direction is given, because no more than {share} of the "
        "difference rests on causal, before/after or mechanical evidence.",
        "{label}, {period}: con «{scenario}» en lugar de «{against}», el conteo es {direction} (la probabilidad de "
        "que sea menor es {chance}); solo se da la dirección, porque no más del {share} de la diferencia se "
        "apoya en evidencia causal, de antes y después o mecánica.",
    ),
    "likely_lower": ("likely lower", "probablemente menor"),
    "likely_higher": ("likely higher", "probablemente mayor"),
    "about_even": ("about as likely lower as higher", "casi tan probablemente menor como mayor"),
    "answer_score": (
        "How wrong it has been: refitted to what was known half a year earlier, its forecast error (WIS) over "
        "the {months} latest months for "
        "“{label}” was {ratio} times that of the reference forecast ({verdict}).",
        "Cuánto se ha equivocado: reajustado a lo que se sabía medio año antes, su error de pronóstico (WIS) "
        "en los {months} últimos meses para "
        "«{label}» fue {ratio} veces el del pronóstico de referencia ({verdict}).",
    ),
    "answer_score_plain": (
        "How wrong it has been: over {months} months that it had not seen, the median error for “{label}” "
        "was {value}.",
        "Cuánto se ha equivocado: en {months} meses que no había visto, el error mediano para «{label}» "
        "fue {value}.",
    ),
    "answer_score_last": (
        "How wrong it has been: over {months} months that it had not seen, the median error for “{label}” "
        "was {value}; repeating the last published count would have been wrong by {reference}.",
        "Cuánto se ha equivocado: en {months} meses que no había visto, el error mediano para «{label}» "
        "fue {value}; repetir el último conteo publicado habría errado en {reference}.",
    ),
    "better": ("better", "mejor"),
    "worse": ("worse", "peor"),
    "same": ("the same", "igual"),
    "cards_title": ("The chance that it passes a line", "La probabilidad de que pase una línea"),
    "cards_intro": (
        "Move the line. Each card is about something that is published; the chance is that of the scenario "
        "“{scenario}”, read from the forecast's own quantiles.",
        "Mueva la línea. Cada tarjeta trata de algo que se publica; la probabilidad es la del escenario "
        "«{scenario}», leída de los cuantiles del propio pronóstico.",
    ),
    "card_line": ("Line", "Línea"),
    "card_slider": ("Line, as a slider", "Línea, como deslizador"),
    "card_when": ("When", "Cuándo"),
    "card_result": ("chance of more than {line} in {when}", "de probabilidad de más de {line} en {when}"),
    "card_result_peak": (
        "chance that some month passes {line}, {when}",
        "de probabilidad de que algún mes pase de {line}, {when}",
    ),
    "card_result_day": ("chance of more than {line} on {when}", "de probabilidad de más de {line} el {when}"),
    "card_peak": ("any month from {first} to {last}", "algún mes de {first} a {last}"),
    "card_points": ("Rests on {count} published counts.", "Se apoya en {count} conteos publicados."),
    "card_default": (
        "The line starts at the highest published so far: {value}.",
        "La línea empieza en lo más alto publicado hasta ahora: {value}.",
    ),
    "card_below": ("under {chance}", "menos de {chance}"),
    "card_above": ("over {chance}", "más de {chance}"),
    # fan charts
    "fans": ("What is coming", "Qué viene"),
    "fans_intro": (
        "Monthly counts of events, not of persons. Dark to light: where the model puts 50, 80 and 95 % of "
        "the chance.",
        "Conteos mensuales de eventos, no de personas. De oscuro a claro: donde el modelo pone el 50, el 80 "
        "y el 95 % de la probabilidad.",
    ),
    "fan_reading": (
        "The forecast for {month} is {median} (80 % interval {low} to {high}).",
        "El pronóstico para {month} es {median} (intervalo del 80 %: {low} a {high}).",
    ),
    "fan_last": (
        "The last published month is {month}: {value}. ",
        "El último mes publicado es {month}: {value}. ",
    ),
    "fan_outcome": (
        " Of the {count} months published later, {inside} lie in the 80 % band.",
        " De los {count} meses publicados después, {inside} están dentro de la banda del 80 %.",
    ),
    "show": ("Show", "Mostrar"),
    "scenario": ("Scenario", "Escenario"),
    "all": ("Total", "Total"),
    "by_nationality": ("By nationality", "Por nacionalidad"),
    "by_place": ("By place", "Por lugar"),
    "legend_known": ("Published by then", "Publicado hasta entonces"),
    "legend_later": ("Published later (outcome)", "Publicado después (desenlace)"),
    "legend_median": ("Forecast, median", "Pronóstico, mediana"),
    "legend_bands": ("50, 80 and 95 % of the chance", "50, 80 y 95 % de la probabilidad"),
    "legend_bands_daily": ("50, 80 and 90 % of the chance", "50, 80 y 90 % de la probabilidad"),
    "legend_band80": ("80 % of the chance", "80 % de la probabilidad"),
    "legend_capacity": ("Room in the model", "Cupo en el modelo"),
    "legend_assumed": ("Rests mainly on assumptions", "Se apoya sobre todo en supuestos"),
    # both countries
    "countries": ("Both countries' encounters", "Los encuentros de ambos países"),
    "countries_reading": (
        "In {month}, the last month that all had published by then: {values}.",
        "En {month}, el último mes que todos habían publicado hasta entonces: {values}.",
    ),
    "countries_intro": (
        "Each country counts what its own authorities do, so the two are compared, never added.",
        "Cada país cuenta lo que hacen sus propias autoridades: los dos se comparan, nunca se suman.",
    ),
    # scenarios
    "scenarios": ("What the measures would change", "Qué cambiarían las medidas"),
    "scenarios_intro": (
        "Differences between “{scenario}” and “{against}” in the same simulated futures (shared noise): "
        "dot, median; line, 90 % interval. A size is shown only where at least half of it rests on causal, "
        "before/after or mechanical evidence.",
        "Diferencias entre «{scenario}» y «{against}» en los mismos futuros simulados (ruido compartido): "
        "punto, mediana; línea, intervalo del 90 %. El tamaño se muestra solo donde al menos la mitad se "
        "apoya en evidencia causal, de antes y después o mecánica.",
    ),
    "dots_title": ("Difference, in {unit}", "Diferencia, en {unit}"),
    "dots_reading": (
        "{sure} of {count} differences keep their sign over the whole 90 % interval.",
        "{sure} de {count} diferencias conservan su signo en todo el intervalo del 90 %.",
    ),
    "directions_title": ("Direction only", "Solo la dirección"),
    "directions_intro": (
        "Less than half of each of these rests on evidence, so no size is shown.",
        "Menos de la mitad de cada una se apoya en evidencia, así que no se muestra el tamaño.",
    ),
    "direction_item": (
        "{label}, {period}: {direction} (the chance that it is lower is {chance}).",
        "{label}, {period}: {direction} (la probabilidad de que sea menor es {chance}).",
    ),
    "grades_title": ("What the differences rest on", "En qué se apoyan las diferencias"),
    "grades_reading": (
        "{founded} of {count} differences rest at least half on causal, before/after or mechanical evidence.",
        "{founded} de {count} diferencias se apoyan al menos a medias en evidencia causal, de antes y "
        "después o mecánica.",
    ),
    "grade_causal": ("causal", "causal"),
    "grade_before_after": ("before/after", "antes y después"),
    "grade_mechanical": ("mechanical", "mecánica"),
    "grade_assumed": ("assumed", "supuesta"),
    # stocks
    "people": ("Waiting, detention, deaths", "Espera, detención, muertes"),
    "people_intro": (
        "What encounters do not show. Recorded deaths are a lower bound: many are never found.",
        "Lo que los encuentros no muestran. Las muertes registradas son una cota inferior: muchas nunca "
        "se encuentran.",
    ),
    "cities": ("Receiving cities", "Ciudades receptoras"),
    "cities_intro": (
        "People in the care of each city. Dots are dated figures that were published; nothing between "
        "them is counted.",
        "Personas al cuidado de cada ciudad. Los puntos son cifras publicadas con fecha; entre ellos "
        "nada se ha contado.",
    ),
    "band_reading": (
        "On {date} the median is {median} people (80 % interval {low} to {high}).",
        "El {date} la mediana es de {median} personas (intervalo del 80 %: {low} a {high}).",
    ),
    "band_capacity": (" The room in the model is {value}.", " El cupo en el modelo es de {value}."),
    "band_points": (
        " {count} published points, {later} of them later than the report's date.",
        " {count} puntos publicados, {later} de ellos posteriores a la fecha del informe.",
    ),
    "assumed_note": (
        "Assumed: no published series counts this.",
        "Supuesto: ninguna serie publicada cuenta esto.",
    ),
    "lower_bound": ("A lower bound.", "Una cota inferior."),
    "assumed": ("assumed", "supuesto"),
    "anchored": ("bounded by published figures", "acotado por cifras publicadas"),
    # effects
    "effects": ("Did the measures work?", "¿Funcionaron las medidas?"),
    "effects_intro": (
        "Counts after a date against what the months before let expect (95 % intervals). It is an effect of the "
        "measure only as far as the checks hold: what began together cannot be told apart.",
        "Conteos después de una fecha frente a lo que hacían esperar los meses anteriores (intervalos del 95 %). Es "
        "efecto de la medida solo hasta donde las pruebas se sostienen: lo que empezó junto no se puede separar.",
    ),
    "effects_from": ("{series}, from {date}", "{series}, desde {date}"),
    "effects_check": ("{name}: {outcome}", "{name}: {outcome}"),
    "effects_all": ("Effects by month and together", "Efectos por mes y acumulados"),
    "effects_month": ("month", "mes"),
    "effects_cumulative": ("together", "acumulado"),
    "effects_headline": ("headline", "titular"),
    "col_series": ("Series", "Serie"),
    "col_kind": ("Counted", "Se cuenta"),
    "col_first": ("From", "Desde"),
    "col_last": ("To", "Hasta"),
    "col_observed": ("Published", "Publicado"),
    "col_expected": ("Expected", "Esperado"),
    "col_effect": ("Effect", "Efecto"),
    "col_low_95": ("Low (95 %)", "Bajo (95 %)"),
    "col_high_95": ("High (95 %)", "Alto (95 %)"),
    # claims
    "claims": ("Statements checked", "Afirmaciones verificadas"),
    "verdict_supported": ("Supported", "Respaldada"),
    "verdict_not_supported": ("Not supported", "No respaldada"),
    "verdict_cannot_be_told": ("Cannot be told", "No se puede saber"),
    "said": ("{who}, {date}", "{who}, {date}"),
    "claim_numbers": ("Numbers", "Números"),
    "claim_period": ("Period", "Periodo"),
    "claim_coverage": ("What the data cover", "Qué cubren los datos"),
    "claim_first": ("First month in which it was true", "Primer mes en que fue cierto"),
    "claim_change": ("What would change this", "Qué cambiaría esto"),
    "claim_sources": ("Sources", "Fuentes"),
    # measures
    "measures": ("Measures in the scenarios", "Medidas en los escenarios"),
    "measures_reading": (
        "{count} measures; {assumed} of them have a strength that is assumed.",
        "{count} medidas; {assumed} de ellas tienen una intensidad supuesta.",
    ),
    "measures_title": ("When each measure is in force", "Cuándo rige cada medida"),
    "measures_all": ("All measures", "Todas las medidas"),
    "register": ("Register: what was done, announced or asked for", "Registro: lo hecho, anunciado o pedido"),
    "legend_founded": ("rests on evidence", "se apoya en evidencia"),
    # fit
    "fit": ("How well it fits, and how wrong it was", "Qué tan bien ajusta y cuánto se equivocó"),
    "fit_intro": (
        "In sample: months that the calibration saw. Out of sample: months that it had not seen. Only the "
        "second says how far to trust a forecast.",
        "Dentro de la muestra: meses que la calibración vio. Fuera de la muestra: meses que no había visto. "
        "Solo lo segundo dice cuánto confiar en un pronóstico.",
    ),
    "fit_in_sample": ("in sample", "dentro de la muestra"),
    "fit_out_of_sample": ("out of sample", "fuera de la muestra"),
    "fit_reference": ("reference forecast, out of sample", "pronóstico de referencia, fuera de la muestra"),
    "fit_reading": (
        "Median over the counting points: {inside} in sample, {outside} out of sample.",
        "Mediana de los puntos de conteo: {inside} dentro de la muestra, {outside} fuera de ella.",
    ),
    "metric_median_absolute_error": ("Median absolute monthly error", "Error absoluto mensual mediano"),
    "metric_median_absolute_monthly_error": (
        "Median absolute monthly error",
        "Error absoluto mensual mediano",
    ),
    "metric_absolute_error_by_group_share_of_total": (
        "Absolute error by group, share of the total",
        "Error absoluto por grupo, parte del total",
    ),
    "metric_relative_wis": ("WIS relative to the reference", "WIS relativo a la referencia"),
    "metric_wis": (
        "Weighted interval score (smaller is better)",
        "Puntaje de intervalo ponderado (menor es mejor)",
    ),
    "metric_coverage_80": (
        "Part of outcomes in the 80 % interval",
        "Parte de los desenlaces en el intervalo del 80 %",
    ),
    "fit_reading_outside": (
        "Median over the counting points: {outside} out of sample.",
        "Mediana de los puntos de conteo: {outside} fuera de la muestra.",
    ),
    "fit_all": ("All metrics", "Todas las métricas"),
    # assumptions
    "parameters": ("Assumptions, most influential first", "Supuestos, del más al menos influyente"),
    "parameters_reading": (
        "{assumed} of {count} parameters are assumptions; the most influential parameter is “{top}”.",
        "{assumed} de {count} parámetros son supuestos; el parámetro más influyente es «{top}».",
    ),
    "parameters_title": ("Influence on the headline count", "Influencia sobre el conteo principal"),
    "parameters_all": ("All parameters", "Todos los parámetros"),
    "legend_with_source": ("with a source", "con fuente"),
    # sources
    "sources": ("Sources, licenses and how to repeat this", "Fuentes, licencias y cómo repetirlo"),
    "sources_title": ("Sources of the data", "Fuentes de los datos"),
    "cite": ("How to cite", "Cómo citar"),
    "cite_text": (
        "The Corridor authors: Corridor {version}, {name}, as of {date}. {attribution}",
        "The Corridor authors: Corridor {version}, {name}, con fecha {date}. {attribution}",
    ),
    "repeat": ("Command that repeats this run", "Orden que repite esta ejecución"),
    "copy": ("Copy", "Copiar"),
    "copied": ("Copied", "Copiado"),
    "manifest": ("Manifest", "Manifiesto"),
    "software": ("Licenses of the software in this page", "Licencias del software de esta página"),
    "data_license": ("License of the corridor's tables", "Licencia de las tablas del corredor"),
    # furniture of every chart
    "table": ("Table", "Tabla"),
    "csv": ("Download CSV", "Descargar CSV"),
    "source": ("Source: {text}", "Fuente: {text}"),
    "simulated": (
        "Corridor's simulation; tables of this run",
        "Simulación de Corridor; tablas de esta ejecución",
    ),
    "yes": ("yes", "sí"),
    "no": ("no", "no"),
    # column heads
    "col_month": ("Month", "Mes"),
    "col_date": ("Date", "Fecha"),
    "col_published": ("Published", "Publicado"),
    "col_known": ("Known then", "Conocido entonces"),
    "col_median": ("Median", "Mediana"),
    "col_low": ("Low", "Bajo"),
    "col_high": ("High", "Alto"),
    "col_q": ("{level} % quantile", "Cuantil {level} %"),
    "col_item": ("What", "Qué"),
    "col_period": ("Period", "Periodo"),
    "col_unit": ("Unit", "Unidad"),
    "col_chance_lower": ("Chance lower", "Prob. de ser menor"),
    "col_founded": ("Rests on evidence", "Se apoya en evidencia"),
    "col_scenario": ("Scenario", "Escenario"),
    "col_capacity": ("Room", "Cupo"),
    "col_point": ("Point", "Punto"),
    "col_measure": ("Measure", "Medida"),
    "col_lever": ("Lever", "Palanca"),
    "col_actor": ("Actor", "Actor"),
    "col_start": ("From", "Desde"),
    "col_end": ("Until", "Hasta"),
    "col_known_from": ("Known from", "Conocida desde"),
    "col_status": ("Status", "Situación"),
    "col_entry": ("What", "Qué"),
    "col_scope": ("Whom and where", "A quién y dónde"),
    "col_weak": ("Weak source or date", "Fuente o fecha débil"),
    "col_source_grade": ("Source is", "La fuente es"),
    "col_strength": ("Strength", "Intensidad"),
    "col_grade": ("Grade", "Grado"),
    "col_in_force": ("In force at the date", "Vigente en la fecha"),
    "col_source": ("Source", "Fuente"),
    "col_counting_point": ("Counting point", "Punto de conteo"),
    "col_line": ("Line", "Línea"),
    "col_metric": ("Metric", "Métrica"),
    "col_value": ("Value", "Valor"),
    "col_reference": ("Reference", "Referencia"),
    "col_months": ("Months", "Meses"),
    "col_parameter": ("Parameter", "Parámetro"),
    "col_target": ("Of", "De"),
    "col_group": ("Group", "Grupo"),
    "col_assumed": ("Assumed", "Supuesto"),
    "col_influence": ("Influence", "Influencia"),
    "col_title": ("Title", "Título"),
    "col_publisher": ("Publisher", "Editor"),
    "col_license": ("License", "Licencia"),
    "col_first_published": ("First published", "Primera publicación"),
    "col_note": ("Note", "Nota"),
    "col_place": ("Place", "Lugar"),
    "col_label": ("Label", "Rótulo"),
    # words that tables carry as codes
    "unit_people": ("people", "personas"),
    "unit_deaths": ("recorded deaths (a lower bound)", "muertes registradas (un límite inferior)"),
    "unit_events": ("events", "eventos"),
    "unit_encounters": ("encounters", "encuentros"),
    "unit_person_days": ("person-days", "días-persona"),
    "kind_sum": ("total", "total"),
    "kind_mean": ("mean", "media"),
    "kind_peak": ("highest", "máximo"),
    "status_in_force": ("in force", "en vigor"),
    "status_announced": ("announced", "anunciada"),
    "status_asked_for": ("asked for", "pedida"),
    "status_reported": ("reported", "según la prensa"),
    "status_proposed": ("proposed", "propuesta"),
    "status_ended": ("ended", "terminada"),
    "status_not_enacted": ("not enacted", "no adoptada"),
    "dating_day": ("exact to the day", "fecha exacta"),
    "dating_month": ("only the month is known", "solo se conoce el mes"),
    "dating_year": ("only the year is known", "solo se conoce el año"),
    "dating_inferred": ("date inferred", "fecha deducida"),
    "dating_unconfirmed": ("date unconfirmed", "fecha sin confirmar"),
    "register_later": ("Not yet known on", "Aún no se conocía el"),
    "register_actor": ("Who", "Quién"),
    "register_announced": ("Announced", "Anuncio"),
    "register_known": ("Known from", "Conocida desde"),
    "register_start": ("In force from", "En vigor desde"),
    "register_end": ("Until", "Hasta"),
    "register_scope": ("Scope", "Alcance"),
    "register_levers": ("Levers", "Palancas"),
    "register_figure": ("Published figure", "Cifra publicada"),
    "register_modeled": ("Modeled by", "Modelada por"),
    "register_scenarios": ("scenarios", "escenarios"),
    "register_in_base": ("all (in the base)", "todos (en la base)"),
    "register_in_none": ("none", "ninguno"),
    "register_lifted_by": ("ended by", "levantada por"),
    "register_weak": ("Weak", "Débil"),
    "register_note": ("Note", "Nota"),
    "register_source": ("Source", "Fuente"),
    "source_primary": ("primary", "primaria"),
    "source_compilation": ("compilation", "compilación"),
    "source_secondary": ("secondary", "secundaria"),
    "source_repost": ("repost", "reproducción"),
    "source_derived": ("derived", "derivada"),
}
