"""What an HTTP answer from ServiceNow means: its result, or which error. Pure.

A 2xx is not a promise: 202 means queued or thrown away, an ``error`` block may stand beside a
partial ``result``, and a sleeping instance answers 200 with a page. A 403 is often a business
refusal and no question of rights, so its wording decides (Table API; servicenow-api 2, error
bodies). A scripted resource with a rule of its own lets somebody not in with "Failed API level ACL
Validation" (ServiceNow's KB0686244 quotes the words): that says nothing about the rest of the side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    Gone,
    NotThere,
    Rejected,
    RetryLater,
)

SIDE = "servicenow"
_MANDATORY = re.compile(r"fields are mandatory: (?P<names>.+)", re.IGNORECASE)
_TABLE = re.compile(r"invalid table|does not represent any resource", re.IGNORECASE)
_UPLOADS = (
    "Compare its size and the ending of its name with com.glide.attachment.max_size and "
    "glide.attachment.extensions, or give the account the right to attach files to this table."
)
_NEXT = re.compile(r'<([^<>]*)>;\s*rel="next"')
_OFFSET = re.compile(r"[?&]sysparm_offset=(\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str

    @property
    def is_json(self) -> bool:
        """Whether the content type says JSON."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        return kind.endswith(("/json", "+json"))

    @property
    def has_next(self) -> bool:
        """Whether the ``Link`` header names a next page (rows hidden from us are counted too)."""
        return self._next is not None

    @property
    def next_offset(self) -> int | None:
        """Where the ``Link`` header says that the next page begins."""
        place = _OFFSET.search(self._next or "")
        return int(place.group(1)) if place else None

    @property
    def _next(self) -> str | None:
        found = _NEXT.search(self.headers.get("link", ""))
        return found.group(1) if found else None

    def json(self) -> Any:
        """The body's JSON. Raises ``BrokenAnswer`` for a page or a cut-off body."""
        if not self.is_json:
            raise BrokenAnswer(
                "a page came instead of data: the instance hibernates or is in maintenance",
                side=SIDE,
                where=self.where,
                remedy="Wake it by logging in with a browser, then run again.",
            )
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise BrokenAnswer("the JSON is cut off", side=SIDE, where=self.where) from error


def partial(value: Any) -> str:
    """The message of an ``error`` block that stands in a successful answer, else nothing."""
    error = value.get("error") if isinstance(value, dict) else None
    return str(error.get("message") or "error") if isinstance(error, dict) else ""


def error_of(answer: Answer, after: float | None) -> ConnectorError:
    """The error for a status that is not a success."""
    status, where = answer.status, answer.where
    if status == 401:
        return AccessLost("ServiceNow does not accept our login", side=SIDE, where=where)
    if status == 429:
        what = "ServiceNow's rate limit is reached"
        return RetryLater(what, side=SIDE, where=where, after=after)
    if status >= 500:
        return RetryLater(f"ServiceNow answered {status}", side=SIDE, where=where, after=after)
    if 300 <= status < 400:
        remedy = "Set TANDEM_SERVICENOW__URL to where it leads."
        return BrokenAnswer("ServiceNow redirects elsewhere", side=SIDE, where=where, remedy=remedy)
    message, detail = _words(answer)
    if status == 403:
        return _forbidden(message, detail, where)
    if status == 404:
        return _absent(message, detail, where)
    if _TABLE.search(message):
        return NotThere(f"{message}", side=SIDE, where=where)
    return Rejected(_said(message, detail, f"refused with {status}"), side=SIDE, where=where)


def upload_error(answer: Answer, after: float | None) -> ConnectorError:
    """The error for a file that was not taken: it concerns that file and no right to look.

    ServiceNow's page on the Attachment API names no status for one that is too large or of a type
    that is not allowed, so every plain refusal counts as one; 413 may also come from a proxy.
    """
    if answer.status not in (400, 403, 406, 413, 415):
        return error_of(answer, after)
    message, detail = _words(answer)
    if _TABLE.search(message):
        return error_of(answer, after)
    said = _said(message, detail, f"the file is refused with {answer.status}")
    return Rejected(said, side=SIDE, where=answer.where, field="attachment", remedy=_UPLOADS)


def _words(answer: Answer) -> tuple[str, str]:
    try:
        value = json.loads(answer.body)
    except ValueError:
        return "", ""
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return str(error or ""), ""
    return str(error.get("message") or ""), str(error.get("detail") or "")


def _said(message: str, detail: str, otherwise: str) -> str:
    """The vendor's own words in one line, cut to a bearable length."""
    words = ": ".join(part for part in (message, detail) if part) or otherwise
    return " ".join(words.split())[:300]


def _forbidden(message: str, detail: str, where: str) -> ConnectorError:
    said = _said(message, detail, "forbidden")
    if message.startswith("Operation Failed"):
        found = _MANDATORY.search(detail)
        names = found.group("names").strip() if found else ""
        return Rejected(said, side=SIDE, where=where, field=names)
    if "API level ACL" in detail:
        remedy = "Give the account the role that this resource demands."
        return Rejected(said, side=SIDE, where=where, remedy=remedy)
    if message.startswith("Insufficient rights"):
        remedy = "Give the account read rights on this table and the queried columns."
        return AccessLost(said, side=SIDE, where=where, remedy=remedy)
    return AccessLost(said, side=SIDE, where=where)


def _absent(message: str, detail: str, where: str) -> ConnectorError:
    if "No Record found" in message:
        return Gone(_said(message, detail, "no record"), side=SIDE, where=where)
    return NotThere(_said(message, detail, "no such resource"), side=SIDE, where=where)
