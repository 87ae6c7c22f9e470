"""``corridor measures``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from corridor.cli import main
from repository import documented_register

ROOT = Path(__file__).parents[2]
STRAIT = str(ROOT / "examples" / "strait")
PUBLISHED = {
    "bill_trigger_discretionary",
    "bill_trigger_mandatory_mean",
    "bill_trigger_mandatory_day",
    "bill_trigger_off",
}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["measures", *words])


def rows(*words: str) -> list[dict]:
    result = run("list", *words, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_data_on_stdout_and_talk_on_stderr():
    result = run("list", STRAIT)
    assert result.exit_code == 0
    assert "railway-closure" in result.stdout and "entry" not in result.stdout
    assert result.stderr.startswith("1 entry as of 2023-12-31")


def test_the_triggers_of_february_are_hidden_in_december():
    """Known answer: the bill was published on 4 February 2024."""
    shown = {row["id"] for row in rows("--as-of", "2023-12-31")}
    assert not shown & PUBLISHED
    assert {"jc_smuggling", "bill_rep_expulsion", "poe_lukeville"} <= shown
    assert {row["id"] for row in rows("--as-of", "2024-02-03")} & PUBLISHED == set()
    assert {row["id"] for row in rows("--as-of", "2024-02-04")} >= PUBLISHED
    later = {row["id"]: row for row in rows("--as-of", "2023-12-31", "--hindsight")}
    assert all(later[name]["later"] for name in PUBLISHED)
    assert not later["poe_lukeville"]["later"]
    assert later["bill_trigger_mandatory_mean"]["value"] == 5000


def test_default_day_is_the_corridors():
    assert rows() == rows("americas", "--as-of", "2023-12-31")


def test_ports_reopen_on_the_fourth_of_january():
    def lukeville(day: str) -> tuple[str, str | None]:
        (row,) = [row for row in rows("--as-of", day) if row["id"] == "poe_lukeville"]
        return row["status"], row["end"]

    assert lukeville("2023-12-31") == ("in_force", None)
    assert lukeville("2024-01-04") == ("ended", "2024-01-03")


def test_filters():
    assert {row["status"] for row in rows("--status", "asked_for")} == {"asked_for"}
    assert all("ports_closure" in row["levers"].split(";") for row in rows("--lever", "ports_closure"))
    assert {row["actor"] for row in rows("--actor", "denver")} == {
        "Denver", "Mayors of New York, Chicago and Denver",
    }  # fmt: skip
    assert rows("--actor", "méxico") == rows("--actor", "Mexico")


def test_json_and_csv_have_the_documented_columns_in_order():
    found = rows("--hindsight")
    assert all(list(row) == documented_register() for row in found)
    result = run("list", "--hindsight", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["id"] for row in table] == [row["id"] for row in found]
    assert list(table[0]) == documented_register()


def test_csv_cells_are_no_formulas(tmp_path: Path):
    folder = tmp_path / "c"
    assert CliRunner().invoke(main, ["new", str(folder)]).exit_code == 0
    path = folder / "register.csv"
    path.write_text(path.read_text().replace("Half of the port to close in spring", "=HYPERLINK(1)"))
    result = run("list", str(folder), "--format", "csv")
    assert ",'=HYPERLINK(1)," in result.stdout


def test_show_says_who_when_how_strong_and_whence():
    text = " ".join(run("show", "us_ask_mexico").stdout.split())
    for part in (
        "ASKED FOR",
        "27 December 2023",
        "1.6 [1.1, 2.2] ratio",
        "before/after",
        "FOX4KC",
        "secondary",
    ):
        assert part in text
    spanish = " ".join(run("show", "us_ask_mexico", "--lang", "es").stdout.split())
    for part in (
        "PEDIDA",
        "27 de diciembre de 2023",
        "antes y después",
        "secundaria",
        "frenar a las personas",
    ):
        assert part in spanish
    weak = run("show", "rail_bridges").stdout
    assert "unconfirmed" in weak


def test_show_as_json_names_the_scenarios():
    found = json.loads(run("show", "poe_lukeville", "--format", "json").stdout)
    assert list(found)[:-1] == documented_register()
    (model,) = found["modeled_by"]
    assert (model["id"], model["in_base"], model["scenarios"]) == ("lukeville", True, [])
    assert "agreement" in model["lifted_by"]
    text = run("show", "poe_lukeville").stdout
    assert "all (in the base)" in text and "ended by: agreement" in text.replace("\n    ", " ")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["list", "--lever", "port_closure"], "hint: did you mean 'ports_closure'?"),
        (["list", "--actor", "Chicagoo"], "hint: did you mean 'Chicago'?"),
        (["list", "--status", "over"], "'over' is not one of"),
        (["list", "--as-of", "yesterday"], "is not a date"),
        (["list", "amricas"], "hint: did you mean 'americas'?"),
        (["show", "poe_lukevile"], "hint: did you mean 'poe_lukeville'?"),
        (["show", "bill_trigger_off"], "known from 2024-02-04"),
        (["show", "enforcement_south"], "hint: it models us_ask_mexico"),
        (["shw", "x"], "No such command"),
        (["show"], "Missing argument 'ID'"),
    ],
)
def test_wrong_calls(words: list[str], hint: str):
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert hint in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_list_is_no_error():
    assert rows("--as-of", "1999-01-01") == []
    assert run("list", "--as-of", "1999-01-01").stderr.startswith("0 entries")


def test_the_register_of_the_mediterranean() -> None:
    """The closure of ports is known on the day on which it was announced, and is modelled by one measure."""
    result = CliRunner().invoke(
        main, ["measures", "list", "mediterranean", "--as-of", "2018-06-09", "--format", "json"]
    )
    assert [row["id"] for row in json.loads(result.stdout)] == ["eu_turkey_statement"]
    shown = CliRunner().invoke(
        main, ["measures", "show", "italy_closes_ports_to_rescue", "mediterranean", "--format", "json"]
    )
    assert shown.exit_code == 0, shown.output
    assert "italy_closes_ports" in shown.stdout
