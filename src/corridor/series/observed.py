"""What a corridor's observation says is counted, read as one published series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corridor.data import Dataset
from corridor.model import Corridor, Observation
from corridor.series.published import PublishedSeries
from corridor.series.read import Codes, read_series
from corridor.text import Pair, nationality


def observed_series(
    observation: Observation, dataset: Dataset, narrowed: Mapping[str, Sequence[str]] | None = None
) -> PublishedSeries:
    """The published total of an observation, narrowed to values of the dataset's dimensions.

    Raises
    ------
    InputError
        As :func:`corridor.series.read_series`.
    """
    narrowed = narrowed or {}
    return read_series(
        dataset, (), {**observation.where, **narrowed}, id=observation.id, name=_name(observation, narrowed)
    )


def corridor_series(observation: Observation, dataset: Dataset, corridor: Corridor) -> PublishedSeries:
    """The published counts of an observation, split as it says, under the corridor's own nationalities.

    Codes that the corridor does not know, and that no ``*`` of the observation's map catches, are left out.

    Raises
    ------
    InputError
        As :func:`corridor.series.read_series`.
    """
    by = tuple(dim for dim in observation.by if dim in dataset.dims)
    codes = {"nationality": nationality_codes(observation, dataset, corridor)} if "nationality" in by else {}
    groups = dict.fromkeys(tuple(getattr(group, dim) for dim in by) for group in corridor.groups)
    return read_series(
        dataset, by, observation.where, codes=codes, parts=tuple(groups) if by else (), id=observation.id,
        name=(observation.name, observation.name_es),
    )  # fmt: skip


def nationality_codes(observation: Observation, dataset: Dataset, corridor: Corridor) -> Codes:
    """The corridor's nationality for each code of the dataset; ``None`` for a code that has none."""
    known = {group.nationality for group in corridor.groups}
    mapping = observation.nationality_map
    return {
        code: mapping.get(code) or (code if code in known else mapping.get("*"))
        for code in dataset.codes("nationality")
    }


def _name(observation: Observation, narrowed: Mapping[str, Sequence[str]]) -> Pair:
    """Name of the series with what it is narrowed to."""
    values = [value for wanted in narrowed.values() for value in wanted]
    if not values:
        return observation.name, observation.name_es
    parts = [", ".join(nationality(v)[lang] for v in values) for lang in range(2)]
    return f"{observation.name} ({parts[0]})", f"{observation.name_es} ({parts[1]})"
