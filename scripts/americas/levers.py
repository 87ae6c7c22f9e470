"""Responses to levers, and numbers of the corridor as a whole."""

from __future__ import annotations

import datetime as dt

from americas.tables import Tables

KNOWN = dt.date(2024, 4, 30)
"""Clemens' estimate for lawful pathways was published in April 2024."""
BEFORE = KNOWN - dt.timedelta(days=1)
Row = tuple[str, str, float, float, float, dt.date | None, dt.date | None, dt.date | None, str]
RESPONSES: tuple[Row, ...] = (
    # parameter, lever, value, low, high, first day, last day, day known, source
    ("elasticity", "legal_pathways", -0.2, -0.6, 0.1, None, BEFORE, None,
     "assumption: no study known on the as-of date; the drop of 89 % in four nationalities (US Department of Homeland Security 2023-07-25) came with returns to Mexico"),
    ("elasticity", "legal_pathways", -0.3, -0.5, -0.1, KNOWN, None, KNOWN,
     "Clemens, The effect of lawful crossing on unlawful crossing at the US southwest border, PIIE Working Paper 24-10, 2024-04; range assumed"),
    ("reference_level", "legal_pathways", 74100, 50000, 80000, None, None, dt.date(2023, 7, 25),
     "US Customs and Border Protection, 1,450 appointments a day (2023-06-30), and US Department of Homeland Security, up to 30,000 a month (2023-07-25)"),
    ("elasticity", "family_reunification", -0.2, -0.6, 0.1, None, BEFORE, None,
     "assumption: as for legal pathways; nobody has published one for parole of relatives"),
    ("elasticity", "family_reunification", -0.3, -0.5, -0.1, KNOWN, None, KNOWN,
     "Clemens, The effect of lawful crossing on unlawful crossing at the US southwest border, PIIE Working Paper 24-10, 2024-04, carried to parole of relatives: an assumption; range assumed"),
    ("reference_level", "family_reunification", 74100, 50000, 80000, None, None, dt.date(2023, 7, 25),
     "US Customs and Border Protection, 1,450 appointments a day (2023-06-30), and US Department of Homeland Security, up to 30,000 a month (2023-07-25)"),
    ("elasticity", "smuggler_crackdown", -0.4, -1, 0, None, None, dt.date(2004, 1, 31),
     "Gathmann, Effects of Enforcement on Illegal Markets, Stanford KCID Working Paper 227, 2004-01: migration -10 % where the price rose by 30 %, so ln 0.9 / ln 1.3 = -0.40; enforcement also acted by itself, so a bound more than an estimate; range assumed"),
    ("elasticity_share", "smuggler_crackdown", -0.4, -1.2, 0, None, None, None,
     "assumption: who finds a guide too dear goes by bus or on foot; Gathmann 2004 (Stanford KCID Working Paper 227) calls demand more elastic than for drugs, without a number"),
    ("elasticity_travel_days", "smuggler_crackdown", 0.2, 0, 0.6, None, None, None,
     "assumption: dearer journeys are longer ones; Gathmann 2004 (Stanford KCID Working Paper 227) finds remote routes that cost about three times the rise of the price"),
    ("elasticity_death", "smuggler_crackdown", 0.3, 0, 1, None, None, None,
     "assumption: more remote routes and fewer guides mean more danger; no estimate is known"),
    ("elasticity", "visas", 0.2, 0, 0.6, None, None, dt.date(2018, 8, 6),
     "assumption: PNAS 2018 (through Little India) has family visas cut: immigration -32 %, unlawful +24 %, so most are diverted and some stay; Czaika and de Haas 2016 find inflows fall slowly"),
    ("elasticity", "asylum_rules", 0.4, 0, 1, None, None, None,
     "assumption: departures answer to the chance of not being removed; Hatton 2015 (CEPR DP10678) finds fewer applications where access is restricted, without a number"),
    ("elasticity", "adjudication", 0.05, -0.1, 0.2, None, None, dt.date(2022, 6, 2),
     "assumption: of departures to the time to a decision; Bertoli, Brücker and Fernández-Huertas Moraga 2022 (Regional Science and Urban Economics 93) find that longer processing lowers applications on average and raises those of nationalities with low chances, so the sign is open"),
    ("elasticity", "waiting", -0.3, -0.6, 0, None, None, None,
     "assumption: fewer join a queue for an appointment the longer its wait is, and go to other ports or cross between them; no study gives a number"),
    ("ask_again", "shelter_rules", 0.5, 0.2, 0.8, None, None, dt.date(2023, 10, 21),
     "assumption: as many as asked to stay of the 3,025 adults whose 60 days had ended in New York, about 1,500 (Daily News through AP, 2023-10-21); that they stay, and other cities, is assumed"),
    ("street_share", "shelter_rules", 0.1, 0.02, 0.3, None, None, None,
     "assumption: part of those whom a limit sends out who find no other place; no count is published"),
    ("lag_days", "root_causes_violence", 365, 180, 730, None, None, dt.date(2017, 7, 27),
     "assumption: Clemens 2017 (CGD Working Paper 459) measures homicides sustained over six years; here the whole effect takes a year"),
    ("lag_days", "root_causes_poverty", 730, 365, 1825, None, None, dt.date(2017, 11, 28),
     "assumption: incomes change, and people with them, over years; Clemens and Postel 2017 (CGD) name no lag"),
    ("elasticity", "consequences", 0.1, 0, 0.4, None, None, None,
     "assumption: fewer second attempts may deter first ones; Hiskey and others 2018 (LARR) find no effect of known deterrence on intentions, Hatton 2015 (CEPR DP10678) a negative one of access rules, without a number"),
    ("elasticity", "root_causes_violence", 0.35, 0, 0.7, None, None, dt.date(2017, 7, 27),
     "Clemens, Violence, Development and Migration Waves, CGD Working Paper 459, 2017-07-27: 3.7 children per 6 homicides; with about 17,000 homicides a year in three countries that is 35 % of 178,825; carried to adults and other nationalities, an assumption"),
    ("elasticity", "root_causes_poverty", 0.05, -0.5, 0.4, None, None, dt.date(2017, 11, 28),
     "assumption: of income at home; the sign is open. Clemens and Postel 2017 (CGD): development raised emigration from almost all poor countries; Lessem 2017: Mexican wages +10 %, years in the US -5 %, so -0.5"),
    ("elasticity", "work_authorization", 0.3, 0.05, 0.8, None, None, None,
     "assumption: days of shelter stay per day of wait for a permit; Marbach and others 2018 (Science Advances) and Slotwinski and others 2019 find work follows permits, none counts shelter stays"),
)  # fmt: skip
WHOLE = (
    # parameter, target, value, low, high, source; calibration replaces coverage and the spread of departures
    ("coverage", "darien_transits", 0.97, 0.95, 1, "assumption: nearly all who come out of the jungle pass a reception station"),
    ("coverage", "honduras_entries", 0.8, 0.65, 0.9, "assumption: registration at Danlí and Trojes is wanted for the bus, but not by all"),
    ("departure_sd_common", None, 0.16, 0.1, 0.25, "assumption: monthly spread of the US total 2022 to 2023"),
    ("departure_sd_own", None, 0.25, 0.15, 0.4, "assumption: monthly spread by nationality 2022 to 2023"),
    ("departure_damping", None, 0.9, 0.75, 0.99, "assumption: shocks fade slowly"),
    ("departure_shock_df", None, 5, 3, 30, "assumption: tails heavier than normal, as past months had"),
    ("departure_dispersion", None, 20, 5, 100, "assumption: days vary more than Poisson; no daily count of departures exists"),
)  # fmt: skip


def add_levers(t: Tables) -> None:
    """Elasticities and reference levels, with what they rest on."""
    for parameter, lever, value, low, high, first, last, seen, source in RESPONSES:
        t.number(parameter, lever, value, low, high, source, start=first, end=last, known=seen)


def add_noise(t: Tables) -> None:
    """Coverage and the spread of departures."""
    for parameter, target, value, low, high, source in WHOLE:
        t.number(parameter, target, value, low, high, source)
