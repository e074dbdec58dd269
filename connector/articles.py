"""Knowledge articles as records: what both ways of speaking to ServiceNow agree on. Pure.

An article is kept in versions, each a row of its own with the same number (servicenow-api 8). So
its number is its key: a new version is the same record, and whatever holds the key follows.
Of its rows the newest that is not outdated speaks for it; which row ``latest`` marks is documented
nowhere, so nobody asks for that.

It is no task and has no correlation. The mark of one that we write stands among its ``meta`` words,
from its first moment on, and every version inherits them. The names ``correlation_id`` in a draft
and in a reading stand for that; nothing is ever written there afterwards.

``source`` is the task an article was written for. Where a row names none, the problem that it was
attached to counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from connector.errors import NotThere, Rejected
from connector.values import Stream, StreamKind, WriteResult

ARTICLE, BASE, TIE = "kb_knowledge", "kb_knowledge_base", "m2m_kb_task"
PROBLEM = "problem"
LANE = "knowledge"
"""What moves about knowledge is asked for now and then, not in every pass."""

MOVED = Stream(f"table:{ARTICLE}", StreamKind.RECORDS, (ARTICLE,), LANE)
ATTACHED = Stream("ties", StreamKind.COMMENTS, (PROBLEM,), LANE)
"""Versions that moved; articles that somebody attached to a problem."""

STATE, SOURCE, META = "workflow_state", "source", "meta"
OUT = "published"
"""The column that tells when a version came out; here it tells whether one is out."""

OUTDATED = "outdated"
MARKS = ("correlation_id", "correlation_display")
FIRST_CHOICE = "Known Error"
"""The base that the platform's own known error articles go to."""

NEVER_DELETED = Rejected(
    "an article is retired by the people of its knowledge base, not deleted by this program",
    side="servicenow",
    remedy="Retire it in ServiceNow, or leave it.",
)
"""Its key is its number, which is the name of no row: a request for that would look answered."""

KEPT = "ServiceNow answered 200 and kept workflow_state as it was"
HOW_MOVED = (
    "Publish or retire the article in ServiceNow: the flows of its knowledge base move it. Its "
    "draft is its author's and the knowledge administrators'."
)

Row: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tie:
    """An article that hangs on a task, by its number; empty for one that is not shown to us.

    One that is not ``written`` only names the task: no row ties the two.
    """

    task: str
    article: str
    written: bool = True


def speaking(rows: Sequence[Row]) -> Row:
    """The row that speaks for an article: the newest that is not outdated."""
    return max(rows, key=lambda row: (row.get(STATE) != OUTDATED, *_age(row)))


def first(rows: Sequence[Row]) -> Row:
    """The row it began with: whoever made that one made the article."""
    return min(rows, key=_age)


def out(rows: Sequence[Row]) -> str | None:
    """When the version came out that readers see; nothing where they see none. It may be there
    beside a newer one in work."""
    there = [row for row in rows if row.get(STATE) == "published"]
    row = max(there, key=_age, default=None)
    return None if row is None else str(row.get(OUT) or row.get("sys_updated_on") or "")


def _age(row: Row) -> tuple[str, str]:
    return str(row.get("sys_created_on") or ""), str(row.get("sys_id") or "")


def words(meta: object) -> frozenset[str]:
    """The words of a ``meta`` column."""
    return frozenset(re.split(r"[,\s]+", str(meta or ""))) - {""}


def correlation(meta: object) -> str | None:
    """The mark of the issue that an article was written for, among its words."""
    return next((word for word in sorted(words(meta)) if word.startswith("jira:")), None)


def as_scope(scope: str) -> str:
    """A query that speaks of correlations, in the words of the table."""
    return scope.replace("correlation_idSTARTSWITH", f"{META}LIKE")


def columns_of(fields: Iterable[str]) -> set[str]:
    """The columns to ask for, marks and all that a record is put together from."""
    return {*fields, META, SOURCE, STATE} - set(MARKS)


def chosen_base(bases: Mapping[str, str]) -> str | None:
    """Which of the active bases (sys_id to title) an article goes to where nobody names one: the
    platform's choice for known errors, or the only one there is."""
    for key, title in sorted(bases.items()):
        if title.casefold() == FIRST_CHOICE.casefold():
            return key
    return next(iter(bases)) if len(bases) == 1 else None


NO_BASE = "the account sees no active knowledge base"
WHICH_BASE = f"there are several knowledge bases, and none is called {FIRST_CHOICE}"
NAME_BASE = (
    "Name one in the mapping: `base: {as: constant, side: servicenow, set: {kb_knowledge_base: "
    "SYS_ID}}`."
)


class NoArticles:
    """What a side says of ties that has no articles."""

    name: str

    def ties(self, tasks: Collection[str]) -> tuple[Tie, ...]:
        """There are none."""
        del tasks
        return ()

    def tie(self, ties: Sequence[Tie]) -> list[WriteResult]:
        """Nothing can be tied."""
        raise NotThere(f"no knowledge articles here, for {len(ties)} ties", side=self.name)
