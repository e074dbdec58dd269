"""Issue links: sets of linked issues, read with everything else, added and removed one by one."""

from __future__ import annotations

from connector.errors import Gone
from connector.values import Done, NotSent, Patch, Refused, Unclear, WriteResult
from tests.contract.mounts import JiraMount

BLOCKED, BLOCKS, RELATES = "link:is blocked by", "link:blocks", "link:relates to"
PLACES = {"add": "link", "remove": "unlink"}


def issues(board: JiraMount, count: int = 3) -> list[str]:
    return board.all_made([board.draft(number) for number in range(count)])


def patched(board: JiraMount, key: str, **changes: dict[str, tuple[str, ...]]) -> WriteResult:
    [found] = board.adapter.patch([Patch("OPS", key, **changes)], [BLOCKED, "summary"])
    return found


def held(board: JiraMount, key: str, name: str = BLOCKED) -> object:
    return board.read(key, name).fields[name]


def links(board: JiraMount, key: str) -> int:
    return len(board.world.issues[key].links)


def test_linked_issues_are_read_from_either_end_in_the_words_that_stand_there(
    board: JiraMount,
) -> None:
    one, two, three = issues(board)
    board.hands().link(one, "is blocked by", three)
    board.hands().link(one, "is blocked by", two)
    board.hands().link(one, "relates to", two)
    assert held(board, one) == (two, three)
    assert (held(board, two, BLOCKS), held(board, two, BLOCKED)) == ((one,), ())
    assert held(board, one, RELATES) == (two,)
    assert held(board, two, RELATES) == (one,)
    assert held(board, one, "link:Is Blocked By") == (two, three)


def test_many_issues_are_read_with_their_links_in_one_request(board: JiraMount) -> None:
    keys = issues(board, 8)
    board.hands().link(keys[0], "is blocked by", keys[1])
    board.clock.advance(60)
    board.adapter.read("OPS", keys, ["summary"])
    before = board.counted("read")
    plain = board.adapter.read("OPS", keys, ["summary"])
    cost, before = board.counted("read") - before, board.counted("read")
    found = board.adapter.read("OPS", keys, ["summary", BLOCKED])
    assert board.counted("read") - before == cost
    assert plain.keys() == found.keys()
    assert [found[key].fields[BLOCKED] for key in keys[:2]] == [(keys[1],), ()]


