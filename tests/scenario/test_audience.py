"""Who may read what: nothing gets to customers on the other side without a rule that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import product

import pytest

from mappings.defaults import shipped
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

HEARERS = ("internal", "public", "off")


def ruled(**rules: str) -> Mapping[str, str]:
    """The shipped mappings with other rules for comments."""
    texts = dict(shipped())
    for name, text in texts.items():
        head, _, comments = text.partition("\ncomments:")
        for lane, wish in rules.items():
            comments = re.sub(rf"(?m)^  {lane}: \w+", f"  {lane}: {wish}", comments)
        texts[name] = f"{head}\ncomments:{comments}"
    return texts


def company(flavour: str, project: str = "OPS", **rules: str) -> Stage:
    """A company with these rules."""
    return Stage(flavour, project, mappings=ruled(**rules))  # type: ignore[arg-type]


def tokens(texts: list[str]) -> list[str]:
    """The last line of each text."""
    return [text.splitlines()[-1] for text in texts]


@pytest.mark.parametrize(("flavour", "project"), list(product(FLAVOURS, ("OPS", "DESK"))))
@pytest.mark.parametrize(("notes", "answers"), list(product(HEARERS, HEARERS)))
def test_what_the_desk_writes_is_read_by_whom_the_mapping_says(
    flavour: str, project: str, notes: str, answers: str
) -> None:
    stage = company(flavour, project, work_notes=notes, comments=answers)
    ticket = stage.desk.opens()
    stage.desk.notes(ticket, "old note")
    stage.desk.answers(ticket, "old answer")
    stage.tandem.syncs()
    stage.desk.notes(ticket, "new note")
    stage.desk.answers(ticket, "new answer")
    stage.tandem.syncs()

    hearers = {"note": notes, "answer": answers}
    found = {text.split()[-1]: one.public for one in ticket.issue.remarks for text in [one.body]}
    for what, wish in hearers.items():
        assert found.get(what) == {"internal": False, "public": True, "off": None}[wish], what
    stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_note_stays_internal_when_its_issue_moves_to_a_service_project(flavour: str) -> None:
    stage = company(flavour)
    ticket = stage.desk.opens()
    stage.desk.notes(ticket, "came with the issue")
    stage.tandem.syncs()
    stage.desk.notes(ticket, "came afterwards")
    stage.tandem.syncs()
    stage.team.hands("mei.chen").move_project(ticket.issue.key, "DESK")

    assert [one.public for one in ticket.issue.remarks] == [False, False]


def internal(stage: Stage, story: Story, text: str) -> None:
    stage.team.comments(story, text, internal=True)


def restricted(stage: Stage, story: Story, text: str) -> None:
    stage.team.comments(story, text, group="jira-users")


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("hides", [internal, restricted])
@pytest.mark.parametrize("lane", ["work_notes", "comments", "off"])
def test_what_is_internal_in_jira_gets_to_no_customer(
    flavour: str, hides: Callable[[Stage, Story, str], None], lane: str
) -> None:
    stage = company(flavour, "DESK", jira=lane)
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    asked = [stage.team.writes(f"Reported {n}", "[System] Incident", labels=("to-incident",))
             for n in range(8)]  # fmt: skip
    for story in asked:
        hides(stage, story, "secret before")
        stage.team.comments(story, "open before")
    hides(stage, ticket.issue, "secret")
    stage.team.comments(ticket.issue, "open")
    stage.tandem.syncs()
    hides(stage, asked[0], "secret after")
    stage.tandem.syncs()

    everybody: list[Ticket] = [ticket, *(story.ticket for story in asked)]
    heard = {name: [text for one in everybody for text in tokens(one.entries(name))]
             for name in ("work_notes", "comments")}  # fmt: skip
    assert not [text for text in heard["comments"] if "secret" in text]
    told = heard["work_notes"] + heard["comments"]
    assert told.count("secret before") == (0 if lane == "off" else 8)
    assert told.count("secret after") == (0 if lane == "off" else 1)
    assert heard["comments"].count("open before") == (8 if lane == "comments" else 0)
    assert heard["comments"].count("open") == (lane == "comments")
    stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("narrowed", [{"internal": True}, {"group": "jira-users"}])
def test_an_edit_goes_to_whom_the_comment_is_for_by_now(
    flavour: str, narrowed: dict[str, object]
) -> None:
    stage = company(flavour, "DESK", jira="comments")
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    number = stage.team.comments(ticket.issue, "for everybody")
    stage.tandem.syncs()
    stage.team.rewrites(ticket.issue, number, "among us", **narrowed)
    stage.tandem.syncs()

    assert tokens(ticket.entries("comments")) == ["for everybody"]
    assert tokens(ticket.notes) == ["among us"]
    stage.ends()
