"""Times a case of Flee: our exact and coarse key on one thread, and Flee's own package where it is given.

``python benchmarks/flee.py ../shared/flee/mali2012 --hasten 100 10 1 [--flee PYTHON]``; PYTHON is an interpreter in
whose environment the package ``flee`` is installed. The ratio is of CPU seconds on this machine, in this run.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import time
from pathlib import Path

import numpy as np

from corridor.engine.spec import RunSpec
from corridor.engine.walk import compile_walk, run_walk
from corridor.ensemble.walk import simulate_walk
from corridor.formats.flee import import_flee

_FLEE = r"""
import json, sys, time, inspect, importlib.metadata, random, tempfile, os
import numpy as np
case, settings, hasten, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
random.seed(seed); np.random.seed(seed)
sys.stdout, out = open(os.devnull, "w"), sys.stdout
sys.stderr = open(os.devnull, "w")
from flee import flee, spawning, InputGeography
from flee.datamanager import handle_refugee_data, read_period
text = open(settings).read().replace("hasten: 1", f"hasten: {hasten}")
file = tempfile.NamedTemporaryFile("w", suffix=".yml", delete=False); file.write(text); file.close()
start = time.process_time()
read = getattr(read_period, "read_sim_period", None) or read_period.read_conflict_period
date, end = read(f"{case}/input_csv/sim_period.csv")
flee.SimulationSettings.ReadFromYML(file.name)
flee.SimulationSettings.ConflictInputFile = f"{case}/input_csv/conflicts.csv"
e = flee.Ecosystem(); ig = InputGeography.InputGeography()
ig.ReadLocationsFromCSV(f"{case}/input_csv/locations.csv")
if not ig.conflicts: ig.ReadConflictInputCSV(flee.SimulationSettings.ConflictInputFile)
ig.ReadLinksFromCSV(f"{case}/input_csv/routes.csv")
ig.ReadClosuresFromCSV(f"{case}/input_csv/closures.csv")
e, lm = ig.StoreInputGeographyInEcosystem(e=e)
d = handle_refugee_data.RefugeeTable(csvformat="generic", data_directory=f"{case}/source_data", start_date=date,
    data_layout="data_layout.csv", population_scaledown_factor=flee.SimulationSettings.optimisations["PopulationScaleDownFactor"])
d.ReadL1Corrections(f"{case}/input_csv/registration_corrections.csv")
camps = e.get_camp_names()
more = {"SumFromCamps": True} if "SumFromCamps" in inspect.signature(spawning.spawn_daily_displaced).parameters else {}
for name in camps: spawning.add_initial_refugees(e, d, lm[name])
errors = []
for t in range(end):
    ig.AddNewConflictZones(e, t)
    new, raw, debt = spawning.spawn_daily_displaced(e, t, d, **more)
    spawning.refresh_spawn_weights(e)
    e.enact_border_closures(t); e.evolve()
    gap = sum(abs(lm[n].numAgents - d.get_field(n, t)) for n in camps)
    errors.append(gap / raw if raw > 0 else 0.0)
print(json.dumps({"version": importlib.metadata.version("flee"), "cpu": time.process_time() - start,
    "error": float(np.mean(errors)), "agents": e.numAgents()}), file=out)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=Path)
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--hasten", type=int, nargs="+", default=[100, 10, 1])
    parser.add_argument("--flee", help="interpreter with the package flee")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--members", type=int, help="time so many members on two workers instead")
    given = parser.parse_args()
    for hasten in given.hasten:
        imported = import_flee(given.case, given.settings, hasten)
        settings = imported.corridor.settings
        spec = RunSpec(start=settings.start, end=settings.end, seed=1)
        if given.members:
            _ensemble(
                imported.corridor.settings.id, compile_walk(imported.corridor, spec), hasten, given.members
            )
            continue
        row: dict[str, object] = {"case": settings.id, "hasten": hasten}
        for name, key in (("exact", 1.0), ("key of 40 km", 40.0)):
            compiled = compile_walk(imported.corridor, spec, key_km=key)
            run_walk(compiled)  # compiles the kernel
            row[name] = _timed(compiled, given.runs)
        if given.flee:
            call = [given.flee, "-c", _FLEE, str(given.case), str(imported.settings), str(hasten), "1"]
            done = subprocess.run(call, capture_output=True, text=True, check=True)
            theirs = json.loads(done.stdout.splitlines()[-1])
            row["flee"] = theirs
            for name in ("exact", "key of 40 km"):
                row[f"flee / {name}"] = round(theirs["cpu"] / row[name]["cpu"])  # type: ignore[index]
        row["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(row))


def _timed(compiled: object, runs: int) -> dict[str, float]:
    errors, seconds = [], []
    for member in range(runs):
        start = time.process_time()
        result = run_walk(compiled, member)  # type: ignore[arg-type]
        seconds.append(time.process_time() - start)
        ground = compiled.ground  # type: ignore[attr-defined]
        gap = np.abs(result.stay[:, list(ground.camps)] - ground.data).sum(axis=1)
        errors.append(np.where(ground.raw > 0, gap / np.maximum(ground.raw, 1), 0.0).mean())
    return {"cpu": round(min(seconds), 4), "error": round(float(np.mean(errors)), 5), "splits": result.splits}


def _ensemble(name: str, compiled: object, hasten: int, members: int) -> None:
    run_walk(compiled)  # type: ignore[arg-type]
    start = time.perf_counter()
    run = simulate_walk(compiled, members=members, workers=2)  # type: ignore[arg-type]
    row = {"case": name, "hasten": hasten, "members": members, "workers": 2,
           "seconds": round(time.perf_counter() - start, 1), "error": round(float(run.difference().mean()), 5)}  # fmt: skip
    print(json.dumps(row))


if __name__ == "__main__":
    main()
