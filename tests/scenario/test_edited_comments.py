"""A comment that was edited after it was carried: told once for each edit, or not, as wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from connector.sandbox.faults import Fault
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

HEAD = re.compile(
    r"Mei Chen edited their comment of (?P<of>[\d-]+ [\d:]+) UTC on (?P<label>OPS-\d+), "
    r"(?P<at>[\d-]+ [\d:]+) UTC \(ref [a-z2-7]{12}\)$"
)


def with_edits(policy: str) -> dict[str, str]:
    """The shipped mappings with another policy."""
    return {
        name: re.sub(r"edits: \w+", f"edits: {policy}", text) for name, text in shipped().items()
    }


@pytest.fixture(params=FLAVOURS)
def ignoring(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The same company, whose mapping leaves edits where they are."""
    found = Stage(request.param, mappings=with_edits("ignore"))
    yield found
    found.ends()


def said(stage: Stage, text: str = "It is the disk.") -> tuple[Ticket, Story, str]:
    """A linked incident on whose story somebody commented; the comment's id."""
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    number = stage.team.comments(ticket.issue, text)
    stage.tandem.syncs()
    stage.later()
    return ticket, ticket.issue, number


def last_words(ticket: Ticket) -> list[str]:
    """The entries without their first lines."""
    return [note.split("\n", 1)[1].strip() for note in ticket.notes]


def test_an_edit_is_told_by_an_entry_of_its_own(stage: Stage) -> None:
    ticket, story, number = said(stage)
    written = story.remarks[0].created

    stage.team.rewrites(story, number, "It is the index.")
    edited = story.remarks[0].updated
    stage.tandem.syncs()

    assert last_words(ticket) == ["It is the disk.", "It is the index."]
    head = HEAD.match(ticket.notes[1].split("\n", 1)[0])
    assert head is not None, ticket.notes[1]
    assert head["of"] == f"{written:%Y-%m-%d %H:%M:%S}"
    assert head["at"] == f"{edited:%Y-%m-%d %H:%M:%S}"
    assert head["label"] == story.label
    writes = stage.tandem.writes()
    stage.later()
    stage.tandem.sweeps()
    stage.tandem.syncs()
    assert stage.tandem.writes() == writes


def test_whoever_edits_somebody_elses_comment_is_named(stage: Stage) -> None:
    ticket, story, number = said(stage)
    stage.team.rewrites(story, number, "Checked.", by="noah.fischer")
    stage.tandem.syncs()

    assert ticket.notes[1].startswith("Noah Fischer edited the comment by Mei Chen of ")


def test_each_edit_gets_its_entry_and_going_back_is_one_too(stage: Stage) -> None:
    ticket, story, number = said(stage, "one")
    for text in ("two", "one", "three"):
        stage.team.rewrites(story, number, text)
        stage.tandem.syncs()
        stage.later()

    assert last_words(ticket) == ["one", "two", "one", "three"]


def test_two_edits_between_two_passes_are_told_as_they_ended(stage: Stage) -> None:
    ticket, story, number = said(stage)
    stage.team.rewrites(story, number, "Or is it?")
    stage.team.rewrites(story, number, "It is.")
    stage.tandem.syncs()

    assert last_words(ticket) == ["It is the disk.", "It is."]


def test_one_that_was_edited_before_it_was_carried_is_simply_carried(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    number = stage.team.comments(ticket.issue, "Frist.")
    stage.team.rewrites(ticket.issue, number, "First.")
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert last_words(ticket) == ["First."]
    assert " edited " not in ticket.notes[0]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "late"])
def test_a_lost_answer_tells_no_edit_twice(stage: Stage, kind: str) -> None:
    ticket, story, number = said(stage)
    stage.team.rewrites(story, number, "second")
    fault = Fault(kind, method="PATCH", path="/incident/", seconds=60)
    stage.faults[Side.SERVICENOW].add(fault)
    stage.tandem.syncs()
    stage.team.rewrites(story, number, "third")
    for _ in range(4):
        stage.tandem.syncs()
        stage.later(5)

    happened = ["second"] if kind != "drop_before" else []
    assert last_words(ticket) == ["It is the disk.", *happened, "third"]


@pytest.mark.parametrize("kind", ["drop_after", "late"])
def test_an_edit_while_the_first_answer_is_lost_is_told(stage: Stage, kind: str) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue
    fault = Fault(kind, method="PATCH", path="/incident/", seconds=60)
    stage.faults[Side.SERVICENOW].add(fault)
    number = stage.team.comments(story, "first")
    stage.tandem.syncs()
    stage.team.rewrites(story, number, "second")
    for _ in range(4):
        stage.tandem.syncs()
        stage.later(5)

    assert last_words(ticket) == ["first", "second"]


def test_a_long_edit_is_told_in_parts(stage: Stage) -> None:
    ticket, story, number = said(stage)
    text = "".join(f"line {n} of the log\n" for n in range(1520))
    stage.team.rewrites(story, number, text)
    stage.tandem.syncs()
    stage.later()

    _, first, second = ticket.notes
    assert first.split("\n", 1)[0].endswith("(part 1 of 2)")
    assert second.split("\n", 1)[0].endswith("(part 2 of 2)")
    assert "\n".join(last_words(ticket)[1:]) == text.strip()


def test_who_edits_our_copy_in_jira_is_left_alone(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    stage.desk.notes(ticket, "Called back.")
    stage.tandem.syncs()
    story = ticket.issue
    [copy] = story.remarks
    head = copy.body.split("\n", 1)[0]

    for text in (f"{head}\n\nCalled back twice.", "Something else"):
        stage.team.rewrites(story, copy.id, text)
        stage.tandem.syncs()
        stage.later()

    assert story.comments == ["Something else"]
    assert ticket.notes == ["Called back."]
    stage.unsettled = "the copy has other words by now"


def test_edits_stay_where_they_are_if_the_mapping_says_so(ignoring: Stage) -> None:
    ticket, story, number = said(ignoring)
    ignoring.team.rewrites(story, number, "It is the index.")
    ignoring.tandem.syncs()

    assert last_words(ticket) == ["It is the disk."]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_follow_is_a_note_where_entries_cannot_be_edited(flavour: str) -> None:
    stage = Stage(flavour, mappings=with_edits("follow"))  # type: ignore[arg-type]
    ticket, story, number = said(stage)
    stage.team.rewrites(story, number, "It is the index.")
    stage.tandem.syncs()

    assert last_words(ticket) == ["It is the disk.", "It is the index."]
    assert "works as `note`" in str(stage.specs[0].hints[0])
    stage.ends()


def test_seeing_that_nothing_was_edited_costs_nothing(stage: Stage) -> None:
    """A pass over a moved issue whose comment was edited and told costs what one did before."""
    _, story, number = said(stage)

    def one_pass(label: str) -> int:
        stage.team.labels(story, label)
        stage.tandem.syncs()
        spent = stage.tandem.requests()
        stage.later()
        stage.tandem.syncs()
        return spent

    stage.later()
    stage.tandem.syncs()
    before = one_pass("a")
    stage.team.rewrites(story, number, "It is the index.")
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()
    assert one_pass("b") == before
