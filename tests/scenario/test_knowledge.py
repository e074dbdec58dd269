"""Known errors become articles and tasks, each once; what is published is told where it helps."""

from __future__ import annotations

import pytest

from connector.sandbox.faults import Fault
from connector.sandbox.jira.model import Flavour
from mappings.defaults import shipped
from mappings.sides import Side
from tests.support.cast import Story, Ticket
from tests.support.deaths import days, deletes, may_delete, policy, proves, says, undeletes
from tests.support.library import Library, Paper
from tests.support.memory.store import MemoryStore
from tests.support.stage import FLAVOURS, Stage


def known_error(stage: Stage, **more: str) -> tuple[Ticket, Paper]:
    """A synced problem with a workaround, and the article that it got."""
    problem = stage.desk.opens_problem(workaround="Delete old mail.", **more)
    stage.tandem.settles()
    return problem, Library(stage).paper()


def out(stage: Stage, paper: Paper) -> None:
    """The article is published, and that is noticed."""
    Library(stage).moves(paper, "published")
    stage.later(20)
    stage.tandem.settles()


def told(texts: list[str], paper: Paper) -> list[str]:
    """The words on the publication of an article."""
    return [text for text in texts if f"Tandem, note on {paper.number}," in text]


# ---- from ServiceNow


@pytest.mark.parametrize(
    "wish", [{"workaround": "<p>Delete old mail.</p>"}, {"known_error": "true"}]
)
def test_a_known_error_or_a_workaround_asks_for_an_article_and_its_task(
    stage: Stage, wish: dict[str, str]
) -> None:
    problem = stage.desk.opens_problem(
        "Mail store too small", description="It is <full>.", assigned_to="hiro.tanaka", **wish
    )
    stage.tandem.syncs()
    paper = Library(stage).paper()
    assert (paper.state, paper.base, paper.author) == ("draft", "Known Error", "hiro.tanaka")
    assert (paper["short_description"], paper["source"]) == ("Mail store too small", problem.key)
    assert paper["text"].startswith("<p>It is &lt;full&gt;.</p>")
    assert ("<p>Workaround:</p><p>Delete old mail.</p>" in paper["text"]) == ("workaround" in wish)
    assert paper.tied == [problem.key]
    task = paper.task
    assert (task.kind, task.labels, task.epic) == ("Task", {"knowledge"}, problem.issue)
    assert (task["summary"], task.status) == ("Mail store too small", "Backlog")


def test_a_problem_without_either_asks_for_nothing_until_it_has_one(stage: Stage) -> None:
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    assert Library(stage).papers() == []
    stage.desk.edits(problem, workaround="Delete old mail.")
    stage.tandem.syncs()
    assert Library(stage).paper().task.epic == problem.issue
    stage.desk.edits(problem, workaround="Delete it all.", known_error="true")
    stage.tandem.settles()
    assert len(Library(stage).papers()) == Library(stage).ties() == 1


def test_an_article_that_somebody_attached_is_taken_up_and_not_doubled(stage: Stage) -> None:
    library = Library(stage)
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    paper = library.writes(title="How to empty it")
    library.attaches(problem, paper)
    stage.desk.edits(problem, known_error="true")
    stage.tandem.settles()
    assert library.papers() == [paper]
    assert paper.task.epic == problem.issue
    assert (paper["source"], paper.tied, paper["meta"]) == ("", [problem.key], "")


def test_an_article_attached_later_to_a_quiet_problem_gets_its_task(stage: Stage) -> None:
    library = Library(stage)
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    paper = library.writes(title="How to empty it")
    library.attaches(problem, paper)
    stage.later(20)
    stage.tandem.settles()
    assert paper.task.epic == problem.issue


def test_an_article_that_somebody_writes_at_the_problem_gets_its_task(stage: Stage) -> None:
    library = Library(stage)
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    paper = library.writes(problem)
    stage.later(20)
    stage.tandem.settles()
    assert (paper.task.epic, library.ties()) == (problem.issue, 1)


def test_the_task_follows_the_state_of_the_article(stage: Stage) -> None:
    _, paper = known_error(stage)
    seen = []
    for state in ("review", "draft", "published", "retired"):
        Library(stage).moves(paper, state)
        stage.later(20)
        stage.tandem.settles()
        seen.append(paper.task.status)
    assert seen == ["In Review", "In Progress", "Done", "Done"]


