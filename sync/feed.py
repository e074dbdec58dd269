"""From change to inbox: which records need a look.

Polls, first listings and sweeps only produce keys; nothing here decides anything. "These keys need
a look" and "the cursor moved" are one transaction of the store, so a crash can repeat a look but
never skip one. Cursors live in the servers' time and never pass the moment a poll began; the
overlap (hot at each poll, warm now and then) covers index lag, late commits and second-grained
stamps (reliability: 4.3, 6.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from connector.articles import ARTICLE, LANE, PROBLEM
from connector.base import Adapter
from connector.errors import AccessLost, ConnectorError, Unreachable
from connector.values import Sighting, Stream, StreamKind
from mappings.model import MappingSpec
from mappings.sides import Side
from sync.fitting import vouch, vouch_fields
from sync.runtime import Runtime, container, creates, log, scope

LISTED = "listed:"
"""Reason of a row that a scope's own listing produced: no need to ask for its scope again."""

SPARE_EVERY = timedelta(minutes=15)
"""How seldom a stream is asked that can be done without."""

Progress = Callable[[str, int], None]


def _quiet(_what: str, _number: int) -> None:
    return


def poll(runtime: Runtime, progress: Progress = _quiet) -> int:
    """One round over all streams of both sides; the number of records that need a look.

    A side in trouble does not keep the other from being read: its news wait in the inbox. Raises
    the first trouble once both were tried.
    """
    found = 0
    troubles: list[ConnectorError] = []
    for side in Side:
        try:
            found += _streams(runtime, side)
        except ConnectorError as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
    for spec in runtime.specs:
        if not runtime.store.pairs.get(spec.pair).loaded:
            found += load(runtime, spec, progress)
    return found


def _streams(runtime: Runtime, side: Side) -> int:
    adapter = runtime.adapters[side]
    if not runtime.circuits[side].lets(monotonic()):
        raise Unreachable("left alone for a while after several failures", side=side.value)
    streams = adapter.streams(runtime.containers(side))
    return sum(
        _spare(runtime, side, adapter, one) if one.lane else _stream(runtime, side, adapter, one)
        for one in streams
        if wanted(runtime, side, one)
    )


def wanted(runtime: Runtime, side: Side, stream: Stream) -> bool:
    """Whether any mapping asks for what a stream tells."""
    if stream.kind is StreamKind.FILES:
        flows = [spec.attachments.flow for spec in runtime.specs]
        return any(flow is not None and flow.reaches(side.other) for flow in flows)
    if not stream.lane:
        return True
    where = [one for one in runtime.specs if container(one, side) in stream.containers]
    if stream.lane == LANE:
        return bool(where)
    return any(one.comments.wish(stream.lane) != "off" for one in where)


def _spare(runtime: Runtime, side: Side, adapter: Adapter, stream: Stream) -> int:
    """A stream that can be done without, because what it tells moves its record as a rule: asked
    now and then. Its cursor waits until we may read it."""
    name, now = _last_asked(side, stream), runtime.clock()
    last = runtime.store.meta.get(name)
    if last and now - datetime.fromisoformat(last) < SPARE_EVERY:
        return 0
    runtime.store.meta.put(name, now.isoformat())
    try:
        return _stream(runtime, side, adapter, stream)
    except AccessLost as error:
        log.debug("not readable", action="feed.spare", stream=stream.name, reason=error.what)
        return 0


def hurry(runtime: Runtime) -> None:
    """Have streams asked at the next poll that are asked now and then."""
    for side in Side:
        for one in runtime.adapters[side].streams(runtime.containers(side)):
            if one.lane:
                runtime.store.meta.put(_last_asked(side, one), "")


def _last_asked(side: Side, stream: Stream) -> str:
    """Under which name the store remembers when a stream was asked that can be done without."""
    return f"spare:{side}:{stream.name}"


