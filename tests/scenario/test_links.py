"""References between tickets are issue links between their twins, whoever makes or unmakes them."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.servicenow.knobs import SYSTEM
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.stage import FLAVOURS, Stage

CAUSED, FIXED, DUPLICATES = "is caused by", "is blocked by", "duplicates"


def trio(stage: Stage) -> tuple[Ticket, Ticket, Ticket]:
    """An incident and two changes, with their stories."""
    incident = stage.desk.opens()
    first, second = stage.desk.opens_change("Move the store"), stage.desk.opens_change("Tune it")
    stage.tandem.syncs()
    return incident, first, second


def test_a_change_that_caused_an_incident_is_linked_and_unlinked_from_the_desk(
    stage: Stage,
) -> None:
    incident, first, second = trio(stage)

    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == [first.issue]
    assert first.issue.linked("causes") == [incident.issue]

    stage.desk.edits(incident, caused_by=second)
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == [second.issue]

    stage.desk.edits(incident, caused_by="")
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == []


def test_a_link_between_stories_sets_the_reference_and_unlinking_clears_it(stage: Stage) -> None:
    incident, first, second = trio(stage)

    stage.team.links(first.issue, "causes", incident.issue)
    stage.tandem.syncs()
    assert incident["caused_by"] == first.key

    stage.team.unlinks(incident.issue, CAUSED, first.issue)
    stage.team.links(incident.issue, CAUSED, second.issue)
    stage.tandem.syncs()
    assert incident["caused_by"] == second.key

    stage.team.unlinks(incident.issue, CAUSED, second.issue)
    stage.tandem.syncs()
    assert incident["caused_by"] == ""


def test_each_reference_has_its_own_words(stage: Stage) -> None:
    incident, first, second = trio(stage)
    parent = stage.desk.opens("All mail is slow")
    one, two = stage.desk.opens_problem("Old disks"), stage.desk.opens_problem("Old disk")
    stage.desk.edits(incident, caused_by=first, rfc=second, parent_incident=parent)
    stage.desk.edits(two, duplicate_of=one)
    stage.tandem.settles()

    story = incident.issue
    assert story.linked(CAUSED) == [first.issue]
    assert story.linked(FIXED) == [second.issue]
    assert story.linked(DUPLICATES) == [parent.issue]
    assert two.issue.linked(DUPLICATES) == [one.issue]
    assert parent.issue.linked(DUPLICATES) == one.issue.linked(DUPLICATES) == []


def test_references_of_new_tickets_are_linked_at_their_first_look(stage: Stage) -> None:
    change = stage.desk.opens_change()
    incident = stage.desk.opens(caused_by=change)
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == [change.issue]


def test_a_linked_story_that_asks_for_its_incident_brings_the_reference_along(
    stage: Stage,
) -> None:
    change = stage.desk.opens_change()
    stage.tandem.syncs()
    story: Story = stage.team.writes("Mail is slow", labels=("to-incident",))
    stage.team.links(story, CAUSED, change.issue)
    stage.tandem.syncs()
    assert story.ticket["caused_by"] == change.key


def test_both_asked_for_at_once(stage: Stage) -> None:
    story: Story = stage.team.writes("Mail is slow", labels=("to-incident",))
    change: Story = stage.team.writes("Move the store", labels=("to-change",))
    stage.team.links(story, CAUSED, change)
    stage.tandem.settles()
    assert story.ticket["caused_by"] == change.ticket.key


def test_links_to_peoples_own_issues_stay_and_say_nothing(stage: Stage) -> None:
    incident, first, second = trio(stage)
    own = stage.team.writes("Our own work")
    stage.team.links(incident.issue, CAUSED, own)
    before = stage.tandem.writes()
    stage.tandem.syncs()
    assert (incident["caused_by"], stage.tandem.writes()) == ("", before)

    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == [first.issue, own]
    stage.desk.edits(incident, caused_by=second)
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == [second.issue, own]
    stage.desk.edits(incident, caused_by="")
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == [own]


def test_a_linked_issue_that_gets_its_record_later_sets_the_reference(stage: Stage) -> None:
    incident, _, _ = trio(stage)
    own = stage.team.writes("Our own work")
    other = stage.team.writes("Of no concern")
    for one in (other, own):
        stage.team.links(incident.issue, CAUSED, one)
    stage.tandem.syncs()

    stage.team.labels(own, "to-change")
    stage.tandem.settles()

    assert incident["caused_by"] == own.ticket.key
    assert incident.issue.linked(CAUSED) == [own, other]


def test_a_referenced_record_that_gets_its_story_later_is_linked(stage: Stage) -> None:
    incident, _, _ = trio(stage)
    closed = stage.desk.opens_change("Done long ago")
    stage.desk.platform(closed, active="false", state="4")
    stage.desk.edits(incident, caused_by=closed)
    stage.tandem.syncs()
    assert (closed.issues, incident.issue.linked(CAUSED)) == ([], [])

    stage.desk.platform(closed, active="true", state="-5")
    stage.tandem.settles()

    assert incident.issue.linked(CAUSED) == [closed.issue]


def test_an_incident_in_the_place_of_a_change_is_peoples_own_link(stage: Stage) -> None:
    incident, _, _ = trio(stage)
    other = stage.desk.opens("Another one")
    stage.tandem.syncs()
    stage.team.links(incident.issue, CAUSED, other.issue)
    stage.tandem.settles()
    assert incident["caused_by"] == ""
    assert incident.issue.linked(CAUSED) == [other.issue]


def test_the_same_link_twice_over_is_one(stage: Stage) -> None:
    """Both sides say the same at once."""
    incident, first, _ = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.team.links(incident.issue, CAUSED, first.issue)
    before = stage.tandem.writes()
    stage.tandem.settles()
    assert (stage.tandem.writes(), stage.tandem.conflicts) == (before, ())
    assert len(incident.issue.raw.links) == 1


def test_a_conflict_is_the_owners_and_told(stage: Stage) -> None:
    incident, first, second = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.team.links(incident.issue, CAUSED, second.issue)
    stage.tandem.settles()

    assert incident["caused_by"] == first.key
    assert incident.issue.linked(CAUSED) == [first.issue]
    [row] = stage.tandem.conflicts
    assert (row.field, row.decision, row.jira.value) == (
        "caused_by", "servicenow", (second.issue.key,),
    )  # fmt: skip
    assert row.jira.author == "Mei Chen"


def test_a_person_may_overturn_it_and_peoples_own_links_stay(stage: Stage) -> None:
    incident, first, second = trio(stage)
    old, new = stage.team.writes("Our own work"), stage.team.writes("More of it")
    stage.team.links(incident.issue, CAUSED, old)
    stage.desk.edits(incident, caused_by=first)
    stage.team.links(incident.issue, CAUSED, second.issue)
    stage.tandem.settles()
    stage.team.unlinks(incident.issue, CAUSED, old)
    stage.team.links(incident.issue, CAUSED, new)
    stage.tandem.settles()

    stage.tandem.resolves(stage.tandem.conflicts[0], "jira")
    stage.tandem.settles()
    assert incident["caused_by"] == second.key
    assert incident.issue.linked(CAUSED) == [second.issue, new]


def test_a_second_link_fits_until_the_first_one_goes(stage: Stage) -> None:
    incident, first, second = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    stage.team.links(incident.issue, CAUSED, second.issue)
    stage.tandem.settles()
    assert incident["caused_by"] == first.key
    assert incident.issue.linked(CAUSED) == [first.issue, second.issue]

    stage.team.unlinks(incident.issue, CAUSED, first.issue)
    stage.tandem.settles()
    assert incident["caused_by"] == second.key


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_makes_one_link(stage: Stage, kind: str) -> None:
    incident, first, _ = trio(stage)
    stage.faults[Side.JIRA].add(Fault(kind, method="POST", path="/issueLink$", seconds=40))
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.settles()
    stage.later()
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == [first.issue]
    assert len(incident.issue.raw.links) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_takes_the_link_away(stage: Stage, kind: str) -> None:
    incident, first, _ = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    stage.faults[Side.JIRA].add(Fault(kind, method="DELETE", path="/issueLink/", seconds=40))
    stage.desk.edits(incident, caused_by="")
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == []


def test_a_twin_that_is_hidden_clears_no_reference_and_comes_back(stage: Stage) -> None:
    incident, first, second = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    hands = stage.team.hands("mei.chen")

    hands.hide(first.issue.key)
    stage.desk.edits(incident, short_description="Mail is down")
    stage.tandem.settles()
    assert incident.issue["summary"] == "Mail is down"
    assert incident["caused_by"] == first.key
    assert not stage.tandem.parked

    hands.hide(first.issue.key, hidden=False)
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert incident["caused_by"] == first.key
    assert incident.issue.linked(CAUSED) == [first.issue]

    stage.desk.edits(incident, caused_by=second)
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == [second.issue]


def test_a_link_that_is_taken_away_while_its_issue_is_hidden_is_missed_afterwards(
    stage: Stage,
) -> None:
    incident, first, _ = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    hands = stage.team.hands("mei.chen")
    hands.hide(first.issue.key)
    stage.team.unlinks(incident.issue, CAUSED, first.issue)
    stage.tandem.settles()
    assert incident["caused_by"] == first.key

    hands.hide(first.issue.key, hidden=False)
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert incident["caused_by"] == ""
    assert incident.issue.linked(CAUSED) == []


def test_a_reference_that_is_cleared_while_an_answer_is_lost_stays_cleared(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    lost = Fault("drop_before", method="PUT", path=f"/issue/{incident.issue.key}$")
    stage.faults[Side.JIRA].add(lost)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    assert incident.issue.linked(CAUSED) == [first.issue], "made, and nobody knows"

    stage.desk.edits(incident, caused_by="")
    stage.tandem.settles()
    assert incident["caused_by"] == ""
    assert incident.issue.linked(CAUSED) == []


def test_a_reference_to_a_hidden_twin_is_linked_when_that_is_shown_again(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    hands = stage.team.hands("mei.chen")
    hands.hide(first.issue.key)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == []
    assert not stage.tandem.parked

    hands.hide(first.issue.key, hidden=False)
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == [first.issue]


def test_a_twin_that_is_deleted_clears_no_reference(stage: Stage) -> None:
    incident, first, second = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    stage.unsettled = "the change has lost its story"

    stage.team.hands("mei.chen").delete(first.issue.key)
    stage.team.edits(incident.issue, summary="Mail is down")
    stage.tandem.settles()
    assert (incident["short_description"], incident["caused_by"]) == ("Mail is down", first.key)

    stage.desk.edits(incident, caused_by=second)
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == [second.issue]
    assert not stage.tandem.parked


def test_no_reference_is_set_to_what_is_hidden_until_it_is_shown(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    stage.servicenow.world.knobs.hidden_rows.add(first.key)
    stage.team.links(incident.issue, CAUSED, first.issue)
    stage.tandem.settles()
    assert incident["caused_by"] == ""

    stage.servicenow.world.knobs.hidden_rows.clear()
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert incident["caused_by"] == first.key


def test_nor_when_only_the_issue_is_looked_at_again(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    stage.servicenow.world.knobs.hidden_rows.add(first.key)
    stage.team.links(incident.issue, CAUSED, first.issue)
    stage.tandem.settles()

    stage.team.comments(incident.issue, "The fan is loud.")
    stage.tandem.settles()
    assert incident["caused_by"] == ""

    stage.servicenow.world.knobs.hidden_rows.clear()
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert incident["caused_by"] == first.key


def test_a_reference_to_what_is_hidden_since_may_be_cleared(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    stage.servicenow.world.knobs.hidden_rows.add(first.key)
    stage.desk.edits(incident, caused_by="")
    stage.tandem.settles()
    assert incident.issue.linked(CAUSED) == []

    stage.servicenow.world.knobs.hidden_rows.clear()
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert incident["caused_by"] == ""


def test_no_reference_is_set_to_what_is_deleted(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    story = first.issue
    stage.unsettled = "the change's story has lost its change"
    stage.servicenow.world.delete("change_request", first.key, SYSTEM)
    stage.team.links(incident.issue, CAUSED, story)
    stage.tandem.settles()
    assert incident["caused_by"] == ""
    assert incident.issue.linked(CAUSED) == [story]


def test_a_record_that_is_deleted_leaves_its_link_behind(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    stage.desk.edits(incident, caused_by=first)
    stage.tandem.syncs()
    story = first.issue
    stage.unsettled = "the change's story has lost its change"
    stage.servicenow.world.delete("change_request", first.key, SYSTEM)
    stage.desk.edits(incident, short_description="Mail is down")
    stage.tandem.settles()
    assert incident.issue["summary"] == "Mail is down"
    assert incident.issue.linked(CAUSED) == [story]


def test_at_rest_links_cost_nothing(stage: Stage) -> None:
    incident, first, _ = trio(stage)
    costs = []
    for _ in range(2):
        stage.tandem.settles()
        stage.later(120)
        stage.tandem.syncs()
        stage.later(120)
        stage.tandem.syncs()
        costs.append(stage.tandem.requests())
        stage.desk.edits(incident, caused_by=first)
    assert costs[0] == costs[1]


def test_a_site_without_the_words_works_without_the_field() -> None:
    for flavour in FLAVOURS:
        stage = Stage(flavour)
        world = stage.jira.world
        world.link_types = tuple(row for row in world.link_types if row.name == "Blocks")
        incident, first, second = trio(stage)
        stage.desk.edits(incident, caused_by=first, rfc=second)
        stage.tandem.settles()
        assert incident.issue.linked(FIXED) == [second.issue]
        assert len(incident.issue.raw.links) == 1
        assert not stage.tandem.parked
        stage.ends()


def test_a_field_mapped_later_is_told_by_the_side_that_points_at_something() -> None:
    new = {name: text for name, text in shipped().items() if "only: linked" not in text}
    old = {
        name: "".join(line for line in text.splitlines(True) if "as: issue_link" not in line)
        for name, text in new.items()
    }
    stage = Stage(mappings=old)
    story: Story = stage.team.writes("Mail is slow", labels=("to-incident",))
    change = stage.desk.opens_change()
    stage.tandem.settles()
    stage.desk.edits(story.ticket, caused_by=change)
    stage.tandem.settles()
    assert not story.raw.links

    grown = Stage(mappings=new)
    stage.specs = grown.specs
    stage.desk.edits(story.ticket, short_description="Mail is down")
    stage.tandem.settles()
    assert story.ticket["caused_by"] == change.key
    assert story.linked(CAUSED) == [change.issue]
    assert not stage.tandem.conflicts
    stage.ends()
