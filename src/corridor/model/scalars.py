"""Text of one cell to a typed value: strict, with plain messages; and back to text."""

from __future__ import annotations

import datetime as dt
import re
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YES, _NO = {"yes", "true"}, {"no", "false"}


class BadValue(ValueError):
    """A cell that cannot be read as its type; carries the message and perhaps a hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@cache
def unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type under ``Annotated`` and ``| None``, and whether None is allowed."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            (annotation,) = (a for a in get_args(annotation) if a is not type(None))
            optional = True
        else:
            return annotation, optional


def is_list(annotation: Any) -> bool:
    """Whether a field holds a list of values."""
    return get_origin(unwrap(annotation)[0]) is tuple


def parse(annotation: Any, text: str) -> Any:
    """``text`` as the type of a field.

    Raises: `BadValue` with a message that names the text and what was expected.
    """
    kind, _ = unwrap(annotation)
    if get_origin(kind) is Literal or kind is str:
        return text
    if kind is bool:
        return _boolean(text)
    if kind is dt.date:
        return _date(text)
    if kind is int:
        return _whole(text)
    if kind is float:
        return _number(text)
    raise TypeError(f"no reader for {kind!r}")


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _YES | _NO:
        return word in _YES
    raise BadValue(f"{text!r} is neither yes nor no")


def _date(text: str) -> dt.date:
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise BadValue(f"{text!r} is not a day of the calendar") from None
    raise BadValue(f"{text!r} is not a date", "write year-month-day, for example 2023-12-31")


def _whole(text: str) -> int:
    # 18 digits are more than any count here and fewer than Python's limit on reading integers.
    if _WHOLE.fullmatch(text) and len(text) <= 18:
        return int(text)
    raise BadValue(f"{text!r} is not a whole number", _number_hint(text))


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text):
        value = float(text)
        if value not in (float("inf"), float("-inf")):
            return value
    raise BadValue(f"{text!r} is not a number", _number_hint(text))


def _number_hint(text: str) -> str | None:
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return "use a point for decimals and no mark between thousands"
    if text.endswith("%"):
        return "write a share of one: 0.25, not 25%"
    if re.search(r"\d[,_ ]\d", text):
        return "write digits only, with no mark between thousands"
    return None


def to_text(value: Any) -> str:
    """A typed value as the text of a cell: the inverse of `parse`; None is blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(to_text(member) for member in value)
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        # -0.0 must stay what it is: nothing is lost by saving.
        return str(int(value)) if whole and str(value) != "-0.0" else repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
