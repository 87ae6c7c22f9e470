"""Monthly published counts that an effect can be measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corridor.data import Dataset
from corridor.model import InputError, Observation
from corridor.series import PublishedSeries, observed_series


def monthly_counts(
    observation: Observation, dataset: Dataset, by: Mapping[str, Sequence[str]] | None = None
) -> PublishedSeries:
    """The published months of an observation, narrowed to values of the dataset's dimensions.

    Raises
    ------
    InputError
        On an unknown dimension or value, counts that are not monthly or negative, no known month, or rows of
        a month that may not be summed.
    """
    if dataset.frequency != "month":
        hint = "effects are measured on monthly counts"
        raise InputError(f"{observation.id!r} is counted by {dataset.frequency}", hint=hint)
    series = observed_series(observation, dataset, by).trimmed()
    if not series.periods:
        raise InputError(f"{observation.id!r} has no published month", hint="take a later --as-of")
    if (series.counts < 0).any():
        raise InputError(f"{observation.id!r} has negative counts", hint="a count of people is 0 or more")
    return series
