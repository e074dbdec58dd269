"""The three workflows of the site, as graphs.

*Simple* is what a team-managed project starts with: three statuses, every move allowed from
anywhere, the resolution kept by the status. *Delivery* is a company-managed one: four hops to the
end, ways back, and a last step whose screen demands a resolution. *Support* belongs to the service
project and ends for good when an issue is closed.

Transition ids are unique inside one workflow only, as in the real thing; two transitions of the
delivery workflow share a name and lead to different statuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.sandbox.jira.model import Status, Transition, Workflow

CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
"""Category key to its id, name and colour."""

ENDING_SCREEN: Mapping[str, bool] = {"resolution": True, "comment": False}

Numbering = Callable[[str], str]
"""From a status name to its id."""


def shared_statuses() -> tuple[Status, ...]:
    """The statuses of all company-managed projects."""
    return (
        Status("1", "Open", "new"),
        Status("10100", "Backlog", "new"),
        Status("10101", "Selected for Development", "new"),
        Status("3", "In Progress", "indeterminate"),
        Status("10102", "In Review", "indeterminate"),
        Status("10103", "Done", "done"),
        Status("10110", "Waiting for support", "new"),
        Status("10111", "Pending", "indeterminate"),
        Status("5", "Resolved", "done"),
        Status("6", "Closed", "done"),
    )


def own_statuses(project: str, first: int) -> tuple[Status, ...]:
    """The statuses of one team-managed project: own ids, common names."""
    named = (("To Do", "new"), ("In Progress", "indeterminate"), ("Done", "done"))
    return tuple(
        Status(str(first + place), name, category, project)
        for place, (name, category) in enumerate(named)
    )


def simple(number: Numbering) -> Workflow:
    """Everything from anywhere."""
    names = ("To Do", "In Progress", "Done")
    return Workflow(
        "Simple",
        number("To Do"),
        tuple(number(name) for name in names),
        tuple(
            Transition(
                str(11 + 10 * place),
                name,
                (),
                number(name),
                resolution="done" if name == "Done" else "clear",
            )
            for place, name in enumerate(names)
        ),
    )


def delivery(number: Numbering) -> Workflow:
    """Backlog, selected, in progress, in review, done; and back."""
    backlog, selected = number("Backlog"), number("Selected for Development")
    progress, review, done = number("In Progress"), number("In Review"), number("Done")
    return Workflow(
        "Delivery",
        backlog,
        (backlog, selected, progress, review, done),
        (
            Transition("11", "Select", (backlog,), selected),
            Transition("12", "Back to backlog", (selected,), backlog),
            Transition("21", "Start work", (selected,), progress),
            Transition("22", "Stop work", (progress,), selected),
            Transition("31", "Ask for review", (progress,), review),
            Transition("32", "Rework", (review,), progress),
            Transition("41", "Finish", (review,), done, ENDING_SCREEN),
            Transition("51", "Reopen", (done,), progress, resolution="clear"),
            Transition("52", "Reopen", (done,), backlog, resolution="clear"),
        ),
    )


def support(number: Numbering) -> Workflow:
    """Waiting, in progress, pending, resolved, closed; closed is final."""
    waiting, progress = number("Waiting for support"), number("In Progress")
    pending, resolved, closed = number("Pending"), number("Resolved"), number("Closed")
    working = (waiting, progress, pending)
    return Workflow(
        "Support",
        waiting,
        (waiting, progress, pending, resolved, closed),
        (
            Transition("11", "Start progress", (waiting,), progress),
            Transition("21", "Pend", (progress,), pending),
            Transition("31", "Resume", (pending,), progress),
            Transition("41", "Resolve", working, resolved, ENDING_SCREEN),
            Transition(
                "51", "Back to support", (progress, pending, resolved), waiting, resolution="clear"
            ),
            Transition("61", "Close", (resolved,), closed),
        ),
    )
