"""The episodes of `lever_episodes.py`: measures with strengths that were known, or could be assumed, before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from corridor.model import Measure, Parameter


@dataclass(frozen=True)
class Episode:
    """A past use of a lever, and the published series in which it should show."""

    id: str
    title: str
    as_of: dt.date
    """The corridor is as calibrated on this day."""
    started: dt.date
    series: str
    measures: tuple[Measure, ...]
    before: dt.date
    """First of the months that are compared with."""
    months_before: int
    after: dt.date
    months: int
    why: str
    """Where the strength comes from."""
    nationalities: tuple[str, ...] = ()
    """Whom it concerns; empty means everybody, and then there is no comparison."""
    compare: bool = False
    history: bool = False
    """Whether the episode lies before the fit: the fitted past is run again with and without the measure."""
    parameters: tuple[Parameter, ...] = ()

    def concerns(self, nationality: str) -> bool:
        """Whether people of this nationality are counted."""
        return not self.nationalities or nationality in self.nationalities


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def measure(
    lever: str,
    unit: str,
    start: str,
    strength: float,
    low: float,
    high: float,
    *,
    known: str,
    name: str = "",
    **more,
) -> Measure:
    """A measure of an episode, known on the day before which the corridor is calibrated."""
    return Measure(
        id=f"episode-{name or lever}-{start}", name="E", name_es="E", lever=lever, actor="E", start=day(start),
        strength=strength, low=low, high=high, unit=unit, known_from=day(known), grade="assumed", source="episode",
        **more,
    )  # fmt: skip


def visa(nationality: str, started: str, as_of: str, before: str, after: str, title: str) -> Episode:
    return Episode(
        f"visa_{nationality}", title, day("2022-09-30"), day(started), "us_between_ports",
        (measure("visas", "ratio", started, 0.2, 0.05, 0.6, known=as_of, nationalities=(nationality,),
                 places=("mexico_city", "cancun"), ramp_days=30),),
        day(before), 3, day(after), 3,
        "assumption, the same for all three: a fifth [5 %, 60 %] of those who could fly in still can",
        (nationality,), compare=True, history=True,
    )  # fmt: skip


CHNV = ("CUB", "HTI", "NIC", "VEN")
REFERENCE = Parameter(
    parameter="reference_level", target="legal_pathways", value=22000, low=15000, high=30000, unit="people/month",
    source="US Customs and Border Protection: people encountered at ports a month, July to December 2022",
)  # fmt: skip

EPISODES = (
    visa("ECU", "2021-09-04", "2021-08-31", "2021-06-01", "2021-11-01", "Mexico's visa for Ecuadorians, September 2021"),
    visa("BRA", "2021-12-11", "2021-11-30", "2021-09-01", "2022-02-01", "Mexico's visa for Brazilians, December 2021"),
    visa("VEN", "2022-01-21", "2021-12-31", "2021-10-01", "2022-03-01", "Mexico's visa for Venezuelans, January 2022"),
    Episode(
        "venezuela_2022", "Expulsions of Venezuelans and parole, October 2022", day("2022-09-30"), day("2022-10-12"),
        "us_between_ports",
        (
            measure("asylum_rules", "share", "2022-10-12", 0.65, 0.4, 0.83, known="2022-09-30", nationalities=("VEN",), name="removals"),
            measure("asylum_rules", "ratio", "2022-10-12", 0.85, 0.5, 1, known="2022-09-30", nationalities=("VEN",), name="departures"),
        ),
        day("2022-07-01"), 3, day("2022-11-01"), 3,
        "removals: 55 % to 83 % of others were expelled under Title 42 (MPI, April 2022); departures: assumption",
        ("VEN",), compare=True,
    ),
    Episode(
        "chnv_2023", "Parole for four nationalities, January 2023", day("2022-12-31"), day("2023-01-05"), "us_between_ports",
        (measure("legal_pathways", "people/month", "2023-01-05", 30000, 10000, 30000, known="2022-12-31", nationalities=CHNV),),
        day("2022-10-01"), 3, day("2023-02-01"), 3,
        "30,000 a month as announced; elasticity −0.2 assumed, as no study was known", CHNV, compare=True, parameters=(REFERENCE,),
    ),
    Episode(
        "appointments_2023", "Appointments at ports raised to 1,450 a day, May and June 2023", day("2023-04-30"), day("2023-05-12"),
        "us_ports",
        (measure("ports_appointments", "people/day", "2023-05-12", 700, 450, 900, known="2023-04-30", ramp_days=50),),
        day("2023-02-01"), 3, day("2023-07-01"), 3,
        "mechanical: 1,450 a day less the about 750 of January to April",
    ),
    Episode(
        "title42_end_2023", "Rule on lawful pathways at the end of Title 42, May 2023", day("2023-04-30"), day("2023-05-11"),
        "us_between_ports",
        (measure("asylum_rules", "ratio", "2023-05-11", 0.85, 0.5, 1, known="2023-04-30"),),
        day("2023-02-01"), 3, day("2023-06-01"), 3, "assumption: Hatton 2015 finds fewer applications, without a number",
    ),
    Episode(
        "lukeville_2023", "Lukeville closed, December 2023", day("2023-12-31"), day("2023-12-04"), "ports_tucson",
        (measure("ports_closure", "ratio", "2023-12-04", 0.95, 0.75, 1, known="2023-12-04", places=("tucson_fo",)),),
        day("2023-11-01"), 1, day("2023-12-01"), 1, "assumption of measures.csv: Lukeville took no appointments",
    ),
    Episode(
        "crackdown_2024", "Mexican enforcement, January 2024: people met in Mexico", day("2023-12-31"), day("2024-01-01"), "mexico_encounters",
        (measure("mexican_enforcement", "ratio", "2024-01-01", 1.6, 1.1, 2.2, known="2023-12-31", ramp_days=14),),
        day("2023-10-01"), 3, day("2024-02-01"), 3, "before and after of June 2019 (1.62)",
    ),
    Episode(
        "crackdown_2024_us", "Mexican enforcement, January 2024: encounters at the US border", day("2023-12-31"), day("2024-01-01"), "us_total",
        (measure("mexican_enforcement", "ratio", "2024-01-01", 1.6, 1.1, 2.2, known="2023-12-31", ramp_days=14),),
        day("2023-10-01"), 3, day("2024-02-01"), 3, "before and after of June 2019 (1.62)",
    ),
    Episode(
        "busing_2024", "Busing to the south, 2024, on top of that enforcement", day("2023-12-31"), day("2024-01-01"), "us_total",
        (
            measure("mexican_enforcement", "ratio", "2024-01-01", 1.6, 1.1, 2.2, known="2023-12-31", ramp_days=14),
            measure("redirect_south", "share", "2024-01-01", 0.3, 0.1, 0.6, known="2023-12-31", ramp_days=30),
            measure("redirect_south", "days", "2024-01-01", 7, 1, 20, known="2023-12-31", ramp_days=30, name="days"),
        ),
        day("2023-10-01"), 3, day("2024-02-01"), 3, "assumption; the two began together and cannot be told apart in the counts",
    ),
    Episode(
        "proclamation_2024", "Proclamation of June 2024", day("2024-05-31"), day("2024-06-05"), "us_between_ports",
        (
            measure("asylum_rules", "share", "2024-06-05", 0.65, 0.4, 0.83, known="2024-05-31", name="removals"),
            measure("asylum_rules", "ratio", "2024-06-05", 0.85, 0.5, 1, known="2024-05-31", name="departures"),
        ),
        day("2024-03-01"), 3, day("2024-07-01"), 3, "assumed for the Senate bill in February 2024",
    ),
    Episode(
        "fences_2024", "Fences in the Darién, July 2024", day("2024-06-30"), day("2024-07-03"), "darien_transits",
        (measure("transit_enforcement", "ratio", "2024-07-03", 2, 1, 10, known="2024-06-30", places=("darien",)),),
        day("2024-04-01"), 3, day("2024-08-01"), 3, "assumption: no estimate was known",
    ),
    Episode(
        "new_york_2024", "New York: 60 days for families, January 2024", day("2023-12-31"), day("2024-01-09"), "census_new_york",
        (measure("shelter_rules", "days", "2024-01-02", 90, 60, 240, known="2023-12-31", places=("new_york",), households=("family",), ramp_days=60),),
        day("2023-11-01"), 1, day("2024-06-01"), 1, "the limit, stretched since families may ask again",
    ),
    Episode(
        "chicago_2024", "Chicago: 60 days, announced for January, enforced from March 2024", day("2023-12-31"), day("2024-01-16"), "census_chicago",
        (measure("shelter_rules", "days", "2024-01-16", 75, 60, 180, known="2023-12-31", places=("chicago",), ramp_days=80),),
        day("2023-12-01"), 1, day("2024-06-01"), 1, "the limit, stretched since people may ask again",
    ),
    Episode(
        "denver_2024", "Denver: 42 days for families, February 2024", day("2023-12-31"), day("2024-02-05"), "census_denver",
        (measure("shelter_rules", "days", "2024-02-05", 45, 42, 90, known="2023-12-31", places=("denver",), households=("family",), ramp_days=30),),
        day("2023-12-01"), 1, day("2024-06-01"), 1, "the limit of 37 days before the pause of November 2023, as it might return",
    ),
)  # fmt: skip

NONE: Mapping[str, str] = {
    "smuggler_crackdown": "none in the data: prices and shares of guided journeys are published as single figures of 2014 and 2017",
    "railways": "none in the data: the halt of September 2023 lasted a day or two, and counts are monthly",
    "family_reunification": "none in the data: no series counts parole of relatives",
    "consequences": "none in the data: renewed attempts are published by fiscal year (27 % in 2021, 7 to 14 % before)",
    "detention_capacity": "none that the corridor covers: beds grew in 2019, before it begins, and in 2025, after it ends",
    "processing_staff": "none in the data: people in custody and hours of processing are not published as a series",
    "repatriation": "none in the data: removals are published by year; 11 flights to Venezuela from October to December 2023",
    "adjudication": "none in the data: decisions by month are not among the series",
    "root_causes_violence": "none in the data: no dated change of violence by a measure",
    "root_causes_poverty": "none in the data: no dated change of incomes by a measure",
    "work_authorization": "none that can be told: permits of October 2023 came with New York's limits for adults",
    "federal_funding": "none in the data: beds are not published",
    "city_transport": "none in the data: Texas publishes running totals, the last of them in December 2023",
    "coordination": "none: no coordinated entry was tried",
    "trafficking_inspection": "none in the data: inspection hours are not published",
    "trade": "none in the data: the series of port crossings holds people, not trucks",
}
