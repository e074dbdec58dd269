"""Ninety days of tickets: recurring incidents, their problems, and changes of all types.

About a fifth of the incidents are active and either of priority 1 to 3 or attached to a problem;
some more are active but minor; the rest is closed.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from connector.sandbox.people import of_team
from connector.sandbox.servicenow import stories
from connector.sandbox.servicenow.change_rules import request_approvals
from connector.sandbox.servicenow.instance import put
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.stories import CLUSTERS, Cluster
from connector.sandbox.servicenow.task_rules import priority
from connector.sandbox.servicenow.values import moment, stamp
from connector.sandbox.servicenow.world import World

DAYS = 90
_PROBLEM_STATES = ("103", "104", "102", "101", "106", "103", "101", "107")
_OPEN_STATES = ("1", "2", "2", "2", "3", "6")


class Tickets:
    """Writes one company's tickets."""

    def __init__(self, world: World, now: datetime, seed: int) -> None:
        self._world = world
        self._now = now
        self._random = random.Random(seed)  # noqa: S311 - replayable company, no secret
        self._names: dict[str, dict[str, str]] = {}

    def write(self, incidents: int, problems: int, changes: int) -> None:
        """Problems first: incidents hang on them."""
        made = [self._problem(index) for index in range(problems)]
        by_item = {row["cmdb_ci"]: row["sys_id"] for row in made if row["active"] == "true"}
        in_scope, minor = round(incidents * 0.22), round(incidents * 0.07)
        kinds = ["scope"] * in_scope + ["minor"] * minor
        kinds += ["closed"] * (incidents - len(kinds))
        ages = sorted(self._random.uniform(0.05, DAYS) for _ in range(incidents))
        self._mix(kinds, in_scope + minor)
        for kind, days in reversed(list(zip(kinds, ages, strict=True))):
            self._incident(kind, days, by_item)
        for index in range(changes):
            self._change(*stories.CHANGES[index % len(stories.CHANGES)], index)

    def recur(self, count: int) -> None:
        """So many closed minor incidents over the ninety days, told in changing words."""
        for index in range(count):
            age = (index + 0.5) * DAYS / count
            self._incident("closed", age, {}, stories.RECURRING[index % len(stories.RECURRING)])

    def _mix(self, kinds: list[str], active: int) -> None:
        """Young tickets are mostly open; some old ones still are."""
        for index in range(active):
            if self._random.random() < 0.35:
                other = self._random.randrange(len(kinds))
                kinds[index], kinds[other] = kinds[other], kinds[index]

    def _incident(
        self, kind: str, days: float, problems: dict[str, str], cluster: Cluster | None = None
    ) -> None:
        opened = self._now - timedelta(days=days)
        if cluster is None and (kind == "scope" or self._random.random() < 0.5):
            cluster = self._random.choice(CLUSTERS)
        row = self._everyday() if cluster is None else self._trouble(cluster)
        if kind == "minor":
            row |= {"impact": "3", "urgency": "3"}
        row["priority"] = priority(row["impact"], row["urgency"])
        problem = problems.get(row["cmdb_ci"], "")
        attached = kind == "scope" and self._random.random() < 0.45
        row["problem_id"] = problem if attached else ""
        row |= self._incident_state(kind, opened)
        row |= self._opening(opened, "INC")
        row["contact_type"] = self._random.choice(("email", "phone", "self-service"))
        self._finish("incident", row, row.pop("_notes", "").split("|"))

    def _trouble(self, cluster: Cluster) -> Row:
        words = self._random.choice(cluster.words)
        return {
            "short_description": words,
            "description": f"{words}.\n\nItem: {cluster.item}. Service: {cluster.service}.",
            "impact": cluster.impact,
            "urgency": cluster.urgency,
            "category": cluster.category,
            "cmdb_ci": self._id("cmdb_ci", cluster.item),
            "business_service": self._id("cmdb_ci_service", cluster.service),
            **self._assigned(cluster.team),
            "_notes": "|".join(cluster.notes),
        }

    def _everyday(self) -> Row:
        words, service, item = self._random.choice(stories.NOISE)
        return {
            "short_description": words,
            "description": f"{words}.",
            "impact": "3",
            "urgency": self._random.choice(("2", "3")),
            "category": "inquiry",
            "cmdb_ci": self._id("cmdb_ci", item),
            "business_service": self._id("cmdb_ci_service", service),
            **self._assigned("desk"),
            "_notes": "Called back, asked for details.",
        }

    def _assigned(self, team: str) -> Row:
        person = self._random.choice(of_team(team))
        group = {"network": "Network", "database": "Database", "desk": "Service Desk"}
        name = group.get(team, "Application Development")
        return {
            "assignment_group": self._id("sys_user_group", name),
            "assigned_to": self._world.user_id(person.login),
        }

    def _incident_state(self, kind: str, opened: datetime) -> Row:
        state = "7" if kind == "closed" else self._random.choice(_OPEN_STATES)
        row = {"state": state, "incident_state": state, "active": "true"}
        if state == "3":
            row["hold_reason"] = self._random.choice(("1", "3", "4"))
        if state in ("6", "7"):
            code, notes = self._random.choice(stories.CLOSING)
            done = min(opened + self._hours(0.5, 60), self._now - timedelta(minutes=2))
            row |= {"close_code": code, "close_notes": notes, "resolved_at": stamp(done)}
            row["resolved_by"] = self._world.user_id(self._random.choice(of_team("desk")).login)
            if self._random.random() < 0.08:
                row["reopen_count"] = "1"
        if state == "7":
            row |= {"active": "false", "closed_at": row["resolved_at"]}
            row["closed_by"] = row["resolved_by"]
        return row

    def _opening(self, opened: datetime, prefix: str) -> Row:
        caller = self._random.choice(of_team("business", "apps"))
        agent = self._random.choice(of_team("desk"))
        row = {
            "number": self._world.next_number(prefix),
            "opened_at": stamp(opened),
            "opened_by": self._world.user_id(agent.login),
            "sys_created_on": stamp(opened),
            "sys_created_by": agent.login,
        }
        if prefix == "INC":
            row["caller_id"] = self._world.user_id(caller.login)
        return row

    def _problem(self, index: int) -> Row:
        state = _PROBLEM_STATES[index % len(_PROBLEM_STATES)]
        opened = self._now - timedelta(days=self._random.uniform(20, 80))
        if index < len(CLUSTERS):
            cluster = CLUSTERS[index]
            row, title = self._trouble(cluster), cluster.cause
        else:
            title, item, service = stories.EXTRA_PROBLEMS[index % len(stories.EXTRA_PROBLEMS)]
            row = self._everyday() | {
                "cmdb_ci": self._id("cmdb_ci", item),
                "business_service": self._id("cmdb_ci_service", service),
            }
        row |= self._opening(opened, "PRB")
        row |= {"short_description": title, "description": f"{title}.\n\nSeen several times."}
        row |= {"state": state, "problem_state": state, "active": "true"}
        row["priority"] = priority(row["impact"], row["urgency"])
        if state >= "104":
            row |= {"cause_notes": f"Cause: {title}.", "fix_notes": "Fix is planned as a change."}
        if state >= "106":
            row |= {"resolution_code": "fix_applied", "resolved_at": stamp(self._now)}
        if state == "107":
            row |= {"active": "false", "closed_at": stamp(self._now - timedelta(days=3))}
        return self._finish("problem", row, row.pop("_notes").split("|"))

    def _change(self, kind: str, state: str, title: str, risk: int, index: int) -> None:
        start = self._now + timedelta(days=index - 6, hours=3)
        row = self._trouble(CLUSTERS[index % len(CLUSTERS)])
        notes = ["Discussed with the service owner."]
        row.pop("_notes")
        row |= self._opening(self._now - timedelta(days=self._random.uniform(1, 20)), "CHG")
        row |= {
            "type": kind,
            "chg_model": self._id("chg_model", kind.capitalize()),
            "state": state,
            "short_description": title,
            "description": f"{title}.",
            "risk": str(risk),
            "impact": "2",
            "priority": "3",
            "category": "Software",
            "justification": "Removes the cause of recurring incidents.",
            "implementation_plan": "1. Announce\n2. Apply on one node\n3. Apply everywhere",
            "backout_plan": "Return to the previous version.",
            "test_plan": "Smoke test, then watch the error rate for an hour.",
            "start_date": stamp(start),
            "end_date": stamp(start + timedelta(hours=2)),
            "requested_by": row["opened_by"],
            "approval": self._approval(kind, state),
            "active": "false" if state in ("3", "4") else "true",
        }
        if state == "3":
            row |= {"close_code": "successful", "close_notes": "Done as planned."}
        done = self._finish("change_request", row, notes)
        if state in ("-4", "-3"):
            request_approvals(self._world, done)

    def _approval(self, kind: str, state: str) -> str:
        if kind == "standard":
            return "approved"
        return {"-5": "not requested", "-4": "requested", "-3": "requested"}.get(state, "approved")

    def _finish(self, table: str, row: Row, notes: list[str]) -> Row:
        """Store with its history: stamps and counts fit the entries."""
        opened = moment(row["sys_created_on"])
        over = row.get("closed_at") or row.get("resolved_at")
        last = moment(over) if over else self._now - timedelta(minutes=1)
        wanted = self._random.choice((0, 1, 1, 2, 3))
        at = opened
        entries: list[tuple[datetime, str, str, str]] = []
        for index in range(wanted):
            at = at + (last - at) * self._random.uniform(0.1, 0.5)
            entries.append((at, *self._entry(index, row, notes)))
        row["sys_updated_on"] = stamp(at if entries and not over else max(at, min(last, self._now)))
        row["sys_updated_by"] = entries[-1][3] if entries else row["sys_created_by"]
        row["sys_mod_count"] = str(wanted + (2 if over else 1))
        row = {name: value for name, value in row.items() if not name.startswith("_")}
        stored = put(self._world, table, row)
        for moment_, element, text, login in entries:
            note = {
                "name": table,
                "element": element,
                "element_id": stored["sys_id"],
                "value": text,
            }
            put(self._world, "sys_journal_field", note, by=login, at=stamp(moment_))
        return stored

    def _entry(self, index: int, row: Row, notes: list[str]) -> tuple[str, str, str]:
        if index % 2 and row.get("caller_id"):
            caller = self._world.true_row(row["caller_id"]) or {}
            return "comments", self._random.choice(stories.CALLER_WORDS), caller["user_name"]
        assigned = self._world.true_row(row["assigned_to"]) or {}
        return "work_notes", notes[index % len(notes)], assigned["user_name"]

    def _hours(self, low: float, high: float) -> timedelta:
        return timedelta(hours=self._random.uniform(low, high))

    def _id(self, table: str, name: str) -> str:
        if table not in self._names:
            rows = self._world.rows(table)
            self._names[table] = {row["name"]: row["sys_id"] for row in rows}
        return self._names[table][name]


def bulk_incidents(world: World, count: int) -> list[str]:
    """That many active incidents of priority 1 to 3, three to a second, up to now."""
    now = world.clock.now()
    desk = of_team("desk")
    found = []
    for index in range(count):
        person = desk[index % len(desk)]
        at = stamp(now - timedelta(seconds=(count - index) // 3))
        row = {
            "number": world.next_number("INC"),
            "short_description": f"Bulk incident {index + 1}",
            "description": f"Made in bulk, number {index + 1} of {count}.",
            "impact": "2",
            "urgency": "1" if index % 2 else "2",
            "priority": "2" if index % 2 else "3",
            "state": "2" if index % 3 else "1",
            "incident_state": "2" if index % 3 else "1",
            "assigned_to": world.user_id(person.login),
            "opened_at": at,
            "opened_by": world.user_id(person.login),
        }
        found.append(put(world, "incident", row, by=person.login, at=at)["sys_id"])
    return found
