"""The register: what someone did, announced or asked for."""

from __future__ import annotations

import datetime as dt

from corridor.model.declared import Declared, Identifier, Spanish, Text
from corridor.model.vocabulary import Dating, FirstStatus, RegisterStatus, SourceRank


class RegisterEntry(Declared):
    """A row of ``register.csv``: what someone did, announced or asked for, whether it is modelled or not.

    An entry that names measures is modelled by them: their strengths and grades are its own. One that
    names none says in its note why.
    """

    id: Identifier
    name: Text
    name_es: Spanish = ""
    actor: Text
    actor_es: Spanish = ""
    levers: tuple[Identifier, ...] = ()
    """Levers that it pulls; empty for an event or a fact."""
    status: FirstStatus
    announced: dt.date | None = None
    known_from: dt.date
    start: dt.date | None = None
    end: dt.date | None = None
    """Last day in force; for what never came into force, the day on which that was settled."""
    dating: Dating = "day"
    scope: Text
    scope_es: Spanish = ""
    value: float | None = None
    """The published figure, if there is one."""
    unit: Text | None = None
    measures: tuple[Identifier, ...] = ()
    note: Text | None = None
    note_es: Text | None = None
    source: Text
    publisher: Text
    url: Text
    """Address, or the title where no address is known."""
    source_grade: SourceRank

    @property
    def weak(self) -> bool:
        """Whether its source is a repost, or its date inferred or unconfirmed."""
        return self.source_grade == "repost" or self.dating in ("inferred", "unconfirmed")

    def status_on(self, day: dt.date) -> RegisterStatus:
        """What had become of it by ``day``; an end counts from the day after it."""
        begun = self.status == "in_force" if self.start is None else self.start <= day
        if self.end is not None and self.end < day:
            return "ended" if begun else "not_enacted"
        if begun:
            return "in_force"
        return "announced" if self.status == "in_force" else self.status
