"""What every declared noun is made of: the base model and the types of cells."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from corridor.model import html

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1)]
Spanish = str
"""A text in Spanish; where it is missing the English one stands, marked (see :class:`Declared`)."""
FALLBACK = "[en]"
"""Mark of an English text that stands for a missing Spanish one."""
Probability = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


def says_assumption(source: str) -> bool:
    """Whether the source of a row says that nothing is known."""
    return source.casefold().startswith("assumption")


class Declared(BaseModel):
    """Base of everything read from a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _spanish_falls_back(cls, data: Any) -> Any:
        """Write the English text, marked, where the Spanish one is missing."""
        if not isinstance(data, dict):
            return data
        missing = {
            f"{name}_es": f"{data[name]} {FALLBACK}"
            for name in _spoken(cls)
            if data.get(name) and not data.get(f"{name}_es")
        }
        return {**data, **missing} if missing else data

    def __repr__(self) -> str:
        known = {name: getattr(self, name) for name in ("id", "name", "parameter", "target", "lever", "kind")
                 if getattr(self, name, None) is not None}  # fmt: skip
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in known.items())})"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        facts = {name: value for name, value in self if not isinstance(value, (Declared, dict))}
        return html.card(type(self).__name__, facts)


@cache
def _spoken(noun: type[Declared]) -> tuple[str, ...]:
    """Fields in English whose Spanish may be missing."""
    fields = noun.model_fields
    return tuple(name for name in fields if f"{name}_es" in fields and fields[f"{name}_es"].default == "")
