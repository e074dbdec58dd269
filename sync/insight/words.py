"""Small parts of sentences that people read. Pure."""

from __future__ import annotations


def number_of(number: int, noun: str) -> str:
    """So many of a thing whose plural takes an s: ``1 incident``, ``2 incidents``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def short(text: str, longest: int = 200) -> str:
    """A text that people wrote, so far as it is worth repeating to them."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
