"""Settings: where they come from, which place wins, and what is said when they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.settings import host_of, is_loopback
from sync.errors import UserError
from sync.settings import Settings, WebSettings

SIDES = {
    "TANDEM_SERVICENOW__URL": "https://example.service-now.com/",
    "TANDEM_SERVICENOW__USER": "tandem",
    "TANDEM_SERVICENOW__PASSWORD": "open sesame",
    "TANDEM_JIRA__URL": "https://example.atlassian.net",
    "TANDEM_JIRA__TOKEN": "a-jira-token",
    "TANDEM_JIRA__PROJECT": "OPS",
}
Given = Callable[..., None]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Sets variables, by their name without the prefix or as a whole mapping."""

    def setting(everything: dict[str, str] | None = None, **short: str) -> None:
        for name, value in {**(everything or {})}.items():
            monkeypatch.setenv(name, value)
        for name, value in short.items():
            monkeypatch.setenv(f"TANDEM_{name}", value)

    return setting


def problems(*, sides: bool = False) -> list[str]:
    with pytest.raises(UserError) as caught:
        Settings.load(sides=sides)
    return caught.value.problems


def origins() -> dict[str, str]:
    return {told.name: told.origin for told in Settings.explain()}


def test_nothing_is_needed_to_work_offline() -> None:
    assert Settings.load() == Settings()


def test_the_environment_is_read(given: Given) -> None:
    given(SIDES)
    settings = Settings.load(sides=True)
    assert settings.servicenow.url == "https://example.service-now.com"
    assert settings.servicenow.password.get_secret_value() == "open sesame"
    assert settings.jira.project == "OPS"


def test_a_later_place_wins_value_by_value(here: Path, given: Given) -> None:
    (here / "tandem.toml").write_text(
        '[jira]\nurl = "https://a.example"\nuser = "u"\ntoken = "t"\n'
    )
    (here / "secrets").mkdir()
    (here / "secrets" / "tandem_jira__token").write_text("from a file\n")
    given(SECRETS_DIR="secrets", JIRA__URL="https://b.example")
    settings = Settings.load()
    assert settings.jira.url == "https://b.example"
    assert settings.jira.user == "u"
    assert settings.jira.token.get_secret_value() == "from a file"


def test_explain_tells_each_place_and_masks_secrets(here: Path, given: Given) -> None:
    (here / "other.toml").write_text("[poll]\ninterval = 5\n")
    (here / "tandem_jira__token").write_text("do not show")
    given(CONFIG="other.toml", SECRETS_DIR=str(here), WEB__LISTEN="off")
    given(STORE__URL="postgresql://me:do%20not%20show@db/tandem")
    found = origins()
    assert found["TANDEM_POLL__INTERVAL"] == "poll.interval (other.toml)"
    assert found["TANDEM_JIRA__TOKEN"] == f"{here / 'tandem_jira__token'} (secret file)"
    assert found["TANDEM_WEB__LISTEN"] == "TANDEM_WEB__LISTEN (environment)"
    assert found["TANDEM_SETTLE__JIRA"] == "default"
    values = {told.name: told.value for told in Settings.explain()}
    assert values["TANDEM_JIRA__TOKEN"] == "********"
    assert values["TANDEM_STORE__URL"] == "postgresql://me:********@db/tandem"
    assert values["TANDEM_POLL__INTERVAL"] == "5"


def test_all_problems_are_told_at_once_with_their_places(here: Path, given: Given) -> None:
    (here / "tandem.toml").write_text('[poll]\ninterval = "soon"\n[jira]\nprojct = "OPS"\n')
    given(SETTLE__JIRA="-1", WEB__LISTEN="8080", SWEEP__CRON="daily", JIRA_TOKEN="x")
    told = "\n".join(problems())
    assert len(problems()) == 6
    for place in (
        "poll.interval (tandem.toml): 'soon' does not fit",
        "jira.projct (tandem.toml): unknown setting. Did you mean TANDEM_JIRA__PROJECT?",
        "TANDEM_SETTLE__JIRA (environment): '-1' does not fit",
        "TANDEM_WEB__LISTEN (environment): '8080' does not fit",
        "TANDEM_SWEEP__CRON (environment): 'daily' does not fit",
        "TANDEM_JIRA_TOKEN (environment): unknown setting. Did you mean TANDEM_JIRA__TOKEN?",
    ):
        assert place in told


