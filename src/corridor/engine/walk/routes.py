"""The routes that people can choose, and the slots and legs that they lead through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from corridor.engine.walk.tables import Ground

Path = tuple[int, ...]


@dataclass
class Routes:
    """Candidates by place, and what a chosen route leads through; every list is indexed by its own number.

    A slot is (place, places still to come); the slots with nothing to come are the places, in their order.
    A step is (place, next place, places after it), with one leg for each link to the next place.
    """

    slots: list[tuple[int, Path]] = field(default_factory=list)
    slot_index: dict[tuple[int, Path], int] = field(default_factory=dict)
    legs: list[tuple[int, int]] = field(default_factory=list)
    """Link, and slot at its end."""
    leg_index: dict[tuple[int, Path], int] = field(default_factory=dict)
    steps: list[list[int]] = field(default_factory=list)
    step_final: list[int] = field(default_factory=list)
    step_index: dict[tuple[int, Path], int] = field(default_factory=dict)
    slot_step: list[int] = field(default_factory=list)
    candidates: list[list[tuple[int, int, float, Path]]] = field(default_factory=list)
    """By place: step, final place, kilometers, links."""


def routes_of(ground: Ground) -> Routes:
    """All routes up to the awareness level, over open and closed links alike."""
    out: dict[int, list[int]] = defaultdict(list)
    for number, (start, _, _) in enumerate(ground.links):
        out[start].append(number)
    routes = Routes()
    builder = _Builder(ground, out, routes)
    for place in range(len(ground.places)):
        builder.slot(place, ())
    for place in range(len(ground.places)):
        routes.candidates.append([
            (builder.step(place, path), path[-1], km, links)
            for path, km, links in _reached(ground, out, place)
        ])  # fmt: skip
    for place, path in list(routes.slots):  # slots that steps have added are complete already
        routes.slot_step.append(builder.step(place, path) if path else -1)
    return routes


class _Builder:
    def __init__(self, ground: Ground, out: dict[int, list[int]], routes: Routes) -> None:
        self.ground, self.out, self.routes = ground, out, routes

    def slot(self, place: int, path: Path) -> int:
        known = self.routes.slot_index
        if (place, path) not in known:
            known[place, path] = len(self.routes.slots)
            self.routes.slots.append((place, path))
            if path:
                self.step(place, path)
        return known[place, path]

    def step(self, place: int, path: Path) -> int:
        """The step from ``place`` along ``path``, and all that follow."""
        known = self.routes.step_index
        if (place, path) not in known:
            known[place, path] = len(self.routes.steps)
            self.routes.steps.append([])
            self.routes.step_final.append(path[-1])
            ways = [link for link in self.out[place] if self.ground.links[link][1] == path[0]]
            self.routes.steps[known[place, path]] = [self.leg(link, path[1:]) for link in ways]
        return known[place, path]

    def leg(self, link: int, rest: Path) -> int:
        known = self.routes.leg_index
        if (link, rest) not in known:
            slot = self.slot(self.ground.links[link][1], rest)
            known[link, rest] = len(self.routes.legs)
            self.routes.legs.append((link, slot))
        return known[link, rest]


def _reached(ground: Ground, out: dict[int, list[int]], origin: int) -> Iterator[tuple[Path, float, Path]]:
    """Places, kilometers and links of every route from ``origin``, depth first; markers do not count as a place."""
    depth = ground.rules.awareness_level

    def walk(link: int, path: Path, km: float, links: Path, level: int) -> Iterator[tuple[Path, float, Path]]:
        _, end, length = ground.links[link]
        path, km, links = (*path, end), km + length, (*links, link)
        if ground.kinds[end] == "marker":
            level -= 1
        else:
            yield path, km, links
        if depth > level:
            for following in out[end]:
                if ground.links[following][1] not in (origin, *path):
                    yield from walk(following, path, km, links, level + 1)

    for link in out[origin]:
        yield from walk(link, (), 0.0, (), 1)
