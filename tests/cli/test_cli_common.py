from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from corridor.cli import common, main
from corridor.cli.common import emit, out_folder
from corridor.model import InputError


@click.command()
@common.out_option("results")
@common.seed_option()
@common.members_option(50)
@common.as_of_option()
@common.hindsight_option()
@common.lang_option()
@common.format_option()
@common.workers_option()
@common.quiet_option()
def everything(**options) -> None:
    click.echo(repr(sorted(options.items())))


def test_defaults_of_shared_options() -> None:
    told = CliRunner().invoke(everything).stdout.strip()
    expected = {
        "as_of": None, "format": "table", "hindsight": False, "lang": "en", "members": 50, "out": Path("results"),
        "quiet": False, "seed": 1, "workers": common.processors(),
    }  # fmt: skip
    assert told == repr(sorted(expected.items()))


def test_values_of_shared_options() -> None:
    arguments = [
        "--as-of",
        "2023-12-31",
        "--hindsight",
        "--workers",
        "2",
        "--lang",
        "es",
        "-q",
        "--seed",
        "7",
    ]
    told = CliRunner().invoke(everything, arguments).stdout
    for text in (
        repr(dt.date(2023, 12, 31)),
        "('hindsight', True)",
        "('workers', 2)",
        "('lang', 'es')",
        "('seed', 7)",
    ):
        assert text in told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--as-of", "31/12/2023"], "'31/12/2023' is not a date; write year-month-day"),
        (["--as-of", "2023-02-30"], "is not a date"),
        (["--members", "0"], "0 is not in the range"),
        (["--workers", "none"], "not a valid integer"),
        (["--seed", "-1"], "not in the range"),
        (["--lang", "fr"], "'fr' is not one of"),
    ],
)
def test_wrong_values_of_shared_options(arguments: list[str], expected: str) -> None:
    result = CliRunner().invoke(everything, arguments)
    assert result.exit_code == 2
    assert expected in result.stderr


ROWS = [
    {"place": "Yizán", "people": 1234, "share": 0.25, "open": True, "day": dt.date(2024, 1, 2)},
    {"place": "=HYPERLINK(1)", "people": 7, "share": None, "open": False, "day": None},
]


def test_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    emit(ROWS)
    assert capsys.readouterr().out == (
        "place          people  share  open  day\n"
        "-------------  ------  -----  ----  ----------\n"
        "Yizán           1,234   0.25  yes   2024-01-02\n"
        "=HYPERLINK(1)       7         no\n"
    )


def test_json_keeps_types(capsys: pytest.CaptureFixture[str]) -> None:
    emit(ROWS, "json", ["place", "people", "share"])
    assert json.loads(capsys.readouterr().out) == [
        {"place": "Yizán", "people": 1234, "share": 0.25},
        {"place": "=HYPERLINK(1)", "people": 7, "share": None},
    ]


def test_csv_is_safe_in_a_spreadsheet(capsys: pytest.CaptureFixture[str]) -> None:
    emit(ROWS, "csv", ["place", "people", "share"])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["place", "people", "share"], ["Yizán", "1234", "0.25"], ["'=HYPERLINK(1)", "7", ""]]


def test_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    emit([], "json")
    assert json.loads(capsys.readouterr().out) == []
    emit([], "table", ["a", "bc"])
    assert capsys.readouterr().out == "a  bc\n-  --\n"


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with common.progress("working", 10) as advance:
        advance(5)
    assert capsys.readouterr() == ("", "")


def test_progress_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with common.progress("working", 10) as advance:
        advance(5)
    assert "working" in capsys.readouterr().err
    with common.progress("working", 10, quiet=True) as advance:
        advance(5)
    assert capsys.readouterr() == ("", "")


def test_out_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "b"
    assert out_folder(wanted) == wanted
    assert not list(tmp_path.iterdir())


def test_out_folder_refuses_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for target in ("file", "file/deep/er"):
        with pytest.raises(InputError, match="is a file") as caught:
            out_folder(tmp_path / target)
        assert caught.value.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_out_folder_refuses_what_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write anywhere, so access is denied by hand.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="is read-only"):
        out_folder(tmp_path / "out")


def test_out_folder_finds_out_by_trying(tmp_path: Path) -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a file system that refuses everybody")
    with pytest.raises(InputError, match="cannot be written"):
        out_folder(Path("/proc/self/corridor"))


def test_out_folder_with_an_impossible_name() -> None:
    with pytest.raises(InputError, match="cannot be written"):
        out_folder(Path("a\0b"))


def test_a_folder_in_the_way_is_refused_before_anything_is_run(tmp_path, monkeypatch):
    (tmp_path / "thesis.txt").write_text("mine")
    monkeypatch.setattr("corridor.study.run.run_study", lambda *_, **__: pytest.fail("was run"))
    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "exists and is not a run folder" in result.stderr
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_tables_are_cut_to_the_width_and_numbers_are_not() -> None:
    from corridor.cli.common import _table

    rows = [{"name": "n" * 60, "note": "short", "value": 123456789}]
    text = _table(rows, ["name", "note", "value"], 40)
    assert [len(line) for line in text.splitlines()] == [40, 40, 40]
    assert "…" in text and "123,456,789" in text and "short" in text
    assert len(_table(rows, ["name", "note", "value"]).splitlines()[-1]) == 60 + 2 + 5 + 2 + 11


def test_names_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from corridor.cli.common import emit, talk

    emit([{"name": "\x1b[31mred\x07\u202ename\nnext"}])
    talk("\x1b]0;title\x07")
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err and "\x07" not in told.out + told.err
    assert told.out.splitlines()[-1] == "\ufffd[31mred\ufffd\ufffdname next"


def test_no_date_to_come_is_taken_as_known() -> None:
    from corridor.cli import main

    result = CliRunner().invoke(main, ["claims", "mediterranean", "--as-of", "9999-12-31"])
    assert result.exit_code == 2
    assert "9999-12-31 is in the future" in result.stderr


def test_the_command_is_quoted_for_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    import shlex
    import sys

    from corridor.cli.common import command_line

    words = ["simulate", "my corridor", "--out", "it's here"]
    monkeypatch.setattr(sys, "argv", ["corridor", *words])
    assert shlex.split(command_line()) == ["corridor", *words]
