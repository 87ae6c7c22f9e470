"""Time of a forecast of many series with the default model: 310 generated monthly series, twelve horizons.

python benchmarks/forecast_speed.py
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "forecast"))


def main() -> None:
    start = time.perf_counter()
    from generated import seasonal_panel, subject_of_panel

    from corridor.forecast import View, combined

    panel = seasonal_panel(series=310, months=100, gaps=2)
    view = View.at(subject_of_panel(panel), dt.date(2030, 1, 1))
    forecast = combined().fit_predict(view, tuple(range(1, 13)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{forecast.quantiles.shape[1]} series, {len(forecast.horizons)} horizons: "
        f"{time.perf_counter() - start:.0f} s, of which processor {used.ru_utime + used.ru_stime:.0f} s"
    )


if __name__ == "__main__":
    main()
