"""Plans and summaries for people and for machines: text (Rich) and plain data (JSON)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from mappings.sides import Side
from sync.core.merge import Clash, Stuck
from sync.core.model import Conflict, HistoryRow, Link, Parked, Seat, Value
from sync.core.plan import (
    Action,
    Adopt,
    Ask,
    Attach,
    Create,
    Delete,
    Detach,
    FieldWrite,
    Hang,
    Note,
    Plan,
    Remark,
    Update,
    anchor,
)
from sync.core.safety import Holding
from sync.runtime import plain

SHORT = 60
ARROW = {Side.SERVICENOW: "Jira → ServiceNow", Side.JIRA: "ServiceNow → Jira"}


def plan_data(plan: Plan, holdings: Sequence[Holding]) -> dict[str, Any]:
    """A plan as plain data, in its order."""
    return {
        "hash": plan.hash,
        "counts": plan.counts(),
        "actions": [action_data(action) for action in plan.actions],
        "findings": [note_data(note) for note in plan.notes],
        "held": [{"pair": one.pair, "reason": one.reason} for one in holdings],
    }


def action_data(action: Action) -> dict[str, Any]:
    """One action as plain data."""
    common: dict[str, Any] = {
        "action": type(action).__name__.lower(),
        "pair": action.pair,
        "side": action.side.value,
        "record": anchor(action),
    }
    if isinstance(action, Create):
        more = {"why": action.reason, "comments": len(action.remarks)}
        return {**common, **more, "fields": _fields(action.writes)}
    if isinstance(action, Update):
        label = action.link.end(action.side).label
        return {**common, "twin": label, "fields": _fields(action.writes)}
    if isinstance(action, Adopt):
        return {**common, "twin": action.jira.label, "why": action.reason}
    if isinstance(action, Ask):
        return {**common, "why": action.reason, "title": plain(action.fields["short_description"])}
    if isinstance(action, Hang):
        return {**common, "why": action.reason}
    twin = action.link.end(action.side).label
    if isinstance(action, Attach):
        return {**common, "twin": twin, "name": action.name, "bytes": action.file.size}
    if isinstance(action, Detach):
        return {**common, "twin": twin, "name": action.copy.name, "bytes": action.copy.size}
    if isinstance(action, Delete):
        return {**common, "twin": twin, "why": action.reason}
    return {**common, "twin": twin, "author": action.comment.author}


def _fields(writes: Iterable[FieldWrite]) -> list[dict[str, Any]]:
    return [
        {"field": w.name, "from": plain(w.old), "to": plain(w.new), "why": w.reason} for w in writes
    ]


def note_data(note: Note) -> dict[str, Any]:
    """A conflict or dead end as plain data."""
    finding = note.finding
    common = {"pair": note.pair, "record": note.link.servicenow.label or note.link.jira.label}
    if isinstance(finding, Stuck):
        return {**common, "field": note.name, "parked": finding.reason, "remedy": finding.remedy}
    return {**common, "field": note.name, "conflict": finding.reason, "decision": finding.decision}


def plan_tables(plan: Plan) -> list[Table]:
    """A plan as tables: what is written where and why."""
    if not plan.actions:
        return []
    table = Table(title=f"Plan {plan.hash}", title_justify="left", expand=False)
    for name in ("pair", "record", "direction", "what", "from", "to", "why"):
        table.add_column(name, overflow="fold")
    for action in plan.actions:
        for row in _rows(action):
            table.add_row(action.pair, anchor(action), ARROW[action.side], *row)
    return [table]


def _rows(action: Action) -> list[tuple[str, str, str, str]]:
    if isinstance(action, Create):
        told = ", ".join(f"{w.name}={show(w.new)}" for w in action.writes)
        more = f" with {len(action.remarks)} comments" if action.remarks else ""
        return [(f"create{more}", "", told, action.reason)]
    if isinstance(action, Adopt):
        return [("adopt", "", action.jira.label, action.reason)]
    if isinstance(action, Ask):
        return [("ask for an article", "", show(action.fields["short_description"]), action.reason)]
    if isinstance(action, Hang):
        return [("tie to its task", "", "", action.reason)]
    if isinstance(action, Remark):
        return [("comment", "", show(action.comment.body), f"by {action.comment.author}")]
    if isinstance(action, Attach):
        size = f"{action.file.size:,} bytes"
        return [("attach", "", show(action.name), f"{size} by {show(action.file.author_name)}")]
    if isinstance(action, Detach):
        why = "its original was deleted"
        return [("detach", show(action.copy.name), "", why)]
    if isinstance(action, Delete):
        return [("delete", action.link.end(action.side).label, "", f"its twin is {action.reason}")]
    return [(w.name, show(w.old), show(w.new), w.reason) for w in action.writes]


def show(value: Value) -> str:
    """A value in few letters, inert in a terminal."""
    if value in (None, "", ()):
        return "-"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def counts_line(plan: Plan) -> str:
    """The counts of a plan in one line."""
    parts = [
        f"{sides['servicenow'] + sides['jira']} {name} "
        f"({sides['servicenow']} ServiceNow, {sides['jira']} Jira)"
        for name, sides in plan.counts().items()
    ]
    return "; ".join(parts) or "nothing to do: both sides agree"


def note_line(note: Note) -> str:
    """One finding in one line."""
    where = f"{note.link.servicenow.label or note.link.jira.label} {note.name}"
    if isinstance(note.finding, Clash):
        return f"conflict: {where}: {note.finding.reason} (decision: {note.finding.decision})"
    return f"needs a person: {where}: {note.finding.reason}. {note.finding.remedy}"


def conflict_data(row: Conflict) -> dict[str, Any]:
    """One conflict as machines get it."""
    base = None
    if row.base is not None:
        base = {"servicenow": plain(row.base.servicenow), "jira": plain(row.base.jira)}
    return {
        "id": row.id,
        "pair": row.pair,
        "number": row.number,
        "key": row.key,
        "field": row.field,
        "base": base,
        "servicenow": _seat(row.servicenow),
        "jira": _seat(row.jira),
        "decision": row.decision,
        "reason": row.reason,
        "open": row.open,
    }


def _seat(seat: Seat) -> dict[str, Any]:
    return {"value": plain(seat.value), "author": seat.author, "at": stamp(seat.at)}


def parked_data(row: Parked) -> dict[str, Any]:
    """One parked record as plain data."""
    return {
        "id": row.id,
        "pair": row.pair,
        "side": row.side.value,
        "record": row.label or row.key,
        "field": row.field,
        "reason": row.reason,
        "remedy": row.remedy,
        "offered": list(row.offered),
        "attempts": row.attempts,
        "at": stamp(row.at),
    }


def link_data(link: Link) -> dict[str, Any]:
    """One link as plain data."""
    return {
        "pair": link.pair,
        "number": link.servicenow.label,
        "sys_id": link.servicenow.key,
        "table": link.servicenow.container,
        "key": link.jira.label,
        "issue": link.jira.key,
        "state": link.state.value,
        "agreed_at": stamp(link.agreed_at),
    }


def history_data(row: HistoryRow) -> dict[str, Any]:
    """One write as plain data."""
    return {
        "at": stamp(row.at),
        "side": row.side.value,
        "record": row.label,
        "kind": row.kind,
        "field": row.field,
        "from": plain(row.old),
        "to": plain(row.new),
        "why": row.reason,
        "plan": row.plan,
        "outcome": row.outcome,
    }


def stamp(at: datetime | None) -> str | None:
    """A time as ISO text in UTC."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
