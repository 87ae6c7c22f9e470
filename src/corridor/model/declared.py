"""What every declared noun is made of: the base model and the types of cells."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from corridor.model import html

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1)]
Probability = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


def says_assumption(source: str) -> bool:
    """Whether the source of a row says that nothing is known."""
    return source.casefold().startswith("assumption")


class Declared(BaseModel):
    """Base of everything read from a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def __repr__(self) -> str:
        known = {name: getattr(self, name) for name in ("id", "name", "parameter", "target", "lever", "kind")
                 if getattr(self, name, None) is not None}  # fmt: skip
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in known.items())})"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        facts = {name: value for name, value in self if not isinstance(value, (Declared, dict))}
        return html.card(type(self).__name__, facts)
