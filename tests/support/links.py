"""Links for tests: only what a test cares about is spelled out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sync.core.model import End, Link


def a_link(number: int = 1, **changes: Any) -> Link:
    """An unstored link of incident ``number`` and issue ``OPS-number``."""
    values: dict[str, Any] = {
        "id": 0,
        "pair": "incident-story",
        "servicenow": End(
            "incident", f"{number:032x}", f"INC{number:07}", f"{number}/2025-01-01", "https://sn/1"
        ),
        "jira": End("OPS", str(10_000 + number), f"OPS-{number}", f"v{number}", "https://jira/1"),
        "made_at": datetime(2025, 1, 1, tzinfo=UTC),
    }
    return Link(**(values | changes))
