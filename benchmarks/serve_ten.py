"""Ten readers at once, each moving a lever every three seconds, while one ensemble runs.

    python benchmarks/serve_ten.py RUN [--readers 10] [--seconds 60] [--members 200]

Serves the run in a process of its own. What a reader's move costs the server: the setting is saved, and the page and a table are
asked for. Prints the median and the slowest answer, and how long a cancelled ensemble needed to free its worker. The page's own engine
answers a lever without the server: `lever_speed.py` measures that.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

PORT = 8791
PAUSE = 3.0


def ask(path: str, body: object = None, method: str | None = None) -> tuple[int, bytes, float]:
    """Status, content and seconds of a request."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if data else {}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, headers, method=method)
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), time.perf_counter() - began
    except urllib.error.HTTPError as error:
        return error.code, error.read(), time.perf_counter() - began


def reader(number: int, name: str, until: float, found: list[tuple[str, int, float]]) -> None:
    """Move a lever, save the setting, read what changed; wait; again."""
    time.sleep(PAUSE * number / 10)
    step = 0
    while time.monotonic() < until:
        step += 1
        settings = f"#/what-if&scenario=agreement&moves=trains~1~2024-01-01~~{0.3 + 0.01 * step}"
        for path, body in (
            ("/scenarios", {"run": name, "name": f"reader {number}, {step}", "settings": settings}),
            (f"/runs/{name}/pages/what-if.json", None),
            (f"/runs/{name}/tables/differences.json", None),
        ):
            status, _, seconds = ask(path, body)
            found.append((path.split("/")[-1], status, seconds))
        time.sleep(PAUSE)


def wait_for_server() -> None:
    for _ in range(600):
        try:
            if ask("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--members", type=int, default=200)
    options = parser.parse_args()
    name = options.run.resolve().name
    with tempfile.TemporaryDirectory() as kept:
        command = [
            sys.executable,
            "-c",
            "from corridor.cli import main; main()",
            "serve",
            str(options.run),
            "--port",
            str(PORT),
            "--keep",
            kept,
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for_server()
            measure(name, options)
        finally:
            server.terminate()
            server.wait(20)


def measure(name: str, options: argparse.Namespace) -> None:
    status, content, _ = ask("/ensembles", {"run": name, "scenario": "agreement", "members": options.members})
    if status != 202:
        raise SystemExit(content.decode())
    job = json.loads(content)["id"]
    found: list[tuple[str, int, float]] = []
    until = time.monotonic() + options.seconds
    threads = [threading.Thread(target=reader, args=(n, name, until, found)) for n in range(options.readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = json.loads(ask(f"/ensembles/{job}")[1])
    began = time.perf_counter()
    ask(f"/ensembles/{job}", method="DELETE")
    freed = time.perf_counter() - began
    seconds = [one[2] for one in found]
    print(
        f"{len(found)} answers to {options.readers} readers in {options.seconds:.0f} s, all well: {all(s < 300 for _, s, _ in found)}"
    )
    print(f"median {1000 * statistics.median(seconds):.0f} ms, slowest {1000 * max(seconds):.0f} ms")
    for path in sorted({one[0] for one in found}):
        mine = [one[2] for one in found if one[0] == path]
        print(f"  {path}: median {1000 * statistics.median(mine):.0f} ms, slowest {1000 * max(mine):.0f} ms")
    print(
        f"the ensemble was {state['state']} with {state['done']} members; cancelled within {1000 * freed:.0f} ms"
    )


if __name__ == "__main__":
    main()
