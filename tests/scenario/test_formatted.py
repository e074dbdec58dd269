"""Formatted text crosses with its form where the other side has one, and reads well where not."""

from __future__ import annotations

import pytest

from connector.sandbox.jira.site import account_id
from mappings.defaults import shipped
from mappings.markup.cutting import MARK
from tests.support.cast import Story, Ticket
from tests.support.memory.store import MemoryStore
from tests.support.stage import FLAVOURS, Stage

RULE = (
    "  cause: {servicenow: cause_notes, jira: Business impact, as: html}\n"
    "\n  # Current ServiceNow releases"
)
CAUSE = (
    '<p style="color: red;">The <strong>index</strong> is full, see '
    '<a href="https://kb.test/42" target="_blank">the page</a>.</p>\n'
    "<ul>\n<li>db-1</li>\n<li>db-2<ul><li>both disks</li></ul></li>\n</ul>\n"
    "<table><tbody><tr><th>Host</th><th>Free</th></tr><tr><td>db-1</td><td>0 %</td></tr></tbody>"
    "</table><script>alert(1)</script>"
)
IN_JIRA = (
    "The *index* is full, see [the page|https://kb.test/42].\n\n"
    "* db-1\n* db-2\n** both disks\n\n"
    "|| Host || Free ||\n| db-1 | 0 % |"
)


@pytest.fixture(params=FLAVOURS)
def formatted(request: pytest.FixtureRequest) -> Stage:
    """A company that keeps the causes of problems in step too."""
    texts = shipped()
    name = next(name for name, text in texts.items() if "pair: problem-epic" in text)
    text = texts[name].replace("\n  # Current ServiceNow releases", RULE, 1)
    assert text != texts[name]
    return Stage(request.param, mappings={**texts, name: text})


def linked(stage: Stage) -> tuple[Ticket, Story]:
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    return ticket, ticket.issue


def written(stage: Stage, here: str, there: str) -> int:
    """How often we wrote a field of a record that was there already."""
    ours = [row for row in stage.servicenow.world.write_log if row["by"] == "tandem"]
    edits = stage.jira.world.writes(by=stage.jira.world.site.me)
    return sum(here in row["fields"] for row in ours) + sum(
        row["kind"] == "edit" and there in row["fields"] for row in edits
    )


def mention(stage: Stage, login: str) -> str:
    """How Jira writes a mention."""
    return f"[~accountid:{account_id(login)}]" if stage.flavour == "cloud" else f"[~{login}]"


def body(text: str) -> str:
    """A carried comment without its first line."""
    return text.split("\n", 1)[1].strip()


def test_causes_in_html_arrive_as_markup_and_stay_as_they_were(formatted: Stage) -> None:
    problem = formatted.desk.opens_problem(cause_notes=CAUSE)
    formatted.tandem.syncs()
    epic = problem.issue
    assert epic["Business impact"] == IN_JIRA

    for _ in range(2):
        formatted.later()
        formatted.tandem.syncs()
        formatted.tandem.sweeps()
    assert written(formatted, "cause_notes", "Business impact") == 0
    formatted.team.edits(epic, summary="Index full")
    formatted.tandem.syncs()

    assert problem["short_description"] == "Index full"
    assert written(formatted, "cause_notes", "Business impact") == 0
    assert problem["cause_notes"] == CAUSE, "what Jira cannot show is not lost here"
    formatted.ends()


def test_an_edit_in_jira_comes_back_as_html_of_few_tags(formatted: Stage) -> None:
    problem = formatted.desk.opens_problem(cause_notes=CAUSE)
    formatted.tandem.syncs()
    epic = problem.issue

    edited = str(epic["Business impact"]).replace("db-2", "db-3") + (
        "\n\n{color:red}Ask{color} " + mention(formatted, "mei.chen") + ", !shot.png|thumbnail!\n"
        "{code:sql}\nselect 1 < 2\n{code}"
    )
    formatted.team.edits(epic, **{"Business impact": edited})
    formatted.tandem.syncs()

    assert problem["cause_notes"] == (
        "<p>The <strong>index</strong> is full, see "
        '<a href="https://kb.test/42">the page</a>.</p>\n'
        "<ul><li>db-1</li><li>db-3<ul><li>both disks</li></ul></li></ul>\n"
        "<table><tbody><tr><th>Host</th><th>Free</th></tr>"
        "<tr><td>db-1</td><td>0 %</td></tr></tbody></table>\n"
        "<p>Ask @Mei Chen, [image: shot.png]</p>\n"
        '<pre class="language-sql">select 1 &lt; 2</pre>'
    )
    writes = formatted.tandem.writes()
    formatted.later()
    formatted.tandem.syncs()
    assert formatted.tandem.writes() == writes
    assert epic["Business impact"] == edited, "a mention and an image are not written over"
    formatted.ends()


