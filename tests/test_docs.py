"""The documentation is true: its code runs, its commands exist, its links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import polars as pl
import pytest

from corridor.calibrate import CalibrationPlan, FittedField
from corridor.cli import main
from corridor.forecast import registry
from repository import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return [text for tongue, text in FENCE.findall(page.read_text("utf-8")) if tongue == language]


def calls(page: Path) -> Iterator[list[str]]:
    """Calls of ``corridor`` in a page: lines of console blocks after the prompt, the README's demo."""
    for block in blocks(page, "console") + blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for command in re.split(r"&&|\||;", line.removeprefix("$ ")):
                words = shlex.split(command, comments=True)
                if words and Path(words[0]).name == "corridor":
                    yield words[1:]


CALLS = [
    pytest.param(call, id=f"{name_of(page)}: {' '.join(call)}") for page in PAGES for call in calls(page)
]

DOCTESTED = [
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for path in sorted(ROOT.glob("src/corridor/**/*.py"))
    if re.search(r"^ +>>> ", path.read_text("utf-8"), re.MULTILINE)
]


LONG = {"README.md"}
"""Pages whose code runs the Americas, in minutes."""


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name_of(page), marks=pytest.mark.slow if name_of(page) in LONG else ())
        for page in PAGES
        if blocks(page, "python")
    ],
)
def test_python_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # a page may register a forecaster of its own, which must not outlive it
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry.registered()))
    namespace: dict[str, object] = {"__name__": "__docs__"}
    for number, block in enumerate(blocks(page, "python"), start=1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), namespace)


@pytest.mark.parametrize("module", DOCTESTED)
def test_examples_in_docstrings_run(module):
    """Of every module that has some."""
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted and not found.failed


@pytest.mark.parametrize("call", CALLS)
def test_a_call_in_the_documentation_can_be_parsed(call):
    """The command exists and takes these options and arguments; nothing is run."""
    command: click.Command = main
    context = click.Context(command, info_name="corridor")
    words = list(call)
    while isinstance(command, click.Group):
        assert words and words[0] in command.list_commands(context), f"no such command: {call}"
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
    command.make_context(command.name, words)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files(page):
    local = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def headings(page: Path) -> set[str]:
    """Anchors of a page's headings: small letters, no punctuation, hyphens for spaces."""
    found = HEADING.findall(
        re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    )
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_into_a_page_lead_to_a_heading(page):
    local = [(link, name) for link, name in ANCHOR.findall(page.read_text("utf-8")) if "://" not in link]
    targets = [(page if not link else page.parent / link, name) for link, name in local]
    assert [
        f"{target.name}#{name}"
        for target, name in targets
        if target.suffix == ".md" and name not in headings(target)
    ] == []


def test_every_page_is_linked_from_the_index():
    indexes = {ROOT / "docs" / "index.md", ROOT / "docs" / "decisions" / "index.md"}
    linked = {
        (index.parent / link).resolve()
        for index in indexes
        for link in LINK.findall(index.read_text("utf-8"))
    }
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - {ROOT / "docs" / "index.md"}
    assert {name_of(page) for page in pages - linked} == set()


def test_the_readme_has_one_line_to_run_the_demo_and_one_to_pass_the_tests():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    commands = [line for line in lines if line.startswith("python3 -m venv ")]
    assert len(commands) == 2
    assert "corridor demo" in commands[0]
    assert commands[1].endswith("-m pytest")


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").split()) <= 700


CALIBRATION = ROOT / "docs" / "calibration.md"
SHIPPED_FIT = ROOT / "src/corridor/shipped/americas/calibration/2023-12-31/fit.csv"


def rows_of_table(page: Path, head: str) -> list[list[str]]:
    """Cells of the table whose head line begins with ``head``."""
    _, found, after = page.read_text("utf-8").partition(f"\n{head}")
    assert found, f"{page.name} has no table {head}"
    lines = after.splitlines()[2:]
    body = lines[: next((i for i, line in enumerate(lines) if not line.startswith("|")), len(lines))]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in body]


@pytest.mark.parametrize(
    ("head", "noun"), [("| key | meaning", CalibrationPlan), ("| key of a field |", FittedField)]
)
def test_every_key_of_a_calibration_plan_is_explained(head, noun):
    assert {row[0] for row in rows_of_table(CALIBRATION, head)} == set(noun.model_fields)


def test_the_printed_fit_is_the_shipped_one():
    """Renew the table with ``python scripts/write_fit_table.py``."""
    printed = {}
    for point, months, inside, split, ahead, wis, reference, ratio in rows_of_table(
        CALIBRATION, "| counting point"
    ):
        for cell, key in (
            (inside, (point, "in_sample", "median_absolute_error")),
            (split, (point, "in_sample", "absolute_error_by_group")),
            (ahead, (point, "out_of_sample", "median_absolute_error")),
        ):
            if cell:
                printed[key] = (float(cell.removesuffix(" %")) / 100, 0.0005)
        if wis:
            printed[point, "out_of_sample", "wis"] = (float(wis), 0.0005)
            printed[point, "out_of_sample", "reference"] = (float(reference), 0.0005)
            assert float(wis) / float(reference) == pytest.approx(float(ratio), abs=0.01)
        assert bool(months) == bool(inside)
    shipped = {}
    for row in pl.read_csv(SHIPPED_FIT, infer_schema_length=None).iter_rows(named=True):
        shipped[row["counting_point"], row["line"], row["metric"]] = row["value"]
        if row["metric"] == "wis":
            shipped[row["counting_point"], row["line"], "reference"] = row["reference"]
        elif row["reference"] is not None:  # no reference is defined: beside the last count, in words
            repeated = f"`{row['counting_point']}`, the last count repeated misses by {row['reference']:.1%}"
            assert repeated.replace("%", " %") in CALIBRATION.read_text("utf-8")
    assert printed.keys() == shipped.keys()
    for key, (value, half) in printed.items():
        assert abs(shipped[key] - value) <= half + 1e-9, key


def test_figures_in_the_text_of_the_calibration_are_those_shipped():
    parameters = pl.read_parquet(SHIPPED_FIT.with_name("parameters.parquet"))
    damping = parameters.filter(pl.col("parameter") == "departure_damping")["value"].item()
    state = pl.read_parquet(SHIPPED_FIT.with_name("state.parquet"))
    groups = pl.read_csv(SHIPPED_FIT.parents[2] / "groups.csv").select(group="id", size="size")
    queue = state.filter(pl.col("holder").str.ends_with(".queue")).join(groups, on="group")
    people = (queue["units"] * queue["size"]).sum()
    text = CALIBRATION.read_text("utf-8")
    assert f"2023-12-31: {damping:g} a month" in text
    assert f"about {round(people, -3):,.0f} people on 1 November 2023" in text
