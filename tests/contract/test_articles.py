"""Knowledge articles: named by their number whatever version speaks, and hung on tasks."""

from __future__ import annotations

from typing import Any

import pytest

from connector.address import Address
from connector.articles import ARTICLE, ATTACHED, BASE, MOVED, TIE, Tie
from connector.errors import NotThere
from connector.sandbox.faults import Fault
from connector.sandbox.servicenow import knowledge_rules as hands
from connector.sandbox.servicenow.knobs import SYSTEM, Door
from connector.values import Done, Draft, Move, NotSent, Patch, Record, Refused, Unclear
from tests.contract.mounts import LONG_AGO, JiraMount, ServiceNowMount

NAMES = ("short_description", "workflow_state", "source", "correlation_id")
AUTHOR = "elena.rossi"
MARK = "jira:jira.example:10001"


def problem(desk: ServiceNowMount) -> str:
    fields = {"short_description": "Mail store too small", "impact": "2", "urgency": "2"}
    return str(desk.world.insert("problem", fields, SYSTEM)["sys_id"])


def somebody(desk: ServiceNowMount, login: str = AUTHOR) -> Any:
    return desk.world.caller(login, Door.SCREEN)


def written(desk: ServiceNowMount, task: str, title: str = "Empty the store") -> str:
    """A person writes an article at a task; its number."""
    row = hands.write(desk.world, task, somebody(desk), short_description=title)
    desk.clock.advance(1)
    return str(row["number"])


def moved(desk: ServiceNowMount, number: str, state: str) -> None:
    hands.move(desk.world, number, state, somebody(desk))
    desk.clock.advance(1)


def checked_out(desk: ServiceNowMount, number: str) -> None:
    hands.checkout(desk.world, number, somebody(desk))
    desk.clock.advance(1)


def draft(task: str, mark: str = MARK, **fields: str) -> Draft:
    own = {"short_description": "Empty the store", "source": task, "correlation_id": mark}
    return Draft(ARTICLE, ARTICLE, mark, {**own, "text": "<p>Do &lt;this&gt;.</p>", **fields})


def held(desk: ServiceNowMount, number: str) -> Record:
    return desk.adapter.read(ARTICLE, [number], NAMES)[number]


def ours(desk: ServiceNowMount, task: str = "") -> str:
    [done] = desk.adapter.create([draft(task or problem(desk))])
    assert isinstance(done, Done), done
    desk.clock.advance(1)
    desk.world.roles[AUTHOR].add("knowledge_admin")  # else nobody but us may touch our draft
    return done.key


def rows(desk: ServiceNowMount, table: str) -> list[dict[str, str]]:
    return list(desk.world.truth()["records"][table])


def test_a_draft_goes_to_the_base_for_known_errors_with_its_mark(
    desk: ServiceNowMount,
) -> None:
    task = problem(desk)
    [done] = desk.adapter.create([draft(task)])
    assert isinstance(done, Done)
    assert (done.key, done.label) == ("KB0010001", "KB0010001")
    [row] = rows(desk, ARTICLE)
    assert desk.world.display(BASE, row["kb_knowledge_base"]) == "Known Error"
    assert (row["workflow_state"], row["source"], row["meta"]) == ("draft", task, MARK)
    assert row["text"] == "<p>Do &lt;this&gt;.</p>"
    record = held(desk, done.key)
    assert (record.container, record.key, record.label) == (ARTICLE, done.key, done.key)
    assert record.url.endswith("/kb_view.do?sysparm_article=KB0010001")
    assert record.fields["correlation_id"] == MARK
    assert record.created_by == "tandem"


def test_an_article_is_found_by_its_mark_in_every_version(desk: ServiceNowMount) -> None:
    number, other = ours(desk), ours(desk)
    moved(desk, number, "published")
    checked_out(desk, number)
    found = desk.adapter.find(ARTICLE, [MARK, "jira:jira.example:1000"])
    assert [one.key for one in found[MARK]] == [number, other]
    assert "jira:jira.example:1000" not in found, "a part of a word is another word"
    assert all(one.created_by == "tandem" for one in found[MARK])


def test_the_newest_version_speaks_and_the_number_stays(desk: ServiceNowMount) -> None:
    number = written(desk, problem(desk))
    before = held(desk, number)
    assert before.fields["workflow_state"] == "draft"
    moved(desk, number, "published")
    assert held(desk, number).fields["workflow_state"] == "published"
    checked_out(desk, number)
    speaking = held(desk, number)
    assert speaking.fields["workflow_state"] == "draft"
    moved(desk, number, "published")
    after = held(desk, number)
    assert (after.key, after.fields["workflow_state"]) == (number, "published")
    assert after.created == before.created
    assert len({before.version, speaking.version, after.version}) == 3
    assert [row["workflow_state"] for row in hands.versions(desk.world, number)] == [
        "outdated", "published",
    ]  # fmt: skip


