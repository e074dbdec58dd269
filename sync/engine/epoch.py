"""Whether the store and the two systems are of the same time (reliability: I-20).

An *epoch* is a number that the store and both systems remember; it grows whenever a process begins
to write, and every hour. The systems keep it as a memo under our own account, so a backup of
either takes its epoch along:

===========================  =====================================================================
a system remembers           what happened, and what follows
===========================  =====================================================================
the same, or nothing         all is well
a later epoch                the store was restored: a person is asked, twins are adopted anew, and
                             none is made until the settle time is over
an earlier epoch             the system was restored or copied over: only its hash releases a plan;
                             but one that is as recent as a lost request is nothing
the epoch of another store   a lost or second store: the same as a restored one
===========================  =====================================================================
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mappings.sides import Side
from sync.core import marks
from sync.core.model import LinkState
from sync.core.safety import Consent, Doubt
from sync.runtime import Runtime, container, log

MEMO = "tandem.epoch"
RESTORED = "restored"
"""Reason of a row whose link, or its absence, may be older than what both sides hold."""

HELD_BACK = timedelta(seconds=5)
"""How long one waits whose copy may be under way."""

EVERY = timedelta(hours=1)
_NOW, _NEXT, _MET = "epoch", "epoch.next", "epoch.met"
_RECENT = "epoch.recent"
"""Epochs and when they were last sent: the present one, and those from less than the settle time
before it, which a lost request may have put back since."""
_READOPTED = "readopted"


@dataclass(frozen=True, slots=True)
class Memo:
    """What a side remembers: which store wrote last, and its epoch then."""

    store: str
    epoch: int

    @classmethod
    def read(cls, text: str | None) -> Memo | None:
        """A memo's text; anything that is none of ours is nothing."""
        store, _, number = (text or "").partition(":")
        return cls(store, int(number)) if store and number.isdigit() else None

    def __str__(self) -> str:
        return f"{self.store}:{self.epoch}"


def examine(runtime: Runtime) -> Doubt | None:
    """Compare what both sides remember with what the store does; asked once in a process."""
    trust = runtime.trust
    if not trust.examined:
        memos = {side: Memo.read(runtime.adapters[side].witness.memo(MEMO)) for side in Side}
        trust.doubt = judge(runtime.store.meta.installation(), _known(runtime), memos)
        trust.met = frozenset(memo.epoch for memo in memos.values() if memo)
        trust.examined = True
        if trust.doubt is not None:
            log.warning("not of the same time", action="epoch.doubt", why=trust.doubt.reason)
    return trust.doubt


def judge(store: str, known: frozenset[int], memos: dict[Side, Memo | None]) -> Doubt | None:
    """What is wrong with these memos. Pure. ``known`` are the epochs this store has announced."""
    for side, memo in memos.items():
        if memo is None:
            continue
        if memo.store != store:
            return Doubt(
                f"{side} remembers another Tandem store: this one is new, or two are at work",
                Consent.YES,
                readopt=True,
            )
        if memo.epoch > max(known):
            return Doubt(
                f"this store is older than what {side} remembers: it was restored from a backup",
                Consent.YES,
                readopt=True,
            )
        if memo.epoch not in known:
            return Doubt(
                f"{side} is older than this store remembers: it was restored or copied over",
                Consent.HASH,
            )
    return None


def readopt(runtime: Runtime) -> None:
    """Have every scope listed and every link looked at on both sides before anything is made.

    So are records that bear our mark, and those that changed since: their twins may be unknown to
    this store, whether they are still in scope or not.
    """
    _note_readopted(runtime)
    inbox = runtime.store.inbox
    for row in inbox.rows(1_000_000, runtime.clock()):
        inbox.nudge(row.side, row.container, [row.key], RESTORED)
    for spec in runtime.specs:
        state = runtime.store.pairs.get(spec.pair)
        runtime.store.pairs.save(replace(state, loaded=False))
        links = runtime.store.links.of_pair(spec.pair)
        keys = [link.servicenow.key for link in links if link.state is not LinkState.ENDED]
        inbox.nudge(Side.SERVICENOW, container(spec, Side.SERVICENOW), keys, RESTORED)
    for where in runtime.containers(Side.SERVICENOW):
        marked = marks.marked_records(runtime.options.jira_host)
        for page in runtime.adapters[Side.SERVICENOW].listed(where, marked, ()):
            inbox.nudge(Side.SERVICENOW, where, [record.key for record in page], RESTORED)


def _note_readopted(runtime: Runtime) -> None:
    """When this was first found out; every process finds it out anew until somebody writes."""
    known = runtime.store.meta.get(_READOPTED) or ""
    epoch = str(_latest(runtime))
    if known.partition(" ")[0] != epoch:
        runtime.store.meta.put(_READOPTED, f"{epoch} {runtime.clock().isoformat()}")


def recovering(runtime: Runtime) -> bool:
    """Whether this store was put back so lately that a twin made before may still appear: what was
    under way then is not in its intents, and an index may not show it yet."""
    _, _, since = (runtime.store.meta.get(_READOPTED) or "").partition(" ")
    return _lately(runtime, since)


def announce(runtime: Runtime) -> None:
    """Begin a new epoch before this process' first write, and again every hour."""
    trust, now = runtime.trust, runtime.clock()
    if trust.announced is not None and now - trust.announced < EVERY:
        return
    meta = runtime.store.meta
    begun, ended = (int(meta.get(name) or 0) for name in (_NEXT, _NOW))
    latest = _latest(runtime)
    epoch = begun if begun > max(ended, latest) else max(begun, latest) + 1
    meta.put(_MET, " ".join(map(str, sorted(trust.met))))  # agreed to: a crash must not ask again
    _note_sent(runtime, [epoch, *([begun] if begun > ended else ())])
    meta.put(_NEXT, str(epoch))
    text = str(Memo(meta.installation(), epoch))
    for side in Side:
        runtime.adapters[side].witness.keep_memo(MEMO, text)
    _note_sent(runtime, [epoch])
    meta.put(_NOW, str(epoch))
    meta.put(_MET, "")
    trust.announced, trust.doubt, trust.examined = now, None, True


def _note_sent(runtime: Runtime, epochs: Sequence[int]) -> None:
    """Note that requests with these epochs may be under way from now on, and forget the old."""
    recent = {one: at for one, at in _recent(runtime).items() if _lately(runtime, at)}
    sent = dict.fromkeys(map(str, epochs), runtime.clock().isoformat())
    runtime.store.meta.put(_RECENT, json.dumps({**recent, **sent}))


def _known(runtime: Runtime) -> frozenset[int]:
    """The present epoch and recent ones, one that a crash left half announced, and those that the
    sides remembered when that was begun."""
    meta = runtime.store.meta
    own = frozenset(int(meta.get(name) or 0) for name in (_NOW, _NEXT))
    return own | frozenset(map(int, [*(meta.get(_MET) or "").split(), *_recent(runtime)]))


def _recent(runtime: Runtime) -> dict[str, str]:
    found: dict[str, str] = json.loads(runtime.store.meta.get(_RECENT) or "{}")
    return found


def _lately(runtime: Runtime, since: str) -> bool:
    """Whether a lost request of that moment may still land, and an index not show it yet."""
    settle = timedelta(seconds=max(runtime.options.settle.values()))
    return bool(since) and runtime.clock() - datetime.fromisoformat(since) < settle


def _latest(runtime: Runtime) -> int:
    """The latest epoch that a side remembered."""
    return max(runtime.trust.met, default=0)
