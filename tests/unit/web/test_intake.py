"""What a request may cost: time, size, number; and what is remembered of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from fastapi import Request

from sync.web.intake import LARGEST, Allowance, Recent, Refusal, read_body


def read(messages: Iterable[Any], seconds: float = 5.0) -> bytes:
    """Read a body that comes in these messages; ``None`` is silence."""
    coming = iter(messages)

    async def receive() -> dict[str, Any]:
        message = next(coming)
        if message is None:
            await asyncio.sleep(60)
        return dict(message)

    async def body() -> bytes:
        return await read_body(Request({"type": "http", "headers": []}, receive), seconds)

    return asyncio.run(body())


def part(data: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def refusal(messages: Iterable[Any], seconds: float = 5.0) -> int:
    with pytest.raises(Refusal) as caught:
        read(messages, seconds)
    return caught.value.status


def test_a_body_comes_in_parts() -> None:
    assert read([part(b"Hello "), part(b""), part(b"World!", more=False)]) == b"Hello World!"


def test_a_body_of_the_largest_size_is_taken() -> None:
    assert len(read([part(b"x" * LARGEST), part(b"", more=False)])) == LARGEST


def test_a_body_is_refused_at_the_part_that_is_too_much() -> None:
    """There is no further message to be read."""
    assert refusal([part(b"x" * LARGEST), part(b"x")]) == 413


def test_a_slow_body_is_given_up() -> None:
    assert refusal([part(b"x"), None], seconds=0.05) == 408


def test_a_sender_who_goes_away_is_no_trouble() -> None:
    assert refusal([part(b"x"), {"type": "http.disconnect"}]) == 400


def test_the_oldest_event_is_forgotten_first() -> None:
    recent = Recent(most=2)
    for name in (b"a", b"b", b"a", b"c"):
        recent.add([name])
    assert [recent.knows([name]) for name in (b"a", b"b", b"c")] == [True, False, True]
    assert recent.knows([b"z", b"c"])
    assert not recent.knows([])


def test_so_many_within_a_minute_and_no_more() -> None:
    now = 0.0
    allowance = Allowance(10, 60.0, lambda: now)
    assert allowance.take(6)
    assert not allowance.take(5)
    now = 30.0
    assert allowance.take(4)
    now = 59.9
    assert not allowance.take(1)
    now = 60.0
    assert allowance.take(6)
    assert not allowance.take(1)
