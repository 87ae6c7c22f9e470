"""Bytes of a file or of an address on the web: with a deadline, a limit of size, and plain reasons."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from corridor.model import CorridorError, InputError

MOST_BYTES = 500_000_000
_CHUNK = 1 << 16
_PAGE = b"<"


_LOOK_FOR_TABLE = 2_000_000


def read_source(where: str, timeout: float = 60.0) -> bytes:
    """The content of a path or an http(s) address, the whole of it within ``timeout`` seconds.

    Raises
    ------
    InputError
        If there is no such file, the address is of another kind, or a web page is there instead of a file.
    CorridorError
        If the server fails, stalls, redirects in a circle, or ends in the middle.
    """
    scheme = urllib.parse.urlsplit(where).scheme.lower()
    if scheme in ("http", "https"):
        content = _download(where, timeout)
    elif "://" in where:
        raise InputError(
            f"{where}: addresses of kind {scheme!r} are not read", hint="give a path, http or https"
        )
    else:
        content = _file(Path(where))
    page = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PAGE)
    if page and b"<table" not in content[:_LOOK_FOR_TABLE].lower():
        raise InputError(
            f"{where} holds a web page, not a table of counts", hint="give the address of the CSV file itself"
        )
    return content


def _file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder", hint="name a CSV file")
        if path.exists() and not path.is_file():
            raise InputError(
                f"{path} is not a regular file", hint="name a file; copy what a pipe gives into one"
            )
        if path.stat().st_size > MOST_BYTES:
            raise _too_large(str(path))
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name with a zero byte is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path} cannot be read: {reason}", hint="name a CSV file") from error


def _download(where: str, timeout: float) -> bytes:
    deadline = time.monotonic() + timeout
    try:
        request = urllib.request.Request(
            where, headers={"User-Agent": "corridor", "Accept": "text/csv, */*;q=0.1"}
        )
        with urllib.request.build_opener(_SameKind()).open(request, timeout=timeout) as answer:
            return _body(answer, where, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        if "redirect" in str(error.reason).lower():
            raise CorridorError(
                f"{where} redirects in a circle, too often, or away from the web",
                hint="give the final address",
            ) from error
        raise CorridorError(
            f"{where} answered {error.code} ({error.reason})", hint="try again later"
        ) from error
    except TimeoutError as error:
        raise _stalled(where) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _stalled(where) from error
        raise CorridorError(
            f"{where} cannot be reached: {error.reason}", hint="is the address right?"
        ) from error
    except http.client.IncompleteRead as error:
        raise _cut(where, len(error.partial), None) from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise CorridorError(f"{where} cannot be read: {error}", hint="is the address right?") from error


def _body(answer: Any, where: str, deadline: float) -> bytes:
    length = answer.headers.get("Content-Length")
    promised = int(length) if length and length.isdigit() else None
    if promised is not None and promised > MOST_BYTES:
        raise _too_large(where)
    parts: list[bytes] = []
    size = 0
    # read1 returns with what has come, so that a server that drips is noticed, too
    while part := answer.read1(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise _too_large(where)
        if time.monotonic() > deadline:
            raise _stalled(where)
    if promised is not None and size != promised:
        raise _cut(where, size, promised)
    return b"".join(parts)


class _SameKind(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urllib.parse.urlsplit(newurl).scheme.lower() not in ("http", "https"):
            fp.close()
            raise CorridorError(f"{req.full_url} redirects to {newurl}, which is not on the web")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _too_large(where: str) -> InputError:
    return InputError(f"{where} is larger than {MOST_BYTES // 1_000_000} MB, the most that is read")


def _stalled(where: str) -> CorridorError:
    return CorridorError(
        f"{where} did not answer in time; nothing was changed", hint="try again, or raise --timeout"
    )


def _cut(where: str, size: int, promised: int | None) -> CorridorError:
    of = f" of {promised:,}" if promised else ""
    return CorridorError(f"{where} ended after {size:,}{of} bytes; nothing was changed", hint="try again")
