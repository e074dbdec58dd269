"""When a problem asks for a knowledge article, what its draft says, and the word on publication.

Pure. The terms of the store's notes about it: an article *hangs* on a task (a problem, or the
incident that a labelled sub-task belongs to); what is *published* is told once on the records that
it hangs on.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from connector.articles import ARTICLE, OUT, PROBLEM, SOURCE, STATE
from connector.values import Fields, Value

__all__ = ["ARTICLE", "PROBLEM"]

INCIDENT = "incident"
LOOKED_AT: Mapping[str, frozenset[str]] = {
    PROBLEM: frozenset(
        {"short_description", "description", "known_error", "workaround", "cause_notes"}
        | {"assigned_to"}
    ),
    INCIDENT: frozenset({"active", "problem_id"}),
    ARTICLE: frozenset({OUT, SOURCE, STATE}),
}
"""Columns that are read because of knowledge, whatever the mappings read."""

WISHES = frozenset({"known_error", "workaround"})
"""Columns by which a problem asks."""

TITLE = 100
"""What an article's short description takes."""

FIELD = "knowledge"
"""What a refused draft is called where fields are named."""

RETIRED = "retired"
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|h\d)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """A published article; ``at`` is when it was first seen so, on ServiceNow's clock."""

    number: str
    url: str
    at: str

    @classmethod
    def read(cls, number: str, text: str | None) -> Article | None:
        """A note of the store; nothing where there is none."""
        at, _, url = (text or "").partition("|")
        return cls(number, url, at) if url else None

    def __str__(self) -> str:
        return f"{self.at}|{self.url}"


def asks(problem: Fields) -> bool:
    """Whether a problem is a known error or has a workaround."""
    return str(problem.get("known_error")) == "true" or bool(plain(problem.get("workaround")))


def reason(problem: Fields) -> str:
    """Why it asks, in words."""
    known = str(problem.get("known_error")) == "true"
    return "it is a known error" if known else "it has a workaround"


def draft(number: str, problem: Fields) -> dict[str, Value]:
    """What the draft of its article says."""
    parts = [
        str(problem.get("description") or ""),
        *_headed("Workaround", problem.get("workaround")),
        *_headed("Cause", problem.get("cause_notes")),
        f"Written for {number}.",
    ]
    title = str(problem.get("short_description") or number)
    found: dict[str, Value] = {
        "short_description": title[:TITLE],
        "text": "".join(map(_paragraphs, parts)),
    }
    if problem.get("assigned_to"):
        found["author"] = problem["assigned_to"]
    return found


def _paragraphs(text: str) -> str:
    """Plain text as HTML: inert, with its paragraphs."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    inert = (html.escape(part).replace("\n", "<br />") for part in parts if part)
    return "".join(f"<p>{part}</p>" for part in inert)


def _headed(head: str, held: Value) -> list[str]:
    text = plain(held)
    return [f"{head}:", text] if text else []


def plain(held: Value) -> str:
    """A column's text; some releases keep HTML in them."""
    text = str(held or "")
    if _TAG.search(text):
        text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    return text.strip()
