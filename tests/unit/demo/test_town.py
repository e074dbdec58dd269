"""Two fake systems that answer, hold a company and say how to reach them."""

from __future__ import annotations

import pytest
import requests

from connector.sandbox.people import COLLEAGUES
from connector.settings import host_of
from mappings.sides import Side
from sync.demo.show import demo_settings
from sync.demo.town import Town
from sync.errors import UserError

AMIRA = COLLEAGUES[0]
INCIDENTS = "/api/now/table/incident?sysparm_fields=number&sysparm_limit=3"


@pytest.mark.parametrize(("flavour", "kind"), [("cloud", "Cloud"), ("dc", "Server")])
def test_people_log_in_on_both_sides(flavour: str, kind: str) -> None:
    with Town(flavour, incidents=10) as town:
        here, there = (town.url(side) for side in Side)
        rows = requests.get(here + INCIDENTS, auth=town.login(Side.SERVICENOW, AMIRA), timeout=5)
        me = requests.get(
            f"{there}/rest/api/2/myself", auth=town.login(Side.JIRA, AMIRA), timeout=5
        )
        about = requests.get(
            f"{there}/rest/api/2/serverInfo", auth=town.login(Side.JIRA, AMIRA), timeout=5
        )

    assert len(rows.json()["result"]) == 3
    assert me.json()["displayName"] == AMIRA.name
    assert about.json()["deploymentType"] == kind


def test_the_settings_name_this_town() -> None:
    with Town("cloud", incidents=0) as cloud, Town("dc", incidents=0) as other:
        told, bearer = cloud.settings(), other.settings()
        direct = cloud.direct()

        assert told["TANDEM_JIRA__URL"] == cloud.url(Side.JIRA) != other.url(Side.JIRA)
        assert direct[Side.JIRA].identity().host == host_of(told["TANDEM_JIRA__URL"])
        assert direct[Side.SERVICENOW].identity().host == host_of(told["TANDEM_SERVICENOW__URL"])
    assert told["TANDEM_JIRA__USER"] == "tandem@example.com"
    assert bearer["TANDEM_JIRA__USER"] == ""


def test_the_settings_can_be_read_as_they_are(tmp_path: pytest.TempPathFactory) -> None:
    with Town("cloud", incidents=0) as town:
        settings = demo_settings(town, tmp_path)  # type: ignore[arg-type]
        assert settings.servicenow.url == town.url(Side.SERVICENOW)
        assert settings.jira.token.get_secret_value() == town.password
        assert settings.jira.project == "OPS"
        assert str(tmp_path) in settings.store.url


def test_no_incidents_means_people_only() -> None:
    with Town(incidents=0) as town:
        truth = town.servicenow.world.truth()["records"]
        assert not truth["incident"]
        assert not town.jira.world.issues
        assert len(truth["sys_user"]) > 20


def test_the_same_seed_gives_the_same_company() -> None:
    def numbers(seed: int) -> list[tuple[str, str]]:
        with Town(seed=seed, incidents=20) as town:
            rows = town.servicenow.world.truth()["records"]["incident"]
            issues = town.jira.world.issues.values()
            return [(row["number"], row["short_description"]) for row in rows] + [
                (issue.key, issue.status) for issue in issues
            ]

    assert numbers(3) == numbers(3) != numbers(4)


def test_busy_ports_are_both_named_with_their_options() -> None:
    with Town(incidents=0) as town:
        ports = tuple(int(town.url(side).rpartition(":")[2]) for side in Side)
        with pytest.raises(UserError) as caught, Town(incidents=0, ports=(ports[0], ports[1])):
            pass

    first, second = caught.value.problems
    assert first.startswith(f"--servicenow-port {ports[0]}: cannot listen")
    assert second.startswith(f"--jira-port {ports[1]}: cannot listen")


def test_a_town_that_could_not_start_leaves_no_port_taken() -> None:
    with Town(incidents=0) as town:
        taken = int(town.url(Side.JIRA).rpartition(":")[2])
        free = _free_port()
        with pytest.raises(UserError), Town(incidents=0, ports=(free, taken)):
            pass
        with Town(incidents=0, ports=(free, 0)) as second:
            assert second.url(Side.SERVICENOW).endswith(f":{free}")


def test_an_unknown_flavour_is_refused() -> None:
    with pytest.raises(UserError, match="--flavor server: unknown"), Town("server"):
        pass


def _free_port() -> int:
    with Town(incidents=0) as town:
        return int(town.url(Side.SERVICENOW).rpartition(":")[2])
