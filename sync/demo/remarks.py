"""Comments of a couple: each carried once, in order, whole, with author and time. Pure.

A copy begins with a line that ends in a reference computed from its original's id, and was written
by the integration's account. Everything else is somebody's own words and has to be carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connector.values import Comment
from mappings.model import CommentRules
from mappings.sides import Side
from mappings.text import from_wiki, journal_to_wiki, to_journal
from sync.core import marks
from sync.demo.content import Truth
from sync.demo.couples import Couple

LIMIT = 30_000
"""Texts from this length on may arrive cut."""

_WISHES = {"work_notes": "work note", "comments": "customer comment", "comment": "comment"}


def faults(couple: Couple, truth: Truth, installation: str) -> Iterator[str]:
    """What is wrong with the comments of a couple, in words."""
    for side in Side:
        heard = truth.of(side).comments.get(couple.of(side).key, ())
        own = [one for one in heard if not _is_copy(one, truth.of(side).me)]
        there = truth.of(side.other).comments.get(couple.of(side.other).key, ())
        copies = [one for one in there if _is_copy(one, truth.of(side.other).me)]
        expected = {
            marks.reference(installation, couple.spec.pair, side, one.id): one
            for one in own
            if _wish(couple.spec.comments, one) != "off"
        }
        names = {one.key: one.name for one in truth.jira.people}
        for fault in _against(couple, side, expected, copies, names):
            yield f"{couple}: {fault}"


def _against(
    couple: Couple,
    side: Side,
    expected: Mapping[str, Comment],
    copies: Sequence[Comment],
    names: Mapping[str, str],
) -> Iterator[str]:
    """Compare what should have been carried from a side with what stands on the other."""
    arrived = [(_reference(one), one) for one in copies]
    for reference, original in expected.items():
        found = [one for own, one in arrived if own == reference]
        if not found and (couple.spec.comments.backlog or not copies):
            yield f"{_told(original)} is missing in {side.other}"
        if len(found) > 1:
            yield f"{_told(original)} stands {len(found)} times in {side.other}"
        for one in found:
            if not _same_words(side, original, one, names):
                yield f"{_told(original)} has other words in {side.other}"
            yield from _changed(couple.spec.comments, side, original, one)
    for reference, one in arrived:
        if reference not in expected:
            yield f"comment {one.id} in {side.other} is a copy of nothing {reference}"
    # Stamps have whole seconds in ServiceNow: inside one, any order is right.
    moments = [_second(expected[own].created) for own, _ in arrived if own in expected]
    if moments != sorted(moments):
        yield f"the comments of {side} stand out of order in {side.other}"


def _changed(rules: CommentRules, side: Side, original: Comment, copy: Comment) -> Iterator[str]:
    head = _plain(side.other, copy.body).partition("\n")[0]
    stamp = original.created.strftime("%Y-%m-%d %H:%M:%S")
    name = original.author_name or original.author
    if name not in head or stamp not in head:
        yield f"{_told(original)} lost its author or time in {side.other}"
    wish = _wish(rules, original)
    if side is Side.SERVICENOW and wish == "internal" and not copy.internal:
        yield f"{_told(original)} may be read by customers in jira"
    if side is Side.JIRA and copy.lane != wish:
        yield f"{_told(original)} stands among the {copy.lane} in servicenow"


def _wish(rules: CommentRules, comment: Comment) -> str:
    return {"work_notes": rules.work_notes, "comments": rules.comments}.get(
        comment.lane, rules.jira
    )


def _is_copy(comment: Comment, me: str) -> bool:
    return comment.author == me and bool(_reference(comment))


def _reference(comment: Comment) -> str:
    found = marks.REFERENCE.search(comment.body.lstrip().split("\n", 1)[0])
    return found.group(0) if found else ""


def _same_words(side: Side, original: Comment, copy: Comment, names: Mapping[str, str]) -> bool:
    """Whether a copy says what its original says; who is mentioned by name or, unknown, by key."""
    told = _plain(side.other, copy.body).partition("\n")[2].strip()
    texts = [_plain(side, original.body).strip()]
    if side is Side.JIRA:
        texts = [to_journal(text) for text in (*texts, from_wiki(original.body, names.get).strip())]
    return len(texts[0]) > LIMIT or told in texts


def _plain(side: Side, body: str) -> str:
    return from_wiki(body if side is Side.JIRA else journal_to_wiki(body))


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _told(comment: Comment) -> str:
    what = _WISHES.get(comment.lane, comment.lane)
    return f"the {what} of {comment.author_name} at {comment.created:%Y-%m-%d %H:%M:%S}"
