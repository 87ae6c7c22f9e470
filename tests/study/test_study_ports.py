"""The table of ports: quantiles of what a port's hours are used for, labeled as assumed."""

from __future__ import annotations

import polars as pl
import pytest

import small_corridors as small
from corridor.engine import Noise, RunSpec, compile_corridor
from corridor.ensemble import simulate
from corridor.study.assemble import ScenarioRun
from corridor.study.ports import port_labels, ports_table
from corridor.study.schema import KINDS, conform
from small_corridors import flow, parameter, stock

NAMES = {  # as docs/levers.md and the report say them
    "office.port": "office", "officer_hours": "Officer hours",
    "hours_processing": "Officer hours processing people", "hours_left": "Officer hours left for inspection",
    "trucks_inspected": "Trucks inspected", "trucks_not_crossed": "Trucks that did not cross",
}  # fmt: skip


@pytest.fixture(name="run")
def run_of_a_port() -> ScenarioRun:
    """Ten people a day, four hours each, of 60 hours: 20 are left, for 40 of 100 trucks."""
    corridor = small.small_corridor(
        [stock("city.queue", stay_days=1), stock("office.port")],
        [flow("enter", "city.queue", "office.port", "port_admission", share=1, throughput=10)],
        [parameter("initial", 1e4, "city.queue"), parameter("officer_hours", 60, "office.port"),
         parameter("processing_hours", 4, "office.port"), parameter("inspection_hours", 0.5, "office.port"),
         parameter("trucks", 100, "office.port")],
        days=31,
    )  # fmt: skip
    noise = Noise(parameters=False, intensities=False, counts=True)
    compiled = compile_corridor(
        corridor, None, RunSpec(corridor.settings.start, corridor.settings.end, noise=noise)
    )
    return ScenarioRun("base", compiled, simulate(compiled, members=3))


def test_the_table_holds_the_hand_count(run):
    table, faults = conform("ports", ports_table([run]))
    assert not faults
    median = table.filter(pl.col("quantile") == 0.5)
    assert dict(median.select("item", "value").iter_rows()) == pytest.approx({
        "officer_hours": 1860, "hours_processing": 1240, "hours_left": 620, "trucks_inspected": 1240,
        "trucks_not_crossed": 1860,
    })  # fmt: skip
    assert set(table["port"]) == {"office.port"} and table.height == 5 * 7


def test_every_port_and_figure_has_a_label_in_both_languages(run):
    labels, faults = conform("labels", port_labels(run.compiled.corridor, ports_table([run])))
    assert not faults
    assert dict(labels.select("item", "label").iter_rows()) == NAMES
    assert labels["item"].to_list() == list(NAMES)
    assert set(labels["tag"]) == {"assumed"} and set(labels["kind"]) == {"port", "port_figure"} < set(KINDS)
    assert not (labels.select("label", "label_es") == "").to_numpy().any()


def test_a_corridor_without_ports_has_an_empty_table(run):
    corridor = run.compiled.corridor
    bare = corridor.model_copy(update={"parameters": corridor.parameters[:1]})
    compiled = compile_corridor(bare, None, RunSpec(corridor.settings.start, corridor.settings.end))
    table = ports_table([ScenarioRun("base", compiled, simulate(compiled, members=1))])
    assert table.is_empty() and port_labels(bare, table).is_empty()
