"""The direct adapter and the real one tell the engine the same, value for value.

Both play one story on equal sandboxes; what each answers is written down and compared. Left out is
what may differ: names of streams, words of messages, the ids of kinds and their two fields that
nobody maps, and what a read-back happens to know about replaced values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

import pytest

from connector.errors import ConnectorError
from connector.values import CommentDraft, Done, Draft, Move, WriteResult
from tests.contract.mounts import LONG_AGO, JiraMount, Mount

Both = tuple[Mount, Mount]
FIELDS = {
    "servicenow": (
        "short_description", "description", "state", "urgency", "impact", "priority", "active",
        "assigned_to", "close_code", "resolved_at", "correlation_id", "sys_updated_by", "no_such",
    ),
    "jira": (
        "summary", "description", "status", "status_category", "priority", "resolution", "labels",
        "assignee", "reporter", "parent", "duedate", "components", "Affected service",
        "Incidents 7 days", "created", "no_such",
    ),
}  # fmt: skip


ODD = {"servicenow": {"close_code": "Galactic"}, "jira": {"grade": "Galactic"}}
"""A choice that nobody has: ServiceNow stores it, Jira refuses it."""


def told(result: WriteResult) -> Any:
    """A write's result without the words of its error."""
    if isinstance(result, Done):
        return asdict(replace(result, replaced={}, intruded=False))
    error = result.error
    offered = getattr(error, "offered", ())
    return type(result), type(error), getattr(error, "field", ""), offered


def asked(ask: Callable[[], Any]) -> Any:
    """An answer, or the kind of its error."""
    try:
        return ask()
    except ConnectorError as error:
        return type(error)


def records(mount: Mount, keys: Iterable[str], *, fresh: bool = False) -> Any:
    """Everything that reads tell about these records."""
    names = FIELDS[mount.system]
    found = mount.adapter.read(mount.container, list(keys), names, fresh=fresh)
    return {key: asdict(found[key]) for key in sorted(found)}


def kinds(mount: Mount, container: str) -> Any:
    """What can be created there, whatever its id: by name, or by table."""
    found = {}
    for row in mount.adapter.kinds(container):
        fields = {field.name: asdict(field) for field in row.fields}
        for name in ("issuetype", "project"):
            fields.pop(name, None)
        name = row.name if mount.system == "jira" else container
        found[name] = (row.level, fields, set(row.statuses))
    return found


def compare(both: Both, story: Callable[[Mount], Iterable[Any]]) -> None:
    """Play a story on both and compare step by step."""
    for step, (direct, real) in enumerate(zip(story(both[0]), story(both[1]), strict=True)):
        assert direct == real, f"step {step}"


def a_day(mount: Mount) -> Iterable[Any]:
    """Creates, edits, moves and comments of ours and of people."""
    drafts = [mount.draft(1, description="long"), mount.bad_draft(2), mount.draft(3)]
    results = mount.adapter.create(drafts)
    yield [told(replace(one, record=None) if isinstance(one, Done) else one) for one in results]
    keys = [one.key for one in results if isinstance(one, Done)]
    yield records(mount, keys)
    mount.clock.advance(61)
    patches = [mount.patch(keys[0], summary="new", description=None, grade=mount.high)]
    yield [told(one) for one in mount.adapter.patch(patches, FIELDS[mount.system])]
    mount.clock.advance(61)
    person = mount.person_key("mei.chen")
    patches = [mount.patch(key, person=person) for key in (*keys, "9" * 32)]
    yield [told(one) for one in mount.adapter.patch(patches, [mount.person])]
    mount.clock.advance(61)
    yield told(mount.adapter.move([mount.move(keys[0], mount.far)], [mount.status])[0])
    yield told(mount.adapter.move([mount.move(keys[0], mount.near)], [mount.status])[0])
    yield told(mount.adapter.move([mount.move(keys[1], mount.far, **mount.closing)], [])[0])
    yield told(mount.adapter.move([mount.move(keys[1], mount.far)], FIELDS[mount.system])[0])
    mount.clock.advance(61)
    for key, number in ((keys[0], 1), (keys[1], 3)):
        notes = [mount.note(key, number), mount.note(key, number + 1)]
        yield [told(one) for one in mount.adapter.comment(notes)]
        mount.clock.advance(2)
    mount.clock.advance(61)
    mount.remark(keys[1], "from a person")
    mount.edit(keys[0], "jonas.weber", summary="edited by Jonas")
    yield records(mount, keys)
    yield records(mount, keys, fresh=True)
    yield mount.adapter.comments(mount.container, keys)
    yield mount.sightings(LONG_AGO)
    for name in (mount.summary, mount.status, mount.description):
        yield mount.adapter.authorship(mount.container, keys[0], name)


def test_a_day_of_work(both: Both) -> None:
    compare(both, a_day)