def test_an_edit_at_the_desk_arrives_and_cannot_do_anything(formatted: Stage) -> None:
    problem = formatted.desk.opens_problem(cause_notes="<p>Unknown.</p>")
    formatted.tandem.syncs()

    hostile = (
        "<h2>Found</h2><p>{html}x{html} [~mei.chen] !https://evil.test/a.png! "
        '<a href="javascript:alert(1)">here</a></p>'
    )
    formatted.desk.edits(problem, cause_notes=hostile)
    formatted.tandem.syncs()

    assert written(formatted, "cause_notes", "Business impact") == 1
    shown = str(problem.issue["Business impact"])
    assert shown.startswith("h2. Found\n\n\\{html\\}x\\{html\\} \\[")
    assert "[~" not in shown
    assert "!https" not in shown.replace("\\!", "")
    assert "javascript" not in shown
    formatted.ends()


def test_causes_too_long_for_servicenow_keep_their_end(formatted: Stage) -> None:
    text = "\n\n".join(f"Line {number} with *some* words." for number in range(200))
    epic = formatted.team.writes(
        "Long", "Epic", labels=("to-problem",), **{"Business impact": text}
    )
    formatted.tandem.syncs()
    problem = epic.ticket
    begun = problem["cause_notes"]
    assert len(begun) <= 4000
    assert f"{MARK}</p>" in begun[-20:]

    formatted.desk.edits(problem, short_description="Longer")
    formatted.tandem.syncs()
    assert epic["Business impact"] == text

    formatted.desk.edits(problem, cause_notes=begun.replace("Line 0 with", "Changed:", 1))
    formatted.tandem.syncs()
    shown = str(epic["Business impact"])
    assert shown.startswith("Changed: *some* words.\n\nLine 1 with *some*")
    assert shown.endswith("Line 199 with *some* words."), "the part the desk never saw stays"
    formatted.ends()


def test_a_table_and_code_from_jira_read_well_at_the_desk(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.team.comments(
        story,
        "h3. Result\n||Host||State||\n|db-1|{color:green}up{color}|\n\n"
        "{code:sql}\nselect 1\n  from dual;\n{code}\n# look\n# {{restart}}\n"
        "{quote}\nThanks\n{quote}",
    )
    stage.tandem.syncs()

    assert body(ticket.notes[-1]) == (
        "Result\nHost | State\ndb-1 | up\n\nselect 1\n  from dual;\n1. look\n2. restart\n> Thanks"
    )


def test_who_is_mentioned_in_jira_is_called_by_name_at_the_desk(stage: Stage) -> None:
    ticket, story = linked(stage)
    noah = mention(stage, "noah.fischer")

    stage.team.comments(story, f"Ask {noah} or [~nobody.known].")
    stage.team.edits(story, description=f"*{noah} knows*")
    stage.tandem.syncs()
    stage.desk.edits(ticket, short_description="Mail is down")
    stage.tandem.syncs()

    assert written(stage, "description", "description") == 1, "told to the desk, and left alone"
    assert story["description"] == f"*{noah} knows*", "the mention stays one"
    assert ticket["description"] == "*@Noah Fischer knows*"
    assert body(ticket.notes[-1]) == "Ask @Noah Fischer or @nobody.known."


def test_that_somebody_is_called_by_name_is_no_edit(stage: Stage) -> None:
    ticket, story = linked(stage)
    words = f"Ask {mention(stage, 'noah.fischer')}."
    number = stage.team.comments(story, words)
    stage.tandem.syncs()
    stage.team.rewrites(story, number, words)
    stage.later(10)
    stage.tandem.syncs()
    stage.store = MemoryStore(clock=stage.clock.now)
    for _ in range(2):
        stage.later(10)
        stage.tandem.syncs()

    stage.team.rewrites(story, number, words)
    stage.later(10)
    stage.tandem.syncs()
    assert ["@Noah Fischer" in note for note in ticket.notes].count(True) == 1


def test_a_note_with_html_arrives_with_its_links_and_lists(stage: Stage) -> None:
    ticket, story = linked(stage)

    stage.desk.notes(
        ticket,
        "Please see [code]<a href='https://kb.test/1'>the page</a>[/code] {first}!\n"
        "[code]<ol><li>stop</li><li>start <b>both</b></li></ol><script>x()</script>"
        "<img src='https://evil.test/a.png'>[/code]\nThen call.",
    )
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert len(story.comments) == 1
    assert body(story.comments[0]) == (
        "Please see [the page|https://kb.test/1] \\{first}\\!\n\n"
        "# stop\n# start *both*\n\n\\[image: a.png\\]\n\nThen call."
    )
