"""pydantic's findings in plain English: what is wrong, never the jargon of the validator."""

from __future__ import annotations

from typing import Any

from corridor.model import Declared, did_you_mean

_PROBABILITIES = {"daily_probability": "probability", "share": "share"}
_ID_HINT = "an id is letters, digits, '.', '_' and '-', and starts with a letter or digit"


def column_of(location: tuple[int | str, ...]) -> str:
    """A key path as the user writes it: ``lift[2].on``, counted from one."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


def explain(noun: type[Declared], error: Any, raw: Any = None) -> tuple[str, str | None]:
    """Message and hint for one of pydantic's error details; ``raw`` is the text as it was written."""
    kind, context = error["type"], error.get("ctx", {})
    written = error.get("input") if raw is None else raw
    name = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    if kind == "missing":
        return "is missing", None
    if kind == "extra_forbidden":
        return f"{name!r} is not a known key", did_you_mean(name, noun.model_fields)
    if kind == "literal_error":
        return _not_one_of(written, str(context["expected"]))
    if name in _PROBABILITIES and kind in ("greater_than_equal", "less_than_equal"):
        return f"{written} is not a {_PROBABILITIES[name]} (0–1)", None
    return _limits(kind, context, written)


def _not_one_of(written: Any, expected: str) -> tuple[str, str | None]:
    words = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]
    hint = did_you_mean(str(written), words) or f"known: {', '.join(words)}"
    return f"{str(written)!r} is not a known word here", hint


def _limits(kind: str, context: Any, written: Any) -> tuple[str, str | None]:
    match kind:
        case "greater_than_equal" if context["ge"] == 0:
            return f"{written} is negative", None
        case "greater_than_equal":
            return f"{written} is below {context['ge']}, the lowest allowed", None
        case "less_than_equal":
            return f"{written} is above {context['le']}, the highest allowed", None
        case "greater_than":
            return f"{written} is not above {context['gt']}", None
        case "string_too_short":
            return "is blank", None
        case "string_too_long":
            return f"is longer than {context['max_length']} characters", None
        case "string_pattern_mismatch" if "[A-Z]{3}" in context["pattern"]:
            return (
                f"{str(written)!r} is not a country code",
                "three capital letters, as in ISO 3166-1 alpha-3",
            )
        case "string_pattern_mismatch":
            return f"{str(written)!r} is not an id", _ID_HINT
        case _:
            return f"{str(written)!r} cannot be used here", None
