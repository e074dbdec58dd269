"""Comments on their way: each once, in order, never back, whatever was lost in between.

Two threads of comments, a random set of copies that a crash left unrecorded, people who quote and
who edit: after carrying what is new in both directions until nothing is left, each side holds every
eligible comment exactly once, in the order of its own side, and tells how it reads now.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.values import Comment
from mappings.model import CommentRules, MappingSpec
from mappings.sides import Side
from mappings.text import size
from sync.core.model import CommentLink
from sync.core.plan import Carried
from sync.core.tellings import bears, first_line
from sync.engine.carry import carried, learned
from sync.engine.cases import Case
from sync.engine.copies import arrivals
from tests.support.links import a_link
from tests.support.mapping import a_file, loaded

SN, JIRA = Side.SERVICENOW, Side.JIRA
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPEC = loaded(a_file())
TOKENS = iter(range(10**9))


@dataclass
class Threads:
    """Both sides' comments, and what the store knows of them."""

    spec: MappingSpec = SPEC
    said: dict[Side, list[Comment]] = field(default_factory=lambda: {side: [] for side in Side})
    known: list[CommentLink] = field(default_factory=list)

    def say(self, side: Side, body: str, lane: str = "work_notes") -> str:
        """Somebody writes; the token that stands in it."""
        token = f"<{next(TOKENS)}>"
        at = NOON + timedelta(seconds=len(self.said[side]))
        number = f"{side.value[0]}{next(TOKENS)}"
        lane = lane if side is SN else "comment"
        comment = Comment(
            "c", "k", number, lane, "ann", "Ann", at, at, f"{body} {token}", internal=True
        )
        self.said[side].append(comment)
        return token

    def edit(self, body: str, dice: st.DataObject) -> str | None:
        """Somebody in Jira rewrites a comment of his; the token that stands in it now."""
        mine = [n for n, one in enumerate(self.said[JIRA]) if one.author != "tandem"]
        if not mine:
            return None
        n = dice.draw(st.sampled_from(mine))
        token, old = f"<{next(TOKENS)}>", self.said[JIRA][n]
        at = old.updated + timedelta(seconds=60)
        self.said[JIRA][n] = replace(old, body=f"{body} {token}", updated=at)
        return token

    def case(self) -> Case:
        link = replace(a_link(), id=1)
        heard = {side: tuple(self.said[side]) for side in Side}
        return Case(self.spec, link, (), {}, {}, comments=heard, known=tuple(self.known))

    def arrive(self, side: Side, one: Carried, *, remembered: bool) -> None:
        """A carried comment stands on a side; after a crash the store does not know."""
        number = f"copy{next(TOKENS)}"
        at = NOON + timedelta(seconds=len(self.said[side]))
        self.said[side].append(
            Comment("c", "k", number, one.lane, "tandem", "Tandem", at, at, one.body, internal=True)
        )
        if remembered:
            self.known.append(
                CommentLink(
                    1, side.other, one.source_id, number, one.lane, one.stamp, one.digest,
                    one.parts,
                )
            )  # fmt: skip

    def claim(self) -> None:
        """What the engine does first: copies that it did not know of are noted."""
        case = self.case()
        for side in Side:
            self.known += arrivals(case, side, "i")
        for row in learned(self.case(), "i"):
            self.known = [row if one.source_id == row.source_id else one for one in self.known]

    def turn(self, crashes: st.DataObject | None) -> int:
        """One pass; how many comments were carried."""
        self.claim()
        case, number = self.case(), 0
        for side in Side:
            for one in carried(case, side, "i"):
                number += 1
                remembered = crashes is None or crashes.draw(st.booleans())
                self.arrive(side.other, one, remembered=remembered)
        return number


