"""Creating issues in bulk, with everything that may ride in the same call.

A *rider* goes along with the create: label and property always (they are the marks), a transition
where one known step leads from the first status to a wanted one, comments where the create screen
has them and no customer reads along (with the property that hides them all the same: the issue may
move to a service project later). Riders save requests but are never worth a lost record: when Jira
refuses a draft that carried optional riders, it is sent once more without them. A refused draft was
certainly not created, so this cannot make two.

Nothing is sent again whose fate is unclear: then every draft of that request is unclear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connector.errors import BrokenAnswer, ConnectorError, Rejected
from connector.jira.answers import SIDE, rejected
from connector.jira.boards import Ids
from connector.jira.commenting import comment_body
from connector.jira.door import Door, chunks
from connector.jira.facts import Facts
from connector.jira.fields import EPIC_NAME, FieldSpec
from connector.jira.records import Records
from connector.jira.scouting import Scouting
from connector.jira.screens import create_fields
from connector.jira.workflow import Graph, path, tiers
from connector.outcomes import Lost, outcome
from connector.values import Done, Draft, NotSent, Refused, Unclear, WriteResult

BULK = 50
WHERE = "POST issue/bulk"


@dataclass(frozen=True, slots=True)
class Order:
    """One draft made ready: ``body`` is what Jira gets, ``riders`` its optional part."""

    place: int
    draft: Draft
    type_id: str
    body: dict[str, Any]
    riders: dict[str, Any]

    def full(self) -> dict[str, Any]:
        """The request with its riders."""
        return {**self.body, **self.riders}


class Creating:
    """Turns drafts into issues."""

    def __init__(self, door: Door, facts: Facts, records: Records, scouting: Scouting) -> None:
        self._door = door
        self._facts = facts
        self._records = records
        self._scouting = scouting

    def create(self, drafts: Sequence[Draft]) -> list[WriteResult]:
        """One result for each draft, in their order."""
        results: dict[int, WriteResult] = {}
        orders: list[Order] = []
        ids = Ids(self._door, self._records)
        for place, draft in enumerate(drafts):
            try:
                orders.append(self._order(place, draft, ids))
            except Rejected as error:
                results[place] = Refused(error)
            except ConnectorError as error:
                results[place] = NotSent(error)
        orders = self._scouts(orders, results)
        for some in self._door.parallel(self._send, chunks(orders, BULK)):
            results.update(some)
        return [results[place] for place in range(len(drafts))]

    def _order(self, place: int, draft: Draft, ids: Ids) -> Order:
        type_id = self._facts.type_id(draft.container, draft.kind)
        screen = self._facts.screen(draft.container, type_id)
        fields = create_fields(draft, screen, self._facts, ids)
        fields.update(_epic_name(screen, draft))
        fields["project"] = {"key": draft.container}
        fields["issuetype"] = {"id": type_id}
        body: dict[str, Any] = {"fields": fields}
        if draft.properties:
            body["properties"] = [
                {"key": name, "value": value} for name, value in draft.properties.items()
            ]
        order = Order(place, draft, type_id, body, {})
        return replace(order, riders=self._riders(order, screen))

    def _riders(self, order: Order, screen: Mapping[str, Any]) -> dict[str, Any]:
        riders: dict[str, Any] = {}
        step = self._riding_step(order)
        if step is not None:
            riders["transition"] = {"id": step}
        comments = order.draft.comments
        if comments and "comment" in screen and not self._facts.is_service(order.draft.container):
            riders["update"] = {"comment": [{"add": comment_body(each)} for each in comments]}
        return riders

    def _riding_step(self, order: Order) -> str | None:
        """The transition that leads from the first status to a wanted one in a single step."""
        draft = order.draft
        graph = self._facts.graph(draft.container, order.type_id)
        if not draft.targets or graph.initial is None:
            return None
        known = self._facts.statuses(draft.container).get(order.type_id, [])
        for targets in tiers(draft.targets, known):
            way = path(graph, graph.initial, targets, ())
            if way is not None:
                return way[0].id if len(way) == 1 and not way[0].demands else None
        return None

    def _scouts(self, orders: list[Order], results: dict[int, WriteResult]) -> list[Order]:
        """Create the first issue of an unknown workflow alone, so that the others can ride."""
        rest: list[Order] = []
        tried: set[tuple[str, str]] = set()
        for order in orders:
            sort = (order.draft.container, order.type_id)
            alike = sum(1 for o in orders if (o.draft.container, o.type_id) == sort)
            unknown = self._facts.graph(*sort).initial is None
            if order.draft.targets and alike > 1 and unknown and sort not in tried:
                tried.add(sort)
                results.update(self._send([order]))
                self._learn(order, results[order.place])
            else:
                rest.append(order)
        screens = {sort: self._facts.screen(*sort) for sort in tried}
        return [
            replace(o, riders=self._riders(o, screens[(o.draft.container, o.type_id)]))
            if (o.draft.container, o.type_id) in tried
            else o
            for o in rest
        ]

    def _learn(self, order: Order, result: WriteResult) -> None:
        """What a new issue's first status is and where it leads."""
        if isinstance(result, Done):
            self._scouting.learn_start((order.draft.container, order.type_id), result.key)

    def _send(self, orders: Sequence[Order]) -> dict[int, WriteResult]:
        results = self._post(orders, [order.full() for order in orders])
        again = [order for order in orders if _rider_at_fault(order, results[order.place])]
        if again:
            bare = self._post(again, [order.body for order in again])
            results.update(bare)
            for order in again:
                if isinstance(bare[order.place], Done):
                    # The workflow is no longer what was learned.
                    self._facts.learn(order.draft.container, order.type_id, lambda _: Graph())
        for order in orders:
            if isinstance(results[order.place], Refused):
                self._facts.forget_screen(order.draft.container, order.type_id)
        return results

    def _post(
        self, orders: Sequence[Order], bodies: Sequence[dict[str, Any]]
    ) -> dict[int, WriteResult]:
        if len(orders) == 1:
            return {orders[0].place: outcome(lambda: self._single(bodies[0]))}
        try:
            answer = self._door.write(
                "POST", "issue/bulk", {"issueUpdates": list(bodies)}, accept=(400,)
            )
            return self._sorted_out(orders, answer)
        except Lost as lost:
            return {order.place: Unclear(lost.error) for order in orders}
        except Rejected as error:
            return {order.place: Refused(error) for order in orders}
        except ConnectorError as error:
            return {order.place: NotSent(error) for order in orders}

    def _single(self, body: dict[str, Any]) -> Done:
        answer = self._door.write("POST", "issue", body)
        return _done(answer)

    def _sorted_out(self, orders: Sequence[Order], answer: Any) -> dict[int, WriteResult]:
        """Failures name their element; successes are what is left, in request order."""
        if not isinstance(answer, Mapping) or not isinstance(answer.get("errors"), list):
            raise rejected(answer, WHERE) or Lost(_odd("a bulk create without its parts"))
        made = list(answer.get("issues") or ())
        failed = {
            int(row.get("failedElementNumber", -1)): row for row in answer.get("errors") or ()
        }
        if len(made) + len(failed) != len(orders) or not set(failed) <= set(range(len(orders))):
            raise Lost(_odd("a bulk create that does not add up"))
        rows = iter(made)
        return {
            order.place: _refused(failed[at]) if at in failed else _done(next(rows))
            for at, order in enumerate(orders)
        }


def _rider_at_fault(order: Order, result: WriteResult) -> bool:
    """Whether a refusal may be about the riders: it names no field of the draft itself."""
    if not order.riders or not isinstance(result, Refused):
        return False
    return result.error.field not in order.body["fields"]


def _odd(what: str) -> BrokenAnswer:
    return BrokenAnswer(what, side=SIDE, where=WHERE)


def _refused(row: Mapping[str, Any]) -> WriteResult:
    error = rejected(row.get("elementErrors"), WHERE)
    return Refused(error or Rejected("Jira refused the issue", side=SIDE, where=WHERE))


def _done(answer: Any) -> Done:
    if not isinstance(answer, Mapping) or not answer.get("id") or not answer.get("key"):
        raise Lost(BrokenAnswer("a create without the new id", side=SIDE, where="POST issue"))
    return Done(str(answer["id"]), str(answer["key"]))


def _epic_name(screen: Mapping[str, Mapping[str, Any]], draft: Draft) -> dict[str, Any]:
    """Company-managed epics may demand an Epic Name; people write the summary there too."""
    for row in screen.values():
        spec = FieldSpec.of(row)
        if spec.custom == EPIC_NAME and row.get("required"):
            return {spec.id: str(draft.fields.get("summary") or "")}
    return {}
