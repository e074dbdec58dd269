"""The report: one HTML file that works by itself, offline, on paper, in light and in dark. Pure.

One section for each role with its figures, then the backlog of problems, then trends, what rises
first, then proposals with their evidence. Nothing is loaded and no script runs: the page forbids
both to itself, and whatever people wrote is text (``markup.py``). What does not fit a page is
counted and stands in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sync.insight.figures.rising import TEST
from sync.insight.model import Insight, Proposal, Trend
from sync.insight.report.backlog import backlog_table
from sync.insight.report.changes import change_tables
from sync.insight.report.improvements import improvement_section
from sync.insight.report.look import STYLE
from sync.insight.report.markup import Html, joined, tag
from sync.insight.report.roles import OTHERS, OUTCOMES, ROLES, Role, figures_of, role_of
from sync.insight.report.tables import amount, by_kinds, overall, readable, trend_table
from sync.insight.words import number_of

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
PROPOSALS, NUMBERS = 100, 40
"""Proposals on the page, and incidents named in each."""


def page(insight: Insight) -> str:
    """The whole report."""
    rising = tuple(one for one in insight.trends if one.rising)
    body = joined(
        _head(insight),
        _glance(insight, rising),
        *_roles(insight, rising),
        _backlog(insight),
        _trends(insight.trends),
        _proposals(insight.proposals),
        improvement_section(insight.improvements),
        _foot(),
    )
    return joined(
        Html("<!DOCTYPE html>\n"),
        tag("html", _meta(insight), tag("body", body), lang="en"),
        "\n",
    )


def _meta(insight: Insight) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"Tandem insight, {_moment(insight.at)}"),
        tag("style", Html(STYLE)),
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _head(insight: Insight) -> Html:
    sections = [(role.id, role.title) for role in _shown(insight)]
    links = [*sections, ("backlog", "Backlog"), ("trends", "Incident trends")]
    links += [("proposals", "Proposals"), ("improvements", "Improvements")]
    return tag(
        "header",
        tag("h1", "Tandem insight"),
        tag(
            "p",
            f"Service and delivery in one view, as of {_moment(insight.at)}. Windows are rolling "
            "and end then, weeks are ISO weeks, all times are UTC.",
            kind="dim",
        ),
        *(tag("p", text, kind="old") for text in insight.troubles),
        tag("nav", *(tag("a", title, href=f"#{id_}") for id_, title in links), aria_label="Parts"),
    )


def _glance(insight: Insight, rising: tuple[Trend, ...]) -> Html:
    """What everybody should see first."""
    alarm = "card alarm" if rising else "card"
    cards = [_card(str(len(rising)), "rising: problems, services, items, categories", alarm)]
    cards.append(_card(str(len(insight.proposals)), "proposals: what keeps coming back", "card"))
    for name in OUTCOMES:
        for one in insight.measures:
            if one.name == name and one.window == "30d" and not one.by and one.value is not None:
                sample = "" if one.value == one.n else f" (n = {one.n:,})"
                text = f"{readable(name)}, {one.window}{sample}"
                cards.append(_card(amount(one.value, one.unit), text, "card"))
    return tag("div", *cards, kind="cards")


def _card(figure: str, text: str, kind: str) -> Html:
    return tag("div", tag("b", figure), tag("span", text, kind="small"), kind=kind)


def _shown(insight: Insight) -> Iterator[Role]:
    yield from ROLES
    if any(role_of(one.name) is OTHERS for one in insight.measures):
        yield OTHERS


def _roles(insight: Insight, rising: tuple[Trend, ...]) -> Iterator[Html]:
    for role in _shown(insight):
        figures = figures_of(role, insight.measures)
        if role.id == "business":
            shown = [
                one for one in insight.measures if one.name in OUTCOMES and "service" in one.by
            ]
            others = by_kinds([one for one in figures if "service" not in one.by])
            tables = (*by_kinds(sorted(shown, key=lambda one: OUTCOMES.index(one.name))), *others)
        else:
            tables = tuple(by_kinds(figures))
        if role.id == "change":
            tables = (*change_tables(insight.changes), *tables)
        named = _named(role, rising) if role.rising else Html()
        title = tag("h2", role.title, id=f"{role.id}-title")
        inside = (title, tag("p", role.decides, kind="dim"), named, overall(figures), *tables)
        yield tag("section", *inside, id=role.id, aria_labelledby=f"{role.id}-title")


def _named(role: Role, rising: tuple[Trend, ...]) -> Html:
    """What rises, in one line for those who stand up in the morning."""
    mine = [one for one in rising if one.subject in role.rising]
    if not mine:
        *others, last = role.rising
        kinds = f"{', '.join(others)} or {last}" if others else last
        return tag("p", f"No {kinds} is rising.")
    first = sorted(mine, key=lambda one: (one.p or 0.0, one.subject, one.key))[:5]
    told = "; ".join(
        f"{one.subject.value} {one.name}: {one.windows[one.rising].before} to "
        f"{one.windows[one.rising].now} in {one.rising}"
        for one in first
    )
    more = f"; and {len(mine) - len(first)} more" if len(mine) > len(first) else ""
    return tag("p", tag("span", "\u25b2 Rising: ", kind="up-word"), f"{told}{more}.")


def _backlog(insight: Insight) -> Html:
    return tag(
        "section",
        tag("h2", "Backlog of problems", id="backlog-title"),
        tag(
            "p",
            "Which problem to solve next: a score of business value, customer impact, risk "
            "reduction and effort, each weighed by the insight file.",
            kind="dim",
        ),
        *backlog_table(insight),
        id="backlog",
        aria_labelledby="backlog-title",
    )


def _trends(trends: tuple[Trend, ...]) -> Html:
    return tag(
        "section",
        tag("h2", "Incident trends", id="trends-title"),
        tag("p", TEST, kind="dim"),
        trend_table(trends),
        id="trends",
        aria_labelledby="trends-title",
    )


def _proposals(proposals: tuple[Proposal, ...]) -> Html:
    shown = proposals[:PROPOSALS]
    inside = [_proposal(one) for one in shown]
    if not proposals:
        inside = [tag("p", "Nothing keeps coming back that is not on a problem already.")]
    if len(proposals) > len(shown):
        inside.append(tag("p", f"{len(proposals) - len(shown)} more stand in JSON and CSV."))
    return tag(
        "section",
        tag("h2", "Proposals", id="proposals-title"),
        tag(
            "p",
            "Incidents that seem to be one thing in different words. Accepting one makes a problem "
            "and its epic, or attaches them to the problem that is named; closed ones are only "
            "listed.",
            kind="dim",
        ),
        *inside,
        id="proposals",
        aria_labelledby="proposals-title",
    )


def _proposal(one: Proposal) -> Html:
    about = [f"fix: {one.fix.value}", one.service_name, one.item_name]
    if one.problem:
        about.append(f"belongs to {one.problem}")
    numbers = ", ".join(one.incidents[:NUMBERS])
    rest = len(one.incidents) - NUMBERS
    return tag(
        "article",
        tag("h3", one.title),
        tag("p", *(tag("span", text, kind="tag") for text in about if text)),
        tag("ul", *(tag("li", line) for line in one.evidence)) if one.evidence else "",
        tag(
            "p",
            f"{number_of(len(one.incidents), 'incident')}: {numbers}"
            f"{f' and {rest} more' if rest > 0 else ''}",
            kind="small",
        ),
        tag("p", "Accept with ", tag("code", f"tandem insight accept {one.id}"), kind="small"),
    )


def _foot() -> Html:
    return tag(
        "footer",
        tag(
            "p",
            "A figure says nothing where its sample is too small; n is the sample. "
            "tandem insight --json has all of it, also what does not fit here; --csv has figures, "
            "the windows of trends, and proposals.",
            kind="small",
        ),
    )
