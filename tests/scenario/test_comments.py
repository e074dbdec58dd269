"""What people write to each other arrives once, in order, with its author, and not wider."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

HEAD = re.compile(
    r"(?P<author>[^,]+), (?P<what>work note|customer comment|comment) on (?P<label>\S+), "
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC \(ref [a-z2-7]{12}\)"
)


@pytest.fixture(params=FLAVOURS)
def service(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The same company with a service project, where customers read along."""
    found = Stage(request.param, project="DESK")
    yield found
    found.ends()


def linked(stage: Stage) -> tuple[Ticket, Story]:
    """An incident and its story."""
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    return ticket, ticket.issue


def body(text: str) -> str:
    """A carried comment without its first line."""
    return text.split("\n", 1)[1].strip()


def heads(texts: list[str]) -> list[re.Match[str]]:
    """The first lines, each as it should be."""
    found = [HEAD.match(text) for text in texts]
    assert all(found), texts
    return [match for match in found if match]


def test_work_notes_and_customer_comments_arrive_with_author_and_time(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.notes(ticket, "Called back.", by="chloe.martin")
    at = ticket["sys_updated_on"]
    stage.desk.answers(ticket, "We are on it.", by="dmitri.volkov")
    stage.tandem.syncs()

    assert [body(text) for text in story.comments] == ["Called back.", "We are on it."]
    first, second = heads(story.comments)
    assert (first["author"], first["what"], first["at"]) == ("Chloé Martin", "work note", at)
    assert (second["author"], second["what"]) == ("Dmitri Volkov", "customer comment")
    assert first["label"] == ticket.number


def test_what_the_team_writes_arrives_as_a_work_note(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.team.comments(story, "*Found* it: the index", by="noah.fischer")
    stage.team.comments(story, "Rebuilding.", by="mei.chen")
    stage.tandem.syncs()

    assert [body(text) for text in ticket.notes] == ["*Found* it: the index", "Rebuilding."]
    first, second = heads(ticket.notes)
    assert (first["author"], first["label"]) == ("Noah Fischer", story.label)
    assert second["author"] == "Mei Chen"
    assert ticket.entries("comments") == [], "customers read nothing of it"


def test_nothing_comes_back(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.notes(ticket, "Called back.")
    stage.team.comments(story, "Looking.")

    for _ in range(4):
        stage.tandem.syncs()
        stage.later()
    stage.tandem.sweeps()

    assert len(story.comments) == 2
    assert len(ticket.notes) == 2


def test_what_was_written_before_the_link_is_carried_once(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.desk.notes(ticket, "First.")
    stage.desk.answers(ticket, "Second.")
    stage.desk.notes(ticket, "Third.")
    story = stage.team.writes("Reported", labels=("to-incident",))
    stage.team.comments(story, "One.")
    stage.team.comments(story, "Two.")
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert [body(text) for text in ticket.issue.comments] == ["First.", "Second.", "Third."]
    assert [body(text) for text in story.ticket.notes] == ["One.", "Two."]


def test_in_a_service_project_everything_is_internal(service: Stage) -> None:
    ticket = service.desk.opens()
    service.desk.notes(ticket, "Before.")
    service.tandem.syncs()
    service.desk.notes(ticket, "After.")
    service.desk.answers(ticket, "To the customer.")
    service.tandem.syncs()

    remarks = ticket.issue.remarks
    assert [body(one.body) for one in remarks] == ["Before.", "After.", "To the customer."]
    assert [one.public for one in remarks] == [False, False, False]


def test_many_in_one_second_keep_their_order(stage: Stage) -> None:
    ticket, story = linked(stage)
    texts = [f"number {number}" for number in range(12)]
    by = "mei.chen"
    for text in texts:
        stage.team.comments(story, text, by)
        stage.clock.advance(-1)
    stage.clock.advance(2)
    stage.tandem.syncs()

    assert [body(text) for text in ticket.notes] == texts


def test_many_work_notes_in_one_second_arrive_once_each(stage: Stage) -> None:
    ticket, story = linked(stage)
    texts = [f"number {number}" for number in range(12)]
    for text in texts:
        stage.desk.notes(ticket, text)
        stage.clock.advance(-1)
    stage.clock.advance(2)
    stage.tandem.syncs()

    # ServiceNow itself knows no order inside a second.
    assert sorted(body(text) for text in story.comments) == sorted(texts)


def test_a_note_written_while_the_first_load_runs_arrives(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.desk.notes(ticket, "Before.")

    stage.intrude(
        Side.JIRA, "POST", "/issue", lambda: stage.desk.notes(ticket, "During.", "mei.chen")
    )
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert [body(text) for text in ticket.issue.comments] == ["Before.", "During."]


def test_a_comment_written_while_the_incident_is_made_arrives(stage: Stage) -> None:
    story = stage.team.writes("Reported", labels=("to-incident",))
    stage.team.comments(story, "Before.")

    stage.intrude(
        Side.SERVICENOW, "POST", "/incident", lambda: stage.team.comments(story, "During.")
    )
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert [body(text) for text in story.ticket.notes] == ["Before.", "During."]


def test_a_person_who_quotes_a_carried_comment_is_carried(stage: Stage) -> None:
    ticket, story = linked(stage)
    stage.desk.notes(ticket, "Called back.")
    stage.tandem.syncs()
    carried = story.comments[0]

    stage.team.comments(story, f"{carried}\n\nThanks, that helps.")
    stage.team.comments(story, f"> {carried}")
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert len(ticket.notes) == 3
    assert "Thanks, that helps." in ticket.notes[1]
    assert len(story.comments) == 3


def test_markup_and_code_tags_are_inert_where_they_arrive(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.notes(ticket, "{noformat} [~mei.chen] a^b")
    stage.team.comments(story, "[code]<script>alert(1)</script>[/code] {code}x = 1{code}")
    stage.tandem.syncs()

    assert "[~mei" not in story.comments[1].replace("\\[", "")
    assert "{noformat" not in story.comments[1].replace("\\{", "")
    assert "[code]" not in ticket.notes[1]
    assert "x = 1" in ticket.notes[1]


def test_comments_and_edits_of_one_moment_all_arrive(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.edits(ticket, work_notes="Called back.", short_description="Mail is down")
    stage.team.edits(story, assignee="mei.chen")
    stage.team.comments(story, "Mine.")
    stage.tandem.syncs()

    assert (story["summary"], ticket.assignee) == ("Mail is down", "mei.chen")
    assert any("Called back." in text for text in story.comments)
    assert any("Mine." in text for text in ticket.notes)


def test_a_comment_for_a_group_stays_internal_on_the_way(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.team.comments(story, "Among us.", group="jira-users")
    stage.tandem.syncs()

    assert [body(text) for text in ticket.notes] == ["Among us."]
    assert ticket.entries("comments") == []
