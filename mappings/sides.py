"""The two sides, and which way a field flows."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """ServiceNow or Jira."""

    SERVICENOW = "servicenow"
    JIRA = "jira"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.JIRA if self is Side.SERVICENOW else Side.SERVICENOW


class Flow(StrEnum):
    """Where changes of a field go."""

    BOTH = "both"
    TO_JIRA = "to_jira"
    TO_SERVICENOW = "to_servicenow"

    def reaches(self, side: Side) -> bool:
        """Whether this flow may write on that side."""
        return self is Flow.BOTH or self == f"to_{side}"
