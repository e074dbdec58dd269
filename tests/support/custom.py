"""A stage whose incidents carry every common type of Jira field, in columns of their own."""

from __future__ import annotations

from connector.sandbox.jira.model import Flavour
from connector.sandbox.servicenow.columns import text, to, when
from connector.sandbox.servicenow.schema import Column
from mappings.defaults import shipped
from tests.support.stage import Stage

COLUMNS = tuple(
    ("incident", column)
    for column in (
        text("u_service", 100), text("u_why"), text("u_impact", 40), text("u_regions", 255),
        text("u_symptom", 80), to("sys_user", "u_reviewer"), text("u_words", 255),
        text("u_sprint", 80), text("u_parts", 255), text("u_fix", 255), text("u_affects", 255),
        when("u_window"), Column("u_golive", "glide_date"), Column("u_count", "integer"),
    )
)  # fmt: skip

FIELDS = """
  service: {servicenow: u_service, jira: "Affected service"}
  why: {servicenow: u_why, jira: "Business impact", as: text}
  count: {servicenow: u_count, jira: customfield_10052, as: number}
  due: {servicenow: u_golive, jira: duedate, as: date}
  window: {servicenow: u_window, jira: "Window opens", as: datetime}
  impact: {servicenow: u_impact, jira: "Customer impact", as: same}
  regions: {servicenow: u_regions, jira: Regions, as: list}
  symptom: {servicenow: u_symptom, jira: Symptom, as: same}
  reviewer: {servicenow: u_reviewer, jira: Reviewer, as: user}
  words: {servicenow: u_words, jira: "Search words", as: list}
  sprint: {servicenow: u_sprint, jira: Sprint, as: same}
  parts: {servicenow: u_parts, jira: components, as: list}
  fix: {servicenow: u_fix, jira: fixVersions, as: list}
  affects: {servicenow: u_affects, jira: versions, as: list}
"""


def mapping(fields: str) -> dict[str, str]:
    """The shipped mappings, the incidents' with more fields."""
    texts = dict(shipped())
    name = next(file for file in texts if file.endswith("incident.yaml"))
    head, cut, tail = texts[name].partition("\ncomments:")
    assert cut
    texts[name] = head + fields + cut + tail
    return texts


def staged(flavour: Flavour, fields: str = FIELDS) -> Stage:
    """Everybody at work on such incidents."""
    return Stage(flavour, mappings=mapping(fields), columns=COLUMNS)
