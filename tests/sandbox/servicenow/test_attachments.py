"""The Attachment API: shapes and statuses of the vendor's page, rights, limits, the scan."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from connector.sandbox.clock import ManualClock
from connector.sandbox.content import Content
from connector.sandbox.servicenow import World, attachments
from connector.sandbox.servicenow.knobs import Door

ROOT = "/api/now/attachment"


@pytest.fixture
def key(api: Any) -> str:
    """An incident."""
    return str(api.post("incident", short_description="x")["sys_id"])


def upload(api: Any, key: str, data: bytes = b"hello", **more: Any) -> Any:
    """A file on an incident."""
    told = {"table_name": "incident", "table_sys_id": key, "file_name": "a b.txt", **more}
    kind = {"Content-Type": told.pop("kind", "text/plain")}
    wanted = {name: value for name, value in told.items() if value}
    return api.call("POST", f"{ROOT}/file", params=wanted, data=data, headers=kind)


def made(api: Any, key: str, data: bytes = b"hello", **more: Any) -> dict[str, Any]:
    """The row of a new file."""
    answer = upload(api, key, data, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["result"])


def test_an_upload_answers_with_the_row_and_its_place(api: Any, key: str) -> None:
    answer = upload(api, key)
    row = answer.json()["result"]
    assert answer.headers["Location"].endswith(f"{ROOT}/{row['sys_id']}")
    assert row["download_link"].endswith(f"{ROOT}/{row['sys_id']}/file")
    assert (row["table_name"], row["table_sys_id"], row["file_name"]) == (
        "incident",
        key,
        "a b.txt",
    )
    assert (row["size_bytes"], row["content_type"]) == ("5", "text/plain")
    assert row["hash"] == hashlib.sha256(b"hello").hexdigest()
    assert row["sys_created_by"] == "tandem"


def test_a_content_comes_with_its_data_in_a_header(api: Any, key: str) -> None:
    row = made(api, key, kind="application/json", data=b'{"a": 1}')
    answer = api.call("GET", f"{ROOT}/{row['sys_id']}/file")
    assert answer.content == b'{"a": 1}'
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.headers["X-Attachment-Metadata"])["sys_id"] == row["sys_id"]


def test_lists_have_pages_and_queries(api: Any, key: str, world: World) -> None:
    ids = sorted(made(api, key, file_name=f"{n}.txt")["sys_id"] for n in range(5))
    params = {"sysparm_query": "ORDERBYsys_id", "sysparm_limit": "2", "sysparm_offset": "2"}
    answer = api.call("GET", ROOT, params=params)
    assert [row["sys_id"] for row in answer.json()["result"]] == ids[2:4]
    assert answer.headers["X-Total-Count"] == "5"
    assert 'rel="next"' in answer.headers["Link"]
    one = api.call("GET", ROOT, params={"sysparm_query": "file_name=3.txt"}).json()["result"]
    assert [row["file_name"] for row in one] == ["3.txt"]
    assert len(api.rows("sys_attachment", f"table_sys_id={key}")) == 5
    assert api.call("GET", ROOT, params={"sysparm_display_value": "all"}).status_code == 501


def test_a_long_name_is_cut_to_its_column(api: Any, key: str) -> None:
    assert made(api, key, file_name="x" * 120 + ".txt")["file_name"] == "x" * 100


def test_attaching_does_not_touch_the_record(api: Any, key: str, clock: ManualClock) -> None:
    before = api.get(f"incident/{key}").json()["result"]
    clock.advance(60)
    made(api, key)
    assert api.get(f"incident/{key}").json()["result"] == before


@pytest.mark.parametrize("name", ["table_name", "table_sys_id", "file_name", "kind"])
def test_what_an_upload_must_say(api: Any, key: str, name: str) -> None:
    assert upload(api, key, **{name: ""}).status_code == 400


def test_what_an_upload_is_refused_for(api: Any, key: str, world: World) -> None:
    assert upload(api, "0" * 32).status_code == 404
    assert upload(api, key, table_name="nonsense").status_code == 404
    assert upload(api, key, table_name="problem").status_code == 404
    assert upload(api, key, b"").status_code == 400
    assert upload(api, key, encryption_context="x").status_code == 501
    world.knobs.largest_file = 4
    assert upload(api, key).status_code == 413
    world.knobs.largest_file = 5
    world.knobs.file_endings = ("pdf",)
    assert upload(api, key).status_code == 403
    assert api.rows("sys_attachment") == []
    assert world.contents == {}


def test_files_are_hidden_with_their_record(api: Any, key: str, world: World) -> None:
    row = made(api, key)
    world.knobs.hidden_rows.add(key)
    assert api.rows("sys_attachment") == []
    assert api.call("GET", ROOT).json()["result"] == []
    for path in (f"{ROOT}/{row['sys_id']}", f"{ROOT}/{row['sys_id']}/file"):
        assert api.call("GET", path).status_code == 404
    assert api.call("DELETE", f"{ROOT}/{row['sys_id']}").status_code == 404
    assert api.get(f"sys_attachment/{row['sys_id']}").status_code == 404
    assert upload(api, key).status_code == 404
    assert len(world.files) == 1


def test_a_delete_answers_nothing_and_a_second_one_404(api: Any, key: str, world: World) -> None:
    row = made(api, key)
    answer = api.call("DELETE", f"{ROOT}/{row['sys_id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.call("DELETE", f"{ROOT}/{row['sys_id']}").status_code == 404
    assert (world.files, world.contents) == ({}, {})


def test_rows_of_files_are_not_written_by_the_table_api(api: Any, key: str) -> None:
    row = made(api, key)
    body = {"table_name": "incident", "table_sys_id": key, "file_name": "x"}
    assert api.call("POST", "/api/now/table/sys_attachment", json=body).status_code == 403
    assert api.patch("sys_attachment", row["sys_id"], file_name="y").status_code == 403


def test_a_record_takes_its_files_along(api: Any, key: str, world: World) -> None:
    made(api, key)
    world.delete("incident", key, world.caller("admin", Door.SYSTEM))
    assert (world.files, world.contents) == ({}, {})


def test_people_see_what_was_written_and_by_whom(api: Any, key: str, world: World) -> None:
    row = made(api, key)
    by = world.caller("mei.chen", Door.SCREEN)
    place = ("incident", key)
    other = attachments.attach(world, by, place, "b.txt", "text/plain", Content.of(b"x"))
    attachments.detach(world, by, row["sys_id"])
    lines = [line for line in world.write_log if line["op"] in ("attach", "detach")]
    assert [(line["op"], line["by"], line["entry"], line["key"]) for line in lines] == [
        ("attach", "tandem", row["sys_id"], key),
        ("attach", "mei.chen", other["sys_id"], key),
        ("detach", "mei.chen", row["sys_id"], key),
    ]
    shown = world.truth()["records"]["sys_attachment"]
    assert [one["hash"] for one in shown] == [hashlib.sha256(b"x").hexdigest()]


def test_the_scan_holds_a_content_back(api: Any, key: str, world: World) -> None:
    world.knobs.scans_files = True
    row = made(api, key)
    path = f"{ROOT}/{row['sys_id']}/file"
    assert row["state"] == "pending"
    assert api.call("GET", path).status_code == 403
    attachments.scanned(world, row["sys_id"])
    assert api.call("GET", path).content == b"hello"


def test_a_late_file_is_not_seen_before_its_time(
    api: Any, key: str, world: World, clock: ManualClock
) -> None:
    world.knobs.late_visibility = 30
    row = made(api, key)
    assert api.rows("sys_attachment") == []
    assert api.call("GET", f"{ROOT}/{row['sys_id']}/file").status_code == 404
    clock.advance(31)
    assert [one["sys_id"] for one in api.rows("sys_attachment")] == [row["sys_id"]]


def test_what_is_not_modelled_says_so(api: Any, key: str) -> None:
    row = made(api, key)
    assert api.call("POST", f"{ROOT}/upload", data=b"x").status_code == 501
    renamed = api.call("PATCH", f"{ROOT}/{row['sys_id']}", json={"file_name": "b"})
    assert renamed.status_code == 501
    assert api.call("GET", f"{ROOT}/{row['sys_id']}/attributes").status_code == 501
    assert api.call("PUT", f"{ROOT}/{row['sys_id']}", data=b"x").status_code == 400
    item = {"id": "1", "method": "GET", "url": f"{ROOT}/{row['sys_id']}/file"}
    body = {"batch_request_id": "b", "rest_requests": [item]}
    assert api.call("POST", "/api/now/v1/batch", json=body).status_code == 501


def test_a_stranger_gets_nothing(api: Any, key: str) -> None:
    row = made(api, key)
    api.session.auth = ("tandem", "wrong")
    assert api.call("GET", f"{ROOT}/{row['sys_id']}/file").status_code == 401
    assert upload(api, key).status_code == 401
