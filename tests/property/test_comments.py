"""Comments on their way: each once, in order, never back, whatever was lost in between.

Two threads of comments, a random set of copies that a crash left unrecorded, people who quote:
after carrying what is new in both directions until nothing is left, each side holds every eligible
comment exactly once, in the order of its own side.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.values import Comment
from mappings.model import CommentRules, MappingSpec
from mappings.sides import Side
from sync.core.model import CommentLink
from sync.core.plan import Carried
from sync.engine.carry import arrivals, carried
from sync.engine.cases import Case
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
            self.known.append(CommentLink(1, side.other, one.source_id, number, one.lane))

    def claim(self) -> None:
        """What the engine does first: copies that it did not know of are noted."""
        case = self.case()
        for side in Side:
            for _, original, copy in arrivals(case, side, "i"):
                self.known.append(CommentLink(1, side.other, original, copy.id, copy.lane))

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
    [(reference, original, _)] = arrivals(threads.case(), JIRA, "i")
    assert (reference, original) == (one.reference, one.source_id)


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
