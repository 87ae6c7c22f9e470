"""Rules of the code that the import contracts and ruff cannot hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from repository import ROOT

SOURCE = ROOT / "src" / "corridor"
MODULES = sorted(SOURCE.rglob("*.py"))

# in pieces, so that this file does not name what it forbids
REGISTRIES = re.compile(
    "|".join(
        re.escape(host + top)
        for host, top in (
            ("pypi", ".org"),
            ("pythonhosted", ".org"),
            ("npmjs", ".org"),
            ("npmjs", ".com"),
            ("yarnpkg", ".com"),
            ("debian", ".org"),
            ("anaconda", ".org"),
            ("crates", ".io"),
            ("proxy.golang", ".org"),
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.~\-/])/(?:work|tmp|root|home|Users)/\w|[A-Z]:\\Users\\")


def files_of_the_repository() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in files_of_the_repository():
        raw = path.read_bytes()
        if b"\0" in raw:  # Parquet, PNG
            continue
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), start=1):
            found += [f"{path.relative_to(ROOT)}:{number}: {hit[0]}" for hit in pattern.finditer(line)]
    return found


def test_no_file_names_a_package_registry():
    assert lines_with(REGISTRIES) == []


def test_no_file_holds_a_path_of_a_machine():
    assert lines_with(MACHINE_PATHS) == []


@pytest.mark.parametrize("text", ["see " + "/tmp" + "/x", '"' + "/home" + '/me"', "C:" + r"\Users\me"])
def test_a_path_of_a_machine_is_recognized(text):
    assert MACHINE_PATHS.search(text)


@pytest.mark.parametrize("text", ["src/tmp/x", "a-b/work/x", "https://x.test/home/y", "~/work/x"])
def test_another_path_is_not_taken_for_one(text):
    assert not MACHINE_PATHS.search(text)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_says_what_it_is_and_only_the_command_line_prints(module):
    tree = ast.parse(module.read_text("utf-8"))
    assert (ast.get_docstring(tree) or "").strip(), "no docstring"
    if module.is_relative_to(SOURCE / "cli"):
        return
    prints = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.stdout.write")
    ]
    assert prints == [], "only corridor.cli talks to the terminal"


def test_every_requirement_has_a_tested_version_and_every_tested_version_is_plain():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["test"], *extras["dev"]]
    names = {re.split(r"[<>=!~\[ ]", item)[0] for item in wanted} - {"corridor"}
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pinned if not re.fullmatch(r"[a-z0-9\-]+==[0-9][0-9a-z.]*", line)] == []
    assert names <= {line.split("==")[0] for line in pinned}


def modules_after(statement: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after ``statement``."""
    code = f"{statement}; import sys; print(chr(10).join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


WITHOUT_ENGINE = ("engine", "ensemble", "calibrate", "forecast", "evaluate", "claims", "data", "study.run")


@pytest.mark.parametrize(
    "statement", ["import corridor.report", "from corridor.study import RunFolder, select_rows"]
)
def test_a_run_folder_is_read_without_the_engine(statement):
    loaded = modules_after(statement)
    assert "polars" in loaded and "corridor.study.folder" in loaded
    assert not {"numba", "scipy", "pydantic", *(f"corridor.{name}" for name in WITHOUT_ENGINE)} & loaded


def test_what_runs_a_study_loads_the_engine_on_first_use():
    assert {"numba", "corridor.engine", "corridor.study.run"} <= modules_after(
        "from corridor.study import Study"
    )