def test_what_readers_see_is_told_beside_a_version_in_work(desk: ServiceNowMount) -> None:
    number = written(desk, problem(desk))

    def out() -> object:
        return desk.adapter.read(ARTICLE, [number], ["published"])[number].fields["published"]

    assert out() is None
    moved(desk, number, "published")
    assert str(out()).startswith("2026-01-05")
    checked_out(desk, number)
    assert str(out()).startswith("2026-01-05")
    moved(desk, number, "published")
    moved(desk, number, "retired")
    assert out() is None


def test_versions_are_told_by_their_number(desk: ServiceNowMount) -> None:
    number = written(desk, problem(desk))
    moved(desk, number, "published")
    checked_out(desk, number)
    streams = desk.adapter.streams(["problem", ARTICLE])
    assert streams[-2:] == (MOVED, ATTACHED)
    assert all(ARTICLE not in one.containers for one in streams[:-2])
    told = [one for page in desk.adapter.changed(MOVED, LONG_AGO) for one in page.sightings]
    assert [one.key for one in told] == [number, number]
    assert held(desk, number).version in {one.version for one in told}
    assert desk.adapter.streams(["problem"]) == streams[: len(streams) - 2]


def test_an_article_attached_to_a_problem_is_told_by_the_problem(desk: ServiceNowMount) -> None:
    task, incident = problem(desk), desk.made()
    number = written(desk, incident)
    hands.attach(desk.world, task, number, somebody(desk))
    told = [one for page in desk.adapter.changed(ATTACHED, LONG_AGO) for one in page.sightings]
    assert [(one.container, one.key) for one in told] == [("problem", task)]


def test_what_hangs_on_a_task_is_told_with_how(desk: ServiceNowMount) -> None:
    one, other, bare = problem(desk), problem(desk), problem(desk)
    tied, named = written(desk, one), ours(desk, other)
    hands.attach(desk.world, other, tied, somebody(desk))
    assert desk.adapter.ties([one, other, bare]) == tuple(
        sorted(
            [Tie(one, tied), Tie(other, tied), Tie(other, named, written=False)],
            key=lambda tie: (tie.task, tie.article),
        )
    )
    assert desk.adapter.ties([]) == ()


def test_an_article_that_is_hidden_is_known_to_hang_there(desk: ServiceNowMount) -> None:
    task = problem(desk)
    written(desk, task)
    desk.world.knobs.hidden_rows.add(rows(desk, ARTICLE)[0]["sys_id"])
    assert [tie.task for tie in desk.adapter.ties([task])] == [task]


def test_a_tie_is_one_row(desk: ServiceNowMount) -> None:
    task = problem(desk)
    number = ours(desk, task)
    [done] = desk.adapter.tie([Tie(task, number)])
    assert isinstance(done, Done)
    [row] = rows(desk, TIE)
    assert (row["sys_id"], row["task"]) == (done.key, task)
    assert desk.world.display(ARTICLE, row["kb_knowledge"]) == number
    assert desk.adapter.ties([task]) == (Tie(task, number),)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_tie_or_a_draft_without_an_answer_is_unclear_and_sent_once(
    desk: ServiceNowMount, kind: str
) -> None:
    task = problem(desk)
    number = ours(desk, task)
    for table, send in (
        (TIE, lambda: desk.adapter.tie([Tie(task, number)])),
        (ARTICLE, lambda: desk.adapter.create([draft(task, "jira:jira.example:10002")])),
    ):
        before = len(rows(desk, table))
        desk.faults.add(Fault(kind, method="POST", path=f"/table/{table}$"))
        [result] = send()
        assert isinstance(result, Unclear)
        assert len(rows(desk, table)) - before == (kind == "drop_after")


def test_a_tie_to_an_article_that_is_gone_is_not_sent(desk: ServiceNowMount) -> None:
    [result] = desk.adapter.tie([Tie(problem(desk), "KB0099999")])
    assert isinstance(result, NotSent)
    assert rows(desk, TIE) == []


def test_the_task_of_an_article_is_where_it_says_else_the_problem_it_hangs_on(
    desk: ServiceNowMount,
) -> None:
    one, other = problem(desk), problem(desk)
    number = written(desk, one)
    assert held(desk, number).fields["source"] == one
    desk.world.system(ARTICLE, rows(desk, ARTICLE)[0]["sys_id"], {"source": ""})
    hands.attach(desk.world, other, number, somebody(desk))
    hands.attach(desk.world, desk.made(), number, somebody(desk))
    assert held(desk, number).fields["source"] == one, "the first problem it was attached to"
    for row in rows(desk, TIE):
        desk.world.drop(row["sys_id"])
    assert held(desk, number).fields["source"] is None


def test_our_own_draft_takes_an_edit(desk: ServiceNowMount) -> None:
    number = ours(desk)
    seen = held(desk, number).version
    patch = Patch(ARTICLE, number, {"short_description": "Grow it"}, version=seen)
    [done] = desk.adapter.patch([patch], NAMES)
    assert isinstance(done, Done)
    assert done.record == held(desk, number)
    assert done.record.fields["short_description"] == "Grow it"


