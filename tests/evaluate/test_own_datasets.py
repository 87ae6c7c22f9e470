"""Effects on series of a corridor folder's own datasets."""

from __future__ import annotations

import datetime as dt

from corridor.evaluate import build_question
from corridor.formats import open_corridor


def test_a_series_of_the_folders_own_dataset_is_evaluated() -> None:
    """UNHCR counted 11,461 arrivals by sea in Italy in July 2017 and 3,920 in August."""
    question = build_question(
        open_corridor("mediterranean"), series="arrivals_italy", date=dt.date(2017, 7, 20)
    )
    series = question.series
    counts = {
        month: series.counts[series.position(month)] for month in (dt.date(2017, 7, 1), dt.date(2017, 8, 1))
    }
    assert list(counts.values()) == [11_461.0, 3_920.0]
    assert question.first == dt.date(2017, 8, 1)
