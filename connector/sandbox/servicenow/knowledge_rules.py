"""Knowledge: drafts, publishing by the flows of a base, and versions that are rows of their own.

What is modelled, with its source in ServiceNow's documentation:

* a draft is edited in place; the version counts on with each change of its state, and publishing
  makes it a whole number ("Knowledge article version numbers");
* a published article is edited by checking it out: a new row with the same number, in Draft, and at
  most one such row; publishing that one makes the earlier row Outdated ("Check out a published
  article and create a new version", "Knowledge article states"). Written to directly, a versioned
  article that is not in work stays as it is, with 200 (reported of clients that patched a published
  row);
* publishing and retiring belong to the base's flows ("Knowledge workflows"). Clients report both
  that ``workflow_state`` written through the Table API moves an article and that it is passed over
  with 200, so it is a knob;
* contributing takes a role, and a base may admit only some ("Managing access to knowledge bases").
  A new row in a closed base is an ACL exception. A versioned draft is changed by its author and by
  knowledge administrators only ("Knowledge article states").

``latest`` names the newest row of an article, whatever its state; which row has it on a real
instance is not documented, so nobody should depend on it.
"""

from __future__ import annotations

from connector.sandbox.servicenow.knobs import Caller, Door
from connector.sandbox.servicenow.knowledge_tables import ADMIN, ARTICLE, BASE, TIE
from connector.sandbox.servicenow.refusal import Refusal, mandatory, no_right
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import moment
from connector.sandbox.servicenow.world import World

DRAFT, REVIEW, PUBLISHED, RETIRED = "draft", "review", "published", "retired"
OUTDATED = "outdated"
IN_WORK = (DRAFT, REVIEW, "scheduled_publish")
_OPEN = ("source", "latest", "workflow_state")
"""What is written on a row that is in nobody's work; the state by whoever may move it."""
_FOREVER = "2100-01-01"
_COPIED = (
    "number", "short_description", "text", "kb_knowledge_base", "article_type", "author", "source",
    "meta", "active", "article_id",
)  # fmt: skip


class ArticleRules:
    """What the platform does around a write of an article."""

    def writable(self, world: World, old: Row, name: str, by: Caller, /) -> bool:
        """A published version is kept as it is; its state moves by the base's flow."""
        if by.door is Door.SYSTEM:
            return True
        if name == "workflow_state":
            return by.door is Door.SCREEN or world.knobs.knowledge_state == "direct"
        versioned = world.knobs.knowledge_versions
        return not versioned or old.get("workflow_state") in IN_WORK

    def before(self, world: World, old: Row | None, new: Row, by: Caller, /) -> None:
        """Complete and check."""
        self._check(world, old, new, by)
        if old is None:
            new["workflow_state"] = new.get("workflow_state") or DRAFT
            if by.door is Door.REST and world.knobs.knowledge_state != "direct":
                new["workflow_state"] = DRAFT
            new["author"] = new.get("author") or by.sys_id
            new["valid_to"] = new.get("valid_to") or _FOREVER
            new["article_id"] = new.get("article_id") or world.new_id()
            new["latest"] = "true"
            new["version"] = new.get("version") or "0.01"
        elif old["workflow_state"] != new["workflow_state"]:
            new["version"] = _counted(new.get("version", "0.01"), new["workflow_state"])
        if new["workflow_state"] == PUBLISHED and not new.get("published"):
            new["published"] = f"{moment(world.now()):%Y-%m-%d}"

    def after(self, world: World, old: Row | None, new: Row, _by: Caller, /) -> None:
        """A version that comes out makes the one before it outdated."""
        was = old["workflow_state"] if old else ""
        if new["workflow_state"] != PUBLISHED or was == PUBLISHED:
            return
        for row in versions(world, new["number"]):
            if row["sys_id"] != new["sys_id"] and row["workflow_state"] == PUBLISHED:
                world.system(ARTICLE, row["sys_id"], {"workflow_state": OUTDATED})

    def _check(self, world: World, old: Row | None, new: Row, by: Caller) -> None:
        missing = [
            label
            for name, label in (
                ("kb_knowledge_base", "Knowledge base"), ("short_description", "Short description"),
            )
            if not new.get(name)
        ]  # fmt: skip
        if missing:
            raise mandatory(missing)
        base = world.true_row(new["kb_knowledge_base"])
        closed = new["kb_knowledge_base"] in world.knobs.closed_bases
        unknown = base is None or base.get("active") != "true"
        if by.door is not Door.SYSTEM and (closed or unknown or _is_anothers(world, old, by)):
            raise no_right("Update" if old else "Insert")