def test_what_a_side_knows(both: Both) -> None:
    def story(mount: Mount) -> Iterable[Any]:
        mount.made(1)
        identity = mount.adapter.identity()
        yield replace(identity, version="")
        yield kinds(mount, mount.container)
        logins = ("mei.chen", "xenia.georgiou")
        keys = [mount.person_key(login) for login in logins]
        addresses = ["amira.haddad@northwind.example", "nobody@northwind.example"]
        yield sorted(map(repr, mount.adapter.people(keys=keys, emails=addresses)))
        yield mount.adapter.server_now()
        yield mount.adapter.reads_lag
        yield [one.containers for one in mount.adapter.streams([mount.container, mount.other])]

    compare(both, story)


def test_what_is_out_of_reach(both: Both) -> None:
    def story(mount: Mount) -> Iterable[Any]:
        adapter = mount.adapter
        hidden, gone, there = mount.all_made([mount.draft(n) for n in range(3)])
        mount.hide(hidden)
        mount.delete(gone)
        for key in (hidden, gone, "9" * 32):
            yield told(adapter.patch([mount.patch(key, summary="x")], [])[0])
            yield told(adapter.move([mount.move(key, mount.near)], [])[0])
            yield told(adapter.comment([mount.note(key, 1)])[0])
            yield asked(lambda key=key: adapter.authorship(mount.container, key, mount.summary))
            yield adapter.in_scope(mount.container, "", [key])
        yield asked(lambda: adapter.kinds("nonsense"))
        yield asked(lambda: list(adapter.listed("nonsense", "", [])))
        yield asked(lambda: adapter.read("nonsense", [gone], []))
        yield asked(lambda: adapter.find("nonsense", [mount.mark(77)]))
        yield asked(lambda: adapter.in_scope("nonsense", "", [there]))
        found = adapter.find(mount.container, [mount.mark(n) for n in range(3)])
        yield {mark: [row.key for row in rows] for mark, rows in found.items()}

    compare(both, story)


@pytest.mark.parametrize("scope", ["((", "priority ~ ", "nonsense = 1", "nonsense=1", "ORDER BY"])
def test_scopes_that_make_no_sense(both: Both, scope: str) -> None:
    def story(mount: Mount) -> Iterable[Any]:
        [key] = mount.all_made([mount.draft(1)])
        yield asked(
            lambda: [row.key for p in mount.adapter.listed(mount.container, scope, []) for row in p]
        )
        yield asked(lambda: mount.adapter.in_scope(mount.container, scope, [key]))

    compare(both, story)


def test_creates_that_make_no_sense(both: Both) -> None:
    def story(mount: Mount) -> Iterable[Any]:
        mount.made(1)
        for draft in (
            replace(mount.draft(2), container="nonsense"),
            mount.draft(3, no_such_field="x"),
            mount.draft(4, **ODD[mount.system]),
            mount.draft(5, person="nobody"),
            mount.draft(6, summary=""),
        ):
            [result] = mount.adapter.create([draft])
            yield told(replace(result, record=None) if isinstance(result, Done) else result)

    compare(both, story)


def test_edits_that_make_no_sense(both: Both) -> None:
    def story(mount: Mount) -> Iterable[Any]:
        key = mount.made(1)
        for fields in (
            {"no_such_field": "x"}, ODD[mount.system], {"person": "nobody"}, {"summary": ""},
        ):  # fmt: skip
            yield told(mount.adapter.patch([mount.patch(key, **fields)], [mount.summary])[0])

    compare(both, story)


def test_problems_and_changes(desk_pair: Both) -> None:
    def story(mount: Mount) -> Iterable[Any]:
        for table, targets in (
            ("problem", ("102",)), ("problem", ("107",)),
            ("change_request", ("-4",)), ("change_request", ("3",)), ("change_request", ("-5",)),
        ):  # fmt: skip
            draft = Draft(table, table, "m", {"short_description": "x", "correlation_id": "m"})
            [made] = mount.adapter.create([draft])
            assert isinstance(made, Done)
            yield made
            yield told(mount.adapter.move([Move(table, made.key, "state", targets)], ["state"])[0])
        for table in ("problem", "change_request"):
            yield kinds(mount, table)

    compare(desk_pair, story)


def test_service_project_and_epics(board_pair: Both) -> None:
    def story(mount: JiraMount) -> Iterable[Any]:
        epic, story_ = mount.all_made([mount.draft(1, kind="Epic"), mount.draft(2)])
        yield [told(one) for one in mount.adapter.patch([mount.patch(story_, parent=epic)], [])]
        yield records(mount, [epic, story_])
        note = CommentDraft("DESK", "", "comment", "riding [r1]", "[r1]")
        ticket = mount.made(3, container="DESK", kind="Task", comments=(note,))
        done = Move("DESK", ticket, "status", ("Closed", "category:done"), {"resolution": "Done"})
        walked = mount.adapter.move([done], ["status", "resolution"])[0]
        assert isinstance(walked, Done)
        assert walked.record is not None
        yield walked.record.fields
        yield told(mount.adapter.move([replace(done, targets=("In Progress",))], ["status"])[0])
        mount.hands().move_project(story_, "TEAM")
        yield records(mount, [epic, story_])
        yield [row.key for page in mount.adapter.listed("TEAM", "", []) for row in page]
        for project in ("DESK", "TEAM"):
            yield kinds(mount, project)

    compare(board_pair, story)
