"""Tables that an instance may have or not: absent, kept from us, or there with their own words."""

from __future__ import annotations

import pytest

from connector.errors import AccessLost, NotThere
from connector.sandbox.servicenow.agile import READER, WRITER, activate
from connector.values import Done, Draft, Move, Patch, Refused
from tests.contract.mounts import ServiceNowMount

NOBODY = "0" * 32
DEFECT, TASK = "rm_defect", "problem_task"


def made(desk: ServiceNowMount, table: str, **fields: str) -> str:
    mark = desk.mark(7)
    values = {"short_description": "Wrong sum", "correlation_id": mark, **fields}
    [result] = desk.adapter.create([Draft(table, table, mark, values)])
    assert isinstance(result, Done), result
    return result.key


def moved(desk: ServiceNowMount, table: str, key: str, state: str, **along: str) -> object:
    [result] = desk.adapter.move([Move(table, key, "state", (state,), along)], ["state"])
    return result


def test_a_table_that_a_plugin_would_bring_is_not_there(desk: ServiceNowMount) -> None:
    for ask in (
        lambda: desk.adapter.read(DEFECT, [NOBODY], ()),
        lambda: desk.adapter.in_scope(DEFECT, "active=true", [NOBODY]),
        lambda: desk.adapter.kinds(DEFECT),
        lambda: list(desk.adapter.listed(DEFECT, "", ())),
    ):
        with pytest.raises(NotThere, match=DEFECT):
            ask()


def test_one_that_is_kept_from_us_is_no_missing_one(desk: ServiceNowMount) -> None:
    activate(desk.world)
    assert desk.adapter.read(DEFECT, [NOBODY], ()) == {}
    desk.world.roles["tandem"].discard(READER)
    with pytest.raises(AccessLost):
        desk.adapter.read(DEFECT, [NOBODY], ())
    assert desk.adapter.identity().name == "tandem"
    desk.world.knobs.denied_tables.add(TASK)
    with pytest.raises(AccessLost):
        desk.adapter.read(TASK, [NOBODY], ())


def test_states_are_told_with_what_they_are_stored_as(desk: ServiceNowMount) -> None:
    activate(desk.world)
    for table, labels in ((DEFECT, {"Draft", "Closed Complete"}), (TASK, {"New", "Closed"})):
        [kind] = desk.adapter.kinds(table)
        assert {choice.label for choice in kind.statuses} >= labels
        stored = {choice.label: choice.value for choice in kind.statuses}
        key = made(desk, table)
        first = desk.adapter.read(table, [key], ["state"])[key].fields["state"]
        assert first == stored["Draft" if table == DEFECT else "New"]


def test_a_defect_points_at_any_ticket_and_takes_any_state(desk: ServiceNowMount) -> None:
    activate(desk.world)
    incident = desk.made(1)
    key = made(desk, DEFECT, parent=incident)
    record = desk.adapter.read(DEFECT, [key], ["parent", "active"])[key]
    assert (record.container, record.label[:4]) == (DEFECT, "DFCT")
    assert (record.fields["parent"], record.fields["active"]) == (incident, "true")
    found = moved(desk, DEFECT, key, "3", close_notes="Closed in Jira.")
    assert isinstance(found, Done)
    assert desk.adapter.read(DEFECT, [key], ["active"])[key].fields["active"] == "false"


def test_without_the_role_no_defect_is_made(desk: ServiceNowMount) -> None:
    activate(desk.world)
    desk.world.roles["tandem"].discard(WRITER)
    draft = Draft(DEFECT, DEFECT, desk.mark(7), {"short_description": "Wrong sum"})
    [result] = desk.adapter.create([draft])
    assert isinstance(result, Refused)
    assert "ACL Exception Insert" in result.error.what


def test_a_lost_patch_of_what_is_not_audited_shows_on_the_record(desk: ServiceNowMount) -> None:
    key = made(desk, TASK)
    held = desk.adapter.read(TASK, [key], ())[key]
    patch = Patch(TASK, key, {"short_description": "Wrong date"}, version=held.version)
    assert desk.adapter.witness.trace(patch, {}) is None
    desk.adapter.patch([patch], ())
    found = desk.adapter.witness.trace(patch, {})
    assert found is not None
    assert (found.written, found.intruded) == ({"short_description"}, False)


def test_a_task_tells_what_it_wants_for_its_state(desk: ServiceNowMount) -> None:
    key = made(desk, TASK)
    refused = moved(desk, TASK, key, "154")
    assert isinstance(refused, Refused)
    assert "Assigned to" in refused.error.what
    assert isinstance(moved(desk, TASK, key, "157"), Refused)
    done = moved(desk, TASK, key, "157", close_code="completed", close_notes="Closed in Jira.")
    assert isinstance(done, Done)
    desk.world.knobs.task_steps = True
    assert isinstance(moved(desk, TASK, key, "151"), Refused)
