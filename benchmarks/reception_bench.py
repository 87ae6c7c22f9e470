"""Reception out of sample: every dated census of the four places, and New York's fiscal years beside its plans.

python benchmarks/reception_bench.py scores [--place chicago]
python benchmarks/reception_bench.py plans
"""

from __future__ import annotations

import argparse
import datetime as dt

import polars as pl

from corridor.reception import census_scores, city_ids, city_place, summary
from corridor.reception.plans import plan_errors


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["scores", "plans"])
    parser.add_argument("--place", action="append")
    parser.add_argument("--members", type=int, default=40)
    parser.add_argument("--draws", type=int, default=1000)
    words = parser.parse_args()
    pl.Config(tbl_rows=200, tbl_cols=20, tbl_width_chars=200, tbl_formatting="ASCII_MARKDOWN")
    if words.what == "plans":
        print(plan_errors(members=words.members, draws=words.draws))
        return
    for place in words.place or city_ids():
        print(
            summary(
                census_scores(
                    city_place(place, dt.date(2026, 1, 1)), members=words.members, draws=words.draws
                )
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
