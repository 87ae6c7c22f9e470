from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import corridor
from corridor import cli
from corridor.cli import COMMANDS, main
from corridor.model import CorridorError, Fault, InputError

EXAMPLE = Path(__file__).parents[2] / "examples" / "strait"


def corridor_command(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    code = "from corridor.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, **options)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """``corridor check`` does what the test says instead."""

    def install(error: BaseException) -> None:
        @click.command()
        def command() -> None:
            raise error

        monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, ctx, name: command)

    return install


def test_help_lists_installed_commands_with_their_line() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    folder = Path(cli.__file__).parent
    for name, line in COMMANDS.items():
        module = {"import": "import_"}.get(name, name).replace("-", "_")  # a word of Python's
        installed = (folder / f"{module}.py").exists() or (folder / module).is_dir()
        assert (line in " ".join(result.stdout.split())) == installed


@pytest.mark.parametrize("name", COMMANDS)
def test_installed_commands_load_and_have_help(name: str) -> None:
    context = click.Context(main)
    command = main.get_command(context, name)
    if command is None:
        pytest.skip("not installed")
    assert isinstance(command, click.Command)
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom corridor.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit as stop: assert stop.code == 0\n"
        "heavy = {'numpy', 'numba', 'polars', 'pydantic', 'yaml', 'rich', 'corridor.model', 'corridor.engine'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_frame_modules_import_only_click_and_ours_at_the_top() -> None:
    for name in ("__init__", "common", "new", "check"):
        tree = ast.parse((Path(cli.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        found = {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
        found |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        ours = {module for module in found if module.startswith("corridor.")}
        others = {module.split(".")[0] for module in found - ours}
        assert ours <= {"corridor.cli.common"}
        assert others <= {*sys.stdlib_module_names, "click", "corridor"}


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"corridor, version {corridor.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chekc"], "hint: did you mean 'check'?"),
        (["zzzzzz"], "hint: commands: "),
        (["check"], "Missing argument 'DIR'"),
        (["check", "--nonsense", "x"], "No such option"),
        (["check", "--format", "xml", "x"], "'xml' is not one of"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_calls_exit_2(arguments: list[str], expected: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert expected in result.stderr


def test_input_error_shows_faults_then_the_hint(failing) -> None:
    faults = [Fault("c/b.csv", 3, "x", "second"), Fault("c/a.csv", 9, None, "first", "cure it")]
    failing(InputError("two faults", hint="look there", faults=faults))
    result = CliRunner().invoke(main, ["check"])
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "c/a.csv:9: first",
        "  hint: cure it",
        "c/b.csv:3:x: second",
        "error: two faults",
        "hint: look there",
    ]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CorridorError("the run broke", hint="run less"), "error: the run broke\nhint: run less\n"),
        (ZeroDivisionError("secret\nsecond line"), "error: unexpected ZeroDivisionError: secret; run again with --debug to see where\n"),
        (OSError(28, "No space left on device", "out/x"), "error: No space left on device: out/x\n"),
    ],
)  # fmt: skip
def test_failed_runs_exit_1_without_a_traceback(error: Exception, expected: str, failing) -> None:
    failing(error)
    result = CliRunner().invoke(main, ["check"])
    assert (result.exit_code, result.stderr) == (1, expected)


def test_ctrl_c_is_one_line_and_exit_1(failing) -> None:
    failing(KeyboardInterrupt())
    result = CliRunner().invoke(main, ["check"])
    assert result.exit_code == 1
    assert result.stderr.strip() == "error: stopped"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_within_a_second(tmp_path: Path, sent: signal.Signals) -> None:
    code = (
        "import time, click\nfrom corridor import cli\n"
        "@click.command()\ndef command():\n    print('ready', flush=True)\n    time.sleep(30)\n"
        "cli.LazyGroup.get_command = lambda *a: command\ncli.main(['check'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    process.send_signal(sent)
    _, told = process.communicate(timeout=20)
    assert time.monotonic() - began < 1
    assert process.returncode == 1
    assert told.strip() == "error: stopped"


@pytest.mark.parametrize("arguments", [["--debug", "check"], ["check", "--debug"]])
def test_debug_shows_the_traceback_anywhere_in_the_call(arguments: list[str], failing) -> None:
    failing(ZeroDivisionError("secret"))
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr


def test_no_color_is_honoured(failing) -> None:
    failing(CorridorError("plain"))
    colored = CliRunner().invoke(main, ["check"], color=True, env={"NO_COLOR": None})
    assert colored.stderr == "\x1b[31merror\x1b[0m: plain\n"
    plain = CliRunner().invoke(main, ["check"], color=True, env={"NO_COLOR": "1"})
    assert plain.stderr == "error: plain\n"


def test_a_closed_pipe_is_not_an_error() -> None:
    process = subprocess.run(
        f"{sys.executable} -c 'from corridor.cli import main; main()' check {EXAMPLE} | head -n 1",
        shell=True, capture_output=True, text=True,
    )  # fmt: skip
    assert process.stdout.startswith("what")
    assert process.stderr in ("", f"next: corridor simulate {EXAMPLE}\n")


def test_check_prints_counts_on_stdout_and_the_next_step_on_stderr() -> None:
    done = corridor_command("check", str(EXAMPLE), env={**os.environ, "NO_COLOR": "1"})
    assert (done.returncode, done.stderr) == (0, f"next: corridor simulate {EXAMPLE}\n")
    table = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if len(line.split()) > 1)
    assert table["tags: assumed"] == "57"
    assert table["tags of stocks: assumed"] == "16"
    assert table["grades: mechanical"] == "2"
    assert table["flows"] == "25"


def test_check_as_json_and_csv() -> None:
    import csv
    import io
    import json

    data = json.loads(CliRunner().invoke(main, ["check", str(EXAMPLE), "--format", "json"]).stdout)
    assert data["faults"] == []
    assert data["tags"] == {"observed": 0, "anchored": 0, "assumed": 57}
    text = CliRunner().invoke(main, ["check", str(EXAMPLE), "--format", "csv"]).stdout
    rows = {row["what"]: row["value"] for row in csv.DictReader(io.StringIO(text))}
    assert rows["stocks"] == "16"


def test_check_as_json_tells_faults_on_both_streams(tmp_path: Path) -> None:
    import json

    (tmp_path / "corridor.yaml").write_text("id: [")
    result = CliRunner().invoke(main, ["check", str(tmp_path), "--format", "json"])
    assert result.exit_code == 2
    told = {fault["file"] for fault in json.loads(result.stdout)["faults"]}
    assert f"{tmp_path.name}/corridor.yaml" in told
    assert f"{tmp_path.name}/places.csv: the file is missing" in result.stderr


def test_new_then_check(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    result = CliRunner().invoke(main, ["new", str(folder)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"corridor check {folder}" in result.stderr
    assert CliRunner().invoke(main, ["new", str(tmp_path / "quiet"), "--quiet"]).stderr == ""
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 0


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_output_is_utf8_whatever_the_locale_says(encoding: str) -> None:
    code = (
        "import click, sys\nfrom corridor import cli\n"
        "@click.command()\ndef command():\n    click.echo('\\u2212 5\\u202f000 \\u00f1')\n"
        "cli.LazyGroup.get_command = lambda self, ctx, name: command\ncli.main(['check'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stdout.decode("utf-8")) == (0, "\u2212 5\u202f000 \u00f1\n"), done.stderr
