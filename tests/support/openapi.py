"""Requests and answers of Jira Cloud held against the vendor's published API description.

The description lies beside the checkout, not in it; tests that need it are skipped where it is not
there. Two liberties are taken, because the description does not say what may be null and often
leaves error answers out: members that are null count as absent, and an error status without a
documented body is let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

DESCRIPTION = (
    Path(__file__).resolve().parents[3] / "shared" / "specs" / "jira-cloud-v3-openapi.json"
)
MISSING = f"{DESCRIPTION.name} is not beside this checkout"


def available() -> bool:
    """Whether there is a description to check against."""
    return DESCRIPTION.is_file()


def check_request(method: str, path: str, body: Any) -> None:
    """Assert that a request body is what the route documents. ``path`` has no query."""
    content = _operation(method, path).get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    assert schema is not None, f"{method} {path} takes no JSON body"
    _check(schema, body, f"request {method} {path}")


def check_response(method: str, path: str, status: int, body: Any) -> None:
    """Assert that a status is documented for the route and the body is what it promises.

    ``body`` is parsed JSON, or ``None`` for an empty one.
    """
    responses = _operation(method, path)["responses"]
    assert str(status) in responses, f"{method} {path}: status {status} is not documented"
    content = responses[str(status)].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None or (status >= 400 and not schema):
        return
    _check(schema, body, f"response {status} of {method} {path}")


def _operation(method: str, path: str) -> dict[str, Any]:
    routes = [
        (template, operations)
        for template, operations in _document()["paths"].items()
        if method.lower() in operations and _pattern(template).fullmatch(path)
    ]
    assert routes, f"{method} {path} is not documented"
    template = min(routes, key=lambda row: row[0].count("{"))
    operation: dict[str, Any] = template[1][method.lower()]
    return operation


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template))


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return document


def _check(schema: dict[str, Any], body: Any, what: str) -> None:
    whole = {"components": _document()["components"], "allOf": [schema]}
    validator = jsonschema.Draft4Validator(whole)
    found = [_told(error) for error in validator.iter_errors(_without_nulls(body))]
    assert not found, f"{what}: " + "; ".join(found[:5])


def _told(error: jsonschema.ValidationError) -> str:
    deepest = max(_leaves(error), key=lambda row: len(row.absolute_path))
    return f"{'/'.join(map(str, deepest.absolute_path)) or '(body)'}: {deepest.message[:200]}"


def _leaves(error: jsonschema.ValidationError) -> Iterator[jsonschema.ValidationError]:
    if not error.context:
        yield error
    for inner in error.context or ():
        yield from _leaves(inner)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(row) for name, row in value.items() if row is not None}
    return [_without_nulls(row) for row in value] if isinstance(value, list) else value
