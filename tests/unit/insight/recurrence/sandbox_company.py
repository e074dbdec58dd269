"""The sandbox's company as facts, with what is one thing there. The same for a seed.

True clusters are the planted troubles (:data:`stories.CLUSTERS` and :data:`stories.RECURRING`),
each with its sentences. Everyday tickets are noise; one sentence of them told many times is no
error of whoever joins it with itself, so that such pairs are left out of the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connector.sandbox.clock import ManualClock
from connector.sandbox.servicenow.instance import new_world
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.seed import seed as seeded
from connector.sandbox.servicenow.stories import CLUSTERS, RECURRING
from connector.sandbox.servicenow.values import moment
from sync.insight.facts import IncidentFact, ProblemFact
from tests.unit.insight.recurrence.planted import Planted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAME = {
    "Need access to the finance share": "Access to department folders is asked for by ticket",
    "Monitor stays black": "Docking stations lose monitors after standby",
}
"""Everyday tickets of the same items that ask or say the same as a planted trouble."""


@dataclass(frozen=True, slots=True)
class Company:
    """Its facts, and the true trouble of each sentence."""

    planted: Planted
    problems: tuple[ProblemFact, ...]


def sandbox_company(seed: int, incidents: int, recurring: int = 0) -> Company:
    """The company of a seed with so many incidents, and so many minor troubles that come back."""
    world = new_world(ManualClock(NOW), seed)
    seeded(world, incidents=incidents, now=NOW, seed=seed, recurring=recurring)
    names = {
        row["sys_id"]: row["name"]
        for table in ("cmdb_ci", "cmdb_ci_service", "sys_user_group")
        for row in world.rows(table)
    }
    cause = {words: one.cause for one in (*CLUSTERS, *RECURRING) for words in one.words} | SAME
    rows = list(world.rows("incident"))
    facts = tuple(incident(row, names) for row in rows)
    truth = {row["sys_id"]: cause.get(row["short_description"], "") for row in rows}
    everyday = {row["sys_id"]: row["short_description"] for row in rows if not truth[row["sys_id"]]}
    return Company(
        Planted(facts, {key: one for key, one in truth.items() if one}, everyday),
        tuple(problem(row, names) for row in world.rows("problem")),
    )


def incident(row: Row, names: Mapping[str, str]) -> IncidentFact:
    """A row as the collector would keep it."""
    return IncidentFact(
        row["sys_id"], row["number"], moment(row["opened_at"]),
        moment(row["resolved_at"]) if row.get("resolved_at") else None,
        moment(row["closed_at"]) if row.get("closed_at") else None,
        active=row["active"] == "true", priority=row["priority"], category=row["category"],
        service=row["business_service"], service_name=names[row["business_service"]],
        item=row["cmdb_ci"], item_name=names[row["cmdb_ci"]],
        group=row["assignment_group"], group_name=names[row["assignment_group"]],
        problem=row.get("problem_id", ""), code=row.get("close_code", ""),
        summary=row["short_description"],
    )  # fmt: skip


def problem(row: Row, names: Mapping[str, str]) -> ProblemFact:
    """A row as the collector would keep it."""
    return ProblemFact(
        row["sys_id"], row["number"], moment(row["opened_at"]), active=row["active"] == "true",
        service=row["business_service"], service_name=names[row["business_service"]],
        item=row["cmdb_ci"], item_name=names[row["cmdb_ci"]], summary=row["short_description"],
    )  # fmt: skip
