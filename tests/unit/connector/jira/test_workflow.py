"""The way through a workflow: shortest, named before category, no dead ends by accident."""

from __future__ import annotations

from connector.jira.workflow import Graph, Status, Step, explore, harmless, path, tiers

TODO = Status("To Do", "new")
DOING = Status("In Progress", "indeterminate")
REVIEW = Status("In Review", "indeterminate")
DONE = Status("Done", "done")
CANCELLED = Status("Cancelled", "done")


def step(number: int, to: Status, *demands: str) -> Step:
    return Step(str(number), f"to {to.name}", to, demands)


LINE = (
    Graph()
    .started(TODO)
    .learned(TODO, [step(1, DOING), step(5, CANCELLED)])
    .learned(DOING, [step(2, REVIEW), step(4, TODO)])
    .learned(REVIEW, [step(3, DONE, "resolution"), step(6, DOING)])
    .learned(CANCELLED, [])
)


def ids(way: tuple[Step, ...] | None) -> list[str] | None:
    return None if way is None else [each.id for each in way]


def test_several_hops_are_found() -> None:
    assert ids(path(LINE, TODO, ["Done"], {"resolution"})) == ["1", "2", "3"]


def test_names_compare_without_case() -> None:
    assert ids(path(LINE, DOING, ["IN REVIEW"], ())) == ["2"]


def test_being_there_is_an_empty_way() -> None:
    assert path(LINE, REVIEW, ["In Review"], ()) == ()


def test_unknown_territory_is_no_way() -> None:
    assert path(LINE, TODO, ["Blocked"], ()) is None


def test_the_nearest_target_wins_and_order_breaks_ties() -> None:
    graph = Graph().learned(TODO, [step(1, DOING), step(2, REVIEW)])
    assert ids(path(graph, TODO, ["In Review", "In Progress"], ())) == ["2"]
    assert ids(path(LINE, TODO, ["In Review", "In Progress"], ())) == ["1"]


def test_a_way_around_a_demanding_screen_is_preferred() -> None:
    graph = (
        Graph()
        .learned(TODO, [step(1, DONE, "resolution"), step(2, DOING)])
        .learned(DOING, [step(3, DONE)])
    )
    assert ids(path(graph, TODO, ["Done"], ())) == ["2", "3"]
    assert ids(path(graph, TODO, ["Done"], {"resolution"})) == ["1"]


def test_a_demanding_screen_is_kept_as_the_only_way() -> None:
    assert ids(path(LINE, REVIEW, ["Done"], ())) == ["3"]


def test_circles_end() -> None:
    graph = Graph().learned(TODO, [step(1, DOING)]).learned(DOING, [step(2, TODO)])
    assert path(graph, TODO, ["Done"], ()) is None


def test_names_come_before_categories_and_unknown_names_are_dropped() -> None:
    known = [TODO, DOING, DONE]
    assert tiers(["category:done", "Done", "Resolved"], known) == (("Done",), ("category:done",))
    assert tiers(["Resolved", "category:done"], known) == (("category:done",),)
    assert tiers(["Resolved"], known) == ()
    assert tiers(["Resolved"], []) == (("Resolved",),)


def test_exploring_avoids_done_statuses_on_the_way_to_open_ones() -> None:
    offered = [step(5, CANCELLED), step(1, DOING)]
    found = explore(offered, {"to do"}, "indeterminate", Graph())
    assert found is not None
    assert found.id == "1"
    assert explore([step(5, CANCELLED)], {"to do"}, "indeterminate", Graph()) is None


def test_exploring_towards_done_takes_a_done_status_last() -> None:
    found = explore([step(5, CANCELLED), step(1, DOING)], {"to do"}, "done", Graph())
    assert found is not None
    assert found.id == "1"


def test_exploring_enters_no_status_twice_and_no_known_dead_end() -> None:
    assert explore([step(1, DOING)], {"to do", "in progress"}, "done", Graph()) is None
    graph = Graph().learned(CANCELLED, [])
    assert explore([step(5, CANCELLED)], {"to do"}, "done", graph) is None


def test_a_graph_survives_as_text() -> None:
    assert Graph.of_text(LINE.text()) == LINE
    assert Graph.of_text(None) == Graph.of_text("") == Graph()


def test_a_step_that_may_come_late_is_harmless_where_nothing_later_offers_it() -> None:
    to_do, doing, done = (Status(n, "new") for n in ("To Do", "Doing", "Done"))
    start, finish = Step("11", "Start", doing), Step("21", "Finish", done)
    graph = Graph().learned(to_do, [start]).learned(doing, [finish])
    assert not harmless(graph, (start, finish), 0)  # nobody knows yet what "Done" offers
    assert harmless(graph, (start, finish), 1)
    assert harmless(graph.learned(done, []), (start, finish), 0)
    assert not harmless(graph.learned(done, [start]), (start, finish), 0)
