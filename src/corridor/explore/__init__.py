"""Packages of measures that parties can agree on: search, chances for each party, and what makes the difference."""

from corridor.explore.explore import Effort, Explored, Shown, run
from corridor.explore.plan import Plan, make_plan
from corridor.explore.tables import tables

__all__ = ["Effort", "Explored", "Plan", "Shown", "make_plan", "run", "tables"]