def test_what_is_linked_in_other_words_is_not_taken_away(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.hands().link(one, "is blocked by", two)
    found = patched(board, one, remove={RELATES: (two,), BLOCKS: (two,)})
    assert isinstance(found, Done)
    assert held(board, one) == (two,)
    found = patched(board, one, remove={RELATES: (two,), BLOCKED: (two,)})
    assert isinstance(found, Done)
    assert (held(board, one), links(board, two)) == ((), 0)


def test_links_come_and_go_beside_peoples_own(board: JiraMount) -> None:
    one, two, three = issues(board)
    board.hands().link(one, "is blocked by", three)
    board.hands().link(two, "is blocked by", one)
    before = {key: board.read(key).version for key in (one, two)}
    board.clock.advance(60)
    done = patched(board, one, add={BLOCKED: (two,)})
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields[BLOCKED] == (two, three)
    assert held(board, two, BLOCKS) == (one,)
    assert all(board.read(key).version != before[key] for key in before), "both ends moved"

    done = patched(board, one, remove={BLOCKED: (two,)})
    assert isinstance(done, Done)
    assert held(board, one) == (three,)
    assert held(board, one, BLOCKS) == (two,)


def test_other_fields_go_along(board: JiraMount) -> None:
    one, two, _ = issues(board)
    patch = Patch("OPS", one, {"summary": "new words"}, add={BLOCKED: (two,), "labels": ("ours",)})
    [done] = board.adapter.patch([patch], ["summary", "labels", BLOCKED])
    assert isinstance(done, Done)
    assert done.record == board.read(one, "summary", "labels", BLOCKED)
    assert (board.truth(one, "summary"), held(board, one)) == ("new words", (two,))
    assert "ours" in board.truth(one, "labels")


def test_what_is_as_wanted_is_left_alone(board: JiraMount) -> None:
    one, two, three = issues(board)
    patched(board, one, add={BLOCKED: (two,)})
    before = board.read(one).version
    board.clock.advance(60)
    assert isinstance(patched(board, one, add={BLOCKED: (two,)}), Done)
    assert isinstance(patched(board, one, remove={BLOCKED: (three,)}), Done)
    assert (links(board, one), board.read(one).version) == (1, before)


def test_two_way_words_are_removed_whichever_way_the_link_was_made(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.hands().link(two, "relates to", one)
    assert isinstance(patched(board, one, remove={RELATES: (two,)}), Done)
    assert held(board, two, RELATES) == ()


def test_after_a_lost_answer_a_look_tells_that_it_is_done(board: JiraMount) -> None:
    one, two, _ = issues(board)
    for verb, after in (("add", (two,)), ("remove", ())):
        board.weather(PLACES[verb], "drop_after")
        assert isinstance(patched(board, one, **{verb: {BLOCKED: (two,)}}), Done)
        assert held(board, one) == after


def test_what_a_look_does_not_show_is_unclear_and_may_be_asked_for_again(board: JiraMount) -> None:
    one, two, _ = issues(board)
    for verb, before, after in (("add", (), (two,)), ("remove", (two,), ())):
        board.weather(PLACES[verb], "drop_before")
        change = {verb: {BLOCKED: (two,)}}
        assert isinstance(patched(board, one, **change), Unclear)
        assert held(board, one) == before
        assert isinstance(patched(board, one, **change), Done)
        assert held(board, one) == after
        assert links(board, one) == len(after)


def test_a_late_link_is_made_once(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.weather("link", "late", seconds=30)
    assert isinstance(patched(board, one, add={BLOCKED: (two,)}), Unclear)
    assert isinstance(patched(board, one, add={BLOCKED: (two,)}), Done)
    board.clock.advance(60)
    assert held(board, one) == (two,)
    assert links(board, one) == 1


def test_a_late_removal_leaves_a_newer_link_alone(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.hands().link(one, "is blocked by", two)
    board.weather("unlink", "late", seconds=30)
    assert isinstance(patched(board, one, remove={BLOCKED: (two,)}), Unclear)
    assert isinstance(patched(board, one, remove={BLOCKED: (two,)}), Done)
    board.hands().link(one, "is blocked by", two)
    board.clock.advance(60)
    assert held(board, one) == (two,)


def test_a_late_removal_finds_the_other_issue_deleted(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.hands().link(one, "is blocked by", two)
    board.weather("unlink", "late", seconds=30)
    assert isinstance(patched(board, one, remove={BLOCKED: (two,)}), Unclear)
    board.hands().delete(two)
    board.clock.advance(60)
    assert held(board, one) == ()
    assert isinstance(patched(board, one, remove={BLOCKED: (two,)}), Done)


def test_words_that_no_type_has_are_refused_and_nothing_is_written(board: JiraMount) -> None:
    one, two, _ = issues(board)
    patch = Patch("OPS", one, {"summary": "new words"}, add={"link:eats": (two,)})
    [refused] = board.adapter.patch([patch], ["summary"])
    assert isinstance(refused, Refused)
    assert refused.error.field == "link:eats"
    assert (board.truth(one, "summary"), links(board, one)) == ("record 0", 0)


def test_a_link_to_what_is_gone_or_hidden_is_refused(board: JiraMount) -> None:
    one, two, three = issues(board)
    board.delete(two)
    board.hide(three)
    for other in (two, three):
        refused = patched(board, one, add={BLOCKED: (other,)})
        assert isinstance(refused, Refused), other
        assert refused.error.field == BLOCKED


def test_links_of_a_hidden_issue_cannot_be_changed(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.hide(one)
    found = patched(board, one, remove={BLOCKED: (two,)})
    assert isinstance(found, NotSent | Refused)
    assert isinstance(found, Refused) or isinstance(found.error, Gone)
    assert links(board, two) == 0


def test_a_link_to_a_hidden_issue_is_not_shown(board: JiraMount) -> None:
    one, two, three = issues(board)
    for other in (two, three):
        board.hands().link(one, "is blocked by", other)
    board.hide(two)
    assert held(board, one) == (three,)


def test_links_are_never_set(board: JiraMount) -> None:
    one, two, _ = issues(board)
    [refused] = board.adapter.patch([Patch("OPS", one, {BLOCKED: (two,)})], [])
    assert isinstance(refused, Refused)
    assert links(board, one) == 0


def test_a_kind_tells_in_which_words_its_issues_can_be_linked(board: JiraMount) -> None:
    story = next(kind for kind in board.adapter.kinds("OPS") if kind.name == "Story")
    names = {field.name for field in story.fields}
    assert {BLOCKED, BLOCKS, RELATES, "link:is caused by", "link:duplicates"} <= names


def test_a_site_tells_only_the_links_that_it_has(board: JiraMount) -> None:
    board.world.link_types = board.world.link_types[:1]
    story = next(kind for kind in board.adapter.kinds("OPS") if kind.name == "Story")
    names = {field.name for field in story.fields if field.name.startswith("link:")}
    assert names == {BLOCKED, BLOCKS}


def test_who_linked_last_is_told(board: JiraMount) -> None:
    one, two, _ = issues(board)
    board.clock.advance(60)
    board.hands("jonas.weber").link(one, "is blocked by", two)
    told = board.adapter.authorship("OPS", one, BLOCKED)
    assert (told.author, told.at) == ("Jonas Weber", board.clock.now())


def test_the_history_tells_that_links_were_made_and_removed(board: JiraMount) -> None:
    one, two, three = issues(board)
    witness = board.adapter.witness
    for verb, others in (("add", (two, three)), ("remove", (two,))):
        board.clock.advance(60)
        change = {verb: {BLOCKED: others}}
        patch = Patch("OPS", one, **change, version=board.read(one).version)
        assert witness.trace(patch, {}) is None or verb == "remove"
        board.clock.advance(60)
        assert isinstance(patched(board, one, **change), Done)
        told = witness.trace(patch, {})
        assert told is not None
        assert told.written == {BLOCKED}
        more = Patch("OPS", one, add={RELATES: (two,)}, version=patch.version)
        assert witness.trace(more, {}) is None


def test_the_history_tells_of_a_link_to_an_issue_that_has_moved_since(board: JiraMount) -> None:
    one, two, _ = issues(board)
    before = board.read(one).version
    assert isinstance(patched(board, one, add={BLOCKED: (two,)}), Done)
    board.hands().move_project(two, "TEAM")
    patch = Patch("OPS", one, add={BLOCKED: (two,)}, version=before)
    told = board.adapter.witness.trace(patch, {})
    assert told is not None
    assert told.written == {BLOCKED}


def test_the_history_tells_of_a_link_to_an_issue_that_is_hidden_since(board: JiraMount) -> None:
    """It cannot tell its key any more; who remembers that finds the entry all the same."""
    one, two, _ = issues(board)
    before, label = board.read(one).version, board.read(two).label
    assert isinstance(patched(board, one, add={BLOCKED: (two,)}), Done)
    board.world.hidden.add(two)
    patch = Patch("OPS", one, add={BLOCKED: (two,)}, version=before)
    assert board.adapter.witness.trace(patch, {}) is None
    assert board.adapter.witness.trace(patch, {two: "OPS-999"}) is None
    told = board.adapter.witness.trace(patch, {two: label})
    assert told is not None
    assert told.written == {BLOCKED}


def test_half_of_a_change_of_links_is_not_told_as_done(board: JiraMount) -> None:
    one, two, three = issues(board)
    before = board.read(one).version
    patched(board, one, add={BLOCKED: (two,)})
    both = Patch("OPS", one, add={BLOCKED: (two, three)}, version=before)
    assert board.adapter.witness.trace(both, {}) is None


def test_what_somebody_else_linked_is_not_told_as_ours(board: JiraMount) -> None:
    one, two, _ = issues(board)
    before = board.read(one).version
    board.hands().link(one, "is blocked by", two)
    patch = Patch("OPS", one, add={BLOCKED: (two,)}, version=before)
    assert board.adapter.witness.trace(patch, {}) is None


def test_links_that_are_changed_leave_the_whole_in_doubt_where_the_rest_is_not_done(
    board: JiraMount,
) -> None:
    one, two, _ = issues(board)
    for _ in range(9):
        board.weather("edit", "status", status=429, retry_after="1")
    patch = Patch("OPS", one, {"summary": "new words"}, add={BLOCKED: (two,)})
    [found] = board.adapter.patch([patch], [])
    assert isinstance(found, Unclear)
    assert held(board, one) == (two,)
