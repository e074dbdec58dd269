"""A label by which insight tells something is not made of what a person wrote in ServiceNow.

It was added in Jira, was not seen there again, and so was put aside or written until it froze.
"""

from __future__ import annotations

import pytest

from tests.support.custom import staged

LIST = "\n  tags: {servicenow: u_words, jira: labels, as: list}\n"
TABLE = """
  tags:
    {servicenow: u_words, jira: labels, as: list, table: [
      {servicenow: hot, jira: backlog-urgent}, {servicenow: disk, jira: disk}]}
"""
NAMED = """
  tags:
    {servicenow: u_words, jira: labels, as: labels, flow: to_jira, table: [
      {servicenow: hot, jira: backlog-urgent}, {servicenow: disk, jira: disk}]}
"""
PREFIX = """
  tags: {servicenow: u_words, jira: labels, as: labels, flow: to_jira, prefix: backlog-}
"""


@pytest.mark.parametrize(
    ("fields", "words", "told"),
    [
        (LIST, "disk,backlog-urgent", ["disk"]),
        (TABLE, "disk,hot", ["disk"]),
        (NAMED, "disk,hot", ["disk"]),
        (PREFIX, "disk,urgent", ["backlog-disk"]),
    ],
    ids=["list", "list with a table", "labels with a table", "labels with a prefix"],
)
def test_a_word_that_would_be_one_stays_where_it_is(
    fields: str, words: str, told: list[str]
) -> None:
    stage = staged("cloud", fields)
    ticket = stage.desk.opens(u_words=words)
    stage.tandem.settles()
    for number in range(3):
        stage.team.edits(ticket.issue, summary=f"Mail {number}")
        stage.tandem.settles()

    assert [one for one in ticket.issue["labels"] if not one.startswith("tandem-")] == told
    assert ticket["u_words"] == words
    assert stage.tandem.parked == ()
    stage.ends()


def test_other_fields_may_hold_the_same_words() -> None:
    field = "\n  regions: {servicenow: u_words, jira: Search words, as: list}\n"
    stage = staged("cloud", field)
    ticket = stage.desk.opens(u_words="disk,backlog-urgent")
    stage.tandem.settles()
    assert ticket.issue["Search words"] == ("backlog-urgent", "disk")
    assert stage.tandem.parked == ()
    stage.ends()
