"""What an HTTP answer from Jira means: its JSON, or which error. Pure.

A refusal is read as loosely as Jira writes it: ``errorMessages``, ``errors`` by field, ``message``,
``error``, ``detail``, plain text or an HTML page all occur. Statuses and field ids decide, never
the wording: messages come in the language of the account.

Two signs unmask an account that Jira treats as anonymous while it answers 200 with nothing:
``X-Seraph-LoginReason`` (Cloud, any answer) and ``X-AUSERNAME: anonymous`` (Data Center).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import (
    AccessLost,
    BrokenAnswer,
    ConnectorError,
    ReadAgain,
    Rejected,
    RetryLater,
)

SIDE = "jira"
_TOO_LARGE = b"maximum permitted size"
_SMALLER = (
    "Attach it by hand somewhere else and link to it, or raise the largest size in Jira's settings "
    "of attachments, then `tandem parked retry ID`."
)


class Forbidden(Rejected):
    """A right is missing for this call, in Jira's own words; others may still be allowed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str

    @property
    def is_json(self) -> bool:
        """Whether the content type says JSON (``application/problem+json`` included)."""
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        return kind.endswith(("/json", "+json"))

    def json(self) -> Any:
        """The body's JSON, ``None`` for an empty body. Raises ``BrokenAnswer``."""
        if not self.body.strip():
            return None
        if not self.is_json:
            raise BrokenAnswer("the answer is no JSON but a page", side=SIDE, where=self.where)
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise BrokenAnswer("the JSON is cut off", side=SIDE, where=self.where) from error


def anonymous(answer: Answer) -> AccessLost | None:
    """The error for an answer given to nobody in particular, whatever its status."""
    reason = answer.headers.get("x-seraph-loginreason", "OK").strip()
    if reason and not all(word.strip() == "OK" for word in reason.split(",")):
        what = f"the token is invalid, expired or revoked: Jira says {reason}"
        return AccessLost(what, side=SIDE, where=answer.where)
    if answer.headers.get("x-ausername", "").strip().lower() == "anonymous":
        what = "Jira answers as to an anonymous visitor: the token is not accepted"
        return AccessLost(what, side=SIDE, where=answer.where)
    return None


def error_of(answer: Answer, absent: type[ConnectorError], after: float | None) -> ConnectorError:
    """The error for a status that is not a success. ``absent`` is what a 404 means here."""
    status, where = answer.status, answer.where
    if status == 401:
        return AccessLost("Jira does not accept user and token", side=SIDE, where=where)
    if status == 429:
        reason = answer.headers.get("ratelimit-reason", "")
        what = f"Jira's rate limit is reached {reason}".rstrip()
        return RetryLater(what, side=SIDE, where=where, after=after)
    if status >= 500:
        return RetryLater(f"Jira answered {status}", side=SIDE, where=where, after=after)
    if status == 410:
        remedy = "Set TANDEM_JIRA__FLAVOR to the site's kind: cloud or dc."
        return BrokenAnswer("this call was removed", side=SIDE, where=where, remedy=remedy)
    if 300 <= status < 400:
        remedy = "Set the URL to where it leads: https, and the context path if there is one."
        return BrokenAnswer("Jira redirects elsewhere", side=SIDE, where=where, remedy=remedy)
    return _of_body(answer, absent)


def upload_error(
    answer: Answer, absent: type[ConnectorError], after: float | None
) -> ConnectorError:
    """The error for a file that was not taken.

    Cloud answers 413 to one that is too large; older Data Centers were seen to answer 404 with
    words of their upload library (bobcarroll/jira-client issue 119).
    """
    if answer.status == 413 or (answer.status == 404 and _TOO_LARGE in answer.body):
        spoken = refusal(answer)
        what = spoken.what if spoken else "Jira refused the file: it is too large"
        return Rejected(what, side=SIDE, where=answer.where, field="attachment", remedy=_SMALLER)
    return error_of(answer, absent, after)


def content_error(
    answer: Answer, absent: type[ConnectorError], after: float | None
) -> ConnectorError:
    """The error for a content that was not given out.

    Data Center's web interface speaks in pages: 404 for a file that is gone, 403 for a hidden one.
    Where Cloud keeps contents nobody speaks Jira's words at all: an address that is no longer good
    is worth another try, with a new one.
    """
    if answer.status in (404, 403) and refusal(answer) is None:
        if answer.where.startswith("GET /secure/"):
            return absent("the file is not visible", side=SIDE, where=answer.where)
        what = f"where Jira keeps its files {answer.status} was answered"
        return RetryLater(what, side=SIDE, where=answer.where, after=after)
    return error_of(answer, absent, after)


def _of_body(answer: Answer, absent: type[ConnectorError]) -> ConnectorError:
    status, where = answer.status, answer.where
    spoken = refusal(answer)
    if status == 403 and (spoken is None or "authentication-denied-reason" in answer.headers):
        return AccessLost("Jira forbids this account", side=SIDE, where=where)
    if status in (404, 405, 415) and spoken is None:
        return BrokenAnswer(f"{status} without Jira's own words", side=SIDE, where=where)
    if status == 404:
        return absent(str(spoken.what if spoken else "not found"), side=SIDE, where=where)
    if status == 409:
        return ReadAgain("the issue changed at the same moment", side=SIDE, where=where)
    if status in (405, 415):
        return BrokenAnswer(f"Jira refuses the call with {status}", side=SIDE, where=where)
    if status == 403 and spoken is not None:
        return Forbidden(spoken.what, side=SIDE, where=where, field=spoken.field)
    return spoken or Rejected(f"Jira refused with {status}", side=SIDE, where=where)


def refusal(answer: Answer) -> Rejected | None:
    """The vendor's own words of refusal, ``None`` if the body holds none."""
    if not answer.is_json:
        return None
    try:
        body = json.loads(answer.body)
    except ValueError:
        return None
    return rejected(body, answer.where)


def _speaks(row: Any) -> bool:
    """Bulk operations list their messages as objects."""
    return isinstance(row, Mapping) and bool(row.get("message"))


def rejected(body: Any, where: str) -> Rejected | None:
    """A refusal from Jira's error collection: the first named field leads.

    ``{"error": ...}`` alone is the gateway speaking about authentication, not Jira about a record.
    """
    if not isinstance(body, Mapping):
        return None
    errors = body.get("errors")
    fields = dict(errors) if isinstance(errors, Mapping) else {}
    messages = [str(text) for text in body.get("errorMessages") or ()]
    if isinstance(errors, list):
        messages += [str(row["message"]) for row in errors if _speaks(row)]
    messages += [str(body[name]) for name in ("message", "detail", "title") if body.get(name)]
    words = [f"{name}: {text}" for name, text in fields.items()] + messages
    if not words and "errorMessages" not in body and "errors" not in body:
        return None
    name = str(next(iter(fields), ""))
    said = "; ".join(words) or "no reason given"
    return Rejected(f"Jira refused: {said}".rstrip("."), side=SIDE, where=where, field=name)