def test_what_is_missing_or_unsafe_is_told_beside_what_is_misspelt(given: Given) -> None:
    given(POLL__INTERVALL="3", HTTP__CONCURRENCY="900", SERVICENOW__URL="http://far.example")

    with pytest.raises(UserError) as caught:
        Settings.load(sides=True)

    told = {problem.split()[0].rstrip(":"): problem for problem in caught.value.problems}
    assert "unknown setting" in told["TANDEM_POLL__INTERVALL"]
    assert "900" in told["TANDEM_HTTP__CONCURRENCY"]
    assert "http://" in told["TANDEM_SERVICENOW__URL"]
    assert "not set" in told["TANDEM_JIRA__TOKEN"]
    assert len(told) == len(caught.value.problems) == 3 + len(SIDES) - 1


def test_a_wrong_secret_is_never_repeated(here: Path) -> None:
    (here / "tandem.toml").write_text("[jira]\ntoken = 4711\n")
    assert "4711" not in "\n".join(problems())


def test_the_links_of_a_container_platform_are_no_settings(given: Given) -> None:
    given(PORT="tcp://10.0.0.1:80", PORT_8080_TCP_ADDR="10.0.0.1", SERVICE_HOST="10.0.0.1")
    assert Settings.load() == Settings()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"CONFIG": "gone.toml"}, "there is no file gone.toml"),
        ({"SECRETS_DIR": "gone"}, "does not exist"),
        ({"JIRA": "not json"}, "TANDEM_JIRA is a group of settings, not one"),
    ],
)
def test_a_place_that_cannot_be_read_is_a_problem(
    given: Given, variables: dict[str, str], said: str
) -> None:
    given(**variables)
    (problem,) = problems()
    assert said in problem


@pytest.mark.parametrize("name", ["JIRA", "CONFIG", "SECRETS_DIR"])
def test_what_nobody_could_read_is_not_called_unset(given: Given, name: str) -> None:
    """What stands beside an unreadable place may well be set there."""
    given(**{name: "nowhere"})
    (problem,) = problems(sides=True)
    assert "not set" not in problem


def test_toml_that_is_none_is_told_with_its_line(here: Path) -> None:
    (here / "tandem.toml").write_text("[jira]\nurl = https://a.example\n")
    (problem,) = problems()
    assert problem.startswith("tandem.toml: not valid TOML")
    assert "line 2" in problem


