"""Scope decides what gets a twin; what has one keeps flowing."""

from __future__ import annotations

from tests.support.stage import Stage


def test_a_linked_record_that_leaves_the_scope_still_closes_its_story(stage: Stage) -> None:
    ticket = stage.desk.opens(priority="3")
    stage.tandem.syncs()
    story = ticket.issue

    stage.desk.rates(ticket, "5")
    stage.tandem.syncs()
    assert story["priority"] == "Lowest"

    stage.desk.edits(ticket, short_description="Not so bad")
    stage.tandem.syncs()
    stage.desk.resolves(ticket)
    stage.tandem.syncs()
    assert (story["summary"], story.status) == ("Not so bad", "Done")


def test_it_comes_back_and_is_the_same_couple(stage: Stage) -> None:
    ticket = stage.desk.opens(priority="3")
    stage.tandem.syncs()
    story = ticket.issue
    stage.desk.rates(ticket, "5")
    stage.tandem.syncs()

    stage.desk.rates(ticket, "1")
    stage.tandem.syncs()
    stage.team.edits(story, summary="Bad after all")
    stage.tandem.syncs()

    assert ticket.issues == [story]
    assert (story["priority"], ticket["short_description"]) == ("Highest", "Bad after all")


def test_a_closed_incident_that_is_opened_again_flows_on(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue
    stage.desk.resolves(ticket)
    stage.desk.closes(ticket)
    stage.tandem.syncs()
    assert (ticket["active"], story.status) == ("false", "Done")

    stage.desk.platform(ticket, state="2")
    stage.tandem.syncs()

    assert (story.status, ticket.issues) == ("In Progress", [story])


def test_low_priority_gets_a_story_only_with_a_problem(stage: Stage) -> None:
    problem = stage.desk.opens_problem()
    alone = stage.desk.opens("Small", priority="4")
    part = stage.desk.opens("Small, of a problem", priority="4", problem_id=problem)
    stage.tandem.syncs()

    assert alone.issues == []
    assert part.issue.epic == problem.issue


def test_raised_later_it_gets_one_with_all_that_was_said(stage: Stage) -> None:
    ticket = stage.desk.opens("Small", priority="4")
    stage.desk.notes(ticket, "Called back.")
    stage.tandem.syncs()
    stage.later()
    assert ticket.issues == []

    stage.desk.rates(ticket, "3")
    stage.tandem.syncs()

    assert ticket.issue["priority"] == "Medium"
    assert "Called back." in ticket.issue.comments[0]


def test_given_a_problem_later_it_gets_one(stage: Stage) -> None:
    ticket = stage.desk.opens("Small", priority="5")
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()

    stage.desk.edits(ticket, problem_id=problem)
    stage.tandem.syncs()

    assert ticket.issue.epic == problem.issue


def test_what_is_over_gets_nothing(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.desk.resolves(ticket)
    stage.desk.closes(ticket)
    change = stage.desk.opens_change()
    stage.desk.moves(change, "Canceled")
    stage.tandem.syncs()
    stage.desk.platform(ticket, category="network")
    stage.tandem.syncs()

    assert stage.team.issues() == []


def test_a_label_in_another_project_asks_for_nothing(stage: Stage) -> None:
    story = stage.team.writes("Elsewhere", project="TEAM", labels=("to-incident",))
    stage.tandem.syncs()

    assert stage.desk.tickets() == []
    assert story.marks == set()


def test_a_story_moved_to_another_project_is_frozen_and_thaws_on_its_return(stage: Stage) -> None:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue

    stage.team.hands("mei.chen").move_project(story.key, "TEAM")
    stage.tandem.syncs()
    before = stage.tandem.writes()
    stage.desk.edits(ticket, short_description="Mail is down")
    stage.team.edits(story, summary="Ours now")
    stage.tandem.syncs()
    assert stage.tandem.writes() == before
    assert len(stage.team.issues()) == 1

    stage.team.hands("mei.chen").move_project(story.key, "OPS")
    stage.team.edits(story, summary="Mail is down")
    stage.tandem.syncs()
    stage.desk.edits(ticket, description="All of it.")
    stage.tandem.syncs()
    assert (story["description"], ticket["correlation_display"]) == ("All of it.", story.label)
