"""What becomes of a record whose twin was deleted, by the mapping's ``on_delete``. Pure.

========  =========================================================================
policy    the survivor
========  =========================================================================
detach    gets a word on it, once, and goes on by itself
close     is closed through its status rule, with the fields that closing takes, and
          gets the same word
delete    is deleted, once a person has approved exactly this plan
========  =========================================================================

An article is left alone whatever the policy: what would end a draft is that it comes out, and it is
retired by the people of its knowledge base.

One that is not shown, or that moved to another project, is left alone. A refusal is put aside for a
person like any other, and keeps nobody from the end: when nothing is left to do the link is ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector.values import Record
from mappings.model import OnDelete
from mappings.sides import Side
from mappings.status import Status
from mappings.templates import LABEL
from mappings.text import to_journal, to_wiki
from mappings.values import Change, Unknown, Value
from sync.apply.deletes import DELETED
from sync.core import marks
from sync.core.knowledge import ARTICLE
from sync.core.plan import Carried, Delete, FieldWrite, Update
from sync.engine.cases import Case
from sync.engine.parked import status_of, status_rule
from sync.runtime import container

PRODUCTS = {Side.SERVICENOW: "ServiceNow", Side.JIRA: "Jira"}


def survivor(case: Case) -> Record | None:
    """The record that is left, where its twin is gone for good and it is ours to write to."""
    for side in case.gone:
        record = case.records.get(side.other)
        if record is not None and record.container == container(case.spec, side.other):
            return record
    return None


def surviving(case: Case) -> Side | None:
    """The side of the record that is left."""
    return next(iter(case.gone)).other if survivor(case) is not None else None


def deletion(case: Case) -> Delete | None:
    """The survivor's deletion, where the mapping asks for it and nobody refused it."""
    record, side = survivor(case), surviving(case)
    if record is None or side is None or case.spec.on_delete is not OnDelete.DELETE:
        return None
    if _is_article(case, side):
        return None
    if case.removing or any(row.field == DELETED and row.side is side for row in case.parked):
        return None
    return Delete(case.spec.pair, side, case.link, record.version, case.gone[side.other])


def closing(case: Case) -> Update | None:
    """The survivor's closing, where the mapping asks for it and it is not closed."""
    record, side, rule = survivor(case), surviving(case), status_rule(case)
    if record is None or side is None or rule is None or not isinstance(rule.relation, Status):
        return None
    if case.spec.on_delete is not OnDelete.CLOSE or not rule.flow.reaches(side):
        return None
    if _is_article(case, side):
        return None
    relation = rule.relation
    held = relation.canonical(side, record.fields)
    wanted = relation.ending(side)
    refused = any(row.field == rule.name and row.side is side for row in case.parked)
    if wanted is None or refused or isinstance(held, Unknown) or relation.closes(side, held):
        return None
    told = {LABEL: case.link.end(side.other).label}
    write = FieldWrite(
        rule.name,
        held,
        wanted,
        f"its twin is {case.gone[side.other]}",
        change=_onward(relation.native(side, wanted, held, told), held),
        closes=True,
        settles=False,
    )
    seen = {one.name: one.relation.canonical(side, record.fields) for one in case.spec.rules}
    return Update(case.spec.pair, side, case.link, (write,), seen, record.version)


def _onward(change: Change, held: Value) -> Change:
    """A wish that is not content with what the record holds: Done is with the review of a change,
    which is a step on the way to its end here."""
    wish = change.wish
    if wish is None:
        return change
    return replace(change, wish=replace(wish, targets=tuple(t for t in wish.targets if t != held)))


def _is_article(case: Case, side: Side) -> bool:
    return side is Side.SERVICENOW and case.spec.servicenow.table == ARTICLE


def _over(case: Case, side: Side) -> bool:
    """Whether the work on the survivor has ended anyway: nobody needs a word on it."""
    rule, status = status_rule(case), status_of(case, side)
    return rule is not None and bool(status) and rule.relation.closes(side, status)


def farewell(case: Case, side: Side, installation: str) -> Iterator[Carried]:
    """The word on a survivor that its twin was deleted."""
    if surviving(case) is not side or case.spec.on_delete is OnDelete.DELETE:
        return
    absence, lost = case.absences[side.other], case.link.end(side.other)
    if case.spec.on_delete is OnDelete.DETACH and _over(case, side):
        return
    back = f"{absence.back_at:%Y%m%d%H%M%S}" if absence.back_at else ""
    name = f"gone {back}".strip()
    reference = marks.reference(installation, case.spec.pair, side.other, f"{lost.key} {name}")
    stamp = f"{absence.since:%Y-%m-%d %H:%M:%S} UTC"
    mine = case.link.end(side).label
    end = "closed" if case.spec.on_delete is OnDelete.CLOSE else "left as it is"
    text = (
        f"{marks.VOICE}{mine}, {stamp} {reference}\n\n"
        f"{lost.label} was deleted in {PRODUCTS[side.other]}. {mine} is {end}; "
        "from now on nothing is carried over to it."
    )
    lane = "comment" if side is Side.JIRA else "work_notes"
    body = to_wiki(text) if side is Side.JIRA else to_journal(text)
    yield Carried(name, lane, reference, body, "Tandem")