def _stream(runtime: Runtime, side: Side, adapter: Adapter, stream: Stream) -> int:
    name = f"{side}:{stream.name}"
    cursor = runtime.store.inbox.cursor(name)
    if cursor is None:
        _begin(runtime, side, adapter, stream)
        return 0
    warm = _warm_due(runtime, name)
    window = runtime.options.warm_window if warm else runtime.options.hot_window[side]
    found, started = 0, cursor
    for page in adapter.changed(stream, cursor - timedelta(seconds=window)):
        newest = page.sightings[-1].at if page.sightings else page.started
        found += _accept(runtime, side, stream, page.sightings, min(newest, page.started))
        started = page.started
    # The whole window was seen: at rest it must not show the last changes again for ever.
    _accept(runtime, side, stream, (), started)
    if warm:
        # Only now: a poll that broke off has not looked through the whole window.
        _mark_warm(runtime, name)
    return found


def _begin(runtime: Runtime, side: Side, adapter: Adapter, stream: Stream) -> None:
    """Start a stream at the server's present.

    What moved shortly before is in the listings that follow, so it is noted as seen and asks for
    no look of its own; unless links exist already, which no listing covers once out of scope.
    """
    _mark_warm(runtime, f"{side}:{stream.name}")
    now = adapter.server_now()
    pairs = [spec.pair for spec in runtime.specs if container(spec, side) in stream.containers]
    linked = any(runtime.store.links.count(pair) for pair in pairs)
    if linked:
        _accept(runtime, side, stream, (), now)
        return
    since = now - timedelta(seconds=runtime.options.warm_window)
    for page in adapter.changed(stream, since):
        runtime.store.inbox.skip(f"{side}:{stream.name}", side, page.sightings, now)
    _accept(runtime, side, stream, (), now)


def _accept(
    runtime: Runtime, side: Side, stream: Stream, rows: tuple[Sighting, ...], cursor: datetime
) -> int:
    keep_since = cursor - 2 * timedelta(seconds=runtime.options.warm_window)
    return runtime.store.inbox.accept(
        f"{side}:{stream.name}", side, stream.kind.value, rows, cursor, keep_since
    )


def _warm_due(runtime: Runtime, name: str) -> bool:
    """Whether it is time for a look further back than the overlap of each poll."""
    every = timedelta(seconds=runtime.options.warm_every)
    return runtime.clock() - _warm_at(runtime, name) >= every


def _warm_at(runtime: Runtime, name: str) -> datetime:
    text = runtime.store.meta.get(f"warm:{name}")
    return datetime.fromisoformat(text) if text else runtime.clock() - timedelta(days=1)


def _mark_warm(runtime: Runtime, name: str) -> None:
    runtime.store.meta.put(f"warm:{name}", runtime.clock().isoformat())


def load(runtime: Runtime, spec: MappingSpec, progress: Progress = _quiet) -> int:
    """List everything a pair's scopes select; done once, again after a changed mapping."""
    found = 0
    vouch(spec, runtime.adapters[Side.SERVICENOW].kinds(spec.servicenow.table))
    vouch_fields(spec, runtime.adapters[Side.JIRA], runtime.kind(spec))
    for side in Side:
        wanted = scope(spec, side)
        if not creates(spec, side.other) or (side is Side.JIRA and not wanted):
            continue
        runtime.heed(spec, side)
        for page in runtime.adapters[side].listed(container(spec, side), wanted, ()):
            keys = [record.key for record in page]
            runtime.store.inbox.nudge(side, container(spec, side), keys, LISTED + spec.pair)
            found += len(keys)
            progress(f"listing {spec.pair}", found)
    if spec.servicenow.table == ARTICLE:
        _ask_around(runtime)
    _loaded(runtime, spec.pair)
    log.info("listed what a pair's scopes select", action="pair.load", pair=spec.pair, found=found)
    return found


def _ask_around(runtime: Runtime) -> None:
    """Have every linked problem looked at: it may ask for an article."""
    for spec in (one for one in runtime.specs if one.servicenow.table == PROBLEM):
        keys = [link.servicenow.key for link in runtime.store.links.of_pair(spec.pair)]
        runtime.store.inbox.nudge(Side.SERVICENOW, PROBLEM, keys, "changed")


def _loaded(runtime: Runtime, pair: str) -> None:
    state = runtime.store.pairs.get(pair)
    runtime.store.pairs.save(replace(state, loaded=True))