def test_a_new_version_is_the_same_link(stage: Stage) -> None:
    _, paper = known_error(stage)
    out(stage, paper)
    task = paper.task
    Library(stage).revises(paper, "Mail store too small, again")
    stage.later(20)
    stage.tandem.settles()
    assert (task["summary"], task.status) == ("Mail store too small, again", "Backlog")
    out(stage, paper)
    assert [row["workflow_state"] for row in paper.rows] == ["outdated", "published"]
    assert (paper.task, task.status) == (task, "Done")
    assert len(Library(stage).papers()) == stage.store.links.count("knowledge-task") == 1


# ---- publication


def test_a_published_article_stands_on_the_epic_and_on_open_incidents_once(stage: Stage) -> None:
    problem, paper = known_error(stage)
    open_, done = stage.desk.opens(problem_id=problem), stage.desk.opens(problem_id=problem)
    strange = stage.desk.opens("Something else")
    stage.desk.resolves(done)
    stage.desk.closes(done)
    stage.tandem.settles()
    assert told(problem.issue.comments, paper) == []
    out(stage, paper)
    [epic] = told(problem.issue.comments, paper)
    [note] = told(open_.notes, paper)
    link = f"http://desk.test/kb_view.do?sysparm_article={paper.number}"
    assert (paper.number in epic and link in epic, link in note) == (True, True)
    assert told(done.notes, paper) == told(strange.notes, paper) == []
    assert open_.issue.comments == [], "our own words do not travel"

    Library(stage).revises(paper, "Once more")
    out(stage, paper)
    assert len(told(problem.issue.comments, paper)) == len(told(open_.notes, paper)) == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_in_a_project_without_epics_the_incidents_are_told_as_well(flavour: Flavour) -> None:
    stage = Stage(flavour, project="DESK")
    _, paper = known_error(stage)
    problem = next(iter(paper.tied))
    incident = stage.desk.opens()
    stage.tandem.settles()
    stage.desk.edits(incident, problem_id=problem)
    stage.tandem.settles()
    out(stage, paper)
    assert len(told(incident.notes, paper)) == 1
    stage.ends()


def test_what_is_out_is_told_even_if_it_is_in_work_again(stage: Stage) -> None:
    problem, paper = known_error(stage)
    Library(stage).moves(paper, "published")
    Library(stage).revises(paper, "Once more")
    stage.later(20)
    stage.tandem.settles()
    assert (len(told(problem.issue.comments, paper)), paper.task.status) == (1, "Backlog")


def test_an_incident_that_joins_later_is_told_too(stage: Stage) -> None:
    problem, paper = known_error(stage)
    out(stage, paper)
    late, moved = stage.desk.opens(problem_id=problem), stage.desk.opens()
    stage.tandem.settles()
    stage.desk.edits(moved, problem_id=problem)
    stage.tandem.settles()
    assert [len(told(one.notes, paper)) for one in (late, moved)] == [1, 1]


def test_what_is_retired_is_not_told_any_more(stage: Stage) -> None:
    problem, paper = known_error(stage)
    out(stage, paper)
    Library(stage).moves(paper, "retired")
    stage.later(20)
    stage.tandem.settles()
    late = stage.desk.opens(problem_id=problem)
    stage.tandem.settles()
    assert told(late.notes, paper) == []


def test_an_article_that_was_out_when_it_was_attached_is_told(stage: Stage) -> None:
    library = Library(stage)
    paper = library.writes(title="How to empty it")
    library.moves(paper, "published")
    problem = stage.desk.opens_problem(known_error="true")
    incident = stage.desk.opens(problem_id=problem)
    library.attaches(problem, paper)
    stage.tandem.settles()
    stage.later(20)
    stage.tandem.settles()
    assert library.papers() == [paper]
    assert (paper.task.status, paper.task.epic) == ("Done", problem.issue)
    assert len(told(problem.issue.comments, paper)) == len(told(incident.notes, paper)) == 1


def test_a_word_that_was_lost_is_said_though_the_incident_was_looked_at_meanwhile(
    stage: Stage,
) -> None:
    problem, paper = known_error(stage)
    incident = stage.desk.opens(problem_id=problem)
    stage.tandem.settles()
    Library(stage).moves(paper, "published")
    stage.faults[Side.SERVICENOW].add(Fault("drop_before", method="PATCH", path="/table/incident/"))
    stage.later(20)
    stage.tandem.syncs()
    stage.desk.edits(incident, short_description="Mail is down")
    stage.later(0.6)
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.syncs()
    assert len(told(incident.notes, paper)) == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_word_on_an_epic_is_not_for_customers(flavour: Flavour) -> None:
    stage = Stage(flavour, project="DESK")
    problem, paper = known_error(stage)
    out(stage, paper)
    [remark] = [one for one in problem.issue.remarks if paper.number in one.body]
    assert not remark.public
    stage.ends()


