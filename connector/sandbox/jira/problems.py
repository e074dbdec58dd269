"""How the fake Jira says no: every shape of error answer, in one place.

A route raises :class:`Refusal`; the app turns it into a response. Most errors are the standard
collection (``errorMessages`` and ``errors`` by field), but plain text, problem documents and bare
messages occur too, as on the real thing. The wording is ours; field names and statuses are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from connector.sandbox.http import Response

TEXT_LIMIT = 32_767
BAD_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."


class Refusal(Exception):
    """An answer with an error status; whatever was about to be written is not."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(response.body.decode())


def refusal(
    status: int, *messages: str, errors: Mapping[str, str] | None = None, **more: Any
) -> Refusal:
    """The standard error collection."""
    return Refusal(Response.of_json(status, collection(messages, errors, **more)))


def collection(
    messages: Sequence[str] = (), errors: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """The body of the standard error collection."""
    return {"errorMessages": list(messages), "errors": dict(errors or {}), **more}


def bare(status: int, *messages: str) -> Refusal:
    """Messages without an ``errors`` member, as request checking answers."""
    return Refusal(Response.of_json(status, {"errorMessages": list(messages)}))


def plain(status: int, text: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """Plain text instead of JSON."""
    kind = {"Content-Type": "text/plain;charset=UTF-8"}
    return Refusal(Response(status, text.encode(), {**kind, **(headers or {})}))


def problem_document(status: int, detail: str, path: str) -> Refusal:
    """A problem document, as the web framework answers before Jira is asked."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
    }
    return Refusal(Response.of_json(status, body, {"Content-Type": "application/problem+json"}))


def no_issue() -> Refusal:
    """Gone and hidden look alike."""
    return refusal(404, "Issue does not exist or you do not have permission to see it.")


def no_deletion() -> Refusal:
    """Who sees an issue may not always delete it."""
    return refusal(403, "You do not have permission to delete issues in this project.")


def off_screen(field: str) -> str:
    """The text for a field that is unknown or not on the screen."""
    return f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."


def too_long(limit: int = TEXT_LIMIT) -> str:
    """The text for a value over the limit."""
    return f"The entered text is too long. It exceeds the allowed limit of {limit:,} characters."


def needs_login() -> Refusal:
    """What a resource that knows no anonymous callers says."""
    return plain(401, "Client must be authenticated to access this resource.")
