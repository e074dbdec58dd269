"""How many incidents hang on a problem, for the issue property ``tandem``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from mappings.sides import Side
from sync.core.model import End
from sync.runtime import Runtime

WINDOWS = {"7d": 7, "30d": 30, "90d": 90}
CHUNK = 40


def incident_counts(
    runtime: Runtime, ends: Iterable[End], now: datetime
) -> dict[str, dict[str, int]]:
    """Problem key to window to number of incidents opened in it, whatever their state.

    One listing for up to 40 problems: the rows of the longest window are counted here, which costs
    fewer requests than three counts.
    """
    problems = [end.key for end in ends if end.container == "problem"]
    found = {key: dict.fromkeys(WINDOWS, 0) for key in problems}
    since = now - timedelta(days=max(WINDOWS.values()))
    adapter = runtime.adapters[Side.SERVICENOW]
    for start in range(0, len(problems), CHUNK):
        keys = ",".join(problems[start : start + CHUNK])
        scope = f"problem_idIN{keys}^opened_at>={since:%Y-%m-%d %H:%M:%S}"
        for page in adapter.listed("incident", scope, ("problem_id", "opened_at")):
            for record in page:
                _count(found, record.fields, now)
    return found


def _count(
    found: Mapping[str, dict[str, int]], fields: Mapping[str, object], now: datetime
) -> None:
    windows = found.get(str(fields.get("problem_id")))
    opened = fields.get("opened_at")
    if windows is None or not isinstance(opened, str):
        return
    age = now - datetime.strptime(opened, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    for name, days in WINDOWS.items():
        windows[name] += age <= timedelta(days=days)
