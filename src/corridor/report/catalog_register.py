"""Words of the register of measures, of levers' names, triggers and ports of entry, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

REGISTER_TEXTS: Mapping[str, tuple[str, str]] = {
    "register_reading": (
        "{count} entries, by the year in which they became known; modeled by a measure or an event: {modeled}. "
        "By status: {statuses}.",
        "{count} entradas, por el año en que se conocieron; modeladas por una medida o un evento: "
        "{modeled}. Por situación: {statuses}.",
    ),
    "register_count": ("{status} {count}", "{status} {count}"),
    "register_modeled_yes": ("modeled", "modelada"),
    "register_modeled_no": ("not modeled", "no modelada"),
    "filter_any": ("all", "todas"),
    "filter_status": ("Status", "Situación"),
    "filter_lever": ("Lever", "Palanca"),
    "filter_modeled": ("In the model", "En el modelo"),
    "filter_found": ("{shown} of {count} rows", "{shown} de {count} filas"),
    "table_more": ("Show all {count} rows", "Mostrar las {count} filas"),
    "col_year": ("Year", "Año"),
    "col_levers": ("Levers", "Palancas"),
    "col_trigger": ("Only while", "Solo mientras"),
    "trigger_rule": (
        "{name}: on above {above} a day in {counted}{mean}{day}; off below {below}{off}",
        "{name}: se activa por encima de {above} al día en {counted}{mean}{day}; se desactiva por debajo de {below}{off}",
    ),
    "trigger_rule_stock": (
        "{name}: on above {above} people in {counted}{mean}{day}; off below {below}{off}",
        "{name}: se activa por encima de {above} personas en {counted}{mean}{day}; se desactiva por debajo de {below}{off}",
    ),
    "trigger_mean": (" (mean of {days} days)", " (media de {days} días)"),
    "trigger_day": (" or {people} on one day", " o {people} en un solo día"),
    "trigger_off": (" for {days} days", " durante {days} días"),
    "trigger_note": (
        "Measures in force only while a trigger is on: {count}. The darker the strip, the larger the share of members "
        "in which it is on that day.",
        "Medidas en vigor solo mientras un disparador está activo: {count}. Cuanto más oscura la franja, mayor la parte "
        "de los miembros en que lo está ese día.",
    ),
    "trigger_highest": (
        "{name}: on in up to {share} of the members ({date}).",
        "{name}: activo en hasta {share} de los miembros ({date}).",
    ),
    "trigger_never": (
        "{name}: on in no member on any day.",
        "{name}: no está activo en ningún miembro ningún día.",
    ),
    "timeline_trigger": ("only while a trigger is on", "solo mientras un disparador está activo"),
    "ports_title": (
        "Ports of entry: officer hours and trucks",
        "Puertos de entrada: horas de agentes y camiones",
    ),
    "ports_table": (
        "Hours and trucks by field office and month",
        "Horas y camiones por oficina de campo y mes",
    ),
    "ports_reading": (
        "Median and 80 % interval. Every one of these figures rests on assumed hours and "
        "assumed trucks; no published count of hours is compared with them.",
        "Mediana e intervalo del 80 %. Todas estas cifras se apoyan en horas y camiones "
        "supuestos; no se comparan con ningún conteo publicado de horas.",
    ),
    "col_port": ("Field office", "Oficina de campo"),
    # levers
    "levername_mexican_enforcement": ("Mexican enforcement", "Control migratorio mexicano"),
    "levername_transit_enforcement": ("Enforcement on the way", "Control en países de tránsito"),
    "levername_redirect_south": ("Taken back to the south", "Traslado al sur"),
    "levername_railways": ("Railways", "Ferrocarriles"),
    "levername_smuggler_crackdown": ("Smuggling pursued", "Persecución del tráfico de personas migrantes"),
    "levername_visas": ("Visas", "Visas"),
    "levername_legal_pathways": ("Lawful pathways", "Vías legales"),
    "levername_family_reunification": ("Family reunification", "Reunificación familiar"),
    "levername_ports_closure": ("Ports of entry closed", "Cierre de puertos de entrada"),
    "levername_ports_appointments": ("Appointments at ports", "Citas en puertos de entrada"),
    "levername_asylum_rules": ("Asylum rules", "Reglas de asilo"),
    "levername_consequences": ("Consequences of crossing", "Consecuencias del cruce"),
    "levername_detention_capacity": ("Detention capacity", "Capacidad de detención"),
    "levername_processing_staff": ("Processing staff", "Personal de procesamiento"),
    "levername_repatriation": ("Repatriation", "Repatriación"),
    "levername_adjudication": ("Adjudication", "Resolución de casos"),
    "levername_root_causes_violence": ("Causes: violence", "Causas: violencia"),
    "levername_root_causes_poverty": ("Causes: poverty", "Causas: pobreza"),
    "levername_work_authorization": ("Work permits", "Permisos de trabajo"),
    "levername_shelter_rules": ("Shelter rules", "Reglas de albergues"),
    "levername_federal_funding": ("Federal funding", "Fondos federales"),
    "levername_city_transport": ("Transport to cities", "Transporte a ciudades"),
    "levername_coordination": ("Coordination", "Coordinación"),
    "levername_trafficking_inspection": ("Inspection against trafficking", "Inspección contra la trata"),
    "levername_trade": ("Trade", "Comercio"),
}
