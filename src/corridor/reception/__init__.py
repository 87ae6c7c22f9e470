"""Are we ready? Census, beds, staff and money of a place of reception."""

from corridor.reception.needs import Beds, ExtraBeds, Range, Ratios
from corridor.reception.places import ReceptionPlace, city_ids, city_place, own_place
from corridor.reception.run import Options, Reception, city_reception, own_reception
from corridor.reception.scoreboard import census_scores, summary

__all__ = [
    "Beds",
    "ExtraBeds",
    "Options",
    "Range",
    "Ratios",
    "Reception",
    "ReceptionPlace",
    "census_scores",
    "city_ids",
    "city_place",
    "city_reception",
    "own_place",
    "own_reception",
    "summary",
]
