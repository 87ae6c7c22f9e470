"""The scenario that the page copies: its file holds what a corridor folder accepts."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from corridor.report.assets import ENGINE, read

pytestmark = pytest.mark.browser
SAYS = """globalThis.Corridor = { data: { messages: {
  lever_moved_name: { en: "Changed", es: "Cambiado" }, lever_moved_text: { en: "About.", es: "Sobre." } } } };"""


@pytest.fixture
def page(browser: Any) -> Any:
    page = browser.new_page()
    page.add_script_tag(content=SAYS)
    for name in (*(one for one in ENGINE if one != "engine-worker.js"), "lever-state.js"):
        page.add_script_tag(content=read(name))
    yield page
    page.close()


def copied(page: Any, scenario: dict[str, Any], name: str = "") -> dict[str, Any]:
    """The file of the scenario as it stands, read again."""
    data = {"measures": [], "events": ["caravan_dec2023", "another"], "columns": []}
    text = page.evaluate(
        "([data, scenario, name]) => Corridor.levers.yaml(data, [], [], scenario, name)",
        [data, scenario, name],
    )
    return dict(yaml.safe_load(text))


def test_an_event_of_the_base_is_not_declared_again(page: Any) -> None:
    """Every scenario has the events of the base; a file that names one is refused."""
    found = copied(page, {"events": [0, 1], "declares": [1], "lifts": []})
    assert found["events"] == ["another"]
    assert copied(page, {"events": [0, 1], "lifts": []})["events"] == [
        "caravan_dec2023",
        "another",
    ]  # a run of before


def test_a_name_with_quotes_and_colons_stays_a_name(page: Any) -> None:
    name = 'My "plan": 10 % #1'
    found = copied(page, {"events": [], "declares": [], "lifts": [["lukeville", "2024-01-08"]]}, name)
    assert (found["name"], found["name_es"], found["id"]) == (name, name, "moved")
    assert [str(lift["on"]) for lift in found["lift"]] == ["2024-01-08"]
