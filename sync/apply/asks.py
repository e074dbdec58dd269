"""Writing drafts of articles that problems ask for, and tying articles to their tasks.

Neither can be repeated blindly (reliability: 6.2). Both have intents; a draft bears its mark from
its first moment on, a tie is known by its two ends, and both are looked for before they are sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.articles import ARTICLE, Tie
from connector.values import Done, Draft, Refused, Unclear, WriteResult
from mappings.sides import Side
from sync.apply.common import Place, park, postpone
from sync.apply.once import once
from sync.core import marks
from sync.core.knowledge import FIELD
from sync.core.model import End, HistoryRow, Intent, IntentKind
from sync.core.plan import Ask, Hang
from sync.runtime import Runtime, chunks, log

BATCH = 50
HERE = Side.SERVICENOW


def ask(runtime: Runtime, actions: Sequence[Ask], plan: str) -> None:
    """Write the drafts of a plan."""
    for batch in chunks(actions, BATCH):
        for one, result in zip(batch, _written(runtime, batch), strict=True):
            _asked(runtime, one, result, plan)


def _written(runtime: Runtime, actions: Sequence[Ask]) -> list[WriteResult]:
    drafts = [Draft(ARTICLE, ARTICLE, marks.label(one.marker), one.fields) for one in actions]
    intents = [
        Intent(
            one.marker, one.pair, IntentKind.ARTICLE, HERE, ARTICLE, one.origin.key,
            parent=one.origin.key,
        )
        for one in actions
    ]  # fmt: skip
    return once(runtime, HERE, intents, lambda: runtime.adapters[HERE].create(drafts))


def _asked(runtime: Runtime, action: Ask, result: WriteResult, plan: str) -> None:
    if isinstance(result, Done):
        found = (action.origin.key, result.key)
        written(runtime, action.pair, action.marker, found, (action.reason, plan))
    elif isinstance(result, Unclear):
        runtime.store.intents.unclear([action.marker])
        log.warning("a draft is unclear", action="create.unclear", record=action.origin.label)
    else:
        runtime.store.intents.drop([action.marker])
        if isinstance(result, Refused):
            park(runtime, Place(action.pair, HERE, action.origin, FIELD), result.error)
        else:
            postpone(runtime, HERE, action.origin, result)


def written(
    runtime: Runtime, pair: str, marker: str, found: tuple[str, str], why: tuple[str, str]
) -> None:
    """An article was written for a problem (``found``: the problem's key, the article's), for a
    reason and by a plan (``why``): it is looked at next, and gets its task."""
    problem, number = found
    with runtime.store.transaction():
        runtime.store.intents.done(marker, number)
        runtime.store.ledger.unpark(HERE, problem, [FIELD])
        runtime.store.inbox.nudge(HERE, ARTICLE, [number], f"listed:{pair}")
        _record(runtime, pair, "ask", found, why)
    runtime.tally.add("created", HERE)


def _record(
    runtime: Runtime, pair: str, kind: str, found: tuple[str, str], why: tuple[str, str]
) -> None:
    """Say in the history of the task what was done about it."""
    task, number = found
    link = runtime.store.links.by_keys(HERE, [task]).get(task)
    if link is not None:
        label = link.servicenow.label
        reason, plan = why
        row = HistoryRow(
            pair, link.id, HERE, label, kind, FIELD, None, number, reason, plan, "done"
        )
        runtime.store.ledger.record([row])


def hang(runtime: Runtime, actions: Sequence[Hang], plan: str) -> None:
    """Tie the articles of a plan to their tasks, where no row does yet."""
    if not actions:
        return
    adapter = runtime.adapters[HERE]
    there = {(t.task, t.article) for t in adapter.ties([a.task for a in actions]) if t.written}
    due = []
    for one in actions:
        if (one.task, one.article) in there:
            runtime.store.meta.put(f"tied:{one.article}", one.task)
        else:
            due.append(one)
    if due:
        ties = [Tie(one.task, one.article) for one in due]
        results = once(runtime, HERE, [_intent(one) for one in due], lambda: adapter.tie(ties))
        for one, result in zip(due, results, strict=True):
            _hung(runtime, one, result, plan)


def _intent(action: Hang) -> Intent:
    return Intent(
        action.marker, action.pair, IntentKind.TIE, HERE, action.container, action.article,
        parent=action.task,
    )  # fmt: skip


def _hung(runtime: Runtime, action: Hang, result: WriteResult, plan: str) -> None:
    if isinstance(result, Done):
        found = (action.task, action.article)
        hung(runtime, action.pair, action.marker, found, (action.reason, plan))
        return
    if isinstance(result, Unclear):
        runtime.store.intents.unclear([action.marker])
        return
    runtime.store.intents.drop([action.marker])
    end = End(ARTICLE, action.article, action.article)
    if isinstance(result, Refused):
        park(runtime, Place(action.pair, HERE, end, FIELD), result.error)
    else:
        postpone(runtime, HERE, end, result)


def hung(
    runtime: Runtime, pair: str, marker: str, found: tuple[str, str], why: tuple[str, str]
) -> None:
    """An article was tied to its task (``found``: the task's key, the article's number)."""
    task, number = found
    with runtime.store.transaction():
        runtime.store.intents.done(marker, number)
        runtime.store.meta.put(f"tied:{number}", task)
        _record(runtime, pair, "tie", found, why)
