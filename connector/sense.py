"""Answers that make no sense become trouble with the side, at one place for both adapters.

The working modules take an answer apart as the vendor documents it. What a proxy, a half-dead node
or a new release sends instead fails somewhere inside; here that becomes a ``BrokenAnswer``, with
the failure as its cause, or an ``Unclear`` for every item of a write that may have happened.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from connector.errors import BrokenAnswer
from connector.values import Unclear

ODD = (
    *(AttributeError, IndexError, KeyError, TypeError, ValueError),
    *(ArithmeticError, RecursionError),
)
"""What Python raises when data has not the shape that it should have."""

WRITES = (
    *("create", "patch", "move", "comment", "attach", "detach", "delete", "decorate"),
    "tie",
)
"""Methods that take many items and answer with one result for each."""

Adapter = TypeVar("Adapter", bound=type)


def sensible(side: str) -> Callable[[Adapter], Adapter]:
    """Class decorator: every public method of an adapter reports odd answers in our words."""

    def dress(adapter: Adapter) -> Adapter:
        for name, method in list(vars(adapter).items()):
            if name.startswith("_") or not inspect.isfunction(method):
                continue
            wrap = _write if name in WRITES else _each if _is_generator(method) else _read
            setattr(adapter, name, wrap(side, method))
        return adapter

    return dress


def _is_generator(method: Callable[..., Any]) -> bool:
    told = str(inspect.signature(method).return_annotation)
    return inspect.isgeneratorfunction(method) or told.startswith("Iterator")


def _broken(side: str, error: Exception) -> BrokenAnswer:
    return BrokenAnswer(f"an answer makes no sense: {type(error).__name__}", side=side)


def _read(side: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def sound(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except ODD as error:
            raise _broken(side, error) from error

    return sound


def _each(side: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def sound(*args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            yield from method(*args, **kwargs)
        except ODD as error:
            raise _broken(side, error) from error

    return sound


def _write(side: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def sound(self: Any, items: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, items, *args, **kwargs)
        except ODD as error:
            return [Unclear(_broken(side, error)) for _ in items]

    return sound
