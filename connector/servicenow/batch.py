"""Many edits in one request: the Batch API (servicenow-api 11).

Items run one after another, each with its own status; what did not fit into 30 s comes back as not
serviced. The item that was under way when the time ran out may still have been done. It is no
transaction, and a lost answer leaves every item of it unclear.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connector.errors import BrokenAnswer, ConnectorError, RetryLater
from connector.outcomes import Lost, outcome
from connector.servicenow.answers import SIDE, Answer, error_of, partial
from connector.servicenow.door import Door
from connector.values import Done, NotSent, Unclear, WriteResult

SIZE = 40
PATH = "/v1/batch"


@dataclass(frozen=True, slots=True)
class Item:
    """One edit: ``PATCH`` of a record with a payload."""

    table: str
    key: str
    payload: Mapping[str, str]
    params: str

    @property
    def url(self) -> str:
        """The relative URL inside the batch."""
        return f"/api/now/table/{self.table}/{quote(self.key, safe='')}?{self.params}"

    @property
    def where(self) -> str:
        """Method and path for messages."""
        return f"PATCH /api/now/table/{self.table}/{self.key}"


Row = dict[str, Any]


def patch_all(door: Door, items: Sequence[Item]) -> list[Row | WriteResult]:
    """The stored row of each edit, or what else became of it."""
    found: list[Row | WriteResult] = []
    for start in range(0, len(items), SIZE):
        found += _batch(door, items[start : start + SIZE])
    return found


def _batch(door: Door, items: Sequence[Item]) -> list[Row | WriteResult]:
    body = {
        "batch_request_id": "tandem",
        "rest_requests": [_request(str(place), item) for place, item in enumerate(items)],
    }
    try:
        result = door.write("POST", PATH, body, {})
    except Lost as lost:
        return [Unclear(lost.error) for _ in items]
    except ConnectorError as error:
        return [NotSent(error) for _ in items]
    return _results(result, items)


def _results(result: Any, items: Sequence[Item]) -> list[Row | WriteResult]:
    parts = result if isinstance(result, dict) else {}
    served = {str(one.get("id")): one for one in _list(parts, "serviced_requests")}
    left = {str(name) for name in _list(parts, "unserviced_requests")}
    found: list[Row | WriteResult] = []
    cut = False
    for place, item in enumerate(items):
        name = str(place)
        if name in served:
            found.append(_one(served[name], item))
        else:
            found.append(_unserved(item, begun=not cut or name not in left))
            cut = True
    return found


def _list(parts: Mapping[str, Any], name: str) -> list[Any]:
    held = parts.get(name)
    return held if isinstance(held, list) else []


def _unserved(item: Item, *, begun: bool) -> WriteResult:
    what = "the batch ran out of time before this edit"
    error = RetryLater(what, side=SIDE, where=item.where)
    return Unclear(error) if begun else NotSent(error)


def _request(name: str, item: Item) -> dict[str, Any]:
    return {
        "id": name,
        "method": "PATCH",
        "url": item.url,
        "headers": [
            {"name": "Content-Type", "value": "application/json"},
            {"name": "Accept", "value": "application/json"},
        ],
        "body": base64.b64encode(json.dumps(item.payload).encode()).decode(),
        "exclude_response_headers": True,
    }


def _one(served: Mapping[str, Any], item: Item) -> Row | WriteResult:
    try:
        status = int(served.get("status_code") or 0)
        body = base64.b64decode(str(served.get("body") or ""))
    except ValueError:
        return Unclear(_cut(item))
    if 200 <= status < 300 and status != 202:
        return _stored(body, item)
    if status in (0, 202):
        return Unclear(
            RetryLater("an edit was queued, or thrown away", side=SIDE, where=item.where)
        )
    error = error_of(Answer(status, {"content-type": "application/json"}, body, item.where), None)
    return Unclear(error) if status >= 500 else _failed(error)


def _stored(body: bytes, item: Item) -> Row | WriteResult:
    try:
        value = json.loads(body)
        row = value["result"]
    except (ValueError, KeyError, TypeError):
        return Unclear(_cut(item))
    if partial(value):
        what = f"the edit may be cut short: {partial(value)}"
        return Unclear(RetryLater(what, side=SIDE, where=item.where))
    return row if isinstance(row, dict) else Done(item.key)


def _cut(item: Item) -> BrokenAnswer:
    return BrokenAnswer("an edit's answer is cut off", side=SIDE, where=item.where)


def _failed(error: ConnectorError) -> WriteResult:
    def refuse() -> Done:
        raise error

    return outcome(refuse)
