"""Whether the tables of a folder fit together; each check yields every fault it finds."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.formats.checks.datasets import check_datasets
from corridor.formats.checks.effects import check_effects
from corridor.formats.checks.events import check_events
from corridor.formats.checks.flows import check_flows
from corridor.formats.checks.ids import check_ids, check_references
from corridor.formats.checks.measures import check_measures
from corridor.formats.checks.overlaps import check_overlaps
from corridor.formats.checks.parameters import check_parameters
from corridor.formats.checks.parties import check_parties
from corridor.formats.checks.period import check_period
from corridor.formats.checks.ports import check_ports
from corridor.formats.checks.reach import check_reach
from corridor.formats.checks.register import check_register
from corridor.formats.checks.scopes import Scopes
from corridor.formats.checks.shares import check_shares
from corridor.formats.checks.triggers import check_triggers
from corridor.formats.checks.walk import check_walk
from corridor.formats.parts import Parts
from corridor.model import Fault


def check_parts(parts: Parts) -> list[Fault]:
    """Every fault of and between the files.

    What is summed or followed over the network (shares, reach) is judged only once the network itself
    has no fault: an unknown stock would otherwise be told a dozen times.
    """
    faults = [*parts.faults, *(fault for table in parts.tables() for fault in table.faults)]
    scopes = Scopes(parts.groups.items)
    faults += check_ids(parts, scopes)
    faults += check_references(parts, scopes)
    faults += check_datasets(parts)
    faults += check_flows(parts)
    faults += check_parameters(parts, scopes)
    faults += check_period(parts)
    faults += check_measures(parts)
    faults += check_triggers(parts)
    faults += check_events(parts)
    faults += check_register(parts)
    faults += check_parties(parts)
    faults += check_walk(parts)
    if not _network_faults(parts, faults):
        faults += _check_network(parts, scopes)
    return faults


def _network_faults(parts: Parts, faults: list[Fault]) -> bool:
    network = (parts.corridor, parts.places, parts.stocks, parts.routes, parts.groups, parts.flows)
    files = {table.file for table in (*network, parts.parameters)}
    return any(fault.file in files for fault in faults)


def _check_network(parts: Parts, scopes: Scopes) -> Iterator[Fault]:
    settings = parts.settings
    if settings is not None and settings.movement is None:
        reach = yield from check_reach(parts, scopes, settings)
        yield from check_shares(parts, scopes, settings, reach)
        yield from check_ports(parts)
        yield from check_effects(parts)
        yield from check_overlaps(parts)
