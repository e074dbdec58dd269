"""Satisfaction from surveys: how content those are who answered. Pure.

ServiceNow scores each answer itself: where it lies between the worst and the best, times the
question's part in its category, times a scale (its documentation, "Normalized value for an
assessment"). So the scores of a questionnaire's answers add up to a score for each category, and
that over the scale is a share, 0 to 1, whatever the questions' weights and numbers. A questionnaire
counts when it was answered, with the mean of its categories; who did not answer is not in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean

from sync.insight.facts import AnswerFact, IncidentFact
from sync.insight.figures.readings import Figure, Reading, average, lack
from sync.insight.figures.stability import belongs
from sync.insight.figures.windows import Calendar, Slot

SATISFACTION = Figure(
    "satisfaction",
    "share",
    "answered surveys",
    "Mean score of the surveys answered in the window, from 0 (worst) to 1 (best), as ServiceNow "
    "scores their answers (normalised values over the scale, each category the same weight). By "
    "service and team of the incident they were sent for. Who did not answer is not in it.",
)
FIGURES = (SATISFACTION,)
NONE = "no survey results are read: none are there, or our account lacks the role survey_reader"


@dataclass(slots=True)
class _Survey:
    """A questionnaire that somebody answered."""

    at: datetime
    task: str
    scale: float | None = None
    topics: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def hear(self, answer: AnswerFact) -> None:
        """One more answer of it."""
        self.at = min(self.at, answer.at)
        if answer.score is not None and (answer.actual is None or answer.actual >= 0):
            self.scale = answer.scale
            self.topics[answer.topic] += answer.score

    @property
    def score(self) -> float | None:
        """From 0 to 1; nothing where there are only texts, or the scale is not shown."""
        return fmean(self.topics.values()) / self.scale if self.topics and self.scale else None


def satisfaction(
    answers: Collection[AnswerFact], incidents: Collection[IncidentFact], calendar: Calendar
) -> Iterator[Reading]:
    """The figure of this module, for every slot."""
    surveys: dict[str, _Survey] = {}
    for answer in answers:
        key = answer.questionnaire
        surveys.setdefault(key, _Survey(answer.at, answer.task)).hear(answer)
    wanted = {one.task for one in surveys.values()}
    tasks = {fact.key: fact for fact in incidents if fact.key in wanted}
    scores: dict[Slot, list[float]] = {Slot(window.name): [] for window in calendar.windows}
    silent: dict[Slot, int] = defaultdict(int)
    for one in surveys.values():
        task, score = tasks.get(one.task), one.score
        for slot in calendar.slots(one.at, belongs(task) if task else ()):
            if score is None:
                silent[slot] += 1
            else:
                scores.setdefault(slot, []).append(score)
    for slot, found in scores.items():
        lacks = lack(silent[slot], len(found) + silent[slot], "answered surveys show no score")
        reading = average(SATISFACTION, slot, found, lacks)
        yield reading if surveys else Reading(SATISFACTION, slot, None, 0, NONE)
