"""A planted company: incidents of ninety days whose true clusters are known. The same for a seed.

``planted(seed, stories)`` gives 1,500 incidents: 25 true clusters of 4 to 40 incidents, told in
several templates with synonyms, typos, other word order, German and changing numbers and hosts;
near misses (another failure of the same item, the same failure of another item, each at most three
times) and noise (hardly anything twice). Every tenth incident does not say which item failed.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sync.insight.facts import IncidentFact
from sync.insight.model import Proposal
from tests.unit.insight.recurrence.planted_stories import NOISE_ITEMS, SUBJECTS, SYMPTOMS, Story

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLUSTERS, INCIDENTS, NEAR_MISSES = 25, 1500, 220
SEVERAL = ("", "", "", "", "", "URGENT: ", "Re: ", "Hi, ", "FW: ", "Dringend: ", "Question: ")
TAILS = (
    *("", "", "", "", "", "", " please help", "!!!", " since today", " bitte um Hilfe"),
    *(" - @mail", " on @host", ", ticket #", " merci", " por favor"),
)
CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Planted:
    """The incidents, and the true cluster of those that have one, by key. ``alike`` are others that
    are the same without being planted: to join them is neither right nor wrong."""

    incidents: tuple[IncidentFact, ...]
    truth: Mapping[str, str]
    alike: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grade:
    """Precision and recall over pairs of incidents, and over incidents."""

    pair_precision: float
    pair_recall: float
    precision: float
    recall: float


class _Author:
    def __init__(self, seed: int, stories: tuple[Story, ...]) -> None:
        self.dice = random.Random(seed)
        self.stories = stories
        self.items = [(one.item, one.service, one.category) for one in stories] + [*NOISE_ITEMS]
        self.made: list[tuple[IncidentFact, str]] = []

    def write(self) -> Planted:
        own = self.dice.sample(self.stories, CLUSTERS - 4)
        places = [(story, self._place(story)) for story in own]
        # The same failure at another item, as a cluster of its own.
        places += [(story, self._elsewhere(story)) for story in own[: CLUSTERS - len(own)]]
        taken = set()
        for story, place in places:
            taken.add((story, place[0]))
            size = min(40, 4 + int(self.dice.expovariate(1 / 15)))
            self._cluster(story, place, size)
        self._near(taken)
        self._noise()
        self.made.sort(key=lambda one: (one[0].opened, one[0].key))
        facts = tuple(fact for fact, _ in self.made)
        return Planted(facts, {fact.key: label for fact, label in self.made if label})

    @staticmethod
    def _place(story: Story) -> tuple[str, str, str]:
        return story.item, story.service, story.category

    def _elsewhere(self, story: Story) -> tuple[str, str, str]:
        return self.dice.choice([one for one in self.items if one[0] != story.item])

    def _cluster(self, story: Story, place: tuple[str, str, str], size: int) -> None:
        label = f"{story.templates[0]} at {place[0]}"
        since = self.dice.uniform(8, 90)
        days = [self.dice.uniform(0, since) for _ in range(size)]
        days[:3] = [0.5, since / 2, since - 0.5]  # no burst of one day only
        for age in days:
            self._incident(self._told(self.dice.choice(story.templates)), place, age, label)

    def _near(self, taken: set[tuple[Story, str]]) -> None:
        quiet = [one for one in self.stories if (one, one.item) not in taken]
        for story in quiet:
            for _ in range(self.dice.randint(1, 3)):
                self._rare(story, self._place(story))
        count = 0
        seen = set(taken)
        while count < NEAR_MISSES:
            story = self.dice.choice(self.stories)
            place = self._elsewhere(story)
            if (story, place[0]) in seen:
                continue
            seen.add((story, place[0]))
            for _ in range(self.dice.randint(1, 3)):
                self._rare(story, place)
                count += 1

    def _rare(self, story: Story, place: tuple[str, str, str]) -> None:
        template = self.dice.choice(story.templates)
        self._incident(self._told(template), place, self.dice.uniform(0, 90), "")

    def _noise(self) -> None:
        seen: Counter[tuple[str, str]] = Counter()
        while len(self.made) < INCIDENTS:
            place, subject = self.dice.choice(self.items), self.dice.choice(SUBJECTS)
            if seen[place[0], subject] >= 3:
                continue
            seen[place[0], subject] += 1
            words = [subject, self.dice.choice(SYMPTOMS)]
            if self.dice.random() < 0.2:
                words.reverse()
            self._incident(self._told(" ".join(words)), place, self.dice.uniform(0, 90), "")

    def _incident(self, summary: str, place: tuple[str, str, str], age: float, label: str) -> None:
        count = len(self.made) + 1
        opened = NOW - timedelta(days=min(age, 89.9))
        item, service, category = place
        if self.dice.random() < 0.1:
            item = ""
        fact = IncidentFact(
            f"{self.dice.getrandbits(128):032x}", f"INC{count:07}", opened,
            opened + timedelta(hours=self.dice.uniform(0.5, 40)), active=False,
            reopened=int(self.dice.random() < 0.08), category=category, service=service,
            service_name=service, item=item, item_name=item, summary=summary,
        )  # fmt: skip
        self.made.append((fact, label))

    def _told(self, template: str) -> str:
        text = template
        while CHOICE.search(text):
            text = CHOICE.sub(lambda hit: self.dice.choice(hit[1].split("|")), text, count=1)
        text = self.dice.choice(SEVERAL) + text.strip() + self.dice.choice(TAILS)
        text = self._filled(text)
        words = [self._typed(word) for word in text.split()]
        if self.dice.random() < 0.08:
            cut = self.dice.randrange(len(words))
            words = words[cut:] + words[:cut]
        text = " ".join(words)
        return text.upper() if self.dice.random() < 0.04 else text

    def _filled(self, text: str) -> str:
        dice = self.dice
        host = f"{dice.choice(('nb', 'de-lt', 'srv', 'WS'))}-{dice.randrange(10_000):04}"
        mail = f"{dice.choice(('ann.lee', 'bo', 'mei.chen'))}{dice.randrange(99)}@northwind.example"
        at = f"{dice.randrange(6, 20)}:{dice.randrange(60):02}"
        text = text.replace("@host", host).replace("@mail", mail).replace("@time", at)
        return re.sub("#", lambda _: str(dice.randrange(1, 10 ** dice.randint(1, 5))), text)

    def _typed(self, word: str) -> str:
        if len(word) < 5 or not word.isalpha() or self.dice.random() > 0.06:
            return word
        at = self.dice.randrange(1, len(word) - 1)
        kind = self.dice.randrange(4)
        if kind == 0:
            return word[:at] + word[at + 1 :]
        if kind == 1:
            return word[:at] + word[at] + word[at:]
        if kind == 2:
            return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        return word[:at] + self.dice.choice("etaonirs") + word[at + 1 :]


def planted(seed: int, stories: tuple[Story, ...]) -> Planted:
    """The company of a seed."""
    return _Author(seed, stories).write()


def grade(company: Planted, proposals: Iterable[Proposal]) -> Grade:
    """How well the proposals meet the truth."""
    key = {fact.number: fact.key for fact in company.incidents}
    true = Counter(company.truth.values())
    joined: dict[str, Counter[str]] = defaultdict(Counter)
    alike: dict[str, Counter[str]] = defaultdict(Counter)
    for proposal in proposals:
        for number in proposal.incidents:
            joined[proposal.id][company.truth.get(key[number], "")] += 1
            alike[proposal.id][company.alike.get(key[number], number)] += 1
    together = sum(_pairs(sum(labels.values())) for labels in joined.values())
    together -= sum(_pairs(count) for words in alike.values() for count in words.values())
    right = sum(_pairs(n) for labels in joined.values() for label, n in labels.items() if label)
    proposed = sum(sum(labels.values()) for labels in joined.values())
    met = sum(labels[best] for labels in joined.values() if (best := labels.most_common(1)[0][0]))
    return Grade(
        right / max(together, 1), right / sum(map(_pairs, true.values())),
        met / max(proposed, 1), met / sum(true.values()),
    )  # fmt: skip


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
