"""What measured responses cost: CPU seconds for a scenario, beside a year of expected values.

python benchmarks/response_cost.py
"""

from __future__ import annotations

import datetime as dt
import time

from corridor.calibrate import read_calibration
from corridor.engine import run_member
from corridor.evaluate.episodes import outcomes
from corridor.formats import find_corridor, open_corridor
from corridor.study import Study
from corridor.study.packages import packages
from corridor.study.responses import respond

AS_OF, SCENARIO = dt.date(2023, 12, 31), "agreement"


def main() -> None:
    """Print one line each."""
    folder = find_corridor("americas")
    corridor = open_corridor(folder)
    calibration = read_calibration(folder / "calibration", AS_OF)
    study = Study(corridor, folder, calibration, (SCENARIO,), dt.date(2024, 12, 31), AS_OF)
    compiled = study.compile(SCENARIO)
    run_member(compiled, None)  # compiles the kernels
    days = len(compiled.dates)
    print(
        f"{timed(lambda: run_member(compiled, None)) * 1000 * 365 / days:.0f} ms: a year of expected values"
    )
    print(f"{timed(lambda: study.compile(SCENARIO)):.2f} s: compiling the scenario")
    print(f"{timed(outcomes, times=1):.2f} s: measuring all episodes, once a process")
    for package in packages(corridor, corridor.scenario_ids[SCENARIO]):
        print(f"{timed(lambda p=package: respond(study, p)):.2f} s: the response of {package.kind}")


def timed(call: object, times: int = 3) -> float:
    """Least CPU seconds of several calls."""
    assert callable(call)
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


if __name__ == "__main__":
    main()
