"""An ensemble yields to readers of the served page."""

from __future__ import annotations

import subprocess
import sys


def test_an_ensemble_yields_to_its_readers() -> None:
    """The process's own niceness, before and after, as the system tells it."""
    code = "import os; from corridor.serve.ensembles import lower_priority as f; a = os.nice(0); f(); print(os.nice(0) - a)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) > 0
