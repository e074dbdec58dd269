"""The stock choice lists: values as they are stored, labels as people see them."""

from __future__ import annotations

from connector.sandbox.servicenow.schema import ChoiceRow


def rows(table: str, element: str, pairs: str) -> list[ChoiceRow]:
    """``value:label`` pairs, separated by ``|``; a value alone is its own label."""
    found = []
    for order, pair in enumerate(pairs.split("|")):
        value, _, label = pair.partition(":")
        found.append(ChoiceRow(table, element, value, label or value, order * 10))
    return found


_INCIDENT_STATES = "1:New|2:In Progress|3:On Hold|6:Resolved|7:Closed|8:Canceled"
_PROBLEM_STATES = (
    "101:New|102:Assess|103:Root Cause Analysis|104:Fix in Progress|106:Resolved|107:Closed"
)
_THREE = "1:1 - High|2:2 - Medium|3:3 - Low"

CHOICES = (
    *rows("task", "priority", "1:1 - Critical|2:2 - High|3:3 - Moderate|4:4 - Low|5:5 - Planning"),
    *rows("task", "impact", _THREE),
    *rows("task", "urgency", _THREE),
    *rows("task", "state", "1:Open|2:Work in Progress|3:Closed Complete|4:Closed Incomplete"),
    *rows("task", "escalation", "0:Normal|1:Moderate|2:High|3:Overdue"),
    *rows("task", "contact_type", "email:Email|phone:Phone|self-service:Self-service|walk-in"),
    *rows(
        "task",
        "approval",
        "not requested:Not Yet Requested|requested:Requested|approved:Approved|rejected:Rejected",
    ),
    *rows("incident", "state", _INCIDENT_STATES),
    *rows("incident", "incident_state", _INCIDENT_STATES),
    *rows("incident", "severity", _THREE),
    *rows(
        "incident",
        "hold_reason",
        "1:Awaiting Caller|3:Awaiting Problem|4:Awaiting Vendor|5:Awaiting Change",
    ),
    *rows(
        "incident",
        "category",
        "inquiry:Inquiry / Help|software:Software|hardware:Hardware|network:Network|"
        "database:Database",
    ),
    *rows(
        "incident",
        "close_code",
        "Duplicate|Known error|No resolution provided|Resolved by caller|Resolved by change|"
        "Resolved by problem|Resolved by request|Solution provided|Workaround provided|User error",
    ),
    *rows("problem", "state", _PROBLEM_STATES),
    *rows("problem", "problem_state", _PROBLEM_STATES),
    *rows(
        "problem",
        "resolution_code",
        "fix_applied:Fix Applied|risk_accepted:Risk Accepted|canceled:Canceled|duplicate:Duplicate",
    ),
    *rows("problem_task", "state", "151:New|152:Assess|154:Work in Progress|157:Closed"),
    *rows("problem_task", "problem_task_type", "rca:Root Cause Analysis|general:General"),
    *rows("problem_task", "close_code", "completed:Completed|canceled:Canceled"),
    *rows(
        "change_request",
        "state",
        "-5:New|-4:Assess|-3:Authorize|-2:Scheduled|-1:Implement|0:Review|3:Closed|4:Canceled",
    ),
    *rows("change_request", "type", "normal:Normal|standard:Standard|emergency:Emergency"),
    *rows("change_request", "risk", "1:Very High|2:High|3:Moderate|4:Low"),
    *rows(
        "change_request",
        "category",
        "Hardware|Software|Service|Network|Applications Software|DevOps|Other",
    ),
    *rows(
        "change_request",
        "close_code",
        "successful:Successful|successful_issues:Successful with issues|unsuccessful:Unsuccessful",
    ),
    *rows(
        "sysapproval_approver",
        "state",
        "requested:Requested|approved:Approved|rejected:Rejected|cancelled:No Longer Required|"
        "not_required:Not Required",
    ),
    *rows("cmdb_ci_outage", "type", "outage:Outage|degradation:Degradation|planned:Planned outage"),
    *rows("cmdb_ci", "operational_status", "1:Operational|2:Non-Operational|6:Retired"),
)
