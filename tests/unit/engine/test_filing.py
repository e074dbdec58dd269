"""Which files are carried, under which names, and which copies are recognised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.contents import File
from mappings.defaults import shipped
from mappings.loader import load
from mappings.model import AttachmentRules, MappingSpec
from mappings.sides import Flow, Side
from sync.core.model import End, FileLink, Link
from sync.engine.cases import Case
from sync.engine.filing import Desk, arrivals, attached, left_out, notices, safe_name

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BOTH = AttachmentRules(Flow.BOTH)
DESK = Desk("here", {side: frozenset({"tandem"}) for side in Side})


def spec(rules: AttachmentRules = BOTH) -> MappingSpec:
    return replace(load(shipped(), project="OPS")[0], attachments=rules)


def file(id: str, name: str = "log.txt", *, author: str = "mei", **more: object) -> File:
    plain = File("incident", "k", id, name, 3, "text/plain", author, author.title(), NOW)
    return replace(plain, **more)  # type: ignore[arg-type]


def case(servicenow: tuple[File, ...] = (), jira: tuple[File, ...] = (), *filed: FileLink) -> Case:
    link = Link(1, "p", End("incident", "s", "INC1"), End("OPS", "1", "OPS-1"), made_at=NOW)
    files = {Side.SERVICENOW: servicenow, Side.JIRA: jira}
    return Case(spec(), link, (), {}, {}, files=files, filed=filed)


def test_a_new_file_is_carried_once() -> None:
    found = case((file("a"), file("b")), (), FileLink(1, Side.SERVICENOW, "a", "x", "log.txt", 3))
    assert [one.file.id for one in attached(found, Side.SERVICENOW, DESK)] == ["b"]


def test_a_copy_never_travels_back() -> None:
    known = FileLink(1, Side.SERVICENOW, "a", "x", "log.txt", 3)
    found = case((file("a"),), (file("x", author="tandem"), file("y", author="tandem")), known)
    assert attached(found, Side.JIRA, DESK) == ()


def test_a_copy_that_the_store_forgot_is_recognised_and_not_made_again() -> None:
    found = case((file("a"), file("b", "other.txt")), (file("x", author="tandem"),))
    assert [(id, copy.id) for id, copy in arrivals(found, Side.JIRA, DESK)] == [("a", "x")]
    assert [one.file.id for one in attached(found, Side.SERVICENOW, DESK)] == ["b"]


def test_of_two_files_alike_each_has_its_own_copy() -> None:
    copies = (file("x", author="tandem"), file("y", author="tandem"))
    found = case((file("a"), file("b")), copies)
    assert [(id, copy.id) for id, copy in arrivals(found, Side.JIRA, DESK)] == [
        ("a", "x"), ("b", "y"),
    ]  # fmt: skip


@pytest.mark.parametrize("other", [{"size": 4}, {"name": "log2.txt"}, {"digest": "e"}])
def test_what_differs_is_no_copy(other: dict[str, object]) -> None:
    found = case((file("a", digest="d"),), (file("x", author="tandem", **other),))
    assert arrivals(found, Side.JIRA, DESK) == []


def test_files_older_than_the_link_may_be_left_behind() -> None:
    old = file("a", created=NOW - timedelta(days=1))
    found = replace(case((old, file("b"))), spec=spec(AttachmentRules(Flow.BOTH, backlog=False)))
    assert [one.file.id for one in attached(found, Side.SERVICENOW, DESK)] == ["b"]


def test_a_flow_is_one_way() -> None:
    found = replace(case((file("a"),), (file("b"),)), spec=spec(AttachmentRules(Flow.TO_JIRA)))
    assert len(attached(found, Side.SERVICENOW, DESK)) == 1
    assert attached(found, Side.JIRA, DESK) == ()


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (file("a", "run.EXE"), "exe"),
        (file("a", "notes"), "without an ending"),
        (file("a", "log.txt", size=2_000_001), "2,000,001 bytes, and at most 2,000,000"),
        (file("a", "small.txt", size=1_500_000), "at most 1,000,000"),
    ],
)
def test_why_one_is_left_out(one: File, why: str) -> None:
    rules = AttachmentRules(Flow.BOTH, max_mb=2, only=("txt", "exe"), never=("exe",))
    limits = {Side.JIRA: 1_000_000 if one.name == "small.txt" else None}
    told = left_out(rules, Side.SERVICENOW, one, replace(DESK, limits=limits))
    assert told is not None
    assert why in told


def test_the_twin_is_told_of_one_that_is_left_out() -> None:
    rules = AttachmentRules(Flow.BOTH, never=("exe",))
    unheard = replace(case((file("a", "{html}.exe"),)), spec=spec(rules))
    assert notices(unheard, Side.SERVICENOW, DESK) == (), "it may stand on the twin already"
    found = replace(unheard, comments={Side.JIRA: ()})
    [notice] = notices(found, Side.SERVICENOW, DESK)
    assert notice.internal
    assert "stands in ServiceNow only" in notice.body
    assert "\\{html" in notice.body, "a name can run a macro"
    assert attached(found, Side.SERVICENOW, DESK) == ()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("...", "file"),
        ("", "file"),
        ("A\u030angstrom.pdf", "Ångstrom.pdf"),
        ("x" * 200 + ".tar", "x" * 96 + ".tar"),
        ("x" * 200, "x" * 100),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert safe_name(safe) == safe
