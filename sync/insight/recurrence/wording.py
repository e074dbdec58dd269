"""What a summary says, as words that can be compared. Pure.

Case, numbers, hosts, addresses and ids are gone; forms of a word, and words of one sense in English
and German (:mod:`sync.insight.recurrence.senses`), are one word.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from sys import intern

from sync.insight.recurrence.senses import SENSES

_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\\\\\S+")
_WORD = re.compile(r"[^\W_]+(?:[-._/'][^\W_]+)*")
_INSIDE = re.compile(r"[-'._]")
_DIGIT = re.compile(r"\d")
_BESIDE = re.compile(r"[\W\d_]+")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENDINGS = ("ungen", "ings", "ing", "ung", "ed", "es", "en", "er", "em", "et", "s", "e", "t", "n")
_LEAST = 4
"""Letters that a stem keeps at least."""
_LONGEST = 1_000
"""Letters of a summary that are read: ServiceNow's own limit is 160."""

_PREFIX = re.compile(
    r"^\s*(?:(?:(?:re|fw|fwd|aw|wg|urgent|dringend|question|frage)\s*[:!]|(?:hi|hello|hallo)\s*,)\s*)+",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


def cleaned(summary: str) -> str:
    """A summary as a title: one line, no addresses, nothing that was put before it in haste."""
    text = _SPACE.sub(" ", _PREFIX.sub("", _ADDRESS.sub("", summary))).strip(" \t-!.,;:")
    return text[:1].upper() + text[1:]


def words(text: str) -> tuple[str, ...]:
    """The words as they stand, in small letters and in order.

    What holds a digit is a number, a host or an id. A hyphen or dot inside joins: ``e-mail``.
    """
    plain = _ADDRESS.sub(" ", text[:_LONGEST]).casefold().translate(_LETTERS)
    found = []
    for whole in _WORD.findall(plain):
        if whole.isalpha():
            found.append(whole)
        elif not _DIGIT.search(whole):
            found += [_INSIDE.sub("", part) for part in whole.split("/")]
    return tuple([intern(word) for word in found if len(word) > 1])


def parts(name: str) -> str:
    """The words in the name of an item: ``vpn-gw-01`` is ``vpn gw``."""
    return _BESIDE.sub(" ", name)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its commonest endings in English and German."""
    if len(word) == _LEAST and word[-1] == "s" and word[-2] not in "su":
        return word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return stem(word[: -len(ending)])
    return word


def sense(word: str) -> str:
    """The word that stands for all words of one sense."""
    known = _senses()
    root = stem(word)
    return known.get(word) or known.get(root, root)


def listed(word: str) -> bool:
    """Whether a word stands in some sense, in just this form."""
    return word in _listed()


@cache
def _listed() -> dict[str, str]:
    """Every word of the senses, to the name of its sense."""
    lines = [line.split() for line in SENSES.strip().splitlines()]
    return {word: line[0] for line in reversed(lines) for word in line}


@cache
def _senses() -> dict[str, str]:
    """Words and their stems to the stem of their sense's name."""
    found: dict[str, str] = {}
    for line in SENSES.strip().splitlines():
        first, *others = line.split()
        for word in (first, *others):
            found.setdefault(stem(word), stem(first))
    return found | {word: stem(first) for word, first in _listed().items()}


def all_listed() -> tuple[str, ...]:
    """All words of all senses."""
    return tuple(_listed())
