"""The sections of the report, in the order in which they stand."""

from corridor.report.sections.assumptions import Parameters
from corridor.report.sections.base import RunView, Section
from corridor.report.sections.brief import Brief
from corridor.report.sections.cards import chance_above
from corridor.report.sections.changes import Changes
from corridor.report.sections.effects import Effects
from corridor.report.sections.evidence import Claims, Fit, Sources
from corridor.report.sections.fans import Countries, Fans
from corridor.report.sections.levers import Levers
from corridor.report.sections.map import Map
from corridor.report.sections.outlook import Outlook
from corridor.report.sections.packages import Packages
from corridor.report.sections.people import Cities, People
from corridor.report.sections.placement import Placement
from corridor.report.sections.ports import Ports
from corridor.report.sections.reception import Reception
from corridor.report.sections.scenarios import Measures, Scenarios
from corridor.report.sections.scoreboard import Scoreboard
from corridor.report.sections.start import Answer, Chances, sentences

SECTIONS: tuple[Section, ...] = (
    Answer(),
    Changes(),
    Map(),
    Outlook(),
    Chances(),
    Fans(),
    Countries(),
    Levers(),
    Scenarios(),
    People(),
    Cities(),
    Reception(),
    Placement(),
    Ports(),
    Packages(),
    Brief(),
    Effects(),
    Claims(),
    Measures(),
    Fit(),
    Scoreboard(),
    Parameters(),
    Sources(),
)

__all__ = ["SECTIONS", "Brief", "RunView", "Section", "chance_above", "sentences"]