def test_a_copy_that_the_store_forgot_is_not_carried_again() -> None:
    threads = Threads()
    threads.say(SN, "hello")
    [one] = carried(threads.case(), SN, "i")
    threads.arrive(JIRA, one, remembered=False)
    assert carried(threads.case(), SN, "i") == ()
    assert carried(threads.case(), JIRA, "i") == ()
    [row] = arrivals(threads.case(), JIRA, "i")
    assert (row.source_id, row.digest, row.parts) == (one.source_id, one.digest, 1)


BODIES = st.sampled_from(
    [
        "plain",
        "two\nlines",
        "{code}x{code}",
        "[~bob] look",
        "(ref confirmation)",
        "",
        "Ann, note",
    ]
)
SPEECH = st.lists(st.tuples(st.sampled_from(Side), BODIES), max_size=6)


def tokens(thread: list[Comment], wanted: list[str]) -> list[str]:
    """The tokens of a thread in order, each as often as it stands there."""
    return [t for comment in thread for t in wanted if t in comment.body.replace("\\", "")]


@given(st.lists(SPEECH, min_size=1, max_size=4), st.data())
def test_each_comment_stands_on_both_sides_once_and_in_order(
    days: list[list[tuple[Side, str]]], data: st.DataObject
) -> None:
    threads = Threads()
    said: dict[Side, list[str]] = {side: [] for side in Side}
    for day in days:
        for side, body in day:
            said[side].append(threads.say(side, body))
        threads.turn(data)
    for _ in range(3):
        threads.turn(None)
    assert threads.turn(None) == 0
    for side in Side:
        both = said[SN] + said[JIRA]
        assert Counter(tokens(threads.said[side], both)) == Counter(both)
        for teller in Side:
            assert tokens(threads.said[side], said[teller]) == said[teller]


@given(SPEECH)
def test_a_quote_of_a_copy_is_a_persons_own_word(speech: list[tuple[Side, str]]) -> None:
    """Somebody pastes a carried comment, reference and all: it is carried like any other."""
    threads = Threads()
    for side, body in [(SN, "first"), *speech]:
        threads.say(side, body)
    while threads.turn(None):
        pass
    copy = next(c for c in threads.said[JIRA] if c.author == "tandem")
    token = threads.say(JIRA, copy.body)
    while threads.turn(None):
        pass
    assert len(tokens(threads.said[SN], [token])) == 1
    assert len(tokens(threads.said[JIRA], [token])) == 1


@given(SPEECH, st.sampled_from(["work_notes", "comments", "jira"]))
def test_a_lane_that_is_off_stays_where_it_is(speech: list[tuple[Side, str]], off: str) -> None:
    rules = replace(CommentRules(), **{off: "off"})
    threads = Threads(replace(SPEC, comments=rules))
    for side, body in speech:
        threads.say(side, body, off if off != "jira" else "work_notes")
    silent = JIRA if off == "jira" else SN
    threads.turn(None)
    assert not [c for c in threads.said[silent.other] if c.author == "tandem"]


LONG = "a line of *the* log, {with} braces\n" * 1000


@settings(max_examples=60, deadline=None)
@given(st.lists(SPEECH, min_size=1, max_size=3), st.data())
def test_every_edit_is_told_once_and_the_last_words_are_there(
    days: list[list[tuple[Side, str]]], data: st.DataObject
) -> None:
    threads = Threads()
    tokens_ever: list[str] = []
    for day in days:
        tokens_ever += [threads.say(side, body) for side, body in day]
        threads.turn(data)
        for _ in range(data.draw(st.integers(0, 2))):
            token = threads.edit(data.draw(st.sampled_from(["new", LONG])), data)
            tokens_ever += [token] if token else []
    for _ in range(4):
        threads.turn(None)
    assert threads.turn(None) == 0
    assert all(count == 1 for count in Counter(tokens(threads.said[SN], tokens_ever)).values())
    for one in threads.said[JIRA]:
        now = tokens([one], tokens_ever)
        assert tokens(threads.said[SN], now) == now
    names = [bears(one.body) for one in threads.said[SN] if one.author == "tandem"]
    assert len(names) == len(set(names))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(Side), st.data())
