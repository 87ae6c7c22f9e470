"""The server's OpenAPI file, from the same list of routes that it serves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

BODIES: dict[str, dict[str, Any]] = {
    "save_scenario": {
        "type": "object", "required": ["run", "name", "settings"],
        "properties": {
            "run": {"type": "string", "maxLength": 200}, "name": {"type": "string", "maxLength": 200},
            "settings": {"type": "string", "maxLength": 8000, "description": "what stands after # in the page's address"},
        },
    },
    "start_ensemble": {
        "type": "object", "required": ["run", "scenario"],
        "properties": {
            "run": {"type": "string", "maxLength": 200}, "scenario": {"type": "string", "maxLength": 200},
            "members": {"type": "integer", "minimum": 1, "maximum": 500}, "seed": {"type": "integer", "minimum": 1},
        },
    },
}  # fmt: skip
QUERIES: dict[str, dict[str, dict[str, Any]]] = {
    "table": {
        "where": {"type": "array", "items": {"type": "string"}, "description": "column=value or column=a,b"},
        "limit": {"type": "integer", "minimum": 0}, "offset": {"type": "integer", "minimum": 0},
    },
    "scenarios": {"run": {"type": "string"}},
    "check_dataset": {"name": {"type": "string"}},
}  # fmt: skip
QUERIES["table_csv"] = QUERIES["table"]
TYPES = {
    "document": "text/html",
    "table_csv": "text/csv",
    "feed": "application/atom+xml",
    "static": "text/javascript",
}
ERRORS = {
    "400": "another host",
    "401": "no token",
    "404": "not there",
    "413": "too large",
    "422": "wrong input",
}


def openapi(routes: Sequence[tuple[str, str, str]], version: str) -> dict[str, Any]:
    """The description of ``routes`` (method, path, name)."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path, name in routes:
        plain = re.sub(r":path\}", "}", path)
        paths.setdefault(plain, {})[method.lower()] = _operation(name, plain)
    return {"openapi": "3.1.0", "info": {"title": "Corridor", "version": version}, "paths": paths}


def _operation(name: str, path: str) -> dict[str, Any]:
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
        for one in re.findall(r"\{(\w+)\}", path)
    ]
    parameters += [
        {"name": one, "in": "query", "required": False, "schema": schema}
        for one, schema in QUERIES.get(name, {}).items()
    ]
    ok = {"save_scenario": "201", "start_ensemble": "202", "delete_scenario": "204", "index": "302"}.get(
        name, "200"
    )
    content = (
        {} if ok in ("204", "302") else {"content": {TYPES.get(name, "application/json"): {"schema": {}}}}
    )
    found: dict[str, Any] = {
        "operationId": name, "parameters": parameters,
        "responses": {ok: {"description": "done", **content}}
        | {code: {"description": words} for code, words in ERRORS.items()},
    }  # fmt: skip
    if name in BODIES:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": BODIES[name]}}}
        found["responses"]["415"] = {"description": "the body is not sent as application/json"}
    if name in ("check_dataset", "check_corridor"):
        whole: dict[str, Any] = {"schema": dict[str, Any]()}
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": whole}}
    return found