@pytest.mark.parametrize(
    ("auth", "needed"),
    [
        ("basic", {"URL", "USER", "PASSWORD"}),
        ("oauth_password", {"URL", "USER", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET"}),
        ("oauth_client", {"URL", "CLIENT_ID", "CLIENT_SECRET"}),
        ("api_key", {"URL", "API_KEY"}),
        ("mtls", {"URL", "CERTIFICATE"}),
    ],
)
def test_what_is_missing_depends_on_the_way_in(given: Given, auth: str, needed: set[str]) -> None:
    given(SERVICENOW__AUTH=auth)
    names = {problem.partition(":")[0] for problem in problems(sides=True)}
    assert {name for name in names if "SERVICENOW" in name} == {
        f"TANDEM_SERVICENOW__{name}" for name in needed
    }
    assert {"TANDEM_JIRA__URL", "TANDEM_JIRA__TOKEN", "TANDEM_JIRA__PROJECT"} <= names


def test_own_mappings_name_their_own_projects(given: Given) -> None:
    given(MAPPINGS__DIR="mine")
    assert not [problem for problem in problems(sides=True) if "PROJECT" in problem]


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:1", "[::1]:80", "127.9.9.9"])
def test_plain_http_is_for_this_machine(given: Given, host: str) -> None:
    given(SIDES, JIRA__URL=f"http://{host}")
    assert Settings.load(sides=True).jira.url == f"http://{host}"


@pytest.mark.parametrize("host", ["jira.example", "10.0.0.7", "localhost.example", "[fe80::1]"])
def test_plain_http_goes_nowhere_else_unless_allowed(given: Given, host: str) -> None:
    given(SIDES, JIRA__URL=f"http://{host}")
    (problem,) = problems(sides=True)
    assert problem.startswith("TANDEM_JIRA__URL (environment): http://")
    given(HTTP__ALLOW_INSECURE="true")
    assert Settings.load(sides=True).jira.url == f"http://{host}"


@pytest.mark.parametrize(
    "url",
    [
        "jira.example",
        "ftp://jira.example",
        "https://",
        "https://me:secret@jira.example",
        "https://jira.example/?a=b",
        "https://jira.example:99999",
        "https://[::1",
    ],
)
def test_what_is_no_address_of_a_system_is_refused(given: Given, url: str) -> None:
    given(SIDES, JIRA__URL=url)
    (problem,) = problems(sides=True)
    assert problem.startswith("TANDEM_JIRA__URL (environment): ")
    assert "me:secret" not in problem


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("off", None),
        ("OFF", None),
        ("0.0.0.0:80", ("0.0.0.0", 80)),  # noqa: S104 - only parsed
        ("[::1]:8080", ("::1", 8080)),
    ],
)
def test_where_to_listen(listen: str, address: tuple[str, int] | None) -> None:
    assert WebSettings(listen=listen).address == address


def test_every_secret_is_known_to_the_filter(given: Given) -> None:
    given(SIDES, STORE__URL="postgresql://me:hunter2@db/tandem")
    assert {"open sesame", "a-jira-token", "hunter2"} == set(Settings.load().secrets())


def test_secrets_do_not_show_by_accident(given: Given) -> None:
    given(SIDES)
    shown = repr(Settings.load())
    assert "open sesame" not in shown
    assert "a-jira-token" not in shown


def test_a_host_is_named_without_its_user_and_in_lower_case() -> None:
    assert host_of("https://me@JIRA.Example:8443/path") == "jira.example:8443"
    assert not is_loopback("example.com")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WEB__JIRA_SECRET", "fifteen letters", "at least 16 characters"),
        ("WEB__SERVICENOW_TOKEN", "x" * 31, "at least 32 characters"),
        ("WEB__SERVICENOW_TOKEN", "x" * 31 + " y", "without spaces"),
        ("WEB__SERVICENOW_TOKEN", "\u00e9" * 32, "plain letters"),
        ("WEB__CHECKS_TOKEN", "x" * 31, "at least 32 characters"),
        ("WEB__CHECKS_TOKEN", "x" * 31 + " y", "without spaces"),
    ],
)
def test_a_secret_that_could_be_guessed_is_refused_and_not_shown(
    given: Given, name: str, value: str, told: str
) -> None:
    given(**{name: value})
    (problem,) = problems()
    assert problem.startswith(f"TANDEM_{name} (environment): it must ")
    assert told in problem
    assert value not in problem


def test_secrets_of_webhooks_come_from_files_too(here: Path, given: Given) -> None:
    (here / "tandem_web__jira_secret").write_text("a-secret-of-more\n")
    (here / "tandem_web__servicenow_token").write_text("y" * 32 + "\n")
    (here / "tandem_web__checks_token").write_text("z" * 32 + "\n")
    given(SECRETS_DIR=str(here))
    settings = Settings.load()
    assert settings.web.jira_secret.get_secret_value() == "a-secret-of-more"
    assert {"a-secret-of-more", "y" * 32, "z" * 32} <= set(settings.secrets())
    told = {one.name: one.value for one in Settings.explain()}
    assert told["TANDEM_WEB__JIRA_SECRET"] == told["TANDEM_WEB__SERVICENOW_TOKEN"] == "********"
    assert told["TANDEM_WEB__CHECKS_TOKEN"] == "********"
