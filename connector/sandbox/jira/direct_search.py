"""Queries of the direct adapter, and what becomes of bad ones."""

from __future__ import annotations

from connector.errors import Rejected
from connector.sandbox.jira.jql_eval import Unresolvable
from connector.sandbox.jira.jql_parse import JqlSyntax, NotModelled, parse
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.search import Searcher, search
from connector.sandbox.jira.world import World


def searched(world: World, query: str, exact: tuple[str, ...] = ()) -> list[Issue]:
    """What the integration account finds; ``exact`` ids are as they are now."""
    me = world.site.me
    try:
        with world.lock:
            return search(world, Searcher(me, world.users[me].zone), parse(query), exact)
    except Unresolvable as problem:
        if world.site.cloud:
            return []
        raise _bad(str(problem)) from problem
    except JqlSyntax as problem:
        raise _bad(str(problem)) from problem
    except NotModelled as problem:
        raise _bad(f"The sandbox does not model {problem}") from problem


def _bad(text: str) -> Rejected:
    return Rejected(text, side="jira", field="scope")
