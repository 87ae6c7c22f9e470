"""Which household should go where, with a proven bound and reasons; and how many people to which city."""

from corridor.place.coordination import Coordination, Destination, coordinate
from corridor.place.fit import FittedScores, fit_scores
from corridor.place.online import Online, place_arrivals, read_taken
from corridor.place.problem import Problem, read_problem
from corridor.place.reasons import explain
from corridor.place.replay import replay
from corridor.place.result import Floor, Placement
from corridor.place.run import Options, assign, place_problem

__all__ = [
    "Coordination",
    "Destination",
    "FittedScores",
    "Floor",
    "Online",
    "Options",
    "Placement",
    "Problem",
    "assign",
    "coordinate",
    "explain",
    "fit_scores",
    "place_arrivals",
    "place_problem",
    "read_problem",
    "read_taken",
    "replay",
]
