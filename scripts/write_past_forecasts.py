"""Renew the shipped past forecasts (``src/corridor/forecast/past.csv``), which the report shows beside what came.

python scripts/write_past_forecasts.py [PUBLISHER …]

With publishers named, only their rows are made again. It takes some minutes of one processor.
"""

from __future__ import annotations

import sys

import polars as pl

from corridor.forecast.past import SHIPPED, past_forecasts
from corridor.forecast.sets import PUBLISHERS

KEYS = ["publisher", "as_of", "month"]


def main() -> None:
    named = sys.argv[1:] or list(PUBLISHERS)
    rows = [(name, *row) for name in named for row in past_forecasts(name)]
    long = pl.DataFrame(rows, schema=[*KEYS, "quantile", "value"], orient="row")
    wide = long.with_columns(pl.col("value").round(0).cast(pl.Int64)).pivot(
        "quantile", index=KEYS, values="value"
    )
    if SHIPPED.exists():
        kept = pl.read_csv(SHIPPED, try_parse_dates=True).filter(~pl.col("publisher").is_in(named))
        wide = pl.concat([kept, wide])
    order = {name: place for place, name in enumerate(PUBLISHERS)}
    by = pl.col("publisher").replace_strict(order)
    wide.sort(by, "as_of", "month").write_csv(SHIPPED)


if __name__ == "__main__":
    main()
