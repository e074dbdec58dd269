"""Telling people of improvements: the vague ones are sent back, what was measured is said.

A vague one gets a comment with the reasons on the side that it was made on, and a label in Jira
until it is sound. The comment is not repeated unless its title or its measure changed, or something
is missing that was not told of yet. More than the rules allow in one run are not sent back at all,
but told of in the run's troubles: it is a scope that is too wide, and a person has to look.

When one of ours is done and the window is over, the values before and after are said on both sides;
where people measure, they are asked to. Only what is linked is told in ServiceNow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from connector.errors import ConnectorError, RetryLater
from connector.values import Done, Patch, Refused
from mappings.improvement import Improving
from mappings.sides import Side
from sync.core.model import Link, LinkState
from sync.insight.improving.notes import asked, result, sent_back
from sync.insight.improving.saying import Words, say, told
from sync.insight.improving.values import Improvement, Standing
from sync.insight.parts import Parts
from sync.runtime import Runtime, log
from sync.store import Store
from sync.store.values import FactRow

LABELLED = "improving labelled"
"""Rows of the store: issues that bear the label because we put it there."""


def tell(
    runtime: Runtime, improvements: Sequence[Improvement], rules: Improving, parts: Parts
) -> int:
    """Write what is new; how many records were told something."""
    held = too_many(runtime.store, improvements, rules)
    some = [one for one in improvements if not (held and one.is_vague)]
    with parts.part("labels of improvements are not set"):
        _label(runtime, some, rules.label, parts)
    links = runtime.store.links.by_keys(Side.JIRA, [one.key for one in some])
    words = [w for one in some for w in _words(runtime.store, one, links.get(one.key), rules)]
    return sum(_said(runtime, [w for w in words if w.side is side], parts) for side in Side)


def too_many(store: Store, improvements: Iterable[Improvement], rules: Improving) -> str:
    """Why nothing is sent back in this run; empty where it is."""
    vague = [one for one in improvements if one.is_vague]
    if not (rules.says or rules.label) or len(vague) <= rules.room:
        return ""
    known = store.insight.get(LABELLED, [one.key for one in vague])
    said = told(store, [_topic(one) for one in vague])
    fresh = [one for one in vague if one.key not in known and _topic(one) not in said]
    if len(fresh) <= rules.room:
        return ""
    first = ", ".join(one.label for one in fresh[:3])
    return (
        f"{len(fresh)} improvements are vague ({first}, ...): more than {rules.room} are not sent "
        "back in one run. Narrow `scope` in improvement.yaml, or raise `back: {at_most: ...}`."
    )


def _said(runtime: Runtime, words: Sequence[Words], parts: Parts) -> int:
    """Say it all on a side; one that is away is not waited for again."""
    said = 0
    for one in runtime.pieces(words):
        try:
            said += say(runtime, one, parts)
        except ConnectorError as error:
            parts.failed(f"not said on {one.label}", error)
            if isinstance(error, RetryLater):
                break
    return said


# ---- the label


def _label(runtime: Runtime, improvements: Sequence[Improvement], label: str, parts: Parts) -> None:
    """On what is vague, and off again once it is sound or over, or where the rules name another
    label or none; a person who took it off is right. One of which the store knows nothing goes,
    too, as after it was lost."""
    store = runtime.store
    rows = store.insight.get(LABELLED, [one.key for one in improvements])
    known = {key: str(row.data["label"]) for key, row in rows.items()}
    strays = {one.key: label for one in improvements if label in one.labels and not one.is_vague}
    held = strays | known
    wanted = {one.key: label if one.is_vague else "" for one in improvements}
    due = [one for one in improvements if wanted[one.key] != held.get(one.key, "")]
    patches = [
        Patch(
            one.project, one.key,
            add={"labels": (label,)} if wanted[one.key] else {},
            remove={"labels": (held[one.key],)} if one.key in held else {},
        )
        for one in due
    ]  # fmt: skip
    store.ensure()
    results = runtime.adapters[Side.JIRA].patch(patches, ()) if patches else []
    for one, answer in zip(due, results, strict=True):
        if not isinstance(answer, Done):
            log.info("label not written", action="insight.refused", record=one.label,
                     why=answer.error.what)  # fmt: skip
            if isinstance(answer, Refused):
                parts.refused("the label of an improvement was refused on", one.label, answer.error)
        elif wanted[one.key]:
            store.insight.put([FactRow(LABELLED, one.key, runtime.clock(), {"label": label})])
        else:
            store.insight.drop(LABELLED, [one.key])


# ---- words


def _words(store: Store, one: Improvement, link: Link | None, rules: Improving) -> Iterator[Words]:
    live = link if link is not None and link.state is LinkState.ACTIVE else None
    if one.is_vague and rules.says:
        yield _back(store, one, live)
    if rules.results and one.standing is Standing.DONE:
        text = _result(one, rules.window)
        for side in Side if text else ():
            if side is Side.JIRA or live is not None:
                yield _placed(one, live, side, f"{one.key} result {side}", _end(one, rules), text)


def _result(one: Improvement, window: str) -> str:
    if one.wanted is not None:
        return result(one, one.wanted, window) if one.after is not None else ""
    return asked(one) if one.by_people else ""


def _end(one: Improvement, rules: Improving) -> str:
    """Which end of an improvement a result tells of. Whoever adds the values to a measure of
    people's own is not asked for them again."""
    return _digest(f"{one.wanted!r} {rules.window if one.wanted else ''} {one.done}")


def _back(store: Store, one: Improvement, link: Link | None) -> Words:
    """The reasons; the same wording as before where there is nothing new to tell."""
    side = one.origin if link is not None else Side.JIRA
    topic, about = _topic(one), _digest(f"{one.summary}\n{one.measure}")
    row = told(store, [topic]).get(topic, {})
    known = set(row.get("told", ())) if row.get("about") == about else set()
    everything = sorted(known | {lack.need for lack in one.lacks})
    digest = _digest(f"{about} {everything}")
    made = _placed(one, link, side, topic, digest, sent_back(one))
    notes = {"about": about, "told": everything}
    return Words(topic, digest, made.side, made.container, made.key, made.label, made.text, notes)


def _placed(
    one: Improvement, link: Link | None, side: Side, topic: str, digest: str, text: str
) -> Words:
    if side is Side.SERVICENOW and link is not None:
        end = link.servicenow
        return Words(topic, digest, side, end.container, end.key, one.label, text)
    return Words(topic, digest, Side.JIRA, one.project, one.key, one.label, text)


def _topic(one: Improvement) -> str:
    return f"{one.key} back"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
