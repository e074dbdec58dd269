"""Authentication, sessions, rate rules, batch and counts."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import pytest
import requests

from connector.sandbox.clock import ManualClock
from connector.sandbox.http import Request
from connector.sandbox.servicenow import ServiceNowSandbox, World, bulk_incidents
from connector.sandbox.servicenow.auth import API_KEY, CLIENT_ID, CLIENT_SECRET
from connector.sandbox.servicenow.table_api import TableApi

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
LIST = "/api/now/table/incident"


def token(api: Any, **form: str) -> requests.Response:
    api.session.auth = lambda request: request
    return api.call("POST", "/oauth_token.do", data={**CLIENT, **form})


def test_no_or_wrong_credentials_are_401(api: Any) -> None:
    for auth in (("tandem", "wrong"), ("nobody", "sandbox"), ("xenia.georgiou", "sandbox")):
        answer = api.call("GET", LIST, auth=auth)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == "User Not Authenticated"


def test_six_wrong_passwords_lock_the_account(api: Any) -> None:
    for _try in range(6):
        api.call("GET", LIST, auth=("tandem", "wrong"))
    assert api.call("GET", LIST).status_code == 401
    assert api.call("GET", LIST, auth=("hiro.tanaka", "sandbox")).status_code == 200


def test_people_without_a_role_are_refused(api: Any, world: World) -> None:
    world.roles["tove.hansen"].clear()
    answer = api.call("GET", LIST, auth=("tove.hansen", "sandbox"))
    assert answer.status_code == 403


def test_the_api_key_names_the_integration_account(api: Any) -> None:
    api.session.auth = lambda request: request
    assert api.call("GET", LIST, headers={"x-sn-apikey": API_KEY}).status_code == 200
    assert api.call("GET", LIST, headers={"x-sn-apikey": "no"}).status_code == 401


def test_the_same_token_is_given_until_it_expires(api: Any, clock: ManualClock) -> None:
    form = {"grant_type": "password", "username": "tandem", "password": "sandbox"}
    first = token(api, **form).json()
    assert (first["expires_in"], first["token_type"]) == (1799, "Bearer")
    clock.advance(1000)
    again = token(api, **form).json()
    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 799)
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert api.call("GET", LIST, headers=bearer).status_code == 200
    clock.advance(800)
    assert api.call("GET", LIST, headers=bearer).status_code == 401
    fresh = token(api, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert fresh["access_token"] != first["access_token"]


def test_client_credentials_come_without_a_refresh_token(api: Any) -> None:
    assert "refresh_token" not in token(api, grant_type="client_credentials").json()


def test_token_failures_and_forms(api: Any) -> None:
    bad = token(api, grant_type="password", username="tandem", password="no")
    assert (bad.status_code, bad.json()["error"]) == (401, "server_error")
    wrong = token(api, grant_type="client_credentials", client_secret="no")
    assert wrong.json()["error"] == "invalid_client"
    as_json = api.call("POST", "/oauth_token.do", json={**CLIENT, "grant_type": "password"})
    assert as_json.status_code == 401


def test_too_many_calls_on_one_session_are_thrown_away(
    sandbox: ServiceNowSandbox, world: World
) -> None:
    auth = "Basic " + base64.b64encode(b"tandem:sandbox").decode()
    body = json.dumps({"short_description": "x"}).encode()

    def post(cookie: str) -> int:
        headers = {"authorization": auth, "content-type": "application/json", "cookie": cookie}
        return sandbox.handle(Request("POST", LIST, (), headers, body)).status

    with ThreadPoolExecutor(12) as pool:
        with world.lock:
            calls = [pool.submit(post, "JSESSIONID=one") for _call in range(12)]
            first = [call.result() for call in islice(as_completed(calls, timeout=10), 2)]
        assert first == [202, 202]
    assert sorted(call.result() for call in calls) == [201] * 10 + [202] * 2
    assert len(list(world.rows("incident"))) == 10


def test_a_session_cookie_is_handed_out_once(api: Any) -> None:
    assert "JSESSIONID" in api.call("GET", LIST).headers["Set-Cookie"]
    assert "Set-Cookie" not in api.call("GET", LIST).headers


def test_a_rate_rule_answers_429_with_its_headers(api: Any, world: World) -> None:
    world.knobs.max_rate = 2
    assert [api.call("GET", LIST).status_code for _call in range(3)] == [200, 200, 429]
    answer = api.call("GET", LIST)
    assert answer.headers["Retry-After"] == "1800"
    assert answer.json()["error"]["message"] == "Rate limit exceeded"


def item(number: int, method: str, url: str, **values: str) -> dict[str, Any]:
    headers = [
        {"name": "Content-Type", "value": "application/json"},
        {"name": "Accept", "value": "application/json"},
    ]
    body = base64.b64encode(json.dumps(values).encode()).decode() if values else ""
    return {"id": str(number), "method": method, "url": url, "headers": headers, "body": body}


def batch(api: Any, *items: dict[str, Any]) -> dict[str, Any]:
    asked = {"batch_request_id": "1", "rest_requests": list(items)}
    answer = api.call("POST", "/api/now/v1/batch", json=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_batch_items_have_their_own_fate(api: Any, world: World) -> None:
    answer = batch(
        api,
        item(1, "POST", LIST, short_description="a"),
        item(2, "POST", LIST, short_description="b", state="6"),
        item(3, "GET", "/api/now/table/nope"),
        item(4, "POST", f"{LIST}?sysparm_fields=number", short_description="c"),
    )
    served = {row["id"]: row for row in answer["serviced_requests"]}
    assert [served[str(n)]["status_code"] for n in (1, 2, 3, 4)] == [201, 403, 400, 201]
    last = json.loads(base64.b64decode(served["4"]["body"]))
    assert set(last["result"]) == {"number"}
    assert answer["unserviced_requests"] == []
    assert len(list(world.rows("incident"))) == 2


def test_a_batch_that_runs_out_of_time_names_the_rest(api: Any, world: World) -> None:
    world.knobs.batch_serves = 1
    world.knobs.batch_loses_last = True
    items = [item(n, "POST", LIST, short_description=str(n)) for n in (1, 2, 3)]
    answer = batch(api, *items)
    assert [row["id"] for row in answer["serviced_requests"]] == ["1"]
    assert answer["unserviced_requests"] == ["2", "3"]
    assert {row["short_description"] for row in world.rows("incident")} == {"1", "2"}


def test_counts_with_and_without_groups(api: Any, world: World) -> None:
    bulk_incidents(world, 6)
    asked = {"sysparm_count": "true"}
    whole = api.call("GET", "/api/now/stats/incident", params=asked).json()
    assert whole == {"result": {"stats": {"count": "6"}}}
    grouped = api.call(
        "GET", "/api/now/v1/stats/incident", params={**asked, "sysparm_group_by": "priority"}
    ).json()["result"]
    counts = {g["groupby_fields"][0]["value"]: g["stats"]["count"] for g in grouped}
    assert counts == {"2": "3", "3": "3"}
    average = {"sysparm_avg_fields": "priority"}
    assert api.call("GET", "/api/now/stats/incident", params=average).status_code == 501


def test_the_dictionary_and_the_choices_describe_the_tables(api: Any, world: World) -> None:
    labels = api.rows("sys_choice", "name=incident^element=state^language=en^ORDERBYsequence")
    assert [row["value"] for row in labels] == ["1", "2", "3", "6", "7", "8"]
    assert api.rows("sys_dictionary", "name=incident^element=problem_id")[0]["reference"] != ""
    assert api.rows("sys_db_object", "super_class.name=task^name=problem")
    assert api.rows("sys_attachment") == []
    world.roles["tandem"].discard("personalize_dictionary")
    assert api.get("sys_dictionary").status_code == 403


def test_the_api_is_a_part_of_the_sandbox(world: World) -> None:
    with pytest.raises(Exception, match="Invalid table"):
        TableApi(world).handle(Request("GET", LIST), world.caller("tandem"), ["nope"], "")
