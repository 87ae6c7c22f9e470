"""A settings file of Flee to the keys of `WalkRules`; what is not supported is named and refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corridor.formats.flee.table import Findings
from corridor.formats.yamlfile import Node, read_yaml
from corridor.model import Fault, WalkRules, did_you_mean
from corridor.model.scalars import BadValue, parse, unwrap
from corridor.model.text import csv_records, read_text

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "spawn_rules": ("sum_from_camps", "conflict_spawn_decay", "conflict_spawn_decay_interval"),
    "move_rules": (
        "max_move_speed", "max_walk_speed", "start_on_foot", "avoid_short_stints", "foreign_weight", "camp_weight",
        "conflict_weight", "conflict_movechance", "camp_movechance", "idpcamp_movechance", "default_movechance",
        "awareness_level", "softening", "distance_power", "weight_softening", "weight_power", "capacity_buffer",
        "capacity_scaling",
    ),
    "optimisations": ("hasten",),
}  # fmt: skip
"""Supported settings by section of the file."""
ONLY: Mapping[str, Mapping[str, str]] = {
    "spawn_rules": {
        "take_from_population": "False", "insert_day0": "True", "empty_camps_on_day0": "False",
        "conflict_zone_spawning_only": "True", "flood_zone_spawning_only": "False", "camps_are_sinks": "False",
        "camps_are_sicks": "False", "read_from_agents_csv_file": "False", "conflict_driven_spawning": "",
        "flood_driven_spawning": "", "flood_driven_spawn_mode": "", "displaced_per_conflict_day": "", "average_social_connectivity": "3.0",
    },
    "move_rules": {
        "stay_close_to_home": "False", "use_pop_for_loc_weight": "False", "use_v1_rules": "False",
        "movechance_pop_scale_factor": "0.0", "pruning_threshold": "1.0", "flood_rules": "",
        "two_system_decision_making": "False", "s1s2_model": "", "max_flood_level": "", "children_avoid_hazards": "False", "boys_take_risk": "False",
        "match_camp_ethnicity": "False", "match_town_ethnicity": "False", "match_conflict_ethnicity": "False",
        "match_camp_religion": "False", "match_town_religion": "False", "match_conflict_religion": "False",
        "ChildrenAvoidHazards": "False", "BoysTakeRisk": "False", "MatchCampEthnicity": "False",
        "MatchTownEthnicity": "False", "MatchConflictEthnicity": "False", "fixed_routes": "False",
        "harvest_rules": "",
    },
    "optimisations": {},
}  # fmt: skip
"""Settings that are read only at the value that changes nothing; blank: not at all."""
IGNORED: Mapping[str, frozenset[str]] = {
    "spawn_rules": frozenset(),
    "move_rules": frozenset({"max_crossing_speed", "movechance_pop_base", "home_distance_power", "pop_power_for_loc_weight"}),
    "optimisations": frozenset(),
}  # fmt: skip
"""Settings without effect while those of `ONLY` stand as they must."""


def read_settings(path: Path, found: Findings) -> dict[str, Any]:
    """Values by name in `WalkRules`; faults and warnings go to ``found``."""
    label = path.name
    text = read_text(path, label)
    if isinstance(text, Fault):
        found.faults.append(text)
        return {}
    if path.suffix == ".csv":
        _old_settings(text, label, found)
        return {}
    if not any(line.split("#")[0].strip(" -") for line in text.splitlines()):
        return {}  # comments alone: Flee's defaults
    root = read_yaml(text, label)
    if isinstance(root, Fault):
        found.faults.append(root)
        return {}
    if not isinstance(root.value, dict):
        found.fault(label, root.line, None, "must be sections with settings", "copy simsetting.yml of Flee")
        return {}
    values: dict[str, Any] = {}
    for name, node in root.value.items():
        if name in SECTIONS:
            if isinstance(node.value, dict):
                for key, entry in node.value.items():
                    _setting(name, key, entry, label, values, found)
            elif node.value is not None:
                found.fault(label, node.line, name, "must be settings with values")
        elif name == "number_of_steps" or name == "conflict_input_file":
            found.fault(label, node.line, name, "is not supported", "the period comes from sim_period.csv")
        elif name != "log_levels":
            hint = did_you_mean(name, [*SECTIONS, "log_levels"])
            found.fault(label, node.line, name, "is not a section of Flee's settings", hint)
    return values


def _old_settings(text: str, label: str, found: Findings) -> None:
    """Refuse a settings file of Flee before version 3, and say what it would be in one of today."""
    rows = [cells for _, cells in csv_records(text, label, found.faults) if len(cells) > 1]
    names = {name.replace("_", ""): name for keys in SECTIONS.values() for name in keys}
    today = [f"{names.get(cells[0].casefold(), cells[0])}: {cells[1]}" for cells in rows]
    message = "is a settings file of Flee before version 3, whose defaults were others"
    hint = f"write simsetting.yml with these settings under their sections: {', '.join(today)}"
    found.fault(label, 1, rows[0][0] if rows else None, message, hint)


def _setting(section: str, key: str, node: Node, label: str, values: dict[str, Any], found: Findings) -> None:
    if key in SECTIONS[section]:
        try:
            values[key] = _value(key, node)
        except BadValue as bad:
            found.fault(label, node.line, key, bad.message, bad.hint)
    elif key in ONLY[section]:
        if not _harmless(key, ONLY[section][key], node):
            only = ONLY[section][key]
            hint = f"only {only} is" if only else "take it out"
            found.fault(label, node.line, key, f"{key} is not supported", hint)
    elif key not in IGNORED[section]:
        known = [*SECTIONS[section], *ONLY[section], *IGNORED[section]]
        found.fault(label, node.line, key, "is not a setting of Flee that is known", did_you_mean(key, known))


def _harmless(key: str, only: str, node: Node) -> bool:
    """Whether a setting has the one value that is supported."""
    if not only or not isinstance(node.value, str):
        return False
    text = node.value.strip()
    if key == "pruning_threshold":
        try:
            return float(text) < 1.001
        except ValueError:
            return False
    try:
        return text.casefold() == only.casefold() or float(text) == float(only)
    except ValueError:
        return False


def _value(key: str, node: Node) -> Any:
    annotation = WalkRules.model_fields[key].annotation
    if key == "conflict_spawn_decay":
        if node.value is None:
            return ()
        if not isinstance(node.value, list):
            raise BadValue("must be a list of factors", "write [1.0, 0.5]")
        return tuple(_checked(float, member) for member in node.value)
    kind, _ = unwrap(annotation)
    if kind is int:  # Flee reads 3.0 as 3
        number = _checked(float, node)
        if number != int(number):
            raise BadValue(f"{node.value!r} is not a whole number")
        return int(number)
    return _checked(kind, node)


def _checked(kind: Any, node: Node) -> Any:
    if not isinstance(node.value, str):
        raise BadValue("must be one value")
    return parse(kind, node.value.strip())
