"""Answers as a broken proxy, a half-dead node or a new release might send them.

Mutations start from a true answer, because a random body would be refused at the first look: parts
are cut off, swapped for other types, doubled, emptied, renamed; bodies are truncated or replaced.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from connector.sandbox.http import App, Request, Response

ODDITIES: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**63, 1e308, "", "null", "x" * 5000, "\u0000", "\ud83d\ude00", "0"),
    *([], {}, [None], [[]], {"": None}, {"value": {}}, "2026-13-45 99:99:99", "<html>"),
)


def mangled(value: Any, dice: random.Random) -> Any:
    """A JSON value with one thing wrong somewhere inside."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        name = dice.choice(sorted(value))
        return _in_object(value, name, dice)
    if isinstance(value, list) and value and dice.random() < 0.8:
        return _in_list(value, dice.randrange(len(value)), dice)
    return dice.choice(ODDITIES)


def _in_object(value: dict[str, Any], name: str, dice: random.Random) -> dict[str, Any]:
    how = dice.randrange(4)
    if how == 0:
        return {key: held for key, held in value.items() if key != name}
    if how == 1:
        return {**value, name: dice.choice(ODDITIES)}
    if how == 2:
        return {**value, "unexpected": value[name]}
    return {**value, name: mangled(value[name], dice)}


def _in_list(value: list[Any], place: int, dice: random.Random) -> list[Any]:
    how = dice.randrange(4)
    if how == 0:
        return value[:place] + value[place + 1 :]
    if how == 1:
        return [*value, value[place]]
    if how == 2:
        return [*value[:place], dice.choice(ODDITIES), *value[place + 1 :]]
    return [*value[:place], mangled(value[place], dice), *value[place + 1 :]]


class Mangler:
    """Stands before a fake system and spoils one answer in so many."""

    def __init__(self, app: App, seed: int, rate: float = 0.5) -> None:
        self._app = app
        self._dice = random.Random(seed)
        self._rate = rate
        self.spoilt = 0

    def handle(self, request: Request) -> Response:
        """The true answer, or what became of it."""
        true = self._app.handle(request)
        if self._dice.random() >= self._rate or true.drop:
            return true
        self.spoilt += 1
        ways: list[Callable[[Response], Response]] = [self._json] * 6 + [self._cut, self._other]
        return self._dice.choice(ways)(true)

    def _json(self, true: Response) -> Response:
        try:
            value = json.loads(true.body)
        except ValueError:
            return self._other(true)
        body = json.dumps(mangled(value, self._dice)).encode()
        return Response(true.status, body, _without_length(true))

    def _cut(self, true: Response) -> Response:
        return Response(true.status, true.body[: len(true.body) // 3], _without_length(true))

    def _other(self, true: Response) -> Response:
        body = self._dice.choice(
            (b"", b"\xff\xfe\x00", b"<html>sign in</html>", b"[", b"null", b"[]", b"{}", b'"text"')
        )
        kind = self._dice.choice(("text/html", "application/json", "application/json;charset=x"))
        status = self._dice.choice((true.status, 200, 200, 204, 404))
        return Response(status, body, {"Content-Type": kind})


def _without_length(true: Response) -> dict[str, str]:
    return {k: v for k, v in true.headers.items() if k.lower() != "content-length"}
