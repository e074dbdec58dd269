"""The words of many summaries: which are slips of the pen, compounds, rare. Pure.

The summaries tell it themselves: a word that hardly occurs and is one typing error away from a
common one is that one, and a long word that begins or ends with a known one (as German makes them)
says both. Two neighbours that others write as one word are one. One pass over the summaries, one
over their distinct words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from sync.insight.recurrence.senses import STOP
from sync.insight.recurrence.wording import all_listed, listed, sense, stem, words

_COMMON = 3
"""A word occurs at least so often before others are taken for slips of it."""
_LISTED = 15
"""What a word of the list counts for at least, if anybody uses it at all: "layer" is no slip of a
German "lager" where nobody stores anything."""
_SLIP = 3
"""It occurs at least so many times as often as its slip."""
_SLIP_LETTERS = 5
"""A shorter word is one letter away from too many others."""
_PART_LETTERS, _WHOLE_LETTERS = 4, 8
"""Letters of a compound's part, and of a compound."""
_CLOSED_LETTERS = 3
"""Letters of each of two words that others write as one."""

THOUGHT = 300
"""Texts that are thought to be there: what a word is worth in a company of a few."""


class Vocabulary:
    """Knows the words of the given summaries."""

    def __init__(self, summaries: Iterable[str]) -> None:
        counts = Counter(summaries)
        spoken: Counter[str] = Counter()
        self._read = {text: words(text) for text in counts}
        self._whole = _wholes(self._read.values())
        self._read = {text: self._closed(read) for text, read in self._read.items()}
        for text, times in counts.items():
            for word in set(self._read[text]):
                spoken[word] += times
        self._common = {word for word, times in spoken.items() if times >= _COMMON}
        self._slips = _slips(spoken)
        self._terms = {word: self._split(self._slips.get(word, word)) for word in spoken}
        self._said = sum(counts.values())
        self._holding: Counter[str] = Counter()
        for text, times in counts.items():
            for term in self.terms(text):
                self._holding[term] += times

    def terms(self, text: str) -> frozenset[str]:
        """What a text says, a term a sense, without the words that say nothing."""
        found: set[str] = set()
        for word in self.words(text):
            found.update(self.terms_of(word))
        return frozenset(found)

    def words(self, text: str) -> tuple[str, ...]:
        """The words of a text as they stand."""
        return self._read[text] if text in self._read else self._closed(words(text))

    def _closed(self, read: tuple[str, ...]) -> tuple[str, ...]:
        """Two words that others write as one are one: ``voice mail``."""
        if not any(pair in self._whole for pair in pairwise(read)):
            return read
        found = list(read[:1])
        for before, word in pairwise(read):
            if (before, word) in self._whole and found[-1] == before:
                found[-1] = self._whole[before, word]
            else:
                found.append(word)
        return tuple(found)

    def slips(self, text: str) -> int:
        """How many of its words are slips of the pen."""
        return sum(word in self._slips for word in self.words(text))

    def terms_of(self, word: str) -> tuple[str, ...]:
        """What a word says: nothing, one sense, or the two of a compound."""
        known = self._terms.get(word)
        return self._split(word) if known is None else known

    def elsewhere(self, term: str, here: int = 0, texts: int = 0) -> float:
        """In which part of the texts a term occurs, but for so many of so many ``texts``. Of few
        texts nothing is concluded: so many more are thought, with the term in one of them."""
        return (self._holding[term] - here + 1) / (self._said - texts + THOUGHT)

    def _split(self, word: str) -> tuple[str, ...]:
        if word in STOP:
            return ()
        own = sense(word)
        if len(word) < _WHOLE_LETTERS or own != stem(word):
            return (own,)
        for at in range(len(word) - _PART_LETTERS, _PART_LETTERS - 1, -1):
            if self._known(word[:at]) and self._known(word[at:]):
                return (sense(word[:at]), sense(word[at:]))
        for at in range(len(word) - _PART_LETTERS, _PART_LETTERS, -1):
            for part in (word[:at], word[-at:]):
                if self._known(part):
                    return (sense(part), own)
        return (own,)

    def _known(self, word: str) -> bool:
        return word not in STOP and (word in self._common or listed(word))


def _wholes(texts: Collection[tuple[str, ...]]) -> dict[tuple[str, str], str]:
    """Neighbours that also occur as one word."""
    known = {word for read in texts for word in read}
    pairs = {pair for read in texts for pair in pairwise(read)}
    return {
        (first, second): first + second
        for first, second in pairs
        if min(len(first), len(second)) >= _CLOSED_LETTERS
        and (first + second in known or listed(first + second))
    }


def _slips(spoken: Counter[str]) -> dict[str, str]:
    """Rare word to the common one that was meant."""
    from rapidfuzz.distance import OSA

    rank = {word: times for word, times in spoken.items() if times >= _COMMON}
    stems = set(map(stem, spoken))
    said = (word for word in all_listed() if stem(word) in stems)
    rank |= {word: max(spoken[word], _LISTED) for word in (*said, *STOP)}
    near: dict[str, list[str]] = {}
    for word in rank:
        if len(word) >= _SLIP_LETTERS:
            for shorter in _shorter(word):
                near.setdefault(shorter, []).append(word)
    found = {}
    for word, times in spoken.items():
        if len(word) < _SLIP_LETTERS or listed(word) or word in STOP:
            continue
        meant = {one for shorter in _shorter(word) for one in near.get(shorter, ())} - {word}
        meant = {one for one in meant if rank[one] >= _SLIP * times and OSA.distance(word, one) < 2}
        if meant:
            found[word] = min(meant, key=lambda one: (-rank[one], one))
    return found


def _shorter(word: str) -> Iterator[str]:
    """The word, and the word without one letter: two words that are one slip apart share one."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
