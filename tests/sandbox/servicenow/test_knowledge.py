"""Knowledge in the fake instance: drafts, versions, flows, and who may contribute."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.clock import ManualClock
from connector.sandbox.servicenow import World
from connector.sandbox.servicenow import knowledge_rules as hands
from connector.sandbox.servicenow.knobs import Caller, Door
from connector.sandbox.servicenow.knowledge_tables import ARTICLE, BASE, TIE
from connector.sandbox.servicenow.refusal import Refusal
from tests.sandbox.servicenow.conftest import Api


def author(world: World, login: str = "elena.rossi") -> Caller:
    return world.caller(login, Door.SCREEN)


def a_base(world: World) -> str:
    return next(str(row["sys_id"]) for row in world.rows(BASE))


def a_draft(world: World, clock: ManualClock, **fields: str) -> dict[str, str]:
    values = {"kb_knowledge_base": a_base(world), "short_description": "Empty it", **fields}
    row = world.insert(ARTICLE, values, author(world))
    clock.advance(1)
    return row


def moved(world: World, clock: ManualClock, number: str, state: str) -> dict[str, str]:
    row = hands.move(world, number, state, author(world))
    clock.advance(1)
    return row


def test_a_draft_needs_a_base_and_a_title(api: Api, world: World) -> None:
    answer = api.call("POST", f"/api/now/table/{ARTICLE}", json={"short_description": "Empty it"})
    assert answer.status_code == 403
    assert "mandatory: Knowledge base" in answer.json()["error"]["detail"]
    body = {"kb_knowledge_base": a_base(world)}
    answer = api.call("POST", f"/api/now/table/{ARTICLE}", json=body)
    assert "mandatory: Short description" in answer.json()["error"]["detail"]
    made = api.post(ARTICLE, **body, short_description="x" * 120)
    assert (made["number"], made["workflow_state"], made["version"]) == (
        "KB0010001", "draft", "0.01",
    )  # fmt: skip
    assert len(made["short_description"]) == 100
    assert made["valid_to"] == "2100-01-01"
    assert "correlation_id" not in made


def test_versions_count_as_documented(world: World, clock: ManualClock) -> None:
    number = a_draft(world, clock)["number"]
    told = [
        moved(world, clock, number, state)["version"]
        for state in ("review", "draft", "review", "scheduled_publish", "published")
    ]
    assert told == ["0.02", "0.03", "0.04", "0.05", "1.0"]
    assert hands.checkout(world, number, author(world))["version"] == "1.01"
    assert moved(world, clock, number, "review")["version"] == "1.02"
    assert moved(world, clock, number, "published")["version"] == "2.0"
    states = [row["workflow_state"] for row in hands.versions(world, number)]
    assert states == ["outdated", "published"]
    assert moved(world, clock, number, "retired")["version"] == "2.0"


def test_only_one_version_is_in_work(world: World, clock: ManualClock) -> None:
    number = a_draft(world, clock)["number"]
    with pytest.raises(Refusal):
        hands.checkout(world, number, author(world))
    moved(world, clock, number, "published")
    hands.checkout(world, number, author(world))
    with pytest.raises(Refusal):
        hands.checkout(world, number, author(world))


def test_a_published_version_is_kept_with_200(api: Api, world: World, clock: ManualClock) -> None:
    row = a_draft(world, clock)
    moved(world, clock, row["number"], "published")
    answer = api.patch(ARTICLE, row["sys_id"], short_description="Grow it")
    assert (answer.status_code, answer.json()["result"]["short_description"]) == (200, "Empty it")
    world.knobs.knowledge_versions = False
    answer = api.patch(ARTICLE, row["sys_id"], short_description="Grow it")
    assert answer.json()["result"]["short_description"] == "Grow it"


def test_a_draft_is_its_authors(api: Api, world: World, clock: ManualClock) -> None:
    row = a_draft(world, clock)
    answer = api.patch(ARTICLE, row["sys_id"], short_description="Grow it")
    assert answer.status_code == 403
    assert "security constraints" in answer.json()["error"]["detail"]
    world.roles["tandem"].add("knowledge_admin")
    assert api.patch(ARTICLE, row["sys_id"], short_description="Grow it").status_code == 200
    given = api.post(
        ARTICLE, kb_knowledge_base=a_base(world), short_description="For her", author=row["author"]
    )
    world.roles["tandem"].discard("knowledge_admin")
    assert api.patch(ARTICLE, given["sys_id"], short_description="Grow it").status_code == 403


@pytest.mark.parametrize(("knob", "kept"), [("ignored", "draft"), ("direct", "published")])
def test_the_state_moves_by_rest_only_where_the_instance_lets_it(
    api: Api, world: World, knob: str, kept: str
) -> None:
    world.knobs.knowledge_state = knob
    body: dict[str, Any] = {"kb_knowledge_base": a_base(world), "short_description": "Empty it"}
    made = api.post(ARTICLE, **body)
    answer = api.patch(ARTICLE, made["sys_id"], workflow_state="published")
    assert (answer.status_code, answer.json()["result"]["workflow_state"]) == (200, kept)
    assert api.post(ARTICLE, **body, workflow_state="published")["workflow_state"] == kept


def test_contributing_takes_a_role_and_an_open_base(
    api: Api, world: World, clock: ManualClock
) -> None:
    body = {"kb_knowledge_base": a_base(world), "short_description": "Empty it"}
    world.knobs.closed_bases.add(body["kb_knowledge_base"])
    answer = api.call("POST", f"/api/now/table/{ARTICLE}", json=body)
    assert answer.status_code == 403
    world.knobs.closed_bases.clear()
    world.roles["tandem"].discard("knowledge")
    answer = api.call("POST", f"/api/now/table/{ARTICLE}", json=body)
    assert answer.status_code == 403
    assert api.rows(ARTICLE) == []
    a_draft(world, clock)
    assert len(api.rows(ARTICLE)) == 1, "reading needs no role of its own"


def test_a_tie_names_both_ends(api: Api, world: World, clock: ManualClock) -> None:
    row = a_draft(world, clock)
    answer = api.call("POST", f"/api/now/table/{TIE}", json={"kb_knowledge": row["sys_id"]})
    assert "mandatory: Task" in answer.json()["error"]["detail"]
    problem = api.post("problem", short_description="Too small", impact="2", urgency="2")
    for _ in range(2):
        api.post(TIE, task=problem["sys_id"], kb_knowledge=row["sys_id"])
    assert len(api.rows(TIE, "task.sys_class_name=problem")) == 2, "nothing keeps it unique"