class TieRules:
    """A row that ties a task and an article names both."""

    def writable(self, _world: World, _old: Row, _name: str, _by: Caller, /) -> bool:
        """Nothing is kept from anybody."""
        return True

    def before(self, world: World, _old: Row | None, new: Row, _by: Caller, /) -> None:
        """Neither end may be missing."""
        ends = {"task": "Task", "kb_knowledge": "Knowledge"}
        missing = [
            label for name, label in ends.items() if world.true_row(new.get(name, "")) is None
        ]
        if missing:
            raise mandatory(missing)

    def after(self, _world: World, _old: Row | None, _new: Row, _by: Caller, /) -> None:
        """Nothing follows."""


def _is_anothers(world: World, old: Row | None, by: Caller) -> bool:
    """Whether it is the versioned draft of somebody else."""
    draft = (
        old is not None and old.get("workflow_state") == DRAFT and world.knobs.knowledge_versions
    )
    return draft and old is not None and old.get("author") != by.sys_id and not by.has(ADMIN)


def _counted(version: str, state: str) -> str:
    """The number after another state: a whole one when it comes out, else a hundredth more."""
    if state == PUBLISHED:
        return f"{int(float(version)) + 1}.0"
    if state in ("pending_retirement", RETIRED, OUTDATED):
        return version
    return f"{float(version) + 0.01:.2f}"


def versions(world: World, number: str) -> list[Row]:
    """All rows of an article, oldest first."""
    rows = [row for row in world.rows(ARTICLE) if row.get("number") == number]
    return sorted(rows, key=lambda row: float(row.get("version") or 0))


def checkout(world: World, number: str, by: Caller) -> Row:
    """Somebody takes a published article in work: a new row, the old one stays published."""
    rows = versions(world, number)
    newest = rows[-1]
    if newest["workflow_state"] != PUBLISHED or not world.knobs.knowledge_versions:
        raise Refusal(403, "Operation Failed", f"{number} is not to be checked out")
    copy = {name: newest[name] for name in _COPIED if name in newest}
    fields = {**copy, "version": f"{float(newest['version']) + 0.01:.2f}", "workflow_state": DRAFT}
    fields |= {"base_version": newest["sys_id"], "author": by.sys_id}
    made = _inserted(world, fields, by)
    world.system(ARTICLE, newest["sys_id"], {"latest": "false"})
    return made


def _inserted(world: World, fields: Row, by: Caller) -> Row:
    """A row that the platform makes for somebody, with what only the platform writes."""
    platform = Caller(by.login, by.sys_id, by.roles, Door.SYSTEM)
    return world.insert(ARTICLE, fields, platform)


def move(world: World, number: str, state: str, by: Caller) -> Row:
    """Somebody publishes, retires or submits the newest version at his screen."""
    newest = versions(world, number)[-1]
    return world.update(ARTICLE, newest["sys_id"], {"workflow_state": state}, by)


def write(world: World, task: str, by: Caller, **fields: str) -> Row:
    """Somebody writes an article at a task's form: a draft, tied to the task."""
    base = next(row["sys_id"] for row in world.rows(BASE) if row.get("active") == "true")
    values = {"kb_knowledge_base": base, "source": task, **fields}
    row = world.insert(ARTICLE, values, by)
    if task:
        attach(world, task, row["number"], by)
    return row


def attach(world: World, task: str, number: str, by: Caller) -> Row:
    """Somebody attaches an article to a task."""
    newest = versions(world, number)[-1]
    return world.insert(TIE, {"task": task, "kb_knowledge": newest["sys_id"]}, by)
