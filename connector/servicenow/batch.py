"""Many edits in one request: the Batch API (servicenow-api 11).

Items run one after another, each with its own status; what did not fit into 30 s comes back as not
serviced. It is no transaction, and a lost answer leaves every item of it unclear.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.errors import BrokenAnswer, ConnectorError, RetryLater
from connector.outcomes import Lost, outcome
from connector.servicenow.answers import SIDE, Answer, error_of
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
        return f"/api/now/table/{self.table}/{self.key}?{self.params}"


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
    served = {str(one.get("id")): one for one in result.get("serviced_requests", ())}
    return [_one(served.get(str(place)), item) for place, item in enumerate(items)]


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


def _one(served: Mapping[str, Any] | None, item: Item) -> Row | WriteResult:
    where = f"PATCH /api/now/table/{item.table}"
    if served is None:
        what = "the batch ran out of time before this edit"
        return NotSent(RetryLater(what, side=SIDE, where=where))
    status = int(served.get("status_code") or 0)
    body = base64.b64decode(str(served.get("body") or ""))
    if 200 <= status < 300 and status != 202:
        return _stored(body, where)
    answer = Answer(status, {"content-type": "application/json"}, body, where)
    error = error_of(answer, None)
    if status >= 500 or status in (0, 202):
        return Unclear(error)
    return _failed(error)


def _stored(body: bytes, where: str) -> Row | WriteResult:
    try:
        row = json.loads(body)["result"]
    except (ValueError, KeyError, TypeError):
        return Unclear(BrokenAnswer("an edit's answer is cut off", side=SIDE, where=where))
    return row if isinstance(row, dict) else Done("")


def _failed(error: ConnectorError) -> WriteResult:
    def refuse() -> Done:
        raise error

    return outcome(refuse)
