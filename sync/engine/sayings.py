"""What the program itself has to say on a record, each thing once. Pure.

A saying travels like a carried comment: its reference is computed from what it is about and stands
in its first line, so that after a lost answer, a restart or a lost store the record's own comments
tell that it stands there. It is only said on a side whose comments were heard.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.values import Comment
from mappings.sides import Side
from mappings.text import to_journal, to_wiki
from sync.apply.common import KEPT, comment_field
from sync.core import marks
from sync.core.knowledge import ARTICLE, INCIDENT, PROBLEM
from sync.core.model import LinkState
from sync.core.plan import Carried
from sync.engine.cases import Case
from sync.engine.copies import copies
from sync.engine.parked import waiting_comments
from sync.engine.parting import PRODUCTS, farewell

STATUS = "status"
"""Jira's native name of what a kept wish is about."""


def unsaid(case: Case, installation: str) -> dict[Side, tuple[Carried, ...]]:
    """What is still to be said on each side, as far as the store knows."""
    said = {(row.source, row.source_id) for row in case.known}
    return {
        side: tuple(
            one for one in _all(case, side, installation) if (side.other, one.source_id) not in said
        )
        for side in Side
    }


def sayings(case: Case, side: Side, installation: str) -> tuple[Carried, ...]:
    """What is to be said on a side now: it was heard, and it is neither there nor refused."""
    if side not in case.comments:
        return ()
    there = copies(case.comments[side])
    parked = waiting_comments(case, side)
    return tuple(
        one
        for one in unsaid(case, installation)[side]
        if one.reference not in there and comment_field(one.source_id) not in parked
    )


def standing(case: Case, side: Side, installation: str) -> list[tuple[Carried, Comment]]:
    """Sayings that stand on a side although the store does not know: a crash came in between."""
    there = copies(case.comments.get(side, ()))
    told = unsaid(case, installation)[side]
    return [(one, there[one.reference]) for one in told if one.reference in there]


def _all(case: Case, side: Side, installation: str) -> Iterator[Carried]:
    if side is Side.SERVICENOW and case.spec.servicenow.table == ARTICLE:
        return  # articles have no journal
    if case.link.state is not LinkState.ENDED:
        yield from farewell(case, side, installation)
    if side is Side.SERVICENOW:
        yield from _kept(case, installation)
    yield from _published(case, side, installation)
    yield from _withdrawn(case, side, installation)


def _published(case: Case, side: Side, installation: str) -> Iterator[Carried]:
    """Articles that came out: on the epic of a problem, and on incidents that are open."""
    if (case.spec.servicenow.table, side) == (PROBLEM, Side.JIRA):
        lane = "comment"
    elif side is Side.SERVICENOW and _is_open(case):
        lane = "work_notes"
    else:
        return
    for one in case.articles:
        source = f"article {one.number}"
        reference = _reference(case, side.other, source, installation)
        head = f"{marks.VOICE}{one.number}, {one.at} {reference}"
        where = f"[{one.number}|{one.url}]" if side is Side.JIRA else f"{one.number}, {one.url}"
        body = f"{head}\n\nThe knowledge article is published: {where}"
        yield Carried(source, lane, reference, body, "Tandem")


def _withdrawn(case: Case, side: Side, installation: str) -> Iterator[Carried]:
    """Carried comments that the other side no longer shows."""
    lane = "comment" if side is Side.JIRA else "work_notes"
    for one in case.withdrawn:
        record = case.records.get(one.side)
        if one.side is side or record is None:
            continue
        name = one.name_of(one.comment)
        reference = _reference(case, side.other, name, installation)
        stamp = f"{record.updated:%Y-%m-%d %H:%M:%S} UTC"
        where = PRODUCTS[one.side]
        text = (
            f"{marks.VOICE}{case.link.end(side).label}, {stamp} {reference}\n\n"
            f"{one.words}, is no longer shown in {where}: it was deleted there, or restricted."
        )
        body = to_wiki(text) if side is Side.JIRA else to_journal(text)
        yield Carried(name, lane, reference, body, "Tandem", one.internal)


def _reference(case: Case, side: Side, source: str, installation: str) -> str:
    """What a saying is known by: the same words on another record are another saying."""
    named = f"{source} {case.link.servicenow.key}"
    return marks.reference(installation, case.spec.pair, side, named)


def _is_open(case: Case) -> bool:
    """Whether a case is an incident that people still work on."""
    held = case.records.get(Side.SERVICENOW)
    table = case.spec.servicenow.table
    return table == INCIDENT and held is not None and str(held.fields.get("active")) == "true"


def _kept(case: Case, installation: str) -> Iterator[Carried]:
    """A status that Jira reached and that ServiceNow takes from people only."""
    issue = case.records.get(Side.JIRA)
    for row in case.parked if issue is not None else ():
        if row.side is not Side.SERVICENOW or not row.fingerprint.startswith(KEPT):
            continue
        source = f"{row.field} {row.fingerprint}"
        reference = _reference(case, Side.JIRA, source, installation)
        stamp = issue.updated.strftime("%Y-%m-%d %H:%M:%S UTC") if issue else ""
        status = issue.fields.get(STATUS) if issue else ""
        text = (
            f"{marks.VOICE}{case.link.servicenow.label}, {stamp} {reference}\n\n"
            f"{case.link.jira.label} is {status} in Jira. The state of this record cannot be set "
            "through this instance's API: please move it here."
        )
        yield Carried(source, "work_notes", reference, to_journal(text), "Tandem")
