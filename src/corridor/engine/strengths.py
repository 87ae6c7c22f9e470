"""Strengths of a run's measures and parameters of their levers, as rows with noise of their own."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.engine.levers import LEVERS, strength_domain
from corridor.engine.measures import ActiveMeasure
from corridor.engine.parameters import ParameterTable
from corridor.engine.rules import Numbers
from corridor.engine.scope import Scope, needs
from corridor.engine.spec import Floats
from corridor.model import Corridor, Fault, InputError, Parameter


class Strengths:
    """Rows of the parameter table that the measures of a run read.

    Raises InputError where a lever needs a parameter that the corridor does not give, or that was not
    known yet: it would silently do nothing.
    """

    def __init__(self, corridor: Corridor, table: ParameterTable, measures: Sequence[ActiveMeasure]) -> None:
        self._lever: list[dict[str, int]] = []
        self._strength: list[int] = []
        self.divisors: set[str] = set()
        """Parameters of stocks that some measure divides by."""
        faults: set[Fault] = set()
        scope = Scope(corridor)
        for measure in (active.measure for active in measures):
            names: dict[str, int] = {}
            for name, target in needs(corridor, scope, measure):
                if not table.has(name, target):
                    faults.add(_missing(measure.id, measure.lever, name, target))
                elif target == measure.lever:
                    names[name] = table.scalar(name, target)
            effects = LEVERS[measure.lever].effects[measure.unit]
            self.divisors |= {effect.divide for effect in effects if effect.divide}
            row = Parameter(
                parameter="strength", target=measure.id, value=measure.strength, low=measure.low,
                high=measure.high, unit=measure.unit, source=measure.source,
            )  # fmt: skip
            domain = strength_domain(measure.lever, measure.unit, measure.strength)
            self._strength.append(table.add_strength(row, domain))
            self._lever.append(names)
        if faults:
            raise InputError(f"{len(faults)} parameters are missing", faults=faults)

    @property
    def rows(self) -> set[int]:
        """Positions of all of them."""
        return {*self._strength, *(row for names in self._lever for row in names.values())}

    def numbers(self, measure: int, drawn: Floats) -> Numbers:
        """Numbers of the measure at this position, from the rows' values ``drawn``."""
        lever = {name: float(drawn[row]) for name, row in self._lever[measure].items()}
        return Numbers(float(drawn[self._strength[measure]]), lever)


def _missing(measure: str, lever: str, parameter: str, target: str) -> Fault:
    of = f"the lever {lever!r}" if target == lever else f"the stock {target!r}"
    message = f"measure {measure!r} needs the parameter {parameter} of {of}"
    hint = f"give {parameter} of {target} in parameters.csv, with its range; 'assumption' is a source too"
    return Fault("parameters.csv", None, "parameter", message, hint)
