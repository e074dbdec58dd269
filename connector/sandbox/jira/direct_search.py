"""Queries of the direct adapter, and what becomes of bad ones."""

from __future__ import annotations

from collections.abc import Collection

from connector.errors import Rejected
from connector.sandbox.jira import native
from connector.sandbox.jira.jql_eval import Unresolvable
from connector.sandbox.jira.jql_parse import JqlSyntax, NotModelled, parse
from connector.sandbox.jira.model import Issue
from connector.sandbox.jira.search import Searcher, search
from connector.sandbox.jira.world import World
from connector.values import Sighting


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


def within(container: str, scope: str) -> str:
    """The query for what a scope selects in a project. One that cannot stand by itself would get
    out of its parentheses."""
    try:
        parse(scope)
    except JqlSyntax as problem:
        raise _bad(str(problem)) from problem
    except NotModelled:
        pass  # the whole query says so
    inner = f" AND ({scope})" if scope.strip() else ""
    return f'project = "{container}"{inner}'


def labelled(marks: Collection[str]) -> str:
    """The query for issues that carry one of these labels."""
    quoted = ", ".join(f'"{mark}"' for mark in marks)
    return f"labels in ({quoted}) ORDER BY id ASC"


def carried(issue: Issue, marks: Collection[str]) -> list[str]:
    """The marks among these that an issue carries; labels have no case."""
    labels = {label.casefold() for label in issue.fields["labels"]}
    return [mark for mark in marks if mark.casefold() in labels]


def _bad(text: str) -> Rejected:
    return Rejected(text, side="jira", field="scope")


def sighting(container: str, issue: Issue) -> Sighting:
    """An issue of a search as news."""
    return Sighting(container, issue.id, native.version(issue), issue.updated)
