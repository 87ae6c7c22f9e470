"""Ports of entry that declare officer hours say what the hours are for, and are led into by a port's flow."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.formats.parts import Parts
from corridor.model import Fault

_FIGURES = ("officer_hours", "processing_hours", "inspection_hours", "trucks")


def check_ports(parts: Parts) -> Iterator[Fault]:
    """Faults of the figures of ports of entry: an hour without a use would silently count nothing."""
    given = {(row.item.parameter, row.item.target) for row in parts.parameters}
    entered = {row.item.to_stock for row in parts.flows if row.item.kind == "port_admission"}
    for row in parts.parameters:
        name, port = row.item.parameter, row.item.target
        if name not in _FIGURES or (name != "officer_hours" and ("officer_hours", port) in given):
            continue
        if port not in entered:
            yield row.fault("target", f"no flow of kind port_admission leads into {port!r}")
        missing = [other for other in _FIGURES if (other, port) not in given]
        if name == "officer_hours" and missing:
            message = f"officer_hours of {port} also needs {', '.join(missing)}"
            yield row.fault("parameter", message, "give them too, as assumptions if nothing is known")
