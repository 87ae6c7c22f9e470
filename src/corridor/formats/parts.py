"""A folder as read: every file's rows with their lines, before anything is known to fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corridor.formats.rows import Row, Table
from corridor.model import (
    Claim,
    Closure,
    Conflict,
    Corridor,
    Count,
    DatasetEntry,
    Event,
    Fault,
    Flow,
    Group,
    Indicator,
    Measure,
    Observation,
    Parameter,
    Party,
    Place,
    RegisterEntry,
    Route,
    Scenario,
    Settings,
    Stock,
    Translation,
    Trigger,
)


@dataclass(frozen=True)
class Parts:
    """The tables of a folder."""

    corridor: Table[Settings]
    places: Table[Place]
    stocks: Table[Stock]
    routes: Table[Route]
    groups: Table[Group]
    flows: Table[Flow]
    parameters: Table[Parameter]
    conflicts: Table[Conflict]
    closures: Table[Closure]
    triggers: Table[Trigger]
    measures: Table[Measure]
    events: Table[Event]
    register_entries: Table[RegisterEntry]
    translations: Table[Translation]
    observations: Table[Observation]
    indicators: Table[Indicator]
    claims: Table[Claim]
    parties: Table[Party]
    datasets: Table[DatasetEntry]
    counts: Mapping[str, tuple[Count, ...]]
    """Rows of the datasets that could be read."""
    scenarios: tuple[Table[Scenario], ...]
    faults: tuple[Fault, ...]
    """Faults of the folder itself: files that do not belong there."""

    @property
    def settings(self) -> Settings | None:
        """The corridor as a whole, if it could be read."""
        return next(iter(self.corridor.items), None)

    def tables(self) -> Iterator[Table[Any]]:
        """Every table, scenarios last."""
        yield from (self.corridor, self.places, self.stocks, self.routes, self.groups, self.flows)
        yield from (
            self.parameters,
            self.conflicts,
            self.closures,
            self.triggers,
            self.measures,
            self.events,
            self.register_entries,
            self.translations,
        )
        yield from (self.observations, self.indicators, self.claims, self.parties, self.datasets)
        yield from self.scenarios

    def scenario_rows(self) -> Iterator[Row[Scenario]]:
        """Valid scenarios, in order of file name."""
        for table in self.scenarios:
            yield from table

    def assemble(self) -> Corridor:
        """The declared corridor; call it only where no fault was found."""
        settings = self.settings
        if settings is None:
            raise ValueError("a corridor without settings cannot be assembled")
        return Corridor(
            settings=settings,
            places=self.places.items,
            stocks=self.stocks.items,
            routes=self.routes.items,
            groups=self.groups.items,
            flows=self.flows.items,
            parameters=self.parameters.items,
            conflicts=self.conflicts.items,
            closures=self.closures.items,
            triggers=self.triggers.items,
            measures=self.measures.items,
            events=self.events.items,
            register_entries=self.register_entries.items,
            observations=self.observations.items,
            indicators=self.indicators.items,
            scenarios=tuple(row.item for row in self.scenario_rows()),
            claims=self.claims.items,
            parties=self.parties.items,
            datasets=self.datasets.items,
            translations=self.translations.items,
            counts=dict(self.counts),
        )
