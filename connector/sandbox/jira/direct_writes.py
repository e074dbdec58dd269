"""The direct adapter's writes: what the real one gets back, without the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from connector.errors import ConnectorError, Gone, NotThere, Rejected
from connector.outcomes import behind, waiting
from connector.sandbox.jira import extras, native, operations
from connector.sandbox.jira.author import Author
from connector.sandbox.jira.direct_links import LinkWrites, apart
from connector.sandbox.jira.model import Issue, IssueType, Project, Transition
from connector.sandbox.jira.problems import Refusal
from connector.sandbox.jira.walking import MAX_HOPS, demands, route, tiers
from connector.sandbox.jira.world import World
from connector.sandbox.weather import Wire
from connector.values import (
    CommentDraft,
    Done,
    Draft,
    Move,
    NotSent,
    Patch,
    Record,
    Refused,
    RemoteLink,
    Replaced,
    RequestClass,
    Unclear,
    WriteResult,
)

BULK = 50
DOUBTS = 2
"""Lost answers in one walk before the walk itself is called unclear."""

_SIDE = "jira"
Shown = Callable[[Issue, Collection[str]], Record]


class Writes:
    """Creates, patches, moves, comments and links of the integration account."""

    def __init__(self, world: World, wire: Wire, shown: Shown) -> None:
        self._world = world
        self._wire = wire
        self._shown = shown
        self._author = Author(world.site.me)
        self._links = LinkWrites(world, wire, self._attempt)

    # -- create --------------------------------------------------------------------------------

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """One request for fifty drafts; one bad draft does not hurt its neighbours."""
        results: list[WriteResult] = []
        for start in range(0, len(drafts), BULK):
            results.extend(self._create_some(drafts[start : start + BULK]))
        return results

    def _create_some(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        made: list[WriteResult] = []

        def do() -> WriteResult:
            for draft in drafts:
                at = self._world.project(draft.container)
                made.append(self._attempt("POST issue", partial(self._create, draft), at=at))
            return Done("")

        path = "/rest/api/2/issue/bulk" if len(drafts) > 1 else "/rest/api/2/issue"
        outcome = self._wire.write("POST", path, do)
        return made if isinstance(outcome, Done) else [outcome] * len(drafts)

    def _create(self, draft: Draft) -> Done:
        project = self._world.project(draft.container)
        kind = operations.issue_type(project, {"name": draft.kind}) if project else None
        if project is None or kind is None:
            what = f"{draft.container} has no issue type {draft.kind!r}"
            raise NotThere(what, side=_SIDE)
        fields = native.payload_fields(self._world, kind, draft.fields)
        fields |= native.epic_name(self._world, kind, draft.fields)
        fields |= {"project": {"id": project.id}, "issuetype": {"id": kind.id}}
        body: dict[str, Any] = {"fields": _given(fields)}
        rows = draft.properties.items()
        body["properties"] = [{"key": name, "value": value} for name, value in rows]
        step = self._riding_step(kind, draft.targets)
        if step is not None:
            body["transition"] = {"id": step.id}
        if draft.comments and kind.comment_on_create:
            adds = [{"add": _comment_body(each)} for each in draft.comments]
            body["update"] = {"comment": adds}
        issue = operations.create(self._world, self._author, body)
        return Done(issue.id, issue.key)

    def _riding_step(self, kind: IssueType, targets: Sequence[str]) -> Transition | None:
        for tier in tiers(targets):
            way = route(self._world, kind, kind.workflow.first, tier)
            if way is not None:
                return way[0] if len(way) == 1 and not demands(way[0]) else None
        return None

    # -- patch ---------------------------------------------------------------------------------

    def patch(self, patch: Patch, fields: Collection[str]) -> WriteResult:
        """Links one by one, then fields, labels and properties in one request."""
        plain, changes = apart(patch)
        for change in changes:
            result = self._links.change(patch.key, change)
            if not isinstance(result, Done):
                return result
        result = self._send("PUT", patch.key, "", lambda: self._edit(plain))
        if isinstance(result, NotSent) and changes:
            return Unclear(result.error)  # the links are changed
        if not isinstance(result, Done):
            return result
        if not self._world.site.cloud:
            self._read_back(patch.key)
        issue = self._world.issue(patch.key)
        record = self._shown(issue, fields) if issue else None
        return replace(result, label=record.label if record else "", record=record)

    def _read_back(self, key: str) -> None:
        """The write is done whatever becomes of this read."""
        with suppress(ConnectorError):
            self._wire.read(f"/rest/api/2/issue/{key}")

    def _edit(self, patch: Patch) -> Done:
        issue = self._issue(patch.key)
        kind = self._world.type_of(issue)
        body: dict[str, Any] = {
            "fields": native.payload_fields(self._world, kind, patch.fields),
            "update": {},
        }
        for verb, members in (("add", patch.add), ("remove", patch.remove)):
            for name, values in native.payload_fields(self._world, kind, members).items():
                verbs = body["update"].setdefault(name, [])
                verbs.extend({verb: value} for value in values)
        if patch.properties:
            rows = patch.properties.items()
            body["properties"] = [{"key": name, "value": value} for name, value in rows]
        replaced = {
            name: Replaced(native.value_of(self._world, issue, name)) for name in patch.fields
        }
        operations.edit(self._world, self._author, issue, body)
        return Done(patch.key, replaced=replaced)

    # -- move ----------------------------------------------------------------------------------

    def move(self, move: Move, fields: Collection[str]) -> WriteResult:
        """Hop by hop to the nearest target, looking anew after each hop, lost answers included."""
        hops: list[str] = []
        doubts = 0
        while True:
            issue = self._look(move.key)
            way = self._way(issue, move)
            if way == ():
                shown, doubted = self._shown(issue, fields), doubts > 0
                return Done(move.key, issue.key, shown, tuple(hops), doubted=doubted)
            if way is None or len(hops) >= MAX_HOPS:
                return Refused(self._no_way(move))
            self._wire.read(f"/rest/api/2/issue/{move.key}/transitions")
            result = self._hop(move, way)
            doubts += isinstance(result, Unclear)
            if doubts > DOUBTS or isinstance(result, NotSent):
                return result
            if self._world.issues[move.key].status != issue.status:
                hops.append(self._named(way[0]))
            elif isinstance(result, Refused):
                return result

    def _look(self, key: str) -> Issue:
        self._wire.read(f"/rest/api/2/issue/{key}")
        return self._issue(key)

    def _named(self, edge: Transition) -> str:
        return f"{edge.name} -> {self._world.statuses[edge.status].name}"

    def _way(self, issue: Issue, move: Move) -> tuple[Transition, ...] | None:
        kind = self._world.type_of(issue)
        filled = [name for name, value in move.fields.items() if value not in (None, ())]
        for tier in tiers(move.targets):
            for allowed in (filled, None):
                way = route(self._world, kind, issue.status, tier, allowed)
                if way is not None:
                    return way
        return None

    def _hop(self, move: Move, way: tuple[Transition, ...]) -> WriteResult:
        edge = way[0]
        needed = demands(edge)
        last = len(way) == 1

        def do() -> Done:
            issue = self._issue(move.key)
            kind = self._world.type_of(issue)
            shown = edge.screen or {}
            given = {
                name: value
                for name, value in move.fields.items()
                if name in needed or (last and name in shown)
            }
            fields = _given(native.payload_fields(self._world, kind, given))
            body = {"transition": {"id": edge.id}, "fields": fields}
            operations.transition(self._world, self._author, issue, body)
            return Done(move.key)

        return self._send("POST", move.key, "/transitions", do, offered=self._offered(move.key))

    def _offered(self, key: str) -> tuple[str, ...]:
        issue = self._world.issue(key)
        if issue is None:
            return ()
        edges = self._world.type_of(issue).workflow.offered(issue.status)
        return tuple(map(self._named, edges))

    def _no_way(self, move: Move) -> Rejected:
        offered = self._offered(move.key)
        what = f"no way to {' or '.join(move.targets)}; Jira offers {', '.join(offered)}"
        return Rejected(what, side=_SIDE, field=move.name, offered=offered)

    # -- comments and links --------------------------------------------------------------------

    def comment(self, drafts: Sequence[CommentDraft]) -> list[WriteResult]:
        """In order; behind one that is not done, the other comments of its issue wait."""
        last: dict[str, WriteResult] = {}
        results: list[WriteResult] = []
        for draft in drafts:
            before = last.get(draft.key)
            if before is not None and behind(draft, before):
                last[draft.key] = waiting(before, _SIDE)
            else:
                send = partial(self._remark, draft)
                last[draft.key] = self._send("POST", draft.key, "/comment", send)
            results.append(last[draft.key])
        return results

    def _remark(self, draft: CommentDraft) -> Done:
        remark = extras.draft_remark(self._world, self._author, _comment_body(draft))
        issue = extras.add_remark(self._world, self._issue(draft.key), remark)
        return Done(issue.comments[-1].id)

    def decorate(self, link: RemoteLink) -> WriteResult:
        """One remote link, sent until it is known to be there: the same twice does no harm."""
        path = f"/rest/api/2/issue/{link.key}/remotelink"

        def do() -> Done:
            body = {"globalId": link.global_id, "object": {"url": link.url, "title": link.title}}
            extras.put_remote_link(self._world, self._author, self._issue(link.key), body)
            return Done(link.key)

        self._wire.rewrite("POST", path, RequestClass.DECORATION)
        return self._attempt(f"POST {path}", do)

    # -- inside --------------------------------------------------------------------------------

    def _send(
        self,
        method: str,
        key: str,
        rest: str,
        do: Callable[[], Done],
        *,
        offered: tuple[str, ...] = (),
    ) -> WriteResult:
        path = f"/rest/api/2/issue/{key}{rest}"
        where = f"{method} {path}"
        issue = self._world.issue(key) if method == "PUT" else None
        at = self._world.project_of(issue) if issue else None
        return self._wire.write(method, path, lambda: self._attempt(where, do, offered, at))

    def _attempt(
        self,
        where: str,
        do: Callable[[], Done],
        offered: tuple[str, ...] = (),
        at: Project | None = None,
    ) -> WriteResult:
        try:
            with self._world.lock:
                return do()
        except Refusal as problem:
            error = _rejected(problem, where, offered)
            return Refused(error if offered else self._with_offers(error, at))
        except Rejected as problem:
            return Refused(problem)
        except (Gone, NotThere) as problem:
            return NotSent(problem)

    def _with_offers(self, error: Rejected, at: Project | None) -> Rejected:
        """A refusal with what its field would take, where a screen ``at`` a project lists it."""
        field = self._world.fields.get(error.field) if at else None
        names = native.allowed(self._world, field, at) if field else ()
        told = {"side": _SIDE, "where": error.where, "field": error.field}
        return Rejected(error.what, offered=names, **told) if names else error

    def _issue(self, key: str) -> Issue:
        issue = self._world.issue(key)
        if issue is None or self._world.is_hidden(issue):
            raise _gone(key)
        return issue


def _comment_body(draft: CommentDraft) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [{"key": "tandem", "value": {"reference": draft.reference}}]
    if draft.internal:
        rows.append({"key": extras.PUBLIC_PROPERTY, "value": {"internal": True}})
    return {"body": draft.body, "properties": rows}


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, [], "")}


def _rejected(problem: Refusal, where: str, offered: tuple[str, ...]) -> Rejected:
    said = json.loads(problem.response.body)
    errors: dict[str, str] = said.get("errors", {})
    texts = (*said.get("errorMessages", ()), *(f"{name}: {text}" for name, text in errors.items()))
    name = next(iter(errors), "")
    return Rejected("; ".join(texts), side=_SIDE, where=where, field=name, offered=offered)


def _gone(key: str) -> Gone:
    return Gone(f"issue {key} is gone or hidden", side=_SIDE)
