"""Numbers that the instance counts itself: the Aggregate API (servicenow-api 11).

One question is one GET. Several ride in the Batch API, which answers them one after another, each
with its own status, until its 30 seconds are up: what it did not get to is sent again. A batch of
GETs changes nothing, so all of it may be repeated.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from connector.articles import ARTICLE
from connector.counts import TOTAL, Count
from connector.errors import BrokenAnswer, NotThere
from connector.servicenow.answers import SIDE, Answer, error_of, partial
from connector.servicenow.batch import PATH
from connector.servicenow.door import Door
from connector.servicenow.lists import Row
from connector.servicenow.query import joined

SIZE = 20
"""Questions in one batch: what one instance counts in 30 seconds with room to spare."""

_COLUMN = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_JSON = {"content-type": "application/json"}

Counts = Mapping[str, int]


class Counting:
    """Asks for counts."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def counts(self, table: str, questions: Sequence[Count]) -> list[Counts]:
        """The numbers of each question, in order."""
        if table == ARTICLE and questions:
            what = "ServiceNow counts no knowledge articles: each is several rows, and kb tables"
            raise NotThere(f"{what} are not open to the Aggregate API", side=SIDE)
        for one in questions:
            if one.by and _COLUMN.fullmatch(one.by) is None:
                raise NotThere(f"no column of {table} can be called {one.by!r}", side=SIDE)
        parts = [questions[start : start + SIZE] for start in range(0, len(questions), SIZE)]
        found = self._door.parallel(lambda part: self._part(table, part), parts)
        return [counts for part in found for counts in part]

    def _part(self, table: str, questions: Sequence[Count]) -> list[Counts]:
        found: dict[int, Counts] = {}
        while left := [place for place in range(len(questions)) if place not in found]:
            asked = {place: questions[place] for place in left}
            answered = self._batched(table, asked) if len(asked) > 1 else {}
            if not answered:  # a batch that gets nowhere would get nowhere again
                answered = {left[0]: self._alone(table, questions[left[0]])}
            found |= answered
        return [found[place] for place in range(len(questions))]

    def _alone(self, table: str, question: Count) -> Counts:
        path = _path(table)
        result = self._door.bare(path, _params(question))
        return _told(result, question, f"GET /api/now{path}")

    def _batched(self, table: str, questions: Mapping[int, Count]) -> dict[int, Counts]:
        """Those that the batch got to. Raises what one of them was refused with."""
        rows = [_request(str(place), table, one) for place, one in questions.items()]
        body = {"batch_request_id": "tandem", "rest_requests": rows}
        answer = self._door.query(PATH, body)
        if not isinstance(answer, Mapping) or "serviced_requests" not in answer:
            what = "a batch does not say what it served"
            raise BrokenAnswer(what, side=SIDE, where=f"POST /api/now{PATH}")
        where, found = f"GET /api/now{_path(table)}", {}
        for served in answer["serviced_requests"]:
            place, value = int(served["id"]), _value(served, where)
            if value is not None:
                found[place] = _told(value.get("result"), questions[place], where)
        return found


def _path(table: str) -> str:
    return f"/stats/{quote(table, safe='')}"


def _params(question: Count) -> dict[str, str]:
    """The order is left out of the query: an aggregate would count apart by it."""
    query = joined(question.scope)
    return {
        "sysparm_count": "true",
        **({"sysparm_query": query} if query else {}),
        **({"sysparm_group_by": question.by} if question.by else {}),
    }


def _request(name: str, table: str, question: Count) -> Row:
    return {
        "id": name,
        "method": "GET",
        "url": f"/api/now{_path(table)}?{urlencode(_params(question))}",
        "headers": [{"name": "Accept", "value": "application/json"}],
        "exclude_response_headers": True,
    }


def _value(served: Mapping[str, Any], where: str) -> Mapping[str, Any] | None:
    """What an item was answered; ``None`` where asking again may help. Raises a refusal."""
    status = int(served.get("status_code") or 0)
    if status in (0, 202, 429) or status >= 500:
        return None
    body = base64.b64decode(str(served.get("body") or ""))
    if status >= 300:
        raise error_of(Answer(status, _JSON, body, where), None)
    value = json.loads(body)
    if not isinstance(value, Mapping):
        raise BrokenAnswer("a count is no object", side=SIDE, where=where)
    return None if partial(value) else value


def _told(result: Any, question: Count, where: str) -> Counts:
    if not question.by:
        return {TOTAL: int(result["stats"]["count"])}
    if not isinstance(result, list):
        what = f"ServiceNow does not count apart by {question.by}"
        raise NotThere(what, side=SIDE, where=where)
    found: Counter[str] = Counter()
    for row in result:
        values = {one["field"]: str(one.get("value") or "") for one in row["groupby_fields"]}
        found[values[question.by]] += int(row["stats"]["count"])
    return dict(found)
