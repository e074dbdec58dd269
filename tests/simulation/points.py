"""Every place at which a run can be struck, one after the other, in a catalogue of stories.

A story is told again and again in one world. Each time the run that follows is struck at the next
point: killed before a call, killed after its effect, cut off at a commit, or left without an answer
to a request. Then the program starts anew, the weather is fair, and all has to come to rest. A
story is over when a run goes through unstruck. The oracle judges everything after each point.

What "every" means: each call of an adapter and each commit of the store is a point of a kill; each
commit is one of a full disk; each writing request is one of a lost answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from connector.sandbox.faults import Fault
from connector.sandbox.jira import linking
from mappings.sides import Side
from sync.engine import Orders
from tests.simulation.people.crowd import Crowd
from tests.simulation.play import Play
from tests.simulation.rig import Plug, PlugKind
from tests.simulation.setup import WRITES, Setup

MOST = 400
"""More points than this mean that a story does not end."""

Strike = Literal[
    "killed before", "killed after", "killed at a commit", "disk full", "lost before", "lost after"
]
STRIKES: tuple[Strike, ...] = get_args(Strike)
_PLUGS: dict[Strike, PlugKind] = {
    "killed before": "before", "killed after": "after", "killed at a commit": "commit",
    "disk full": "full",
}  # fmt: skip
_FAULTS: dict[Strike, str] = {"lost before": "drop_before", "lost after": "drop_after"}

Deed = Callable[[Crowd], object]


@dataclass(frozen=True, slots=True)
class Story:
    """What people do before each run that is struck; ``first`` is done once, in peace."""

    name: str
    deed: Deed
    first: Deed = lambda crowd: incident(crowd)
    flavour: Literal["cloud", "dc"] = "cloud"
    lag: float = 0.0


def incident(crowd: Crowd) -> str:
    """A ticket at the desk; its key."""
    words = f"title w{crowd.dice.randrange(10**9):09d}"
    fields = {"short_description": words, "impact": "1", "urgency": "2"}
    return crowd.now.insert("incident", fields, crowd.agent())["sys_id"]


def problem(crowd: Crowd) -> str:
    """A problem at the desk; its key."""
    words = f"title w{crowd.dice.randrange(10**9):09d}"
    fields = {"short_description": words, "impact": "2", "urgency": "2"}
    return crowd.now.insert("problem", fields, crowd.agent())["sys_id"]


def _row(crowd: Crowd, table: str = "incident") -> Any:
    return crowd.tickets(table)[-1]


def _issue(crowd: Crowd) -> Any:
    link = crowd.rig.store.links.by_keys(Side.SERVICENOW, [_row(crowd)["sys_id"]])
    return crowd.jira.issues[next(iter(link.values())).jira.key]


def _asks(crowd: Crowd) -> None:
    words = f"title w{crowd.dice.randrange(10**9):09d}"
    crowd.hands().create("OPS", "Story", words, labels=("to-incident",))


def _finishes(crowd: Crowd) -> None:
    """To and fro, so that each telling walks the whole workflow."""
    issue = _issue(crowd)
    done = crowd.jira.status_of(issue).category == "done"
    crowd.hands().move_to(issue.id, "In Progress" if done else "Done")


def _resolves(crowd: Crowd) -> None:
    row = _row(crowd)
    done = {"state": "6", "close_code": "Known error", "close_notes": "fixed"}
    values = {"state": "2"} if row["state"] == "6" else done
    crowd.now.update("incident", row["sys_id"], values, crowd.agent())


def _notes(crowd: Crowd) -> None:
    for lane in ("work_notes", "comments"):
        text = f"remark c{crowd.dice.randrange(10**9):09d}"
        crowd.now.update("incident", _row(crowd)["sys_id"], {lane: text}, crowd.agent())


def _comments(crowd: Crowd) -> None:
    for _ in range(2):
        text = f"remark c{crowd.dice.randrange(10**9):09d}"
        crowd.hands().comment(_issue(crowd).id, text)


def _family(crowd: Crowd) -> None:
    problem(crowd)
    incident(crowd)


def _attaches(crowd: Crowd) -> None:
    row, parent = _row(crowd), _row(crowd, "problem")["sys_id"]
    values = {"problem_id": "" if row.get("problem_id") else parent}
    crowd.now.update("incident", row["sys_id"], values, crowd.agent())


def _knows(crowd: Crowd) -> None:
    """A problem that asks for an article from its first moment on."""
    crowd.now.update("problem", problem(crowd), {"known_error": "true"}, crowd.agent())


def _wants(crowd: Crowd) -> None:
    """A labelled task below the epic."""
    link = crowd.rig.store.links.by_keys(Side.SERVICENOW, [_row(crowd, "problem")["sys_id"]])
    epic = next(iter(link.values())).jira.key
    words = f"title w{crowd.dice.randrange(10**9):09d}"
    crowd.hands().create("OPS", "Task", words, labels=("knowledge",), parent=epic)


def _both(crowd: Crowd) -> None:
    crowd.desk.rewords(_row(crowd))
    crowd.team.rewords(_issue(crowd))


def _several(crowd: Crowd) -> None:
    """Most fields at once."""
    crowd.team.ranks(_issue(crowd))
    crowd.team.assigns(_issue(crowd))
    crowd.team.describes(_issue(crowd))


def _speak(crowd: Crowd) -> None:
    """The desk words a record on which the team has just said something."""
    crowd.desk.rewords(_row(crowd))
    _comments(crowd)


def _many(crowd: Crowd) -> None:
    for _ in range(4):
        incident(crowd)


def _problems(crowd: Crowd) -> None:
    problem(crowd)
    problem(crowd)


def _epics(crowd: Crowd) -> list[str]:
    """The epics of the problems."""
    keys = [row["sys_id"] for row in crowd.tickets("problem")]
    return [one.jira.key for one in crowd.rig.store.links.by_keys(Side.SERVICENOW, keys).values()]


def _bug(crowd: Crowd) -> str:
    """A bug of the first epic; its id."""
    made = crowd.hands().create("OPS", "Bug", f"title w{crowd.dice.randrange(10**9):09d}")
    crowd.hands().link(made.id, "blocks", _epics(crowd)[0])
    return made.id


def _task(crowd: Crowd) -> None:
    words = f"title w{crowd.dice.randrange(10**9):09d}"
    of = _row(crowd, "problem")["sys_id"]
    fields = {"short_description": words, "problem": of}
    crowd.now.insert("problem_task", fields, crowd.agent())


def _problems_and_bug(crowd: Crowd) -> None:
    _problems(crowd)
    crowd.rig.cycle(Orders(yes=True, partly=True))
    _bug(crowd)


def _bug_moves(crowd: Crowd) -> None:
    """The bug is linked with the other epic, in other words."""
    bug = next(one for one in crowd.jira.issues.values() if crowd.jira.type_of(one).name == "Bug")
    held = [end for link in bug.links for end in (link.inward, link.outward) if end != bug.id]
    for words, other in (("blocks", held[0]), ("relates to", held[0])):
        if other in linking.linked(crowd.jira, "", crowd.jira.issues[bug.id], words):
            crowd.hands().unlink(bug.id, words, other)
    to = next(one for one in _epics(crowd) if one != held[0])
    crowd.hands().link(bug.id, crowd.dice.choice(("blocks", "relates to")), to)


WHOLE = 14
"""So many stories are struck in every way each time; the rest, which tells the same on the other
flavour or of defects and articles, at every call and every answer. ``--points`` strikes all."""

STORIES = (
    Story("the desk opens an incident", incident),
    Story("the team asks for an incident", _asks),
    Story("the desk rewords", lambda crowd: crowd.desk.rewords(_row(crowd))),
    Story("the team rewords", lambda crowd: crowd.team.rewords(_issue(crowd))),
    Story("the team changes most fields", _several),
    Story("the team finishes and begins again", _finishes),
    Story("the desk resolves and opens again", _resolves),
    Story("the desk writes notes", _notes),
    Story("the team comments", _comments),
    Story("an incident joins its problem and leaves it", _attaches, first=_family),
    Story("both reword at once", _both),
    Story("the desk rewords, the team speaks behind the index", _speak, lag=20.0),
    Story("a bug is linked with an epic", _bug, first=_problems),
    Story("a known error asks for an article", _knows),
    Story("several incidents are opened", _many),
    Story("the desk gives a problem a task", _task, first=_problems),
    Story("a bug goes from one epic to the other", _bug_moves, first=_problems_and_bug),
    Story("the team wants an article", _wants, first=problem),
    Story("a known error asks, Data Center", _knows, flavour="dc"),
    Story("the desk opens an incident, Data Center", incident, flavour="dc"),
    Story("the desk resolves, Data Center", _resolves, flavour="dc"),
)


def strike(story: Story, how: Strike, side: Side = Side.JIRA) -> tuple[int, list[str]]:
    """Tell a story until no point is left; the number of points, and what the oracle says.

    ``side`` is whose requests get no answer, where that is how it is struck.
    """
    settle = {"servicenow": 40.0, "jira": 60.0}
    play = Play(
        Setup(
            11,
            flavour=story.flavour,
            settle=settle,
            creates_limit=500,
            lag=story.lag,
        )
    )
    play.crowd.dice = random.Random(f"{story.name} {how}")
    try:
        story.first(play.crowd)
        play.peace()
        number = sum(1 for _ in _points(play, story, how, side))
        play.settle()
        play.rest()
        play.judge()
        return number, play.findings
    finally:
        play.rig.close()


def _points(play: Play, story: Story, how: Strike, side: Side) -> Iterator[int]:
    for at in range(MOST):
        play.rig.say(f"--- {story.name}, {how}, point {at}")
        story.deed(play.crowd)
        play.rig.drain("person")
        if not _struck(play, how, side, at):
            return
        yield at
        play.peace()
        play.judge()  # at once: the next telling may bring what this one left behind
        if play.findings:
            return
    raise AssertionError(f"{story.name}: more than {MOST} points")


def _struck(play: Play, how: Strike, side: Side, at: int) -> bool:
    """One run that is struck at its ``at``-th point; false when it has no such point."""
    plug = Plug(at, _PLUGS[how]) if how in _PLUGS else None
    faults = play.rig.faults[side]
    if plug is None:
        faults.add(Fault(_FAULTS[how], method=WRITES, skip=at))
    play.rig.plug = plug
    play.rig.cycle(Orders(yes=True, partly=True))
    struck = plug.pulled if plug else not faults.active()
    faults.clear()
    return struck