def test_somebody_elses_draft_is_refused_and_a_published_version_keeps_its_words(
    desk: ServiceNowMount,
) -> None:
    number = written(desk, problem(desk))
    patch = Patch(ARTICLE, number, {"short_description": "Grow it"})
    [refused] = desk.adapter.patch([patch], NAMES)
    assert isinstance(refused, Refused)
    assert "author" in refused.error.remedy
    moved(desk, number, "published")
    [done] = desk.adapter.patch([patch], NAMES)
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["short_description"] == "Empty the store"


def test_a_state_that_only_the_flow_moves_is_refused_with_its_remedy(desk: ServiceNowMount) -> None:
    number = ours(desk)
    move = Move(ARTICLE, number, "workflow_state", ("published",))
    [refused] = desk.adapter.move([move], NAMES)
    assert isinstance(refused, Refused)
    assert (refused.error.field, "kept" in refused.error.what) == ("workflow_state", True)
    assert held(desk, number).fields["workflow_state"] == "draft"

    desk.world.knobs.knowledge_state = "direct"
    [done] = desk.adapter.move([move], NAMES)
    assert isinstance(done, Done)
    assert (done.hops, done.record) == (("published",), held(desk, number))
    assert held(desk, number).fields["workflow_state"] == "published"


def test_scopes_and_lists_speak_of_articles(desk: ServiceNowMount) -> None:
    task = problem(desk)
    one, loose = written(desk, task), written(desk, "")
    moved(desk, one, "published")
    checked_out(desk, one)
    scope = "source.sys_class_name=problem^workflow_state!=outdated"
    assert desk.adapter.in_scope(ARTICLE, scope, [one, loose]) == {one}
    listed = [record for page in desk.adapter.listed(ARTICLE, scope, ()) for record in page]
    assert [record.key for record in listed] == [one]
    marked = [
        record.key
        for page in desk.adapter.listed(ARTICLE, "correlation_idSTARTSWITHjira:jira.example:", ())
        for record in page
    ]
    assert marked == []
    number = ours(desk)
    marked = [
        record.key
        for page in desk.adapter.listed(ARTICLE, "correlation_idSTARTSWITHjira:jira.example:", ())
        for record in page
    ]
    assert marked == [number]


def test_an_article_has_neither_journal_nor_carried_files(desk: ServiceNowMount) -> None:
    number = ours(desk)
    before = desk.counted("read")
    assert desk.adapter.comments(ARTICLE, [number]) == ()
    assert desk.adapter.files(ARTICLE, [number]) == ()
    assert desk.counted("read") == before


def test_a_base_that_is_closed_refuses_and_several_without_a_known_one_ask(
    desk: ServiceNowMount,
) -> None:
    bases = {row["title"]: row["sys_id"] for row in rows(desk, BASE)}
    desk.world.knobs.closed_bases.add(bases["Known Error"])
    [refused] = desk.adapter.create([draft(problem(desk))])
    assert isinstance(refused, Refused)
    assert "security constraints" in refused.error.what

    desk.world.system(BASE, bases["Known Error"], {"title": "Errors we know"})
    fresh = type(desk)(over_http=desk.over_http)
    for title in ("Known Error",):
        key = next(row["sys_id"] for row in rows(fresh, BASE) if row["title"] == title)
        fresh.world.system(BASE, key, {"title": "Errors we know"})
    [asked] = fresh.adapter.create([draft(problem(fresh))])
    assert isinstance(asked, Refused)
    assert asked.error.field == "kb_knowledge_base"
    named = draft(problem(fresh), kb_knowledge_base=rows(fresh, BASE)[0]["sys_id"])
    assert isinstance(fresh.adapter.create([named])[0], Done)
    fresh.adapter.close()


def test_an_instance_says_why_it_is_closed(desk: ServiceNowMount) -> None:
    assert desk.adapter.witness.closed(ARTICLE) == ""
    assert desk.adapter.witness.closed("incident") == ""
    desk.world.knobs.denied_tables.add(TIE)
    assert "rights" in desk.adapter.witness.closed(ARTICLE)
    desk.world.knobs.denied_tables.clear()
    fresh = type(desk)(over_http=desk.over_http)
    for row in rows(fresh, BASE):
        fresh.world.system(BASE, row["sys_id"], {"active": "false"})
    assert "knowledge base" in fresh.adapter.witness.closed(ARTICLE)
    fresh.adapter.close()


def test_who_changed_an_article_last_is_told(desk: ServiceNowMount) -> None:
    number = written(desk, problem(desk))
    assert desk.adapter.authorship(ARTICLE, number, "short_description").author == "Elena Rossi"


def test_jira_has_none(board: JiraMount) -> None:
    assert board.adapter.ties(["x"]) == ()
    assert board.adapter.witness.closed("OPS") == ""
    with pytest.raises(NotThere):
        board.adapter.tie([Tie("x", "KB1")])


def test_an_article_is_never_deleted(desk: ServiceNowMount) -> None:
    number = ours(desk)
    desk.allow_deleting()
    [result] = desk.adapter.delete([Address(ARTICLE, number)])
    assert isinstance(result, Refused)
    assert "not deleted" in result.error.what
    assert held(desk, number).key == number
