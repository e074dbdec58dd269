"""Issue links: made, taken away, and seen from either end.

Terms: the *words* of a link are what people read on one of its ends ("blocks", "is blocked by").

A link moves both its issues and stands in both histories, when it is made as when it is removed
(the source of Jira's ``DefaultIssueLinkManager``: both updated dates are set, JRA-7156). A second
identical one is accepted and does nothing. Whoever may not see the issue at the other end does not
see the link. One that ends with the deletion of an issue leaves no trace on the other
(``removeIssueLinksNoChangeItems`` there).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import ChangeItem, Issue, IssueLink, LinkType
from connector.sandbox.jira.problems import refusal
from connector.sandbox.jira.world import World, Writing

LINK_CAP = 2_000


def link_type(world: World, name: str) -> LinkType:
    """The type with this name, in any case, or 404."""
    for kind in world.link_types:
        if kind.name.lower() == name.lower():
            return kind
    raise refusal(404, f"No issue link type with name '{name}' found.")


def reading(world: World, words: str) -> tuple[LinkType, bool] | None:
    """The type that has these words, and whether they stand on its acting end."""
    wanted = words.casefold()
    for kind in world.link_types:
        if wanted in (kind.outward.casefold(), kind.inward.casefold()):
            return kind, wanted == kind.outward.casefold()
    return None


def link_issues(
    world: World, author: Author, kind: LinkType, inward: Issue, outward: Issue
) -> None:
    """Link two issues: ``inward`` acts on ``outward``."""
    if inward.id == outward.id:
        raise refusal(400, "You cannot link an issue to itself.")
    known = {(row.type_id, row.inward, row.outward) for row in inward.links}
    if (kind.id, inward.id, outward.id) in known:
        return
    if max(len(inward.links), len(outward.links)) >= LINK_CAP:
        raise refusal(413, "The per-issue limit of issue links has been breached.")
    link = IssueLink(world.next_id(), kind.id, inward.id, outward.id)
    for here, there, text in ((inward, outward, kind.outward), (outward, inward, kind.inward)):
        told = f"This issue {text} {there.key}"
        item = ChangeItem("Link", "issuelinks", None, None, there.key, told)
        held = world.issues[here.id]
        changed = replace(held, links=(*held.links, link))
        world.commit(changed, Writing(author.key, "link", (item,), detail=link.id))


def unlink(world: World, author: Author, link: IssueLink) -> None:
    """Take a link away from both its ends."""
    kind = next(row for row in world.link_types if row.id == link.type_id)
    ways = ((link.inward, link.outward, kind.outward), (link.outward, link.inward, kind.inward))
    for here, there, text in ways:
        key = world.issues[there].key
        item = ChangeItem("Link", "issuelinks", key, f"This issue {text} {key}", None, None)
        held = world.issues[here]
        rest = tuple(row for row in held.links if row.id != link.id)
        changed = replace(held, links=rest)
        world.commit(changed, Writing(author.key, "link", (item,), detail=link.id))


def ends(world: World, reader: str, issue: Issue) -> Iterator[tuple[IssueLink, Issue]]:
    """An issue's links with the issue at their other end, as this reader may see them."""
    blind = reader == world.site.me
    for link in issue.links:
        there = world.issues.get(link.outward if link.inward == issue.id else link.inward)
        if there is not None and not (blind and world.is_hidden(there)):
            yield link, there


def linked(world: World, reader: str, issue: Issue, words: str) -> tuple[str, ...]:
    """The ids of the issues that are linked with these words."""
    shown = {there.id for _, there in ends(world, reader, issue)}
    return tuple(key for key in named(world, issue, words) if key in shown)


def named(world: World, issue: Issue, words: str) -> tuple[str, ...]:
    """The ids of all issues that were ever linked in these words and not unlinked."""
    wanted = words.casefold()
    kinds = {kind.id: kind for kind in world.link_types}
    found = set()
    for link in issue.links:
        kind = kinds[link.type_id]
        acts = link.inward == issue.id
        if wanted == (kind.outward if acts else kind.inward).casefold():
            found.add(link.outward if acts else link.inward)
    return tuple(sorted(found, key=int))


def find(world: World, number: str) -> IssueLink | None:
    """A link by its id."""
    links = (link for issue in world.issues.values() for link in issue.links)
    return next((link for link in links if link.id == number), None)


def held(world: World, issue: Issue, words: str, other: str) -> Iterator[IssueLink]:
    """The links with these words between two issues: two-way words may stand for two."""
    for link, there in ends(world, "", issue):
        alone = replace(issue, links=(link,))
        if there.id == other and other in linked(world, "", alone, words):
            yield link
