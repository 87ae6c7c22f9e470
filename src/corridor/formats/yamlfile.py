"""A YAML file to nouns: keys with lines, scalars as text; no anchors, tags, repeated keys or deep nests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from corridor.formats.layout import Part
from corridor.formats.rows import Row, Table
from corridor.formats.words import column_of, explain
from corridor.model import Fault, did_you_mean
from corridor.model.scalars import BadValue, parse, unwrap

DEEPEST = 12
"""Levels of nesting that are read; a corridor needs five."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = {"", "~", "null"}

Path = tuple[int | str, ...]


@dataclass(frozen=True)
class Node:
    """A scalar (text or None), list or mapping with the line on which it starts."""

    line: int
    value: str | list[Node] | dict[str, Node] | None


class _Refused(Exception):
    """A construct that a corridor's YAML does not have."""

    def __init__(self, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


def read_yaml(text: str, label: str) -> Node | Fault:
    """The tree of one document, or the fault that stops its reading."""
    try:
        events = iter(yaml.parse(text, Loader=_LOADER))
        return _document(events)
    except _Refused as refused:
        return Fault(label, refused.line, None, refused.message, refused.hint)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        return Fault(label, line, None, f"is not YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        return Fault(label, None, None, f"is not YAML: {reason}")


def _document(events: Iterator[Any]) -> Node:
    root: Node | None = None
    for event in events:
        if isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)):
            continue
        if isinstance(event, yaml.StreamEndEvent):
            break
        if root is not None:
            raise _Refused(_line(event), "a second document starts here", "keep one document in a file")
        root = _node(event, events, 1)
    if root is None:
        raise _Refused(1, "the file is empty")
    return root


def _line(event: Any) -> int:
    return event.start_mark.line + 1


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _Refused(
            line, "anchors and aliases (&, *) are not allowed", "write the value out where it is used"
        )
    if getattr(event, "tag", None):
        raise _Refused(line, "tags (!) are not allowed", "write plain text, lists and keys")
    if depth > DEEPEST:
        raise _Refused(line, f"nests deeper than {DEEPEST} levels")
    if isinstance(event, yaml.ScalarEvent):
        plain = event.style in (None, "")
        return Node(line, None if plain and event.value in _NOTHING else event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        members: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            members.append(_node(event, events, depth + 1))
        return Node(line, members)
    keys: dict[str, Node] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, depth + 1)
        if not isinstance(key.value, str):
            raise _Refused(key.line, "a key must be plain text")
        if key.value in keys:
            message = f"the key {key.value!r} stands here twice (also on line {keys[key.value].line})"
            raise _Refused(key.line, message)
        child = _node(next(events), events, depth + 1)
        keys[key.value] = Node(key.line, child.value)
    return Node(line, keys)


def read_list(text: str, part: Part, label: str) -> Table[Any]:
    """Entries of a YAML file that is a list of one noun."""
    root = read_yaml(text, label)
    if isinstance(root, Fault):
        return Table(label, (), (), (root,))
    if not isinstance(root.value, list):
        fault = Fault(
            label, root.line, None, "is not a list", "start each entry with '- ', or write [] for none"
        )
        return Table(label, (), (), (fault,))
    if not root.value and not part.may_be_empty:
        return Table(label, (), (), (Fault(label, None, None, "has no entries"),))
    return _table(root.value, part, label)


def read_one(text: str, part: Part, label: str) -> Table[Any]:
    """A YAML file that is one noun, as a table of one row."""
    root = read_yaml(text, label)
    if isinstance(root, Fault):
        return Table(label, (), (), (root,))
    return _table([root], part, label)


def _table(nodes: list[Node], part: Part, label: str) -> Table[Any]:
    rows: list[Row[Any]] = []
    ids: list[tuple[str, int]] = []
    faults: list[Fault] = []
    for node in nodes:
        name = node.value.get("id") if isinstance(node.value, dict) else None
        if name is not None and isinstance(name.value, str):
            ids.append((name.value, name.line))
        row = _entry(node, part, label, faults)
        if row is not None:
            rows.append(row)
    return Table(label, tuple(rows), tuple(ids), tuple(faults))


def _entry(node: Node, part: Part, label: str, faults: list[Fault]) -> Row[Any] | None:
    reader = _Reader(label)
    values = reader.value(part.noun, node, ())
    try:
        item = None if reader.stopped else part.noun.model_validate(values)
    except ValidationError as error:
        item = None
        for detail in error.errors(include_url=False):
            reader.explained(part, detail)
    faults += reader.faults
    if reader.faults or item is None:
        return None
    lines = {column_of(path): line for path, line in reader.lines.items() if path}
    return Row(item, label, node.line, lines)


class _Reader:
    """Turns nodes into typed values along the noun's annotations, keeping the line of every path."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self.told: set[Path] = set()
        self.stopped = False

    def bad(self, path: Path, message: str, hint: str | None = None) -> None:
        self.told.add(path)
        self.stopped = self.stopped or not path
        self.faults.append(Fault(self.label, self.lines[path], column_of(path) or None, message, hint))

    def value(self, annotation: Any, node: Node, path: Path) -> Any:
        self.lines[path] = node.line
        kind, optional = unwrap(annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._noun(kind, node, path)
        if node.value is None:
            if not optional:
                self.bad(path, "is blank")
            return None
        if get_origin(kind) is tuple:
            return self._list(get_args(kind)[0], node, path)
        if get_origin(kind) is dict:
            return self._mapping(get_args(kind)[1], node, path)
        if not isinstance(node.value, str):
            self.bad(path, "must be one value, not a list or keys")
            return None
        try:
            return parse(annotation, node.value.strip())
        except BadValue as error:
            self.bad(path, error.message, error.hint)
            return None

    def _noun(self, noun: type[BaseModel], node: Node, path: Path) -> Any:
        values: dict[str, Any] = {}
        if not isinstance(node.value, dict):
            self.bad(path, "must be keys with values", f"keys are: {', '.join(noun.model_fields)}")
            return values
        for name, child in node.value.items():
            field = noun.model_fields.get(name)
            if field is None:
                self.lines[(*path, name)] = child.line
                hint = did_you_mean(name, noun.model_fields) or f"keys are: {', '.join(noun.model_fields)}"
                self.bad((*path, name), "is not a key of this file", hint)
            else:
                values[name] = self.value(field.annotation, child, (*path, name))
        return values

    def _list(self, member: Any, node: Node, path: Path) -> Any:
        if not isinstance(node.value, list):
            hint = f"write [{node.value}]" if isinstance(node.value, str) else "write [a, b]"
            self.bad(path, "must be a list", hint)
            return ()
        return tuple(self.value(member, child, (*path, place)) for place, child in enumerate(node.value))

    def _mapping(self, member: Any, node: Node, path: Path) -> Any:
        values: dict[str, Any] = {}
        if not isinstance(node.value, dict):
            self.bad(path, "must be keys with values")
            return values
        return {name: self.value(member, child, (*path, name)) for name, child in node.value.items()}

    def explained(self, part: Part, detail: Any) -> None:
        path: Path = tuple(detail["loc"])
        if path in self.told:
            return
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        message, hint = explain(part.noun, detail)
        line = self.lines.get(known)
        self.faults.append(Fault(self.label, line, column_of(path) or None, message, hint))
