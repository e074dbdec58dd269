"""Which articles hang on which tasks, and which of them are published: what the store notes of it.

The notes are only a shortcut: after a lost store the ties in ServiceNow tell it all anew, and the
words on publication are found by their references.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from connector.values import Value
from mappings.sides import Side
from sync.core.knowledge import INCIDENT, PROBLEM, Article
from sync.engine.cases import Case
from sync.runtime import Runtime

_ON, _HANGS, _OUT, _TIED = "shelf:", "hangs:", "published:", "tied:"


def articles_of(runtime: Runtime, task: str) -> tuple[str, ...]:
    """Numbers of the articles that are known to hang on a task."""
    return tuple((runtime.store.meta.get(_ON + task) or "").split())


def tasks_of(runtime: Runtime, number: str) -> tuple[str, ...]:
    """Tasks that an article is known to hang on."""
    return tuple((runtime.store.meta.get(_HANGS + number) or "").split())


def note_hanging(runtime: Runtime, task: str, number: str) -> bool:
    """Remember that an article hangs on a task; whether that is news."""
    if number in articles_of(runtime, task):
        return False
    meta = runtime.store.meta
    meta.put(_ON + task, " ".join((*articles_of(runtime, task), number)))
    meta.put(_HANGS + number, " ".join((*tasks_of(runtime, number), task)))
    return True


def published(runtime: Runtime, number: str) -> Article | None:
    """An article as it came out; nothing for one that did not, or was retired since."""
    return Article.read(number, runtime.store.meta.get(_OUT + number))


def note_published(runtime: Runtime, number: str, article: Article | None) -> None:
    """Remember that an article came out, or that it is retired."""
    runtime.store.meta.put(_OUT + number, str(article or ""))


def tied(runtime: Runtime, number: str) -> str:
    """The task that an article of ours is known to be tied to."""
    return runtime.store.meta.get(_TIED + number) or ""


def note_tied(runtime: Runtime, number: str, task: str) -> None:
    """Remember that a row ties an article of ours to its task."""
    runtime.store.meta.put(_TIED + number, task)


def with_articles(runtime: Runtime, cases: Sequence[Case]) -> list[Case]:
    """The cases of problems and incidents with the published articles about them."""
    if runtime.knowledge is None:
        return list(cases)
    about = ((case, tuple(_about(runtime, case))) for case in cases)
    return [replace(case, articles=found) if found else case for case, found in about]


def _about(runtime: Runtime, case: Case) -> Iterable[Article]:
    if case.spec.servicenow.table not in (PROBLEM, INCIDENT):
        return []
    held = case.records.get(Side.SERVICENOW)
    problem: Value = held.fields.get("problem_id") if held is not None else None
    tasks = dict.fromkeys((case.link.servicenow.key, *((str(problem),) if problem else ())))
    numbers = dict.fromkeys(one for task in tasks for one in articles_of(runtime, task))
    found = (published(runtime, number) for number in numbers)
    return [article for article in found if article is not None]
