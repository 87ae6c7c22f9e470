"""People one by one, by the rules of Flee as described: slow, and written without a look at the engine.

It reads the small folders that ``write_case`` makes, not the corridor, and knows the settings that vary there.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

import yaml


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8").splitlines()))


class Place:
    def __init__(self, name: str, country: str, kind: str, date: int, people: int, home: str) -> None:
        self.name, self.country, self.kind, self.people = name, country, kind, people
        self.camp = "camp" in kind
        self.foreign = country != home
        self.conflict = kind == "conflict_zone" and date == 0
        self.since = -1
        self.marker, self.hub = kind == "marker", kind == "forwarding_hub"
        self.town = not (self.camp or self.conflict or self.marker or self.hub)
        self.count = 0
        self.capacity = people if self.camp else 0
        self.out: list[Link] = []


class Link:
    def __init__(self, start: Place, end: Place, km: int) -> None:
        self.start, self.end, self.km, self.shut = start, end, km, False


class Agent:
    def __init__(self, place: Place) -> None:
        self.place, self.link, self.km, self.first, self.r = place, None, 0.0, True, 0.0
        self.moved = 0.0
        self.route: list[str] = []
        place.count += 1


class Agents:
    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        tables = folder / "input_csv"
        rows = [row for row in table(tables / "locations.csv") if row[0][0] != "#"]
        self.places = {
            row[0]: Place(row[0], row[2], row[5], int(row[6]), int(row[7]), rows[0][2]) for row in rows
        }
        for one, other, km, _ in table(tables / "routes.csv"):
            if one[0] != "#":
                for a, b in ((one, other), (other, one)):
                    self.places[a].out.append(Link(self.places[a], self.places[b], int(km)))
        conflict = table(tables / "conflicts.csv")
        self.fights = {
            name: [int(row[i + 1]) for row in conflict[1:]] for i, name in enumerate(conflict[0][1:])
        }
        self.closures = [row for row in table(tables / "closures.csv") if row[0][0] != "#"]
        self.gone: list[Link] = []
        settings = yaml.safe_load((folder / "simsetting.yml").read_text())
        self.decay = settings["spawn_rules"]["conflict_spawn_decay"]
        self.rule = {"awareness_level": 1, **settings["move_rules"]}
        self.speed = self.rule["max_move_speed"]
        self.agents: list[Agent] = []

    def run(self, counts: dict[str, list[int]]) -> dict[str, list[int]]:
        """Counts by camp and day from the registered numbers by camp and day."""
        days = len(next(iter(counts.values())))
        for camp, values in counts.items():
            place = self.places[camp]
            self.agents += [Agent(place) for _ in range(values[0])]
            if place.capacity > 0:
                place.capacity -= values[0]
        out: dict[str, list[int]] = {camp: [] for camp in counts}
        debt = 0
        seen = 0
        for day in range(days):
            changed = self.conflicts(day)
            seen = day if changed else day - 1
            if day:
                new = sum(values[day] - values[day - 1] for values in counts.values()) - debt
                debt, new = max(-new, 0), max(new, 0)
                zones = [place for place in self.places.values() if place.conflict]
                weights = [place.people * self.fade(seen, place) for place in zones]
                self.agents += [Agent(place) for place in self.random.choices(zones, weights, k=new)]
            self.borders(day)
            self.score = {name: self.attraction(place, day) for name, place in self.places.items()}
            for agent in self.agents:
                self.leave(agent, False)
            for agent in self.agents:
                self.finish(agent)
            for agent in self.agents:
                agent.r, agent.moved = (agent.r + agent.moved / self.speed) / 2, 0.0
            for camp in counts:
                out[camp].append(self.places[camp].count)
        return out

    def fade(self, day: int, place: Place) -> float:
        return self.decay[min((day - place.since) // 30, len(self.decay) - 1)]

    def conflicts(self, day: int) -> bool:
        changed = False
        for name, values in self.fights.items():
            place = self.places[name]
            before = values[day - 1] if day else 0
            if values[day] and not before:
                place.conflict, place.town, place.since, changed = True, False, day, True
            elif before and not values[day]:
                place.conflict, place.town, changed = False, True, True
        return changed

    def borders(self, day: int) -> None:
        for kind, one, other, start, end in self.closures:
            if day == int(start):
                self.close(kind, one, other)
            if day == int(end):
                self.reopen(kind, one, other)

    @staticmethod
    def concerns(link: Link, kind: str, one: str, other: str) -> bool:
        if kind == "location":
            return one in (link.start.name, link.end.name)
        return {link.start.country, link.end.country} == {one, other}

    def close(self, kind: str, one: str, other: str) -> None:
        if kind == "camp":
            self.places[one].camp, self.places[one].town = False, True
            return
        for place in self.places.values():
            for link in [link for link in place.out if self.concerns(link, kind, one, other)]:
                link.shut = True
                place.out.remove(link)
                self.gone.append(link)

    def reopen(self, kind: str, one: str, other: str) -> None:
        if kind == "camp":
            self.places[one].camp, self.places[one].town = True, False
            return
        for link in [link for link in self.gone if self.concerns(link, kind, one, other)]:
            self.gone.remove(link)
            link.start.out.append(Link(link.start, link.end, link.km))

    def attraction(self, place: Place, day: int) -> float:
        score = self.rule.get("foreign_weight", 1.0) if place.foreign else 1.0
        if place.camp:
            score *= self.rule["camp_weight"]
        if place.conflict:
            score *= (1 / 10**0.5) ** self.fade(day, place)
        return score

    def room(self, place: Place) -> float:
        full = place.capacity * self.rule["capacity_scaling"]
        if full < 1 or place.count <= 0.9 * full:
            return 1.0
        return 0.0 if place.count >= full else 1 - (place.count - 0.9 * full) / (0.1 * full)

    def choices(self, link: Link, km: float, names: list[str], level: int) -> list[tuple[list[str], float]]:
        end = link.end
        km += link.km
        found = []
        if end.marker:
            level -= 1
        else:
            weight = self.score[end.name] / (self.rule["softening"] + km) * self.room(end)
            found.append(([*names[1:], end.name], weight))
        if self.rule["awareness_level"] > level:
            for onward in end.out:
                if onward.end.name not in [*names, end.name]:
                    found += self.choices(onward, km, [*names, end.name], level + 1)
        return found

    def chance(self, agent: Agent, force: bool) -> float:
        place = agent.place
        if (place.town and force) or agent.route:
            return 1.0
        if place.conflict or place.hub or place.marker:
            return 1.0
        return self.rule["camp_movechance"] if place.camp else self.rule["default_movechance"]

    def leave(self, agent: Agent, force: bool) -> None:
        if agent.link is not None or self.random.random() >= self.chance(agent, force):
            return
        if not agent.route:
            found = [c for link in agent.place.out for c in self.choices(link, 0, [agent.place.name], 1)]
            if not found:
                return
            weights = [weight for _, weight in found]
            if sum(weights) <= 0:
                weights = [1.0] * len(found)
            agent.route = list(self.random.choices([names for names, _ in found], weights)[0])
        final = self.places[agent.route[-1]]
        link = next((link for link in agent.place.out if link.end.name == agent.route[0]), None)
        if link is None or (final.camp and self.room(final) < 0.5):
            agent.route = []
            return
        agent.route.pop(0)
        agent.place.count -= 1
        agent.link, agent.km = link, 0.0

    def finish(self, agent: Agent) -> None:
        while agent.link is not None:
            speed = self.rule["max_walk_speed"] if agent.first and self.rule["start_on_foot"] else self.speed
            agent.km += speed
            agent.moved += speed
            if agent.km <= agent.link.km:
                return
            agent.moved -= agent.km - agent.link.km
            agent.first = False
            link, agent.link = agent.link, None
            agent.place = link.start if link.shut else link.end
            agent.place.count += 1
            if link.shut or agent.moved >= self.speed:
                if link.shut:
                    agent.route = []
                return
            short = (agent.r + agent.moved / self.speed) / 2 < 0.5
            self.leave(agent, self.rule["avoid_short_stints"] and short)
