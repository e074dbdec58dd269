"""Settings to objects: every setting reaches what it is for; the lock is kept and given back."""

from __future__ import annotations

import io
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from connector.errors import AccessLost
from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings
from mappings.sides import Side
from sync import wiring
from sync.core.safety import Limits
from sync.daemon import Daemon
from sync.errors import LeaseHeld, LeaseLost, UserError
from sync.origins import SettingPath, names
from sync.settings import (
    MappingsSettings,
    PollSettings,
    SafetySettings,
    Settings,
    SettleSettings,
    StoreSettings,
)
from tests.support.bench import Bench

ROOT = Path(__file__).resolve().parents[2]
NOT_YET: set[SettingPath] = set()
"""Settings whose part of the program is still to come."""


def a_setup(tmp_path: Path, **groups: object) -> Settings:
    """Settings of two systems that nobody reaches."""
    basis: dict[str, object] = {
        "servicenow": ServiceNowSettings(url="http://127.0.0.1:1", user="u", password="p"),
        "jira": JiraSettings(url="http://127.0.0.1:1", token="t", project="OPS", flavor="cloud"),
        "store": StoreSettings(url=f"sqlite:///{tmp_path / 'x.db'}"),
    }
    return Settings(**{**basis, **groups})  # type: ignore[arg-type]


def test_every_limit_reaches_the_engine() -> None:
    odd = {"creates": 1, "closings": 2, "blanks": 3, "update_share": 0.4, "update_floor": 5}
    assert wiring.options(Settings(guard=SafetySettings(**odd))).limits == Limits(**odd)  # type: ignore[arg-type]


@pytest.mark.parametrize(("word", "allowed"), [("ask", False), ("allow", True)])
def test_the_first_run_may_be_allowed(word: str, *, allowed: bool) -> None:
    settings = Settings(guard=SafetySettings(first_run=word))  # type: ignore[arg-type]
    assert wiring.options(settings).first_run_allowed is allowed


def test_settle_times_reach_the_engine() -> None:
    settings = Settings(settle=SettleSettings(servicenow=7, jira=8))
    assert wiring.options(settings).settle == {Side.SERVICENOW: 7, Side.JIRA: 8}


def test_the_systems_are_named_as_marks_name_them(tmp_path: Path) -> None:
    settings = a_setup(tmp_path, jira=JiraSettings(url="https://Me@Site.Example:8443/jira/"))
    options = wiring.options(settings)
    assert (options.servicenow_host, options.jira_host) == ("127.0.0.1:1", "site.example:8443")


def test_remote_links_can_be_switched_off() -> None:
    settings = Settings(jira=JiraSettings(remote_links=False))
    assert not wiring.options(settings).remote_links


class Refusing(BaseAdapter):
    """Remembers how long each request would have waited for its answer, and turns it away."""

    def __init__(self) -> None:
        super().__init__()
        self.patience: list[object] = []

    def send(self, request: PreparedRequest, **options: Any) -> Response:  # type: ignore[override]
        """Status 401, without any network."""
        self.patience.append(options["timeout"])
        answer = Response()
        answer.status_code, answer.request, answer.url = 401, request, str(request.url)
        answer.raw = io.BytesIO(b"{}")
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("side", Side)
def test_the_timeout_is_how_long_an_answer_is_waited_for(side: Side, tmp_path: Path) -> None:
    door = Refusing()
    settings = a_setup(tmp_path, http=HttpSettings(timeout=4.5))
    with (
        wiring.running(settings, mounts={side: door}) as runtime,
        pytest.raises(AccessLost),
    ):
        runtime.adapters[side].identity()
    assert door.patience
    assert all(isinstance(one, tuple) and one[1] == 4.5 for one in door.patience)


def test_the_daemon_polls_at_its_interval() -> None:
    bench, twice = Bench(), threading.Event()
    passes: list[float] = []

    def watch(_: object) -> None:
        passes.append(time.monotonic())
        if len(passes) == 2:
            twice.set()

    daemon = Daemon(bench.runtime, Settings(poll=PollSettings(interval=1)), watch)
    daemon.start()
    assert twice.wait(20)
    daemon.stop()
    assert passes[1] - passes[0] > 0.5


def sources(folder: str) -> str:
    """All code of a package but the settings' own."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name not in ("settings.py", "origins.py") and "sandbox" not in path.parts
    )


CODE = {folder: sources(folder) for folder in ("sync", "connector")}


def used(path: SettingPath) -> bool:
    """Whether some code asks for a setting by its group's and its own name."""
    group, name = path
    named = re.compile(rf"\b{group}\.{name}\b")
    if path == ("web", "listen"):
        return "settings.web.address" in CODE["sync"]
    if named.search(CODE["sync"]):
        return True
    owner = rf"\b(?:_?settings|_?http)\.{name}\b"
    if group in ("servicenow", "jira", "http"):
        return re.search(owner, CODE["connector"]) is not None
    return re.search(rf"\bsettings\.{name}\b", CODE["sync"]) is not None


@pytest.mark.parametrize("path", list(names(Settings)), ids=".".join)
def test_every_setting_is_used_somewhere(path: SettingPath) -> None:
    if path == ("http", "allow_insecure"):
        assert "allow_insecure" in (ROOT / "sync" / "settings.py").read_text(encoding="utf-8")
        return
    assert used(path) is (path not in NOT_YET)


def test_mappings_come_from_a_folder_or_are_the_shipped_ones(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    settings = a_setup(tmp_path, mappings=MappingsSettings(dir=str(folder)))
    with pytest.raises(UserError, match=r"holds no \*.yaml"):
        wiring.load_specs(settings)
    shipped = wiring.mapping_texts(None)
    (folder / "one.yaml").write_text(next(iter(shipped.values())), encoding="utf-8")
    assert len(wiring.load_specs(settings)) == 1
    assert len(wiring.load_specs(a_setup(tmp_path))) == len(shipped)
    with pytest.raises(UserError, match="does not exist"):
        wiring.load_specs(settings, tmp_path / "gone")


def test_a_mapping_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"bad\.yaml: cannot be read"):
        wiring.load_specs(a_setup(tmp_path), tmp_path)


def test_the_lock_is_held_while_we_work_and_free_afterwards(tmp_path: Path) -> None:
    settings = a_setup(tmp_path)
    with wiring.open_store(settings) as store, wiring.open_store(settings) as other:
        with wiring.leased(store) as lease:
            with pytest.raises(LeaseHeld) as held, wiring.leased(other):
                pass
            assert held.value.who == lease.holder == wiring.holder()
            store.meta.put("works", "yes")
        with wiring.leased(other):
            assert other.meta.get("works") == "yes"


def test_a_holder_that_lost_its_lock_writes_no_more(tmp_path: Path) -> None:
    settings = a_setup(tmp_path)
    with wiring.open_store(settings) as store, wiring.open_store(settings) as other:
        with wiring.leased(store) as lease:
            other.lease.release(lease)
            with wiring.leased(other), pytest.raises(LeaseLost):
                store.meta.put("works", "no")
        assert store.meta.get("works") is None
