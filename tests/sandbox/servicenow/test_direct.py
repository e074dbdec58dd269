"""The direct adapter: feeds, reads and writes on the world, and the weather without a wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import AccessLost, BrokenAnswer, NotThere, RetryLater
from connector.sandbox.clock import ManualClock
from connector.sandbox.faults import Fault, Faults
from connector.sandbox.servicenow import World, bulk_incidents
from connector.sandbox.servicenow.direct import DirectServiceNow
from connector.values import CommentDraft, Done, Draft, Move, NotSent, Patch, Refused, Unclear

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MARK = "jira:example.atlassian.net:10001"


@pytest.fixture
def side(world: World, faults: Faults) -> DirectServiceNow:
    return DirectServiceNow(world, faults=faults)


def draft(**fields: str) -> Draft:
    given = {"short_description": "x", "correlation_id": MARK, **fields}
    return Draft("incident", "incident", MARK, given)


def made(side: DirectServiceNow, **fields: str) -> str:
    [result] = side.create([draft(**fields)])
    assert isinstance(result, Done)
    return result.key


def note(key: str, text: str, lane: str = "work_notes") -> CommentDraft:
    return CommentDraft("incident", key, lane, text, text)


def test_a_created_record_is_found_read_and_seen(side: DirectServiceNow) -> None:
    key = made(side, impact="1", urgency="1")
    assert [r.key for r in side.find("incident", [MARK, "other"])[MARK]] == [key]
    record = side.read("incident", [key, "0" * 32], ["priority", "assigned_to", "nope"])[key]
    assert record.fields == {"priority": "1", "assigned_to": None}
    assert (record.version, record.created_by) == ("0/2026-03-02 09:30:00", "tandem")
    stream = side.streams(["incident"])[0]
    [page] = side.changed(stream, LONG_AGO)
    assert [(s.key, s.version) for s in page.sightings] == [(key, record.version)]


def test_scope_selects_and_all_pages_come(side: DirectServiceNow, world: World) -> None:
    keys = bulk_incidents(world, 450)
    pages = list(side.listed("incident", "priority=2", ["number"]))
    assert [len(page) for page in pages] == [200, 25]
    assert side.in_scope("incident", "priority=2", keys[:3]) == {keys[1]}
    sightings = [
        s for p in side.changed(side.streams(["incident"])[0], LONG_AGO) for s in p.sightings
    ]
    assert len({s.key for s in sightings}) == 450
    assert [s.at for s in sightings] == sorted(s.at for s in sightings)


def test_the_feed_starts_inclusively(side: DirectServiceNow, clock: ManualClock) -> None:
    made(side)
    clock.advance(10)
    later = made(side)
    stream = side.streams(["incident"])[0]
    [page] = side.changed(stream, clock.now())
    assert [s.key for s in page.sightings] == [later]
    assert page.started == clock.now()


def test_comments_of_one_record_never_share_a_second(
    side: DirectServiceNow, clock: ManualClock
) -> None:
    key = made(side)
    texts = ["one", "two", "three"]
    results = side.comment([note(key, text) for text in texts])
    found = side.comments("incident", [key])
    assert [c.body for c in found] == texts
    assert [c.id for c in found] == [r.key for r in results if isinstance(r, Done)]
    assert len({c.created for c in found}) == 3
    assert all(c.internal and c.author_name == "Tandem Integration" for c in found)
    [page] = side.changed(side.streams(["incident"])[1], LONG_AGO)
    assert [s.key for s in page.sightings] == [key] * 3


def test_after_an_unclear_comment_the_records_others_wait(
    side: DirectServiceNow, faults: Faults, world: World
) -> None:
    first, second = made(side), made(side)
    faults.add(Fault("drop_after", method="PATCH"))
    results = side.comment([note(first, "a"), note(first, "b")])
    assert [type(r) for r in results] == [Unclear, NotSent]
    assert [n["value"] for n in world.notes(first)] == ["a"]
    faults.add(Fault("drop_after", path="/batch"))
    results = side.comment([note(first, "b"), note(second, "c"), note(second, "d")])
    assert [type(r) for r in results] == [Unclear, Unclear, NotSent]
    assert [n["value"] for n in world.notes(second)] == ["c"]


def test_both_drops_are_unclear_and_one_of_them_was_done(
    side: DirectServiceNow, faults: Faults, world: World
) -> None:
    for kind, expected in (("drop_before", 0), ("drop_after", 1)):
        faults.add(Fault(kind))
        [result] = side.create([draft()])
        assert isinstance(result, Unclear)
        assert len(list(world.rows("incident"))) == expected


def test_a_late_create_appears_later(
    side: DirectServiceNow, faults: Faults, clock: ManualClock
) -> None:
    faults.add(Fault("late", seconds=50))
    [result] = side.create([draft()])
    assert isinstance(result, Unclear)
    assert side.find("incident", [MARK]) == {}
    clock.advance(50)
    assert len(side.find("incident", [MARK])[MARK]) == 1


def test_reads_raise_what_the_weather_brings(side: DirectServiceNow, faults: Faults) -> None:
    faults.add(Fault("html", times=None))
    with pytest.raises(BrokenAnswer):
        side.read("incident", ["x"], [])
    faults.clear()
    faults.add(Fault("status", status=429, retry_after="12", times=None))
    with pytest.raises(RetryLater) as caught:
        side.read("incident", ["x"], [])
    assert caught.value.after == 12
    assert isinstance(side.create([draft()])[0], NotSent)


def test_moves_and_refusals(side: DirectServiceNow, world: World) -> None:
    key = made(side)
    [refused] = side.move([Move("incident", key, "state", ("6",))], ["state"])
    assert isinstance(refused, Refused)
    assert "Data Policy" in refused.error.what
    close = {"close_code": "Solution provided", "close_notes": "ok"}
    [done] = side.move([Move("incident", key, "state", ("6",), close)], ["state"])
    assert isinstance(done, Done)
    assert done.record is not None
    assert (done.hops, done.record.fields["state"]) == (("6",), "6")
    [change] = side.create([Draft("change_request", "change_request", "", {"type": "normal"})])
    assert isinstance(change, Done)
    [wrong] = side.move([Move("change_request", change.key, "state", ("-1",))], [])
    assert isinstance(wrong, Refused)
    assert wrong.error.offered == ("New (-5)", "Assess (-4)", "Canceled (4)")
    [problem] = side.create([Draft("problem", "problem", "", {"short_description": "p"})])
    assert isinstance(problem, Done)
    [stuck] = side.move([Move("problem", problem.key, "state", ("102",))], [])
    assert isinstance(stuck, Refused)
    world.knobs.hidden_rows.add(key)
    assert isinstance(side.patch([Patch("incident", key, {"state": "2"})], [])[0], NotSent)


def test_a_note_on_a_closed_incident_is_refused_not_lost(side: DirectServiceNow) -> None:
    close = {"close_code": "Solution provided", "close_notes": "ok"}
    key = made(side, state="7", **close)
    assert isinstance(side.comment([note(key, "late")])[0], Refused)


def test_people_kinds_and_authors(side: DirectServiceNow, world: World, clock: ManualClock) -> None:
    [mei] = side.people(emails=["MEI.CHEN@northwind.example"])
    assert side.people(keys=[mei.key]) == (mei,)
    [gone] = side.people(emails=["xenia.georgiou@northwind.example"])
    assert not gone.active
    [kind] = side.kinds("incident")
    assert [s.value for s in kind.statuses] == ["1", "2", "3", "6", "7", "8"]
    with pytest.raises(NotThere):
        side.kinds("nope")
    key = made(side)
    clock.advance(60)
    world.update("incident", key, {"description": "d"}, world.caller("mei.chen"))
    side.patch([Patch("incident", key, {"short_description": "s"})], [])
    who = side.authorship("incident", key, "description")
    assert (who.author, who.at) == ("Mei Chen", clock.now())


def test_requests_are_counted(side: DirectServiceNow, clock: ManualClock) -> None:
    side.create([draft() for _n in range(60)])
    assert side.meter.totals() == {"read": 0, "write": 60, "decoration": 0}
    for stream in side.streams(["incident", "problem"]):
        list(side.changed(stream, clock.now() + timedelta(seconds=1)))
    assert side.meter.totals()["read"] == 4


def test_an_account_that_is_gone_loses_access(side: DirectServiceNow, world: World) -> None:
    assert side.identity().name == "tandem"
    (world.true_row(world.user_id("tandem")) or {})["active"] = "false"
    with pytest.raises(AccessLost):
        side.identity()


def test_many_states_go_out_in_one_request_that_is_lost_as_one(
    side: DirectServiceNow, faults: Faults
) -> None:
    keys = [made(side) for _ in range(3)]
    held = side.read("incident", keys, ["state"])
    moves = [Move("incident", key, "state", ("2",), present=held[key]) for key in keys]
    before = side.meter.totals()
    faults.add(Fault("drop_after", method="POST", path="/batch$"))
    assert [type(one) for one in side.move(moves, ["state"])] == [Unclear] * 3
    spent = {name: side.meter.totals()[name] - before[name] for name in ("read", "write")}
    assert spent == {"read": 0, "write": 1}
    again = side.move(moves, ["state"])
    assert [one.hops for one in again if isinstance(one, Done)] == [(), (), ()]
