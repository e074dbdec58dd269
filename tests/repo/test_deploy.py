"""The container's recipe, as far as it can be judged without an engine that runs it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer.main
import yaml

from connector.sandbox.servicenow import problem_resource
from sync.cli import app
from sync.demo.town import Town
from sync.insight.telling.delivery import COLUMNS
from sync.origins import CONFIG, SECRETS_DIR, names, variable
from sync.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
STEPS = [
    line.partition(" ")
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE)).splitlines()
    if line.strip()
]
FINAL = STEPS[max(place for place, step in enumerate(STEPS) if step[0] == "FROM") :]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
KNOWN = {variable(path) for path in names(Settings)} | {CONFIG, SECRETS_DIR}
SECRET = re.compile(r"(?i)(password|token|secret|api_key|private_key)")


def said(word: str, steps: list[tuple[str, str, str]]) -> list[str]:
    """What follows each instruction of that name."""
    return [rest.strip() for name, _, rest in steps if name == word]


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in container.get("environment", {}).items()}


# ---- the image


def test_every_stage_stands_on_a_named_version() -> None:
    bases = said("FROM", STEPS)
    assert len(bases) == 2
    assert not [base for base in bases if not re.match(r"python:3\.\d+-slim\b", base)]


def test_the_image_runs_as_a_numbered_user_who_is_not_root() -> None:
    assert [rest.partition(":")[0] for rest in said("USER", FINAL)] == ["10001"]
    after = FINAL[[name for name, _, _ in FINAL].index("USER") :]
    assert not said("RUN", after), "a step after USER would work as that user"


def test_the_image_says_how_it_is_watched_and_where_data_is() -> None:
    assert "/healthz" in said("HEALTHCHECK", FINAL)[0]
    assert said("VOLUME", FINAL) == said("WORKDIR", FINAL) == ["/data"]
    assert said("ENTRYPOINT", FINAL) == ['["tandem"]']
    assert said("CMD", FINAL) == ['["run"]']


def test_the_last_stage_installs_and_builds_nothing() -> None:
    assert not re.search(r"\b(pip|apt-get|apt|gcc|make|curl|ADD)\b", str(FINAL))
    assert [rest for rest in said("COPY", FINAL) if "--from=build" not in rest] == []


def test_every_package_of_the_image_comes_by_hash() -> None:
    for rest in said("RUN", STEPS):
        for part in re.split(r"&&", rest):
            if re.search(r"pip (install|wheel)", part) and ".lock" in part:
                assert "--require-hashes" in part, part
    assert "requirements.lock" in DOCKERFILE
    assert "requirements-dev.lock" not in DOCKERFILE


def test_no_secret_is_built_into_the_image() -> None:
    assert not [step for step in STEPS if step[0] in ("ENV", "ARG") and SECRET.search(step[2])]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line for line in ignored if line.startswith("!")]
    assert "*" in ignored
    assert not [line for line in allowed if re.search(r"secret|toml$(?<!pyproject\.toml)|db", line)]


def test_what_the_image_copies_is_let_through() -> None:
    let = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines()}
    copied = {
        name for rest in said("COPY", STEPS) if "--from" not in rest for name in rest.split()[:-1]
    }
    assert copied <= let
    assert not [name for name in copied if not (ROOT / name).exists()]


# ---- the compose file


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_has_no_more_rights_than_it_needs(name: str) -> None:
    one = CONTAINERS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["mem_limit"]
    assert not [port for port in one.get("ports", ()) if not port.startswith("127.0.0.1:")]
    assert "privileged" not in one
    assert "user" not in one


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_sets_only_what_exists(name: str) -> None:
    assert set(variables(CONTAINERS[name])) <= KNOWN


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_runs_a_command_with_options_that_exist(name: str) -> None:
    command, *rest = map(str, CONTAINERS[name].get("command", ["run"]))
    known = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    options = {option for one in known.params for option in one.opts}
    assert {part for part in rest if part.startswith("--")} <= options


def test_the_two_profiles_are_what_the_readme_says() -> None:
    profiles = {name: one["profiles"] for name, one in CONTAINERS.items()}
    assert profiles == {"tandem": ["own"], "sandbox": ["tour"], "tour": ["tour"]}


def test_secrets_of_your_own_systems_are_files_and_named_like_settings() -> None:
    own = CONTAINERS["tandem"]
    assert not [name for name in variables(own) if SECRET.search(name) and name != SECRETS_DIR]
    assert {name.upper() for name in own["secrets"]} <= KNOWN
    assert set(own["secrets"]) == set(COMPOSE["secrets"])
    assert variables(own)[SECRETS_DIR] == "/run/secrets"


def test_data_is_in_one_volume() -> None:
    assert CONTAINERS["tandem"]["volumes"] == ["data:/data"]
    assert list(COMPOSE["volumes"]) == ["data"]


def test_the_tour_logs_in_as_the_fakes_know_it() -> None:
    sandbox, tour = CONTAINERS["sandbox"], variables(CONTAINERS["tour"])
    with Town(incidents=0) as town:
        expected = town.settings()
    ports = {
        option: sandbox["command"][place + 1]
        for place, option in enumerate(sandbox["command"][:-1])
    }
    expected["TANDEM_SERVICENOW__URL"] = f"http://127.0.0.1:{ports['--servicenow-port']}"
    expected["TANDEM_JIRA__URL"] = f"http://127.0.0.1:{ports['--jira-port']}"
    assert expected.items() <= tour.items()


# ---- the example file


def test_the_example_names_only_settings_that_exist() -> None:
    text = (ROOT / "deploy" / "config.example.toml").read_text(encoding="utf-8")
    written = tomllib.loads(re.sub(r"(?m)^#(?=\w+ = )", "", text))
    told = {variable((group, name)) for group, inner in written.items() for name in inner}
    assert told == KNOWN - {CONFIG, SECRETS_DIR}


# ---- the update set


def parsed(text: str) -> ElementTree.Element:
    """A file of our own, so nothing hostile is read."""
    return ElementTree.fromstring(text.encode())  # noqa: S314


def brought_by(name: str) -> list[ElementTree.Element]:
    """The records that an update set brings."""
    text = (ROOT / "deploy/servicenow" / name).read_text(encoding="utf-8")
    payloads = [one.text or "" for one in parsed(text).iter("payload")]
    return [record for payload in payloads for record in parsed(payload)]


def update_set() -> dict[str, ElementTree.Element]:
    """What moves problems, by table."""
    return {record.tag: record for record in brought_by("problem_state_update_set.xml")}


def test_the_columns_of_the_delivery_status_are_those_that_are_written() -> None:
    brought = brought_by("delivery_update_set.xml")
    made = {one.findtext("element"): one for one in brought if one.tag == "sys_dictionary"}
    assert {
        str(name): int(one.findtext("max_length") or 0) for name, one in made.items()
    } == COLUMNS
    assert {one.findtext("name") for one in made.values()} == {"task"}
    assert {one.findtext("read_only") for one in made.values()} == {"true"}
    readme = (ROOT / "deploy/servicenow/README.md").read_text(encoding="utf-8")
    assert all(name in readme for name in COLUMNS)


def test_the_delivery_view_is_its_own_and_runs_nothing() -> None:
    brought = brought_by("delivery_update_set.xml")
    [view] = [one.findtext("sys_id") for one in brought if one.tag == "sys_ui_view"]
    layouts = [
        one for one in brought if one.tag in ("sys_ui_section", "sys_ui_form", "sys_ui_list")
    ]
    assert {one.findtext("view") for one in layouts} == {view}
    assert len(layouts) == 9
    parts = {"sys_ui_element", "sys_ui_form_section", "sys_ui_list_element"}
    rules = {"sys_security_acl", "sys_security_acl_role"}
    known = {"sys_dictionary", "sys_ui_view", *(one.tag for one in layouts), *parts, *rules}
    assert {one.tag for one in brought} == known
    for kind, count in (("sys_ui_section", len(COLUMNS)), ("sys_ui_list", len(COLUMNS) - 1)):
        for layout in (one.findtext("sys_id") for one in layouts if one.tag == kind):
            shown = [one for one in brought if layout in [part.text for part in one]]
            named = [one.findtext("element") for one in shown if one.findtext("element")]
            assert len([name for name in named if name in COLUMNS]) == count
    ids = [one.findtext("sys_id") for one in brought]
    assert len(set(ids)) == len(ids)


def test_callers_do_not_read_what_developers_say() -> None:
    brought = brought_by("delivery_update_set.xml")
    [rule] = [one for one in brought if one.tag == "sys_security_acl"]
    [bound] = [one for one in brought if one.tag == "sys_security_acl_role"]
    told = [rule.findtext(name) for name in ("name", "operation", "type", "active")]
    assert told == ["task.u_delivery_note", "read", "record", "true"]
    assert bound.findtext("sys_security_acl") == rule.findtext("sys_id")
    role = bound.find("sys_user_role")
    assert role is not None
    assert role.get("display_value") == "itil"


def test_the_update_set_brings_one_resource_behind_one_role_and_nothing_else() -> None:
    brought = update_set()
    role, rule, bound, api, step = (
        brought.pop(f"sys_{name}")
        for name in (
            *("user_role", "security_acl", "security_acl_role", "ws_definition", "ws_operation"),
        )
    )
    assert not brought
    assert role.findtext("name") == problem_resource.ROLE
    assert not role.findtext("includes_roles")
    assert (rule.findtext("type"), rule.findtext("operation")) == ("REST_Endpoint", "execute")
    assert bound.findtext("sys_security_acl") == rule.findtext("sys_id")
    assert bound.findtext("sys_user_role") == role.findtext("sys_id")
    assert step.findtext("web_service_definition") == api.findtext("sys_id")
    for one in (api, step):
        assert one.findtext("enforce_acl") == rule.findtext("sys_id")
    assert step.findtext("requires_authentication") == "true"
    assert step.findtext("requires_acl_authorization") == "true"


def test_the_update_set_answers_what_the_adapter_asks() -> None:
    brought = update_set()
    step = brought["sys_ws_operation"]
    assert step.findtext("http_method") == "PATCH"
    assert step.findtext("relative_path") == "/{number}/new_state/{state}"
    path = brought["sys_ws_definition"].findtext("base_uri")
    script = step.findtext("operation_script") or ""
    assert re.findall(r"setValue\('(\w+)'", script) == ["state"]
    assert "GlideRecordSecure('problem')" in script
    assert len(script.splitlines()) < 40
    for page in ("README.md", "deploy/servicenow/README.md", "deploy/config.example.toml"):
        assert str(path) in (ROOT / page).read_text(encoding="utf-8")


# ---- what ServiceNow sends


def test_the_business_rule_sends_what_the_door_takes() -> None:
    page = (ROOT / "deploy" / "servicenow" / "README.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```js\n(.*?)```", page, re.DOTALL)
    pairs = re.search(r"stringify\(\{(.*?)\}\)", script, re.DOTALL)
    assert pairs is not None
    assert re.findall(r"(\w+):", pairs[1]) == ["table", "sys_id"]
    assert "'Content-Type', 'application/json'" in script
    assert "'Bearer ' + " in script
    assert "/hooks/servicenow" in page
    assert "Never imported into a real instance here" in page