# ---- from Jira


def asked(stage: Stage, **fields: object) -> tuple[Ticket, Story]:
    """A synced problem, and a labelled task below its epic."""
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    own = {"labels": ("knowledge",), "parent": problem.issue, **fields}
    return problem, stage.team.writes("Write down how", "Task", **own)


def test_a_labelled_task_below_an_epic_asks_for_the_article(stage: Stage) -> None:
    problem, task = asked(stage, description="Empty *it*.", assignee="mei.chen")
    stage.tandem.settles()
    paper = Library(stage).paper()
    assert (paper.state, paper["short_description"]) == ("draft", "Write down how")
    assert (paper["source"], paper.tied, paper.author) == (problem.key, [problem.key], "mei.chen")
    assert "<strong>it</strong>" in paper["text"]
    assert paper.task == task
    stage.desk.edits(problem, known_error="true")
    stage.tandem.settles()
    assert Library(stage).papers() == [paper], "the problem has its article"


def test_a_sub_task_below_a_story_asks_for_an_article_about_its_incident(stage: Stage) -> None:
    incident = stage.desk.opens()
    stage.tandem.syncs()
    task = stage.team.writes(
        "Write down how", "Sub-task", labels=("knowledge",), parent=incident.issue
    )
    stage.tandem.settles()
    paper = Library(stage).paper()
    assert (paper["source"], paper.tied, paper.task) == (incident.key, [incident.key], task)
    out(stage, paper)
    assert len(told(incident.notes, paper)) == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_task_below_the_epic_of_a_deleted_problem_waits_for_its_return(flavour: Flavour) -> None:
    stage = Stage(flavour)
    proves(stage)
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    epic = problem.issue
    deletes(stage, problem)
    stage.later(60)
    stage.tandem.sweeps()
    task = stage.team.writes("Write down how", "Task", labels=("knowledge",), parent=epic)
    stage.tandem.settles()
    assert Library(stage).papers() == []

    undeletes(stage, problem)
    stage.tandem.sweeps()
    stage.tandem.settles()
    paper = Library(stage).paper()
    assert (paper["source"], paper.task) == (problem.key, task)
    stage.ends()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_problem_that_comes_back_asks_for_what_it_wished_before(flavour: Flavour) -> None:
    stage = Stage(flavour)
    proves(stage)
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    stage.desk.edits(problem, known_error="true")
    deletes(stage, problem)
    stage.later(60)
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert Library(stage).papers() == []

    undeletes(stage, problem)
    stage.tandem.sweeps()
    stage.tandem.settles()
    assert Library(stage).paper()["source"] == problem.key
    stage.ends()


def test_a_problem_whose_epic_comes_back_from_elsewhere_asks_as_well(stage: Stage) -> None:
    problem = stage.desk.opens_problem()
    stage.tandem.syncs()
    [epic] = stage.team.issues()
    stage.team.hands("mei.chen").move_project(epic.key, "TEAM")
    stage.desk.edits(problem, short_description="Mail is slow")
    stage.tandem.settles()
    stage.desk.edits(problem, known_error="true")
    stage.tandem.settles()
    assert Library(stage).papers() == []

    stage.team.hands("mei.chen").move_project(epic.key, "OPS")
    stage.tandem.settles()
    assert Library(stage).paper()["source"] == problem.key
    stage.ends()


def test_an_incident_that_the_team_puts_below_the_epic_is_told_what_is_published(
    stage: Stage,
) -> None:
    problem, paper = known_error(stage)
    out(stage, paper)
    ticket = stage.desk.opens()
    stage.tandem.settles()
    stage.team.edits(ticket.issue, parent=problem.issue.key)
    stage.tandem.settles()
    assert ticket["problem_id"] == problem.key
    assert len(told(ticket.notes, paper)) == 1


