"""``corridor data add`` and ``refresh`` as a user meets them: exit codes, what is said, nothing lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from corridor.cli import main
from corridor.data import data_folder

FIRST = "date,country,value\n" + "".join(f"2022-{m:02},GRC,{100 + m}\n" for m in range(1, 13))
SECOND = "date,country,value\n2022-11,GRC,140\n2022-12,GRC,112\n2023-01,GRC,200\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("first.csv").write_text(FIRST)
    Path("second.csv").write_text(SECOND)


def data(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["data", *arguments])
    assert "Traceback" not in result.output
    return result


def kept() -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in data_folder().rglob("*") if p.is_file()}


def test_a_series_is_added_listed_shown_and_exported():
    added = data("add", "first.csv", "--as", "islands", "--title", "On the islands", "--publisher", "Me")
    assert added.exit_code == 0
    assert "taken as a count per month, 1 series, 12 dates" in added.stderr
    listed = {row["id"]: row for row in json.loads(data("list", "--format", "json").stdout)}
    assert listed["islands"] == {
        "id": "islands", "kind": "dataset", "from": "yours", "unit": "people", "by": "month", "title": "On the islands"
    }  # fmt: skip
    assert listed["darien_transits"]["from"] == "shipped"
    shown = json.loads(data("show", "islands", "--format", "json").stdout)
    assert shown["rows"][-1] == {"date": "2022-12-01", "value": 112}
    assert shown["sources"][0]["publisher"] == "Me"
    assert data("export", "islands", "--out", "out.csv").exit_code == 0
    assert Path("out.csv").read_text().splitlines()[1] == "2022-01-01,GRC,101,2022-01-31"


def test_the_series_of_a_folder_are_listed_with_it():
    listed = data("list", "--corridor", "mediterranean", "--format", "csv").stdout
    assert "sea_arrivals,dataset,folder,arrivals,month" in listed
    shown = data("show", "sea_arrivals", "--corridor", "mediterranean", "--by", "country", "--rows", "2")
    assert [line.split() for line in shown.stdout.splitlines()[-2:]] == [
        ["2018-12-01", "GRC", "2,927", "2019-01-07"],
        ["2018-12-01", "ITA", "359", "2019-01-07"],
    ]
    assert data("show", "sea_arrivals").exit_code == 2


def test_a_refresh_says_what_it_revises():
    data("add", "first.csv", "--as", "islands")
    found = data("refresh", "islands", "--from", "second.csv")
    assert found.exit_code == 0
    assert "1 figures of new periods, 1 revised" in found.stderr
    assert found.stdout.splitlines()[-1].split() == ["2022-11-01", "GRC", "111", "140"]
    assert (
        json.loads(data("show", "islands", "--as-of", "2023-02-02", "--format", "json").stdout)["rows"][10][
            "value"
        ]
        == 111
    )
    assert json.loads(data("show", "islands", "--format", "json").stdout)["rows"][10]["value"] == 140


BAD = [
    (["add", "first.csv"], "Missing option '--as'"),
    (["add", "absent.csv", "--as", "x"], "absent.csv cannot be read: No such file or directory"),
    (["add", ".", "--as", "x"], "is a folder"),
    (["add", "first.csv", "--as", "a b"], "'a b' cannot be a name"),
    (["add", "first.csv", "--as", "darien_transits"], "'darien_transits' is a shipped dataset"),
    (["refresh", "--from", "second.csv"], "which dataset is it an edition of?"),
    (["refresh", "nothing", "--from", "second.csv"], "no dataset 'nothing'"),
    (
        ["refresh", "islands", "--from", "second.csv", "--on", "2999-01-01"],
        "--on 2999-01-01 is in the future",
    ),
    (["refresh", "islands", "--from", "bad.csv"], "bad.csv:2:value: 'x' is not a number"),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_wrong_calls_and_files_change_nothing(call, message):
    data("add", "first.csv", "--as", "islands")
    Path("bad.csv").write_text("date,country,value\n2022-11,GRC,x\n")
    before = kept()
    result = data(*call)
    assert result.exit_code == 2
    assert message in result.stderr
    assert kept() == before


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = SECOND.encode() if self.path == "/second.csv" else b"<html>"
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", str(len(body) * (9 if self.path == "/short" else 1)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    found.daemon_threads = True
    threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_address[1]}"
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("second.csv", 0, "1 revised"),
        ("broken", 1, "answered 500"),
        ("short", 1, "nothing was changed"),
        ("page", 2, "holds a web page"),
    ],
)
def test_a_refresh_from_an_address(server, path, code, message):
    data("add", "first.csv", "--as", "islands")
    before = kept()
    result = data("refresh", "islands", "--from", f"{server}/{path}", "--timeout", "5")
    assert result.exit_code == code
    assert message in result.stderr
    assert (kept() == before) == (code != 0)
