"""Comments of a couple: each carried once, in order, whole, with author and time. Pure.

A copy begins with a line that ends in a reference computed from the name of what it tells (a
comment, a later part of it, an edit), and was written by the integration's account, as is what the
program itself says, each thing once. Everything else
is somebody's own words and has to be carried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from connector.values import Comment
from mappings.model import CommentRules
from mappings.sides import Side
from mappings.text import from_wiki, journal_to_wiki, to_journal
from sync.core import marks
from sync.core.tellings import Telling, bears, first_line, milliseconds, parts_of
from sync.demo.content import Truth
from sync.demo.couples import Couple

_WISHES = {
    "work_notes": "work note",
    "comments": "customer comment",
    "comment": "comment",
    "approval": "approval",
}


def faults(couple: Couple, truth: Truth, installation: str) -> Iterator[str]:
    """What is wrong with the comments of a couple, in words."""
    for side in Side:
        heard = truth.of(side).comments.get(couple.of(side).key, ())
        own = [one for one in heard if not _is_copy(one, truth.of(side).me)]
        there = truth.of(side.other).comments.get(couple.of(side.other).key, ())
        written = [one for one in there if _is_copy(one, truth.of(side.other).me)]
        copies = [one for one in written if not one.body.startswith(marks.VOICE)]
        for fault in _said_twice(side.other, [one for one in written if one not in copies]):
            yield f"{couple}: {fault}"
        expected = {one.id: one for one in own if _wish(couple.spec.comments, one) != "off"}
        most = max((parts_of(one.body) for one in copies), default=1)
        names = {
            marks.reference(installation, couple.spec.pair, side, one.name): one
            for comment in expected.values()
            for one in _tellings(comment, most)
        }
        called = {one.key: one.name for one in truth.jira.people}
        arrived = [(names.get(bears(one.body) or ""), one) for one in copies]
        notes = [one.body for one in written if one not in copies]
        for fault in _against(couple, side, expected, arrived, called):
            yield f"{couple}: {fault}"
        for copy in (one for told, one in arrived if told is None):
            if not _withdrawn(copy, notes):
                what = f"is a copy of nothing {bears(copy.body)}"
                yield f"{couple}: comment {copy.id} in {side.other} {what}"


def _said_twice(side: Side, notes: Sequence[Comment]) -> Iterator[str]:
    """What the program itself says is said once."""
    for reference, times in Counter(bears(one.body) for one in notes).items():
        if times > 1:
            yield f"a note of ours stands {times} times in {side} {reference}"


def _withdrawn(copy: Comment, notes: Sequence[str]) -> bool:
    """Whether a copy tells an edit that was overtaken, or a comment of which we said that it is no
    longer shown."""
    head = first_line(copy.body).partition(" (ref ")[0]
    told = any(f"\n{head}, is no longer shown in " in note for note in notes)
    return " edited " in head or told


def _tellings(comment: Comment, most: int) -> Iterator[Telling]:
    """Everything that may have been told of a comment as it stands."""
    for edited in {0, milliseconds(comment.updated)}:
        yield from (Telling(comment.id, edited, part) for part in range(1, most + 1))


def _against(
    couple: Couple,
    side: Side,
    expected: Mapping[str, Comment],
    arrived: Sequence[tuple[Telling | None, Comment]],
    names: Mapping[str, str],
) -> Iterator[str]:
    """Compare what should have been carried from a side with what stands on the other."""
    rules = couple.spec.comments
    for original in expected.values():
        found = [(one, copy) for one, copy in arrived if one and one.comment == original.id]
        if not found and (rules.backlog or not arrived):
            yield f"{_told(original)} is missing in {side.other}"
        for fault in _one(rules, side, original, found, names):
            yield f"{_told(original)} {fault} in {side.other}"
    # Stamps have whole seconds in ServiceNow: inside one, any order is right.
    told = [one for one, _ in arrived if one and not one.edited]
    moments = [_second(expected[one.comment].created) for one in told]
    if moments != sorted(moments):
        yield f"the comments of {side} stand out of order in {side.other}"


def _one(
    rules: CommentRules,
    side: Side,
    original: Comment,
    found: Sequence[tuple[Telling, Comment]],
    names: Mapping[str, str],
) -> Iterator[str]:
    """What is wrong with the copies of one comment."""
    told = [one for one, _ in found]
    for one in sorted(set(told)):
        if told.count(one) > 1:
            yield f"stands {told.count(one)} times"
    latest = max((one.edited for one in told), default=0)
    texts = {one.part: copy for one, copy in sorted(found, key=_part) if one.edited == latest}
    untouched = original.updated == original.created or latest == milliseconds(original.updated)
    if texts and not _same(side, original, texts, names):
        if untouched:
            yield "has other words"
        elif rules.edits != "ignore":
            yield "was edited without a word"
    for _, copy in found:
        yield from _changed(rules, side, original, copy)


def _part(found: tuple[Telling, Comment]) -> int:
    return found[0].part


def _same(
    side: Side, original: Comment, texts: Mapping[int, Comment], names: Mapping[str, str]
) -> bool:
    """Whether the parts, one after the other, are the comment's own words; who is mentioned stands
    there by name or, unknown, by key."""
    words = [_plain(side, original.body).strip()]
    if side is Side.JIRA:
        words = [to_journal(text) for text in (*words, from_wiki(original.body, names.get).strip())]
    rests = [_plain(side.other, copy.body).partition("\n")[2].strip() for copy in texts.values()]
    if len(rests) == 1:
        return rests[0] in words
    return "".join("".join(rests).split()) in ["".join(text.split()) for text in words]


def _changed(rules: CommentRules, side: Side, original: Comment, copy: Comment) -> Iterator[str]:
    head = _plain(side.other, copy.body).partition("\n")[0]
    stamp = original.created.strftime("%Y-%m-%d %H:%M:%S")
    name = original.author_name or original.author
    if name not in head or stamp not in head:
        yield "lost its author or time"
    wish = _wish(rules, original)
    if side is Side.SERVICENOW and wish == "internal" and not copy.internal:
        yield "may be read by customers"
    hidden = original.internal and original.updated == original.created
    if side is Side.JIRA and copy.lane == "comments" and (hidden or wish != "comments"):
        yield "stands among the comments"


def _wish(rules: CommentRules, comment: Comment) -> str:
    return rules.jira if comment.lane == "comment" else rules.wish(comment.lane)


def _is_copy(comment: Comment, me: str) -> bool:
    return comment.author == me and bears(comment.body) is not None


def _plain(side: Side, body: str) -> str:
    return from_wiki(body if side is Side.JIRA else journal_to_wiki(body))


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _told(comment: Comment) -> str:
    what = _WISHES.get(comment.lane, comment.lane)
    return f"the {what} of {comment.author_name} at {comment.created:%Y-%m-%d %H:%M:%S}"
