"""The Starlette application: pages, JSON of every page, table and figure, scenarios, ensembles, uploads, the feed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from corridor._version import __version__
from corridor.model import InputError
from corridor.report.assets import SCRIPTS, read
from corridor.serve.ensembles import Ensembles
from corridor.serve.feed import atom, watch
from corridor.serve.guard import Guard, TooLarge
from corridor.serve.openapi import openapi
from corridor.serve.runs import Runs, Served, plain
from corridor.serve.settings import Settings
from corridor.serve.store import Store, as_json
from corridor.serve.upload import check_corridor
from corridor.study.query import select_rows

Handler = Callable[[Request], Awaitable[Response]]
LONGEST_NAME = 200
LONGEST_SETTINGS = 8_000


def make_app(runs: Runs, settings: Settings) -> Starlette:
    """The application for some run folders.

    Raises:
        InputError: a server beyond loopback without a token, or a webhook that cannot be called.
    """
    settings.check()
    server = Server(runs, settings)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(watch(runs, settings)) if settings.webhook else None
        yield
        if watching is not None:
            watching.cancel()
        server.ensembles.close()

    routes = [
        Route(path, _timed(getattr(server, name), settings), methods=[method])
        for method, path, name in ROUTES
    ]
    handlers: dict[Any, Any] = {
        HTTPException: _refused, InputError: _wrong, TooLarge: _too_large, TimeoutError: _too_slow,
    }  # fmt: skip
    return Starlette(
        routes=routes,
        lifespan=life,
        exception_handlers=handlers,
        middleware=[Middleware(Guard, settings=settings)],
    )


ROUTES: tuple[tuple[str, str, str], ...] = (
    ("GET", "/", "index"),
    ("GET", "/healthz", "health"),
    ("GET", "/openapi.json", "describe"),
    ("GET", "/static/{name:path}", "static"),
    ("GET", "/runs.json", "list_runs"),
    ("GET", "/runs/{run}/", "document"),
    ("GET", "/runs/{run}/report.json", "report"),
    ("GET", "/runs/{run}/pages/{name}.json", "page"),
    ("GET", "/runs/{run}/figures/{name}.json", "figure"),
    ("GET", "/runs/{run}/tables/{name}.json", "table"),
    ("GET", "/runs/{run}/tables/{name}.csv", "table_csv"),
    ("GET", "/runs/{run}/feed.atom", "feed"),
    ("GET", "/scenarios", "scenarios"),
    ("POST", "/scenarios", "save_scenario"),
    ("GET", "/scenarios/{id}", "scenario"),
    ("DELETE", "/scenarios/{id}", "delete_scenario"),
    ("POST", "/ensembles", "start_ensemble"),
    ("GET", "/ensembles/{id}", "ensemble"),
    ("DELETE", "/ensembles/{id}", "cancel_ensemble"),
    ("POST", "/datasets", "check_dataset"),
    ("POST", "/corridors", "check_corridor"),
)
"""Method, path and method of `Server`; ``/openapi.json`` describes the same."""


def _timed(handler: Handler, settings: Settings) -> Handler:
    async def answer(request: Request) -> Response:
        return await asyncio.wait_for(handler(request), settings.most_seconds)

    return answer


def _json(value: Any, status: int = 200) -> Response:
    return Response(as_json(value), status, media_type="application/json")


async def _refused(_request: Request, error: HTTPException) -> Response:
    return _json({"error": error.detail}, error.status_code)


async def _wrong(_request: Request, error: InputError) -> Response:
    faults = [
        {"file": f.file, "line": f.line, "column": f.column, "message": f.message, "hint": f.hint}
        for f in error.faults
    ]
    return _json({"error": error.message, "hint": error.hint, "faults": faults}, 422)


async def _too_large(_request: Request, _error: TooLarge) -> Response:
    return _json({"error": "the body is too large"}, 413)


async def _too_slow(_request: Request, _error: TimeoutError) -> Response:
    return _json({"error": "it took too long"}, 503)


class Server:
    """What each address answers. Nothing that a request names is looked up outside of what is held in memory."""

    def __init__(self, runs: Runs, settings: Settings) -> None:
        self.runs = runs
        self.settings = settings
        self.store = Store(settings.folder / "scenarios.sqlite")
        self.ensembles = Ensembles(settings.folder / "ensembles", settings.most_ensembles)

    async def _run(self, request: Request) -> Served:
        found = await run_in_threadpool(self.runs.get, request.path_params["run"])
        if found is None:
            raise HTTPException(404, "there is no such run")
        return found

    # -- pages and their parts ------------------------------------------------------------------------------------

    async def index(self, _request: Request) -> Response:
        """The first run's page."""
        return RedirectResponse(f"/runs/{quote(next(iter(self.runs.by_name)))}/", 302)

    async def health(self, _request: Request) -> Response:
        """Whether the server answers, and how many runs it holds."""
        return _json({"status": "ok", "version": __version__, "runs": len(self.runs.by_name)})

    async def describe(self, _request: Request) -> Response:
        """The OpenAPI file."""
        return _json(openapi(ROUTES, __version__))

    async def static(self, request: Request) -> Response:
        """One of the page's scripts."""
        name = request.path_params["name"]
        if name not in SCRIPTS:
            raise HTTPException(404, "there is no such script")
        return Response(read(name), media_type="text/javascript", headers={"cache-control": "max-age=3600"})

    async def list_runs(self, _request: Request) -> Response:
        """The runs, with the names of their pages, tables and figures."""
        listed = [
            {"name": name, "title": one.view.title, "as_of": one.view.as_of, "tables": one.tables,
             "pages": [page["id"] for page in one.payload["pages"]], "figures": list(one.figures)}
            for name, one in self.runs.by_name.items()
        ]  # fmt: skip
        return _json({"runs": listed})

    async def document(self, request: Request) -> Response:
        """The page of a run."""
        one = await self._run(request)
        return Response(await run_in_threadpool(one.html), media_type="text/html")

    async def report(self, request: Request) -> Response:
        """Everything that the page shows."""
        one = await self._run(request)
        return Response(await run_in_threadpool(one.report_text), media_type="application/json")

    async def page(self, request: Request) -> Response:
        """One page with its sections."""
        one = await self._run(request)
        text = await run_in_threadpool(one.page_text, request.path_params["name"])
        return Response(_found(text, "page"), media_type="application/json")

    async def figure(self, request: Request) -> Response:
        """One figure, with all that it draws."""
        return _json(_found((await self._run(request)).figures.get(request.path_params["name"]), "figure"))

    async def _rows(self, request: Request) -> Any:
        one = await self._run(request)
        limit = _whole(request.query_params.get("limit", str(self.settings.most_rows)), "limit")
        offset = _whole(request.query_params.get("offset", "0"), "offset")
        where = request.query_params.getlist("where")
        rows = await run_in_threadpool(select_rows, one.run, request.path_params["name"], where)
        return rows.height, rows.slice(min(offset, rows.height), min(limit, self.settings.most_rows))

    async def table(self, request: Request) -> Response:
        """Rows of a table; counts of people from 1 to 9 are held back, as in every export."""
        count, rows = await self._rows(request)
        return _json({"count": count, "columns": rows.columns, "rows": plain(rows.rows())})

    async def table_csv(self, request: Request) -> Response:
        """The same rows as CSV."""
        _, rows = await self._rows(request)
        return Response("\ufeff" + rows.write_csv(), media_type="text/csv")

    async def feed(self, request: Request) -> Response:
        """The Atom feed of a run."""
        one = await self._run(request)
        text = atom(request.path_params["run"], one, str(request.url), self.settings)
        return Response(text, media_type="application/atom+xml")

    # -- scenarios ------------------------------------------------------------------------------------------------

    async def scenarios(self, request: Request) -> Response:
        """Saved scenarios, all or those of a run."""
        found = await run_in_threadpool(self.store.list, request.query_params.get("run", ""))
        return _json({"scenarios": found})

    async def scenario(self, request: Request) -> Response:
        """One saved scenario."""
        return _json(_found(await run_in_threadpool(self.store.get, request.path_params["id"]), "scenario"))

    async def save_scenario(self, request: Request) -> Response:
        """Keep a setting of the simulator: ``{"run", "name", "settings"}``; confirmed when it is on disk."""
        body = await _body(request)
        run, name = _text(body, "run", LONGEST_NAME), _text(body, "name", LONGEST_NAME)
        settings = _text(body, "settings", LONGEST_SETTINGS)
        if run not in self.runs.by_name:
            raise HTTPException(422, "run: there is no such run")
        try:
            return _json(await run_in_threadpool(self.store.save, run, name, settings), 201)
        except ValueError as error:
            raise HTTPException(409, str(error)) from error

    async def delete_scenario(self, request: Request) -> Response:
        """Remove a saved scenario."""
        if not await run_in_threadpool(self.store.delete, request.path_params["id"]):
            raise HTTPException(404, "there is no such scenario")
        return Response(status_code=204)

    # -- ensembles ------------------------------------------------------------------------------------------------

    async def start_ensemble(self, request: Request) -> Response:
        """Run ``{"run", "scenario", "members", "seed"}`` in a process of its own."""
        body = await _body(request)
        run = self.runs.by_name.get(_text(body, "run", LONGEST_NAME))
        levers = run.view.run.levers if run else None
        if run is None or levers is None:
            raise HTTPException(422, "run: there is no such run with a simulator")
        scenario = _text(body, "scenario", LONGEST_NAME)
        if scenario not in {one["id"] for one in levers["scenarios"]}:
            raise HTTPException(422, "scenario: the run has no such scenario")
        members, seed = (
            _count(body, "members", 40, self.settings.most_members),
            _count(body, "seed", 1, 2**31),
        )
        try:
            job = self.ensembles.start(
                str(levers["corridor"]), None if scenario == "base" else scenario, members, seed
            )
        except InputError as error:
            raise HTTPException(409, f"{error.message}: {error.hint}") from error
        return _json(job.state(), 202)

    async def ensemble(self, request: Request) -> Response:
        """How far an ensemble is, and its result."""
        return _json(_found(self.ensembles.jobs.get(request.path_params["id"]), "ensemble").state())

    async def cancel_ensemble(self, request: Request) -> Response:
        """End an ensemble at once."""
        job = await run_in_threadpool(self.ensembles.cancel, request.path_params["id"])
        return _json(_found(job, "ensemble").state())

    # -- a reader's own data --------------------------------------------------------------------------------------

    async def check_dataset(self, request: Request) -> Response:
        """Say how a file of counts would be read, or everything that is wrong with it; nothing is kept or run."""
        from corridor.data.reading import understand

        content = await request.body()
        if not content:
            raise HTTPException(422, "the body is empty")
        label = request.query_params.get("name", "upload.csv")[:LONGEST_NAME].replace("/", "_")
        try:
            found = await run_in_threadpool(understand, content, label)
        except InputError:
            raise
        except (ValueError, OSError, KeyError, UnicodeError) as error:
            raise HTTPException(422, f"the file cannot be read: {error}") from error
        return _json({"name": label, "rows": int(found.table.height), "columns": list(found.table.columns)})

    async def check_corridor(self, request: Request) -> Response:
        """Say what a zipped corridor folder holds, or everything that is wrong with it; nothing is kept or run."""
        content = await request.body()
        return _json(await run_in_threadpool(check_corridor, content, self.settings.folder / "uploads"))


def _found(value: Any, what: str) -> Any:
    if value is None:
        raise HTTPException(404, f"there is no such {what}")
    return value


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request; other sites cannot send that type without asking first."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, "the body is no JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(422, "the body is no object")
    return value


def _text(body: dict[str, Any], key: str, longest: int) -> str:
    value = body.get(key)
    if not isinstance(value, str) or len(value) > longest or any(0xD800 <= ord(c) < 0xE000 for c in value):
        raise HTTPException(422, f"{key}: a text of at most {longest} characters")
    return value


def _count(body: dict[str, Any], key: str, default: int, most: int) -> int:
    value = body.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise HTTPException(422, f"{key}: a whole number from 1 to {most}")
    return value


def _whole(text: str, key: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise HTTPException(422, f"{key}: a whole number")
    return int(text)
