"""Responses to levers, and numbers of the corridor as a whole."""

from __future__ import annotations

import datetime as dt

from americas.tables import Tables

NEXT = dt.date(2024, 4, 1)


def add_levers(t: Tables) -> None:
    """Elasticities and reference levels, with what they rest on."""
    n = t.number
    n("elasticity", "legal_pathways", -0.2, -0.6, 0.1, "assumption: no study known on the as-of date; the drop of 89 % in four nationalities (DHS 2023-07-25) came with returns to Mexico",
      end=NEXT - dt.timedelta(days=1))  # fmt: skip
    n("elasticity", "legal_pathways", -0.3, -0.5, -0.1, "Clemens, The effect of lawful crossing on unlawful crossing at the US southwest border, PIIE Working Paper 24-10, 2024-04; range assumed",
      start=NEXT, known=dt.date(2024, 4, 30))  # fmt: skip
    n("reference_level", "legal_pathways", 74100, 50000, 80000, "US Customs and Border Protection, 1,450 appointments a day (2023-06-30), and US Department of Homeland Security, up to 30,000 a month (2023-07-25)",
      known=dt.date(2023, 7, 25))  # fmt: skip
    n(
        "elasticity",
        "family_reunification",
        -0.1,
        -0.4,
        0.1,
        "assumption: as for other lawful pathways, but slower and narrower; no estimate is published",
    )
    n("reference_level", "family_reunification", 74100, 50000, 80000, "assumption: as for legal pathways")
    price = "assumption: sign from Gathmann 2004 (a rise of the smuggler's price of 30 % went with 10 % fewer crossings; enforcement tripled); size uncertain"
    n("elasticity", "smuggler_crackdown", -0.3, -1, 0, price)
    n(
        "elasticity_share",
        "smuggler_crackdown",
        -0.5,
        -1.2,
        0,
        "assumption: demand for smugglers answers to their price (Gathmann 2004); size uncertain",
    )
    n(
        "elasticity_travel_days",
        "smuggler_crackdown",
        0.2,
        0,
        0.6,
        "assumption: dearer journeys take longer, more remote ways (Gathmann 2004)",
    )
    n(
        "elasticity_death",
        "smuggler_crackdown",
        0.3,
        0,
        1,
        "assumption: more remote ways are more dangerous; no estimate is published",
    )
    n(
        "elasticity",
        "visas",
        0.2,
        -0.1,
        0.6,
        "assumption: some give up, others travel by land or try unlawfully (PNAS model 2018: +14 to +24 %; Czaika and de Haas 2016)",
    )
    n(
        "elasticity",
        "consequences",
        0.1,
        0,
        0.3,
        "assumption: consequences lowered renewed attempts by 6.6 of 22.6 points (Bazzi and others 2018); first departures answer less",
    )
    n(
        "elasticity",
        "root_causes_violence",
        0.3,
        0.1,
        0.6,
        "assumption: sign from Clemens 2017 (0.62 more unaccompanied children per homicide sustained six years); size for all departures uncertain",
    )
    n(
        "elasticity",
        "root_causes_poverty",
        0.05,
        -0.3,
        0.3,
        "assumption: sign unsure, since development raised emigration in nearly all poor countries (Clemens and Postel 2017)",
    )
    n(
        "elasticity",
        "work_authorization",
        0.3,
        0,
        0.8,
        "assumption: a day less to a permit shortens a shelter stay by 0.3 days; employment answers (Marbach and others 2018), stays were not measured",
    )


def add_noise(t: Tables) -> None:
    """Coverage and the spread of departures; calibration replaces both."""
    n = t.number
    n(
        "coverage",
        "darien_transits",
        0.97,
        0.95,
        1,
        "assumption: nearly all who come out of the jungle pass a reception station",
    )
    n(
        "coverage",
        "honduras_entries",
        0.8,
        0.65,
        0.9,
        "assumption: registration at Danlí and Trojes is wanted for the bus, but not by all",
    )
    n(
        "departure_sd_common",
        None,
        0.16,
        0.1,
        0.25,
        "assumption: monthly spread of the US total 2022 to 2023; calibration replaces it",
    )
    n(
        "departure_sd_own",
        None,
        0.25,
        0.15,
        0.4,
        "assumption: monthly spread by nationality 2022 to 2023; calibration replaces it",
    )
    n("departure_damping", None, 0.9, 0.75, 0.99, "assumption: shocks fade slowly; calibration replaces it")
    n("departure_shock_df", None, 5, 3, 30, "assumption: tails heavier than normal, as past months had")
    n(
        "departure_dispersion",
        None,
        20,
        5,
        100,
        "assumption: days vary more than Poisson; no daily count of departures exists",
    )
