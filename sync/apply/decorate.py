"""Decoration: the link back to ServiceNow on the Jira issue, for the eye only.

Lowest priority, after agreement, one request a record, counted apart, to be switched off. A remote
link is idempotent by its ``globalId`` on the issue, so it may be repeated.
"""

from __future__ import annotations

from connector.values import Done, RemoteLink
from mappings.sides import Side
from sync.apply.common import echo
from sync.core.model import Link
from sync.runtime import Runtime, log

BATCH = 100


def decorate(runtime: Runtime, only: frozenset[int] | None = None) -> int:
    """Give every agreed link without one its remote link; the number written."""
    if not runtime.options.remote_links:
        return 0
    links = [
        link for link in runtime.store.links.undecorated(BATCH) if only is None or link.id in only
    ]
    if not links:
        return 0
    results = runtime.adapters[Side.JIRA].decorate([_remote(link) for link in links])
    done = [link for link, result in zip(links, results, strict=True) if isinstance(result, Done)]
    with runtime.store.transaction():
        runtime.store.links.decorated([link.id for link in done])
        for link in done:
            echo(runtime, Side.JIRA, link)
    log.debug("decorated", action="decorated", number=len(done), of=len(links))
    return len(done)


def _remote(link: Link) -> RemoteLink:
    end = link.servicenow
    return RemoteLink(link.jira.key, f"servicenow:{end.key}", end.url, end.label)
