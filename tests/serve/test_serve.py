"""The server: the same figures as the run, limits, token, scenarios, no path out, and no request that breaks it."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from corridor.model import InputError
from corridor.serve import Runs, Settings, make_app
from corridor.serve.ensembles import Ensembles
from corridor.serve.settings import is_loopback
from corridor.serve.store import Store
from repository import ROOT

SECRET = "s3cret"


def test_the_page_has_no_script_inside_and_names_every_script(client: Any) -> None:
    answer = client.get("/")
    assert answer.status_code == 200 and answer.url.path == "/runs/run/"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    bodies = [part.split("</script>")[0] for part in answer.text.split("<script")[1:]]
    assert all(body.endswith(">") for body in bodies if "application/json" not in body)
    names = [body.split('src="')[1].split('"')[0] for body in bodies if 'src="' in body]
    assert len(names) > 10 and all(client.get(name).status_code == 200 for name in names)


def test_json_is_what_the_tables_hold(client: Any) -> None:
    from make_run import tables

    answer = client.get(
        "/runs/run/tables/forecast.json",
        params={
            "where": ["series=us_total", "scenario=agreement", "nationality=VEN"],
            "limit": 5,
            "offset": 2,
        },
    ).json()
    mine = tables()["forecast"].filter(
        (pl.col("series") == "us_total")
        & (pl.col("scenario") == "agreement")
        & (pl.col("nationality") == "VEN")
    )
    assert answer["count"] == mine.height and len(answer["rows"]) == 5
    at = answer["columns"].index("value")
    assert [row[at] for row in answer["rows"]] == mine["value"][2:7].to_list()


def test_small_counts_are_held_back_and_formulas_are_text(client: Any) -> None:
    text = client.get("/runs/run/tables/observed.csv").text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert "<10" in {row["value"] for row in rows}
    assert not any(row["value"] in set("123456789") for row in rows if row["value"])
    assert not any(cell.startswith(("=", "@")) for row in rows for cell in row.values() if cell)


def test_every_page_and_figure_has_an_address(client: Any) -> None:
    (run,) = client.get("/runs.json").json()["runs"]
    for name in run["pages"]:
        assert client.get(f"/runs/run/pages/{name}.json").json()["id"] == name
    assert "us_total" in run["figures"]
    for name in run["figures"][:5]:
        assert client.get(f"/runs/run/figures/{name}.json").json()["id"] == name


def test_openapi_names_every_address(client: Any) -> None:
    described = client.get("/openapi.json").json()["paths"]
    assert set(described["/scenarios"]) == {"get", "post"}
    assert "/runs/{run}/tables/{name}.json" in described and "/healthz" in described


def test_every_answer_to_a_wrong_kind_of_body_is_described(client: Any) -> None:
    """What Schemathesis found: 415 was answered and not described."""
    described = client.get("/openapi.json").json()["paths"]
    for path in ("/scenarios", "/ensembles"):
        answer = client.post(path, content="{}", headers={"content-type": "text/plain"})
        assert str(answer.status_code) in described[path]["post"]["responses"]


def test_scenarios_are_kept_and_survive_a_kill(client: Any, settings: Settings, tmp_path: Path) -> None:
    made = client.post("/scenarios", json={"run": "run", "name": "=mine", "settings": "moves=a~1"})
    assert made.status_code == 201
    assert client.get(f"/scenarios/{made.json()['id']}").json()["settings"] == "moves=a~1"
    code = (
        "import sys, pathlib; from corridor.serve.store import Store; s = Store(pathlib.Path(sys.argv[1]))\n"
        "while True: print(s.save('run', 'n', 'x')['id'], flush=True)"
    )
    path = tmp_path / "s.sqlite"
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = [child.stdout.readline().strip() for _ in range(20)]
    child.kill()
    told += [line.strip() for line in child.stdout if len(line.strip()) == 32]
    child.wait()
    child.stdout.close()
    kept = {one["id"] for one in Store(path).list()}
    assert set(told) <= kept
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_saved_must_be_right(client: Any) -> None:
    good = {"run": "run", "name": "n", "settings": "s"}
    assert client.post("/scenarios", json={**good, "run": "other"}).status_code == 422
    assert client.post("/scenarios", json={**good, "name": 7}).status_code == 422
    assert (
        client.post("/scenarios", content="[1]", headers={"content-type": "application/json"}).status_code
        == 422
    )
    assert client.post("/scenarios", content="{}", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/scenarios", json={**good, "settings": "x" * 9_000}).status_code == 422
    assert client.post("/scenarios", content=b"x" * 200_000).status_code == 413
    other = {"sec-fetch-site": "cross-site"}
    assert client.post("/scenarios", json=good, headers=other).status_code == 403


def test_beyond_this_machine_a_token_is_needed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="other machines"):
        make_app(Runs([folder]), Settings(folder=tmp_path, host="0.0.0.0"))
    app = make_app(Runs([folder]), Settings(folder=tmp_path, host="0.0.0.0", token=SECRET))
    with TestClient(app) as guarded:
        assert guarded.get("/healthz").status_code == 401
        assert guarded.get("/healthz", headers={"authorization": "Bearer wrong"}).status_code == 401
        assert guarded.get("/healthz", headers={"authorization": f"Bearer {SECRET}"}).status_code == 200
        assert guarded.get("/healthz", params={"token": SECRET}).status_code == 200
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "evil.example")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_another_host_s_name_is_refused(client: Any) -> None:
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd", "/static/report.css/../../html.py",
        "/runs/..%2f..%2fetc/report.json", "/runs/run/tables/..%2fmanifest.json", "/runs/run/figures/%00.json",
        "/runs/run/../../../../etc/passwd", "/scenarios/..%2f..%2fscenarios.sqlite",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_run(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405, 422) and "root:" not in answer.text


def test_the_feed_says_the_sentences_and_the_chance(client: Any) -> None:
    from make_run import LEVELS, tables

    root = ET.fromstring(client.get("/runs/run/feed.atom").text)
    summary = root.findtext(".//{http://www.w3.org/2005/Atom}summary") or ""
    rows = tables()["forecast"].filter(
        (pl.col("scenario") == "no-agreement") & (pl.col("series") == "us_total") & (pl.col("nationality") == "")
        & (pl.col("place") == "") & (pl.col("month") == pl.date(2023, 12, 1))
    )  # fmt: skip
    chance = 1 - np.interp(250_000, rows.sort("quantile")["value"].to_list(), LEVELS)
    assert f"us_total > 250,000: {chance:.2f}" in summary
    assert "257,000" in summary


def test_an_upload_is_read_or_its_faults_are_told(client: Any) -> None:
    good = "date,people\n2023-01-01,120\n2023-02-01,150\n2023-03-01,170\n"
    answer = client.post("/datasets", params={"name": "mine.csv"}, content=good.encode())
    assert answer.status_code == 200 and answer.json()["rows"] == 3
    bad = client.post("/datasets", content=b"\x00\x01\x02")
    assert bad.status_code == 422 and bad.json()["error"]
    assert client.post("/datasets", content=b"").status_code == 422


def test_a_cancelled_ensemble_frees_its_worker(tmp_path: Path) -> None:
    jobs = Ensembles(tmp_path, most=1)
    job = jobs.start("americas", None, 500, 1)
    with pytest.raises(InputError, match="is running"):
        jobs.start("americas", None, 1, 1)
    began = time.monotonic()
    jobs.cancel(job.id)
    assert time.monotonic() - began < 1 and job.process.poll() is not None
    assert job.state()["state"] == "cancelled"


def test_an_ensemble_gives_quantiles_of_python(tmp_path: Path) -> None:
    import corridor

    folder = corridor.new(tmp_path / "mine")
    from corridor.serve.ensembles import _write, run_job

    place = tmp_path / "job"
    place.mkdir()
    _write(place / "job.json", {"corridor": str(folder), "scenario": None, "members": 3, "seed": 2})
    run_job(place)
    found = json.loads((place / "result.json").read_text())
    runs = corridor.simulate(folder, members=3, seed=2)
    expected = np.quantile(runs.monthly_flow.sum(axis=3), found["quantiles"], axis=0)
    assert np.allclose(np.asarray(found["flows"]["values"]), expected) and expected.max() > 0


PIECES = ["", "run", "..", "%2e%2e", "%00", "tables", "forecast.json", "figures", "us_total.json", "pages", "coming.json", "scenarios",
          "ensembles", "static", "main.js", "runs", "\u00e9", "'", '"', "<script>", "a" * 300, "feed.atom", "report.json"]  # fmt: skip
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    1e308,
    "",
    "run",
    "x" * 500,
    [],
    {},
    ["a"],
    {"run": "run"},
    "\u202e",
    "=1+1",
    2**70,
]


def mutated(client: Any, count: int, seed: int) -> None:
    """Random paths, queries and bodies: every answer is told, none is a failure of the server."""
    chance = random.Random(seed)
    for _ in range(count):
        path = "/" + "/".join(chance.choice(PIECES) for _ in range(chance.randint(0, 5)))
        method = chance.choice(["GET", "GET", "POST", "DELETE", "PUT", "OPTIONS", "HEAD"])
        if chance.random() < 0.5:
            path = chance.choice(
                ["/scenarios", "/datasets", "/runs/run/tables/forecast.json", "/runs/run/tables/observed.csv"]
            )
        query = {
            chance.choice(["where", "limit", "offset", "name", "run", "token"]): chance.choice(
                ["series=us_total", "=", "x", "-1", "9" * 40, "value=\x00", "month=2023-12-01"]
            )
        }
        body: dict[str, Any] = {}
        if method in ("POST", "PUT"):
            if chance.random() < 0.7:
                body = {
                    "json": {
                        key: chance.choice(VALUES)
                        for key in chance.sample(
                            ["run", "name", "settings", "scenario", "members", "seed"], 3
                        )
                    }
                }
            else:
                body = {
                    "content": chance.randbytes(chance.randint(0, 400)),
                    "headers": {"content-type": chance.choice(["application/json", "text/csv", "x"])},
                }
        answer = client.request(method, path, params=query, **body)
        assert answer.status_code < 500, (method, path, query, body, answer.text[:300])


def test_no_mutated_request_breaks_the_server(client: Any) -> None:
    mutated(client, 200, 7)


@pytest.mark.validation
def test_no_mutated_request_of_ten_thousand_breaks_the_server(client: Any) -> None:
    mutated(client, 10_000, 8)


def zipped(files: dict[str, bytes], link: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, content in files.items():
            out.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = 0o120777 << 16
            out.writestr(entry, "/etc/passwd")
    return packed.getvalue()


def strait() -> dict[str, bytes]:
    folder = ROOT / "examples" / "strait"
    return {
        f"strait/{path.relative_to(folder)}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".csv", ".yaml")
    }


def test_a_corridor_is_checked_with_its_faults_in_place(client: Any, settings: Settings) -> None:
    files = strait()
    answer = client.post("/corridors", content=zipped(files))
    assert answer.status_code == 200, answer.text
    assert (
        answer.json()["counts"]["flows"] == len(files["strait/flows.csv"].decode().strip().splitlines()) - 1
    )
    lines = files["strait/flows.csv"].decode().splitlines()
    lines[2] = lines[2].replace(lines[2].split(",")[0], "Not an id!", 1)
    bad = client.post("/corridors", content=zipped({**files, "strait/flows.csv": "\n".join(lines).encode()}))
    assert bad.status_code == 422
    assert any(f["file"].endswith("flows.csv") and f["line"] == 3 for f in bad.json()["faults"]), bad.text
    assert str(settings.folder) not in bad.text  # nothing of the server's own paths
    assert list((settings.folder / "uploads").iterdir()) == []  # nothing is kept


@pytest.mark.parametrize(
    "name",
    [
        "../out.csv",
        "/out-of-place.csv",
        "a/../../out.csv",
        "C:\\out.csv",
        "strait/.hidden.csv",
        "run.py",
        "a\x00.csv",
    ],
)
def test_a_zip_writes_nowhere_but_in_its_own_folder(client: Any, settings: Settings, name: str) -> None:
    before = set(settings.folder.parent.rglob("*"))
    answer = client.post("/corridors", content=zipped({**strait(), name: b"id\n"}))
    assert answer.status_code in (200, 422)  # a name with a zero byte ends there, as zip files have it
    if "\x00" not in name:
        assert answer.status_code == 422
    new = set(settings.folder.parent.rglob("*")) - before - {settings.folder / "uploads"}
    assert new == set() and not Path("/out-of-place.csv").exists()


def test_links_bombs_and_rubbish_are_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post("/corridors", content=zipped(strait(), link="strait/link.csv")).status_code == 422
    assert client.post("/corridors", content=b"PK\x03\x04 no zip").status_code == 422
    assert client.post("/corridors", content=b"").status_code == 422
    monkeypatch.setattr("corridor.serve.upload.MOST_UNPACKED", 1000)
    assert "too large" in client.post("/corridors", content=zipped(strait())).text
