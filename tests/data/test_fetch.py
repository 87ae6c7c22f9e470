"""Addresses on the web, from a server on this machine that also misbehaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from corridor.data import fetch
from corridor.data.fetch import read_source
from corridor.model import CorridorError, InputError

GOOD = b"date,value\n2023-01,5\n"


class Server(BaseHTTPRequestHandler):
    """Each path misbehaves in its own way."""

    def do_GET(self) -> None:
        getattr(self, f"on_{self.path.strip('/').partition('?')[0]}")()

    def send(self, body: bytes, code: int = 200, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def on_good(self) -> None:
        self.send(GOOD)

    def on_bare(self) -> None:  # HTTP/1.0 without a length is legal
        self.send_response(200)
        self.end_headers()
        self.wfile.write(GOOD)

    def on_short(self) -> None:
        self.send(GOOD, Content_Length="5000")

    def on_broken(self) -> None:
        self.send(b"sorry", 500)

    def on_absent(self) -> None:
        self.send(b"", 404)

    def on_circle(self) -> None:
        self.send(b"", 302, Location="/circle")

    def on_moved(self) -> None:
        self.send(b"", 301, Location="/good")

    def on_file(self) -> None:
        self.send(b"", 302, Location="file:///etc/hostname")

    def on_ftp(self) -> None:
        self.send(b"", 302, Location="ftp://x/y.csv")

    def on_page(self) -> None:
        self.send(b"\xef\xbb\xbf \n<!DOCTYPE html><html>2023-01,5</html>")

    def on_silent(self) -> None:
        time.sleep(1.5)

    def on_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(30):
            try:
                self.wfile.write(b"1")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def on_big(self) -> None:
        self.send(b"x" * 2000)

    def on_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x" * 1000)
        except OSError:
            return

    def on_nonsense(self) -> None:
        self.wfile.write(b"this is not HTTP\r\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    found.daemon_threads = True
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{found.server_address[1]}"
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize("path", ["good", "bare", "moved"])
def test_a_sound_answer(server, path):
    assert read_source(f"{server}/{path}") == GOOD


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("short", CorridorError, "ended after 21 of 5,000 bytes; nothing was changed"),
        ("broken", CorridorError, "answered 500"),
        ("absent", CorridorError, "answered 404"),
        ("circle", CorridorError, "redirects in a circle, too often, or away from the web"),
        ("file", CorridorError, "redirects in a circle, too often, or away from the web"),
        ("ftp", CorridorError, "redirects to ftp://x/y.csv, which is not on the web"),
        ("nonsense", CorridorError, "cannot be read"),
        ("page", InputError, "holds a web page, not a table of counts"),
    ],
)
def test_what_goes_wrong_is_said_plainly(server, path, kind, message):
    with pytest.raises(CorridorError) as caught:
        read_source(f"{server}/{path}", timeout=5)
    assert type(caught.value) is kind
    assert message in caught.value.message
    assert caught.value.exit_code == (2 if kind is InputError else 1)


@pytest.mark.parametrize("path", ["silent", "drip"])
def test_a_server_that_stalls_is_left_in_time(server, path):
    began = time.monotonic()
    with pytest.raises(CorridorError, match="did not answer in time"):
        read_source(f"{server}/{path}", timeout=0.5)
    assert time.monotonic() - began < 1.4


@pytest.mark.parametrize("path", ["big", "endless"])
def test_what_is_too_large_is_not_read_to_its_end(server, path, monkeypatch):
    monkeypatch.setattr(fetch, "MOST_BYTES", 1500)
    with pytest.raises(InputError, match="the most that is read"):
        read_source(f"{server}/{path}")


def test_nobody_there():
    with pytest.raises(CorridorError, match="cannot be reached"):
        read_source("http://127.0.0.1:9/x.csv", timeout=2)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("ftp://x/y.csv", "of kind 'ftp' are not read"),
        ("/no/such/file.csv", "cannot be read"),
        ("a\0b", "cannot be read"),
    ],
)
def test_other_places(where, message):
    with pytest.raises(InputError, match=message):
        read_source(where)


def test_a_folder(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_source(str(tmp_path))
