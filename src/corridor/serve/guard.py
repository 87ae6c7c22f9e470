"""What every request passes: host, token, size, origin; and the headers that every answer carries."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import JSONResponse

from corridor.report.html import SERVED_POLICY
from corridor.serve.settings import Settings, is_loopback

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

POLICY = f"{SERVED_POLICY}; frame-ancestors 'none'"
HEADERS = {
    "content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
}  # fmt: skip
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Guard:
    """ASGI middleware that refuses what may not be asked, before anything is read."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with a limited body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, _with_headers(send))
            return
        await self.app(scope, _limited(receive, self.settings.most_bytes), _with_headers(send))

    def _refused(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = re.sub(r":\d+$", "", headers.get("host", ""))
        if self.settings.loopback and not is_loopback(host):
            return _no(400, "this server answers only under its own name")
        if self.settings.token and not self._knows(headers, QueryParams(scope["query_string"])):
            return _no(401, "the token is missing or wrong")
        if (
            headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
            and scope["method"] in WRITES
        ):
            return _no(403, "another site may not write here")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.settings.most_bytes:
            return _no(413, f"at most {self.settings.most_bytes:,} bytes")
        return None

    def _knows(self, headers: Headers, query: QueryParams) -> bool:
        given = headers.get("authorization", "").removeprefix("Bearer ") or query.get("token", "")
        return hmac.compare_digest(given.encode(), self.settings.token.encode())


class TooLarge(Exception):
    """A body grew beyond the limit without having said so."""


def _limited(receive: Receive, most: int) -> Receive:
    seen = 0

    async def read() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise TooLarge
        return message

    return read


def _with_headers(send: Send) -> Send:
    async def write(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return write


def _no(status: int, words: str) -> JSONResponse:
    return JSONResponse({"error": words}, status)