def test_the_parts_of_a_long_comment_stand_once_each_and_in_order(
    side: Side, data: st.DataObject
) -> None:
    threads = Threads()
    token = threads.say(side, LONG)
    before, after = threads.said[side][0], threads.say(side, "short")
    for _ in range(4):
        threads.turn(data)
    for _ in range(3):
        threads.turn(None)
    assert threads.turn(None) == 0
    copies = [one.body for one in threads.said[side.other]]
    *parts, last = copies
    assert after in last.replace("\\", "")
    assert token in parts[-1].replace("\\", "")
    numbers = [first_line(body).rpartition("(part ")[2] for body in parts]
    assert numbers == [f"{n} of {len(parts)})" for n in range(1, len(parts) + 1)]
    assert len(parts) == 2
    assert sum(body.count("braces") for body in parts) == before.body.count("braces")
    assert max(map(size, copies)) < 32_767


def test_a_comment_carried_by_an_older_program_counts_as_told() -> None:
    threads = Threads()
    threads.say(JIRA, "first")
    [one] = carried(threads.case(), JIRA, "i")
    threads.arrive(SN, one, remembered=False)
    old = threads.said[JIRA][0]
    threads.said[JIRA][0] = replace(old, body="edited then", updated=old.updated + timedelta(1))
    copy = threads.said[SN][0].id
    threads.known = [CommentLink(1, JIRA, old.id, copy, "work_notes")]
    assert threads.turn(None) == 0
    threads.said[JIRA][0] = replace(old, body="edited since", updated=old.updated + timedelta(2))
    assert threads.turn(None) == 1
    assert "edited since" in threads.said[SN][1].body


def test_who_may_read_it_is_no_edit() -> None:
    threads = Threads()
    threads.say(JIRA, "first")
    threads.turn(None)
    one = threads.said[JIRA][0]
    threads.said[JIRA][0] = replace(one, updated=one.updated + timedelta(1), internal=False)
    assert threads.turn(None) == 0


def test_edits_that_are_not_wanted_stay_where_they_are() -> None:
    threads = Threads(replace(SPEC, comments=CommentRules(edits="ignore")))
    threads.say(JIRA, "first")
    threads.turn(None)
    one = threads.said[JIRA][0]
    threads.said[JIRA][0] = replace(one, body="second", updated=one.updated + timedelta(1))
    assert threads.turn(None) == 0


@given(st.sampled_from(["told", "edited"]))
def test_an_old_view_of_a_comment_is_no_edit(before: str) -> None:
    threads = Threads()
    threads.say(JIRA, "first")
    threads.turn(None)
    old = threads.said[JIRA][0]
    threads.said[JIRA][0] = replace(old, body="second", updated=old.updated + timedelta(1))
    assert threads.turn(None) == 1
    now = threads.said[JIRA][0]
    threads.said[JIRA][0] = old if before == "told" else replace(
        old, body="in between", updated=now.updated - timedelta(seconds=1)
    )  # fmt: skip
    assert threads.turn(None) == 0
    threads.said[JIRA][0] = now
    assert threads.turn(None) == 0


def test_parts_of_an_earlier_edit_that_the_store_forgot_are_not_told_again() -> None:
    threads = Threads()
    threads.say(JIRA, "first")
    threads.turn(None)
    one = threads.said[JIRA][0]
    threads.said[JIRA][0] = replace(one, body=f"{LONG}second", updated=NOON + timedelta(1))
    parts = carried(threads.case(), JIRA, "i")
    assert len(parts) == 2
    for place, part in enumerate(parts):
        threads.arrive(SN, part, remembered=place == 0)
    threads.said[JIRA][0] = replace(one, body=f"{LONG}third", updated=NOON + timedelta(2))
    while threads.turn(None):
        pass
    names = [bears(copy.body) for copy in threads.said[SN]]
    assert len(names) == len(set(names)) == 5
    assert "third" in threads.said[SN][-1].body
