"""The Table API's shapes, statuses and paging, rows hidden by rights included."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.clock import ManualClock
from connector.sandbox.servicenow import World, bulk_incidents


def test_the_four_shapes_of_a_reference(api: Any, world: World) -> None:
    hiro = world.user_id("hiro.tanaka")
    key = api.post("incident", assigned_to=hiro)["sys_id"]
    one = f"incident/{key}"

    def cell(**params: str) -> Any:
        answer = api.get(one, sysparm_fields="assigned_to", **params)
        return answer.json()["result"]["assigned_to"]

    assert cell(sysparm_exclude_reference_link="true") == hiro
    assert cell()["value"] == hiro
    assert cell()["link"].startswith("http://instance.test/api/now/table/sys_user/")
    assert set(cell(sysparm_display_value="true")) == {"display_value", "link"}
    assert set(cell(sysparm_display_value="all")) == {"display_value", "link", "value"}


def test_an_empty_reference_is_an_empty_string(api: Any) -> None:
    assert api.post("incident", short_description="x")["assigned_to"] == ""


def test_an_empty_choice_shows_null_under_all(api: Any) -> None:
    key = api.post("incident", short_description="x")["sys_id"]
    row = api.get(f"incident/{key}", sysparm_display_value="all").json()["result"]
    assert row["close_code"] == {"display_value": None, "value": ""}
    assert row["state"] == {"display_value": "New", "value": "1"}


def test_fields_are_picked_unknown_ones_left_out_and_dots_kept(api: Any, world: World) -> None:
    key = api.post("incident", assigned_to=world.user_id("mei.chen"))["sys_id"]
    row = api.get(f"incident/{key}", sysparm_fields="number,nope,assigned_to.name").json()
    assert set(row["result"]) == {"number", "assigned_to.name"}
    assert row["result"]["assigned_to.name"] == "Mei Chen"


def test_count_is_blind_to_hidden_rows_and_the_page_is_short(api: Any, world: World) -> None:
    bulk_incidents(world, 10)
    order = [row["sys_id"] for row in api.rows("incident", "ORDERBYsys_id")]
    world.knobs.hidden_rows.update(order[:4])
    first = api.get("incident", "ORDERBYsys_id", sysparm_limit="4")
    assert first.json()["result"] == []
    assert first.headers["X-Total-Count"] == "10"
    assert 'rel="next"' in first.headers["Link"]
    rest = [
        row["sys_id"]
        for offset in ("4", "8")
        for row in api.rows("incident", "ORDERBYsys_id", sysparm_limit="4", sysparm_offset=offset)
    ]
    assert rest == order[4:]


def test_following_the_link_header_reads_everything_once(api: Any, world: World) -> None:
    made = bulk_incidents(world, 7)
    answer, seen = api.get("incident", "ORDERBYsys_id", sysparm_limit="3"), []
    while True:
        seen += [row["sys_id"] for row in answer.json()["result"]]
        if "next" not in answer.links:
            break
        answer = api.session.get(answer.links["next"]["url"])
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7


def test_count_and_link_can_be_left_out(api: Any, world: World) -> None:
    bulk_incidents(world, 3)
    quiet = {"sysparm_no_count": "true", "sysparm_suppress_pagination_header": "true"}
    answer = api.get("incident", sysparm_limit="2", **quiet)
    assert "X-Total-Count" not in answer.headers
    assert "Link" not in answer.headers


def test_a_hidden_row_and_a_missing_row_answer_alike(api: Any, world: World) -> None:
    key = api.post("incident", short_description="x")["sys_id"]
    world.knobs.hidden_rows.add(key)
    hidden, gone = api.get(f"incident/{key}"), api.get("incident/" + "0" * 32)
    assert hidden.status_code == gone.status_code == 404
    assert hidden.json() == gone.json()
    assert api.patch("incident", key, short_description="y").status_code == 404


def test_a_hidden_column_reads_as_empty(api: Any, world: World) -> None:
    key = api.post("incident", description="secret")["sys_id"]
    world.knobs.hidden_fields.add("incident.description")
    assert api.get(f"incident/{key}").json()["result"]["description"] == ""


def test_only_version_one_answers_404_for_an_empty_list(api: Any) -> None:
    assert api.call("GET", "/api/now/v1/table/incident").status_code == 404
    assert api.call("GET", "/api/now/v2/table/incident").json() == {"result": []}
    assert api.get("incident").json() == {"result": []}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/now/table/no_such_table", "Invalid table no_such_table"),
        ("/api/now/nothing", "Requested URI does not represent any resource"),
        ("/rest/api/2/issue", "Requested URI does not represent any resource"),
    ],
)
def test_wrong_addresses_are_400(api: Any, path: str, message: str) -> None:
    answer = api.call("GET", path)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == message


def test_a_parameter_that_is_not_modelled_is_refused(api: Any) -> None:
    for name in ("sysparm_view", "sysparm_qeury"):
        assert api.get("incident", **{name: "x"}).status_code == 501
    assert api.get("incident", sysparm_input_display_value="true").status_code == 501


def test_a_very_long_address_is_refused_with_a_page(api: Any) -> None:
    answer = api.get("incident", "sys_idIN" + "a" * 9000)
    assert answer.status_code == 400
    assert "html" in answer.headers["Content-Type"]


def test_writes_drop_unknown_and_read_only_columns_silently(api: Any) -> None:
    key = api.post("incident", short_description="x", nope="1", sys_created_by="me")["sys_id"]
    answer = api.patch("incident", key, u_nope="1", sys_mod_count="9", sys_id="abc")
    assert answer.status_code == 200
    row = answer.json()["result"]
    assert (row["sys_mod_count"], row["sys_created_by"], row["sys_id"]) == ("0", "tandem", key)


def test_long_texts_are_cut_to_the_column(api: Any) -> None:
    row = api.post("incident", short_description="x" * 500, correlation_id="y" * 300)
    assert (len(row["short_description"]), len(row["correlation_id"])) == (160, 100)


def test_a_write_that_changes_nothing_does_not_count(api: Any, clock: ManualClock) -> None:
    row = api.post("incident", short_description="same")
    clock.advance(60)
    after = api.patch("incident", row["sys_id"], short_description="same").json()["result"]
    assert (after["sys_mod_count"], after["sys_updated_on"]) == ("0", row["sys_updated_on"])
    changed = api.patch("incident", row["sys_id"], short_description="new").json()["result"]
    assert (changed["sys_mod_count"], changed["sys_updated_on"]) == ("1", "2026-03-02 09:31:00")


def test_every_write_is_logged_in_order_with_its_author(api: Any, world: World) -> None:
    key = api.post("incident", short_description="x")["sys_id"]
    api.patch("incident", key, short_description="y", work_notes="hello")
    api.patch("incident", key, short_description="y")
    ops = [(line["seq"], line["op"], line["by"]) for line in world.write_log]
    assert ops == [(1, "insert", "tandem"), (2, "update", "tandem"), (3, "journal", "tandem")]
    assert world.write_log[1]["fields"]["short_description"] == ["x", "y"]


def test_a_deletion_leaves_a_trace_for_admins(api: Any, world: World) -> None:
    row = api.post("incident", short_description="x")
    assert api.call("DELETE", f"/api/now/table/incident/{row['sys_id']}").status_code == 204
    assert api.get(f"incident/{row['sys_id']}").status_code == 404
    assert api.get("sys_audit_delete").status_code == 403
    world.roles["tandem"].add("admin")
    [grave] = api.rows("sys_audit_delete")
    assert (grave["documentkey"], grave["display_value"]) == (row["sys_id"], row["number"])


def test_the_task_table_shows_all_classes_with_task_columns(api: Any) -> None:
    api.post("incident", short_description="a")
    api.post("problem", short_description="b")
    rows = api.rows("task")
    assert {row["sys_class_name"] for row in rows} == {"incident", "problem"}
    assert all("caller_id" not in row for row in rows)


def test_a_late_commit_appears_with_its_old_stamp(
    api: Any, world: World, clock: ManualClock
) -> None:
    world.knobs.late_visibility = 30
    world.knobs.late_logins = {"hiro.tanaka"}
    late = world.insert("incident", {"short_description": "late"}, world.caller("hiro.tanaka"))
    clock.advance(5)
    api.post("incident", short_description="newer")
    assert api.names("incident", "ORDERBYsys_updated_on") == ["newer"]
    clock.advance(26)
    assert api.names("incident", "ORDERBYsys_updated_on") == ["late", "newer"]
    assert late["sys_updated_on"] == "2026-03-02 09:30:00"


def test_a_late_update_shows_the_old_row_meanwhile(
    api: Any, world: World, clock: ManualClock
) -> None:
    key = api.post("incident", short_description="old")["sys_id"]
    world.knobs.late_visibility = 10
    by = world.caller("hiro.tanaka")
    world.update("incident", key, {"short_description": "new"}, by)
    assert api.names("incident", "active=true") == ["old"]
    clock.advance(10)
    assert api.names("incident", "active=true") == ["new"]


def test_a_broken_body_and_a_wrong_type_are_told(api: Any) -> None:
    url = "/api/now/table/incident"
    json_type = {"Content-Type": "application/json"}
    assert api.call("POST", url, data="{", headers=json_type).status_code == 400
    assert api.call("POST", url, data={"a": "b"}).status_code == 415
    assert api.call("GET", url, headers={"Accept": "text/csv"}).status_code == 406
    assert api.call("PUT", url, json={}).status_code == 405


def test_the_echo_can_be_suppressed_and_the_method_overridden(api: Any) -> None:
    key = api.post("incident", short_description="x")["sys_id"]
    url = f"/api/now/table/incident/{key}"
    override = {"X-HTTP-Method-Override": "PATCH", "X-no-response-body": "true"}
    answer = api.call("POST", url, json={"short_description": "y"}, headers=override)
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.names("incident", "active=true") == ["y"]


def test_head_answers_without_a_body(api: Any) -> None:
    answer = api.call("HEAD", "/api/now/table/incident")
    assert (answer.status_code, answer.content) == (200, b"")
