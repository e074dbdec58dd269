"""Texts that are long, odd or full of signs arrive as they were, and come back unharmed."""

from __future__ import annotations

from mappings.sides import Side
from mappings.text import CUT_MARK
from tests.support.stage import Stage

ODD = (
    "h1. not a heading\r\n* not *bold*, not _italic_ {code}x{code} [link|http://x.test]\r\n"
    "[code]<b>raw</b>[/code] a^b^ORactive=false 100% {{mono}} !image.png! [~mei.chen]\r\n"
    "-- \\\\server\r\n|| a || b ||\n# one\n\n  indented\n&amp; &#123; ☃ 🚒 é é {panel}"
)


def test_odd_text_survives_the_way_over_and_back_without_an_edit(stage: Stage) -> None:
    ticket = stage.desk.opens("a^b *c* {code} [x] 🚒", description=ODD)
    stage.tandem.syncs()
    before = stage.tandem.writes()

    for _ in range(3):
        stage.later()
        stage.tandem.syncs()
        stage.tandem.sweeps()

    assert stage.tandem.writes() == before
    assert ticket["description"] == ODD
    assert (ticket["short_description"], ticket.issue["summary"]) == ("a^b *c* {code} [x] 🚒",) * 2
    shown = str(ticket.issue["description"])
    assert "{code}x" not in shown.replace("\\{", ""), "markup of the desk is inert in Jira"


def test_odd_text_survives_an_edit_of_something_else(stage: Stage) -> None:
    ticket = stage.desk.opens(description=ODD)
    stage.tandem.syncs()

    stage.team.edits(ticket.issue, summary="Mail is down", priority="Low")
    stage.tandem.syncs()
    stage.desk.edits(ticket, assigned_to="mei.chen")
    stage.tandem.syncs()

    assert ticket["description"] == ODD


def test_markup_of_the_team_is_readable_at_the_desk_and_stays_markup_in_jira(stage: Stage) -> None:
    text = "h2. Steps\r\n* look\r\n* {{restart}} it\r\n\r\nsee [the page|https://wiki.test/mail]"
    ticket = stage.desk.opens()
    stage.tandem.syncs()
    story = ticket.issue

    stage.team.edits(story, description=text)
    stage.tandem.syncs()

    assert ticket["description"] == (
        "Steps\n* look\n* restart it\n\nsee the page (https://wiki.test/mail)"
    )
    stage.desk.edits(ticket, short_description="Other")
    stage.tandem.syncs()
    assert story["description"] == text


def test_a_title_too_long_for_servicenow_is_cut_there_only(stage: Stage) -> None:
    title = "word " * 50
    story = stage.team.writes(title.strip(), labels=("to-incident",))
    stage.tandem.syncs()
    ticket = story.ticket
    assert len(ticket["short_description"]) <= 160
    assert ticket["short_description"].endswith(CUT_MARK)

    stage.desk.edits(ticket, description="More.")
    stage.tandem.syncs()
    stage.later()
    stage.tandem.syncs()

    assert story["summary"] == title.strip()
    assert story["description"] == "More."


def test_a_description_too_long_for_servicenow_is_never_written_back(stage: Stage) -> None:
    text = "\n".join(f"line {number} with *some* words" for number in range(400))
    story = stage.team.writes("Long", description=text, labels=("to-incident",))
    stage.tandem.syncs()
    ticket = story.ticket
    assert len(ticket["description"]) <= 4000
    assert ticket["description"].endswith(CUT_MARK)

    stage.desk.edits(ticket, short_description="Longer")
    stage.tandem.syncs()
    assert story["description"] == text

    begun = ticket["description"]
    stage.desk.edits(ticket, description=begun.replace("line 0 with *some*", "Changed:", 1))
    stage.tandem.syncs()
    shown = str(story["description"])
    assert shown.startswith("Changed: words\nline 1 ")
    assert "line 399" in shown, "the part that the desk never saw stays"


def test_a_title_made_longer_than_servicenow_takes_keeps_its_end(stage: Stage) -> None:
    ticket = stage.desk.opens("Mail is slow")
    stage.tandem.syncs()
    long = "Mail is slow since the store was moved " * 6

    stage.team.edits(ticket.issue, summary=long.strip())
    stage.tandem.syncs()
    writes = stage.tandem.writes()
    stage.later()
    stage.tandem.syncs()

    assert ticket.issue["summary"] == long.strip()
    assert stage.tandem.writes() == writes
    assert stage.tandem.writes_on(Side.SERVICENOW) > 0
