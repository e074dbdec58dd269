"""Results of checks: which are taken, once each, and what the others are told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.door import is_web_address
from sync.errors import StoreUnusable
from sync.insight.changing.checks import Check, Result
from sync.insight.changing.results import KEPT, all_checks
from sync.web.checks import A_MINUTE, AHEAD, PATH
from sync.web.intake import LARGEST
from tests.support.memory.store import MemoryStore
from tests.support.webhooks import BEARER, JSON, PIPELINE, Hooks
from tests.unit.web.conftest import NOON

LINK = "https://ci.example/runs/17?tab=tests#unit"
UNIT = {"change": "CHG0030001", "name": "Unit tests", "result": "passed"}
RUN = {**UNIT, "link": LINK, "run": "17", "at": "2026-03-02T11:58:00+01:00"}


def kept(hooks: Hooks) -> list[Check]:
    return sorted(all_checks(hooks.store), key=lambda one: (one.at, one.id))


def status(hooks: Hooks, told: Any = UNIT, **headers: str) -> int:
    return hooks.check(told, **headers).status_code


def problems(hooks: Hooks, **changed: Any) -> list[str]:
    answer = hooks.check({**UNIT, **changed})
    assert answer.status_code == 422
    assert not kept(hooks)
    found: list[str] = answer.json()["problems"]
    return found


# ---- what is taken


def test_a_result_is_kept_with_all_it_says_and_answered_with_its_id(hooks: Hooks) -> None:
    answer = hooks.check({**RUN, "change": "ops-12"})
    [one] = kept(hooks)
    assert answer.status_code == 202
    assert answer.json() == {"id": one.id, "new": True}
    at = NOON.replace(hour=10, minute=58)
    assert one == Check("OPS-12", "Unit tests", Result.PASSED, at, LINK, "17")


@pytest.mark.parametrize("result", list(Result))
def test_every_end_of_a_check_is_taken(hooks: Hooks, result: Result) -> None:
    assert status(hooks, {**UNIT, "result": result.value}) == 202
    assert [one.result for one in kept(hooks)] == [result]


def test_without_a_time_it_happened_now(hooks: Hooks) -> None:
    assert status(hooks) == 202
    assert [(one.at, one.link, one.run) for one in kept(hooks)] == [(NOON, "", "")]


@pytest.mark.parametrize("names", ["run", "at", "run at"])
def test_one_that_is_sent_again_is_the_same(hooks: Hooks, names: str) -> None:
    told = {name: RUN[name] for name in RUN if name in {*UNIT, *names.split()}}
    first, again = hooks.check(told), hooks.check({**told, "name": "UNIT TESTS"})
    assert (first.json()["new"], again.json()["new"]) == (True, False)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert len(kept(hooks)) == 1


def test_a_run_names_it_more_than_its_time_does(hooks: Hooks) -> None:
    assert status(hooks, {**RUN, "at": "2026-03-02T09:00:00Z"}) == 202
    assert hooks.check(RUN).json()["new"] is False
    assert status(hooks, {**RUN, "run": "18"}) == 202
    assert len(kept(hooks)) == 2


def test_a_run_that_tells_otherwise_afterwards_is_409_and_the_first_stands(hooks: Hooks) -> None:
    assert status(hooks, RUN) == 202
    answer = hooks.check({**RUN, "result": "failed"})
    assert answer.status_code == 409
    assert "told before as passed" in answer.json()["problems"][0]
    assert [one.result for one in kept(hooks)] == [Result.PASSED]


# ---- who is not heard


@pytest.mark.parametrize(
    "given", [{"Authorization": ""}, {"Authorization": "Bearer wrong"}, BEARER]
)
def test_a_wrong_token_is_401_and_leaves_nothing(hooks: Hooks, given: dict[str, str]) -> None:
    answer = hooks.check(UNIT, **given)
    assert (answer.status_code, answer.content) == (401, b"")
    assert not kept(hooks)


def test_the_token_of_checks_opens_nothing_else(hooks: Hooks) -> None:
    assert hooks.servicenow([], **PIPELINE) == 401


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "none"}])
def test_a_web_page_is_403_whatever_it_knows(hooks: Hooks, header: dict[str, str]) -> None:
    assert status(hooks, **header) == 403
    assert not kept(hooks)


def test_the_route_is_there_with_its_token_only() -> None:
    store = MemoryStore(clock=lambda: NOON)
    assert status(Hooks(store, settings={"servicenow_token": "x" * 40})) == 404
    assert Hooks(store).ask(PATH, b"", method="GET").status_code == 405


# ---- what has another form


def test_another_form_is_415_and_too_much_is_413(hooks: Hooks) -> None:
    assert status(hooks, **{"Content-Type": "text/plain"}) == 415
    assert status(hooks, **{"Content-Encoding": "gzip"}) == 415
    assert status(hooks, {**UNIT, "name": "x" * LARGEST}) == 413
    assert not kept(hooks)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_400(hooks: Hooks, body: bytes) -> None:
    assert status(hooks, body) == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("change", one) for one in ("", "CHG", "12", "CHG 1", "../1", "CHG1\n", 7, None)),
        *(("name", one) for one in ("", " ", "a\nb", "a\x00", "x" * 121, "\u202ename", ["a"])),
        *(("result", one) for one in ("", "PASSED", "green", True)),
        *(("run", one) for one in ("x" * 121, "1\t2", 17)),
        *(("at", one) for one in ("yesterday", "2026-03-02T11:58:00", 1772442000)),
        ("at", (NOON + AHEAD + timedelta(seconds=1)).isoformat()),
        ("at", (NOON - KEPT - timedelta(seconds=1)).isoformat()),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("link", "javascript:alert(1)"),
        ("link", "https://ci.example/" + "x" * 1000),
    ],
)  # fmt: skip
def test_a_field_that_does_not_fit_is_422_and_named(hooks: Hooks, field: str, value: Any) -> None:
    [problem] = problems(hooks, **{field: value})
    assert problem.startswith(f"{field}: ")
    assert not isinstance(value, str) or len(value) < 5 or value not in problem


def test_all_that_is_wrong_is_told_at_once_and_strange_names_are_not_repeated(hooks: Hooks) -> None:
    found = problems(hooks, name="", result="", resulst="<b>passed</b>")
    assert len(found) == 3
    assert "there are change, name, result, link, at, run" in found[-1]
    assert "resulst" not in "".join(found)
    assert hooks.check([UNIT]).json()["problems"][0].startswith("the body: must be an object")


@pytest.mark.parametrize(
    ("link", "fine"),
    [
        (LINK, True),
        ("http://127.0.0.1:8080/x", True),
        ("https://[::1]/x", True),
        ("https://user:secret@ci.example/", False),
        ("https://ci.example/a b", False),
        ("https://ci.example/\r\nX: y", False),
        ('https://ci.example/"><script>', False),
        ("https://", False),
        ("https://[::1", False),
        ("ftp://ci.example", False),
        ("//ci.example", False),
        ("data:text/html,x", False),
        ("https://ci.exämple/", False),
    ],
)
def test_only_addresses_of_web_pages_are_links(link: str, *, fine: bool) -> None:
    assert is_web_address(link) is fine


@settings(max_examples=150)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=40),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
        max_leaves=6,
    )
    | st.fixed_dictionaries(
        {
            "change": st.text(max_size=12) | st.just("CHG1"),
            "name": st.text(max_size=12),
            "result": st.sampled_from(["passed", "failed", "x"]),
        },
        optional={"at": st.text(max_size=30), "link": st.text(max_size=30), "run": st.text()},
    )
)
def test_whatever_comes_it_is_taken_or_refused_and_nothing_breaks(told: Any) -> None:
    assert status(Hooks(MemoryStore(clock=lambda: NOON)), told) in (202, 400, 422)


# ---- what is too much, and what cannot be kept


def test_so_many_a_minute_and_no_more(hooks: Hooks) -> None:
    answers = [status(hooks, {**UNIT, "run": str(number)}) for number in range(A_MINUTE + 1)]
    assert answers == [202] * A_MINUTE + [429]
    hooks.now += 60
    assert status(hooks, {**UNIT, "run": "another"}) == 202
    assert hooks.jira(b"{}") in (204, 400), "webhooks have an allowance of their own"


def test_a_full_disk_is_503_and_the_result_may_come_again() -> None:
    full = True

    def committing() -> None:
        if full:
            raise StoreUnusable("disk is full", where="memory", remedy="Make room.")

    hooks = Hooks(MemoryStore(clock=lambda: NOON, committing=committing))
    assert status(hooks, RUN) == 503
    full = False
    assert hooks.check(RUN).json()["new"] is True


def test_the_log_has_numbers_only(hooks: Hooks) -> None:
    with structlog.testing.capture_logs() as lines:
        hooks.check({**RUN, "name": "canary", "link": "https://canary.example"})
        hooks.now += 60
        hooks.check({**RUN, "canary": "canary"}, **{"User-Agent": "canary"})
    assert [line["event"] for line in lines] == ["checks until now"] * 2
    assert "canary" not in json.dumps(lines)
    assert hooks.checks.tally.numbers == {"accepted": 1, "unfit": 1}


def test_the_answer_to_a_refusal_closes_the_connection(hooks: Hooks) -> None:
    answer = hooks.ask(PATH, b"{}", JSON)
    assert (answer.status_code, answer.headers["connection"]) == (401, "close")
