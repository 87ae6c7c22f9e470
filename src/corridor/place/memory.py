"""How much memory a placement needs, said before it starts."""

from __future__ import annotations

from pathlib import Path

from corridor.model import CorridorError


def check_memory(households: int, sites: int) -> None:
    """Raises: `CorridorError` where the machine has less memory than the problem needs."""
    needed = memory_needed(households, sites)
    free = _available()
    if free is not None and needed > free:
        raise CorridorError(
            f"{households:,} households and {sites:,} sites need about {needed / 1e9:.1f} GB of memory, "
            f"{free / 1e9:.1f} GB are free",
            hint="place them in parts (weeks or regions), each with its share of the capacities",
        )


def memory_needed(households: int, sites: int) -> float:
    """Bytes that placing takes at its highest, measured (benchmarks/place_bench.py)."""
    return 250e6 + 34.0 * households * sites


def _available() -> float | None:
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
    except OSError:
        return None
    return None