def test_a_labelled_task_of_peoples_own_waits_for_an_epic_that_is_synced(stage: Stage) -> None:
    epic = stage.team.writes("Old disks", "Epic")
    task = stage.team.writes("Write down how", "Task", labels=("knowledge",), parent=epic)
    loose = stage.team.writes("Tidy the wiki", "Task", labels=("knowledge",))
    stage.tandem.settles()
    assert Library(stage).papers() == []
    stage.team.labels(epic, "to-problem")
    stage.tandem.settles()
    stage.tandem.settles()
    paper = Library(stage).paper()
    assert (paper.task, paper["source"]) == (task, epic.ticket.key)
    assert loose.marks == set()


def test_a_task_that_is_done_publishes_where_the_instance_lets_us(stage: Stage) -> None:
    stage.servicenow.world.knobs.knowledge_state = "direct"
    problem, task = asked(stage)
    stage.tandem.settles()
    stage.team.moves(task, "Done")
    stage.tandem.settles()
    paper = Library(stage).paper()
    assert paper.state == "published"
    stage.later(20)
    stage.tandem.settles()
    assert len(told(problem.issue.comments, paper)) == 1


def test_where_it_does_not_a_person_is_asked_and_all_is_well_when_it_is_out(stage: Stage) -> None:
    _, paper = known_error(stage)
    stage.team.moves(paper.task, "Done")
    stage.tandem.settles()
    [row] = stage.tandem.parked
    assert (row.label, row.field, paper.state) == (paper.number, "status", "draft")
    assert "knowledge base" in row.remedy
    out(stage, paper)
    assert (stage.tandem.parked, paper.task.status) == ((), "Done")


def test_a_title_that_is_changed_in_jira_goes_back_to_the_articles(stage: Stage) -> None:
    _, paper = known_error(stage)
    stage.team.edits(paper.task, summary="My words")
    stage.tandem.settles()
    assert paper.task["summary"] == paper["short_description"] == "Mail store too small"


# ---- lost answers, lost stores, rights


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
@pytest.mark.parametrize("path", ["/table/kb_knowledge$", "/table/m2m_kb_task$"])
def test_a_lost_answer_writes_and_ties_one_article_all_the_same(
    stage: Stage, kind: str, path: str
) -> None:
    problem = stage.desk.opens_problem(workaround="Delete old mail.")
    stage.faults[Side.SERVICENOW].add(Fault(kind, method="POST", path=path, seconds=40))
    stage.tandem.syncs()
    stage.later(3)
    stage.tandem.settles()
    paper = Library(stage).paper()
    assert (paper.tied, paper.task.epic) == ([problem.key], problem.issue)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_to_a_task_or_to_its_article_makes_one_of_each(
    stage: Stage, kind: str
) -> None:
    stage.desk.opens_problem(workaround="Delete old mail.")
    stage.faults[Side.JIRA].add(
        Fault(kind, method="POST", path="/issue(/bulk)?$", seconds=40, skip=1)
    )
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    assert Library(stage).paper().task.labels == {"knowledge"}

    _, task = asked(stage)
    fault = Fault(kind, method="POST", path="/table/kb_knowledge$", seconds=40)
    stage.faults[Side.SERVICENOW].add(fault)
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    papers = Library(stage).papers()
    assert [len(paper.tied) for paper in papers] == [1, 1]
    assert task in [paper.task for paper in papers]
    assert stage.tandem.parked == ()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "late"])
def test_a_lost_answer_tells_of_the_publication_once(stage: Stage, kind: str) -> None:
    problem, paper = known_error(stage)
    incident = stage.desk.opens(problem_id=problem)
    stage.tandem.settles()
    Library(stage).moves(paper, "published")
    stage.faults[Side.JIRA].add(Fault(kind, method="POST", path="/comment$", seconds=40))
    stage.faults[Side.SERVICENOW].add(
        Fault(kind, method="PATCH", path="/table/incident/", seconds=40)
    )
    stage.later(20)
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    assert len(told(problem.issue.comments, paper)) == len(told(incident.notes, paper)) == 1


@pytest.mark.parametrize("published", [False, True])
def test_a_lost_store_writes_ties_and_tells_nothing_twice(stage: Stage, published: bool) -> None:
    problem, paper = known_error(stage)
    incident = stage.desk.opens(problem_id=problem)
    _, task = asked(stage)
    stage.tandem.settles()
    if published:
        out(stage, paper)
        Library(stage).revises(paper, "Once more")
    before = len(Library(stage).papers()), Library(stage).ties()
    stage.store = MemoryStore(clock=stage.clock.now)
    stage.tandem.syncs()
    stage.later(10)
    stage.tandem.settles()
    stage.later(20)
    stage.tandem.settles()
    assert (len(Library(stage).papers()), Library(stage).ties()) == before == (2, 2)
    assert stage.store.links.count("knowledge-task") == 2
    assert task in [one.task for one in Library(stage).papers()]
    times = (len(told(problem.issue.comments, paper)), len(told(incident.notes, paper)))
    assert times == (int(published), int(published))


