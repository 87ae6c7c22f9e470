"""Ensembles on demand, each in a process of its own that can be ended at once.

The parent starts ``python -m corridor.serve.ensembles JOB``; the child writes its progress and its result beside
the job, each file under a temporary name that is then renamed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.model import InputError

QUANTILES = (0.1, 0.5, 0.9)
NICENESS = 10
"""How much an ensemble's process yields to others (0 to 19)."""


@dataclass
class Job:
    """One ensemble: what was asked, and its process."""

    id: str
    folder: Path
    asked: dict[str, Any]
    process: subprocess.Popen[bytes]
    cancelled: bool = False

    def state(self) -> dict[str, Any]:
        """Members that are finished, and the result or what went wrong."""
        code = self.process.poll()
        done = _read(self.folder / "progress.json") or {"members": 0}
        found: dict[str, Any] = {"id": self.id, **self.asked, "done": done["members"]}
        if self.cancelled:
            return {**found, "state": "cancelled"}
        if code is None:
            return {**found, "state": "running"}
        result = _read(self.folder / "result.json")
        if code == 0 and result is not None:
            return {**found, "state": "finished", "result": result}
        return {
            **found,
            "state": "failed",
            "error": (_read(self.folder / "error.json") or {}).get("error", "it ended"),
        }


class Ensembles:
    """Jobs by id; at most ``most`` run at a time."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder = folder
        self.most = most
        self.jobs: dict[str, Job] = {}

    def start(self, corridor: str, scenario: str | None, members: int, seed: int) -> Job:
        """Start an ensemble.

        Raises:
            InputError: as many run already as may.
        """
        running = [job for job in self.jobs.values() if not job.cancelled and job.process.poll() is None]
        if len(running) >= self.most:
            raise InputError("an ensemble is running", hint="wait for it, or cancel it")
        id = uuid.uuid4().hex
        folder = self.folder / id
        folder.mkdir(parents=True)
        asked = {"corridor": corridor, "scenario": scenario, "members": members, "seed": seed}
        _write(folder / "job.json", asked)
        process = subprocess.Popen(
            [sys.executable, "-m", "corridor.serve.ensembles", str(folder)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.jobs[id] = Job(id, folder, asked, process)
        return self.jobs[id]

    def cancel(self, id: str) -> Job | None:
        """End an ensemble at once; its worker is free when this returns."""
        job = self.jobs.get(id)
        if job is not None and job.process.poll() is None:
            job.cancelled = True
            job.process.kill()
            job.process.wait(timeout=5)
        return job

    def close(self) -> None:
        """End all that run."""
        for id in self.jobs:
            self.cancel(id)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _write(path: Path, value: Any) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value), "utf-8")
    temporary.replace(path)


def lower_priority() -> None:
    """Readers of the page go before an ensemble, where the system knows priorities."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def run_job(folder: Path) -> None:
    """What the child does: run the ensemble and write quantiles of every series, by month."""
    import corridor

    asked = _read(folder / "job.json") or {}
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        _write(folder / "progress.json", {"members": done})

    try:
        runs = corridor.simulate(
            asked["corridor"],
            [asked["scenario"]],
            members=asked["members"],
            seed=asked["seed"],
            progress=progress,
        )
        (only,) = runs.values()
        _write(folder / "result.json", _quantiles(only))
    except Exception as error:
        _write(folder / "error.json", {"error": str(error)})
        raise


def _quantiles(runs: Any) -> dict[str, Any]:
    """Quantiles by month of every series, and of the people on every flow."""
    flows = runs["monthly_flow"].sum("group")
    series = {}
    for name, (observation, _) in runs.observations.items():
        found = runs.series(name)
        series[name] = (
            (found.sum("group") if observation.flows else found).quantiles(list(QUANTILES)).values.tolist()
        )
    return {
        "quantiles": list(QUANTILES), "months": [str(month) for month in runs.months], "series": series,
        "flows": {"ids": list(runs.flows), "values": flows.quantiles(list(QUANTILES)).values.tolist()},
    }  # fmt: skip


if __name__ == "__main__":
    lower_priority()
    run_job(Path(sys.argv[1]))