def test_a_draft_that_is_refused_is_put_aside_and_the_problem_flows(stage: Stage) -> None:
    world = stage.servicenow.world
    world.roles["tandem"].discard("knowledge")
    problem = stage.desk.opens_problem(workaround="Delete old mail.")
    stage.tandem.syncs()
    [row] = stage.tandem.parked
    assert (row.label, row.field) == (problem.number, "knowledge")
    stage.desk.edits(problem, short_description="Disk full")
    stage.tandem.syncs()
    assert (problem.issue["summary"], len(stage.tandem.parked)) == ("Disk full", 1)
    world.roles["tandem"].add("knowledge")
    stage.tandem.retries(row)
    stage.tandem.settles()
    assert (Library(stage).paper().task.epic, stage.tandem.parked) == (problem.issue, ())


# ---- where there is no knowledge


@pytest.mark.parametrize("why", ["no base", "no right"])
def test_without_knowledge_the_pair_rests_and_costs_nothing(stage: Stage, why: str) -> None:
    library = Library(stage)
    if why == "no base":
        library.closes_bases()
    else:
        stage.servicenow.world.knobs.denied_tables.update({"kb_knowledge", "m2m_kb_task"})
    problem = stage.desk.opens_problem(workaround="Delete old mail.")
    summary = stage.tandem.syncs()
    assert (problem.issue.kind, summary.parked, library.papers()) == ("Epic", 0, [])
    stage.later(20)
    stage.tandem.syncs()
    stage.wires[Side.SERVICENOW].requests.clear()
    stage.desk.edits(problem, known_error="true")
    stage.tandem.syncs()
    assert [r.path for r in stage.wires[Side.SERVICENOW].requests if "kb_" in r.path] == []
    stage.servicenow.world.knobs.denied_tables.clear()


def test_a_right_that_is_given_later_wakes_the_pair(stage: Stage) -> None:
    knobs = stage.servicenow.world.knobs
    knobs.denied_tables.add("kb_knowledge")
    problem = stage.desk.opens_problem(workaround="Delete old mail.")
    stage.tandem.syncs()
    knobs.denied_tables.clear()
    stage.later(25 * 60)
    stage.tandem.syncs()
    stage.tandem.settles()
    assert Library(stage).paper().task.epic == problem.issue


def test_at_rest_knowledge_is_asked_for_every_quarter_of_an_hour(stage: Stage) -> None:
    known_error(stage)
    stage.later(130)
    stage.tandem.syncs()
    asked_for = []
    for _ in range(20):
        stage.later(3)
        stage.wires[Side.SERVICENOW].requests.clear()
        stage.tandem.syncs()
        requests = [one.path for one in stage.wires[Side.SERVICENOW].requests]
        asked_for.append(sum("kb_" in path for path in requests))
    assert sum(asked_for) <= 2 * 5
    assert asked_for.count(0) >= 15


def test_a_workaround_that_the_team_wrote_asks_too() -> None:
    texts = {
        name: text.replace(
            "  # Current ServiceNow releases",
            "  way: {servicenow: workaround, jira: Environment, as: line}\n"
            "  # Current ServiceNow releases",
        )
        for name, text in shipped().items()
    }
    stage = Stage("cloud", mappings=texts)
    problem = stage.desk.opens_problem()
    stage.tandem.settles()
    stage.team.edits(problem.issue, environment="Delete old mail.")
    stage.tandem.syncs()
    assert (problem["workaround"], len(Library(stage).papers())) == ("Delete old mail.", 1)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_article_of_a_deleted_task_is_never_deleted(flavour: Flavour) -> None:
    """Also where the mapping says so: an article is retired by its people."""
    stage = Stage(flavour, mappings=policy("delete"))
    may_delete(stage)
    _, paper = known_error(stage)
    deletes(stage, paper.task)
    days(stage, 1)
    says(stage, paper.number)
    stage.tandem.settles()
    assert stage.tandem.parked == ()
    assert paper in Library(stage).papers()
    days(stage, 2)
    assert paper.state == "draft"
