"""Two daemons on one PostgreSQL: one works, the other takes over, and the store is never shared.

Real processes, real kills, a real database; the two systems are fakes behind HTTP.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from connector.sandbox.servicenow.knobs import Door
from sync import wiring
from sync.demo.town import Town
from sync.demo.truth import compare
from sync.engine import Engine, Orders
from sync.errors import StoreUnusable
from sync.settings import Settings
from sync.store import Store
from tests.support.bench import Bench
from tests.support.people import Company
from tests.support.program import Program, Running

TAKE_OVERS = 10


class Nodes:
    """Daemons on one store, with one town. ``store`` is our own look at what they share."""

    def __init__(self, town: Town, url: str, folder: Path, store: Store) -> None:
        self.town, self.url, self.store = town, url, store
        self.running: list[subprocess.Popen[bytes]] = []
        self._started: list[Running] = []
        self._program = Program(
            folder, town,
            TANDEM_STORE__URL=url, TANDEM_STORE__LEASE="5",
            TANDEM_HTTP__TIMEOUT="2", TANDEM_POLL__INTERVAL="1",
            TANDEM_WEB__LISTEN="off", TANDEM_GUARD__FIRST_RUN="allow",
            TANDEM_SETTLE__SERVICENOW="2", TANDEM_SETTLE__JIRA="2",
        )  # fmt: skip

    def start(self) -> None:
        """One more daemon, standing by where another works."""
        started = self._program.start("run", "--standby")
        self._started.append(started)
        self.running.append(started.process)

    def holder(self) -> subprocess.Popen[bytes] | None:
        """The daemon that works now."""
        held = self.store.lease.holder(wiring.LEASE)
        numbers = {f"process {node.pid} on ": node for node in self.running}
        return next((node for words, node in numbers.items() if held and words in held[0]), None)

    def epoch(self) -> int:
        """How often somebody took the lease."""
        with self.store._database.read() as c:
            return int(c.execute(text("SELECT epoch FROM lease WHERE name = 'sync'")).scalar_one())

    def end(self) -> None:
        """No daemon is left, and nothing of what they said."""
        for started in self._started:
            started.killed()

    def logs(self) -> str:
        """What the daemons said."""
        return "\n".join(one.err[-1500:] for one in self._started)


@contextmanager
def two_nodes(url: str, folder: Path) -> Iterator[Nodes]:
    """A town and two daemons; whatever still runs at the end is killed."""
    with Town("cloud", incidents=12) as town, Store.open(url, clock=wiring.utc_now) as store:
        nodes = Nodes(town, url, folder, store)
        try:
            nodes.start()
            until(lambda: nodes.holder() is not None, nodes)
            nodes.start()
            yield nodes
        finally:
            nodes.end()


def until(holds: Callable[[], object], nodes: Nodes, seconds: float = 60) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, nodes.logs()
        time.sleep(0.1)


def opens(town: Town, short: str) -> str:
    """An agent opens an incident; its sys_id."""
    world = town.servicenow.world
    values = {"short_description": short, "impact": "1", "urgency": "2"}
    with world.lock:
        row = world.insert("incident", values, world.caller("amira.haddad", Door.SCREEN))
    return str(row["sys_id"])


def twins(town: Town, short: str) -> int:
    """How many issues tell this story."""
    with town.jira.world.lock:
        return sum(one.fields["summary"] == short for one in town.jira.world.issues.values())


def differences(nodes: Nodes) -> list[str]:
    """What the two sides truly hold apart, once all is at rest."""
    groups: dict[str, dict[str, object]] = {
        "store": {"url": nodes.url}, "settle": {"servicenow": 1, "jira": 1},
    }  # fmt: skip
    for name, value in nodes.town.settings().items():
        group, _, setting = name.removeprefix("TANDEM_").lower().partition("__")
        groups.setdefault(group, {})[setting] = value
    settings = Settings.model_validate(groups)
    with wiring.running(settings) as runtime, wiring.leased(runtime.store):
        Engine(runtime).run(Orders(yes=True, wait=True))
        return [str(one) for one in compare(nodes.town, runtime.specs, runtime.options)]


@pytest.mark.timeout(400)
def test_ten_killed_daemons_are_replaced_and_nothing_is_made_twice(
    postgres_url: str, tmp_path: Path
) -> None:
    with two_nodes(postgres_url, tmp_path) as nodes:
        first = nodes.epoch()
        for n in range(TAKE_OVERS):
            holder = nodes.holder()
            assert holder is not None, nodes.logs()
            opens(nodes.town, f"incident {n}")
            time.sleep(0.13 * n)  # another moment of its work each time
            holder.kill()
            holder.wait()
            nodes.running.remove(holder)
            began = time.monotonic()
            until(lambda: nodes.holder() is not None, nodes)
            assert time.monotonic() - began < 45, "the heir took its time"
            nodes.start()
        until(lambda: twins(nodes.town, f"incident {TAKE_OVERS - 1}"), nodes)
        assert nodes.epoch() - first == TAKE_OVERS
        for _ in range(2):  # one that is asked to stop hands over to the other
            until(lambda: nodes.holder() is not None, nodes)
            holder = nodes.holder()
            assert holder is not None, nodes.logs()
            holder.send_signal(signal.SIGTERM)
            assert holder.wait(timeout=30) == 0, nodes.logs()
            nodes.running.remove(holder)

        assert differences(nodes) == []
        assert [twins(nodes.town, f"incident {n}") for n in range(TAKE_OVERS)] == [1] * TAKE_OVERS


@pytest.mark.timeout(200)
def test_a_daemon_that_was_stopped_too_long_writes_no_more(
    postgres_url: str, tmp_path: Path
) -> None:
    """SIGSTOP outlasts the lease; after SIGCONT the old holder finds an heir and ends with 4."""
    with two_nodes(postgres_url, tmp_path) as nodes:
        old = nodes.holder()
        assert old is not None
        opens(nodes.town, "opened while it works")
        until(lambda: twins(nodes.town, "opened while it works"), nodes)
        old.send_signal(signal.SIGSTOP)
        until(lambda: nodes.holder() not in (None, old), nodes)
        opens(nodes.town, "opened for the heir")
        until(lambda: twins(nodes.town, "opened for the heir"), nodes)

        old.send_signal(signal.SIGCONT)

        assert old.wait(timeout=30) == 4, nodes.logs()
        assert nodes.holder() not in (None, old)
        for node in nodes.running:
            node.terminate()
            node.wait(timeout=30)
        assert differences(nodes) == []
        assert twins(nodes.town, "opened for the heir") == 1


@pytest.mark.parametrize("commit", range(1, 9))
def test_a_connection_killed_at_commit_is_no_answer(postgres_url: str, commit: int) -> None:
    """The database dies at the very COMMIT: nobody knows whether it took place."""
    bench = Bench(store_url=postgres_url)
    company = Company(bench)
    keys = [company.incident(f"number {n}", work_notes="a note") for n in range(3)]
    deadly(bench, commit)

    for _ in range(3):
        try:
            bench.sync()
        except StoreUnusable:
            bench.store.close()
            bench.store = Store.open(postgres_url, clock=bench.clock.now)
    bench.clock.advance(400)
    bench.until_quiet()

    assert len(bench.jira.world.issues) == 3
    assert {company.link(key).jira.key for key in keys} == set(bench.jira.world.issues)
    assert [len(issue.comments) for issue in bench.jira.world.issues.values()] == [1, 1, 1]
    bench.store.close()


def deadly(bench: Bench, commit: int) -> None:
    """From now on the n-th commit that touched an intent or a link kills its own connection."""
    with bench.store._database.write() as connection:
        connection.execute(text("CREATE SEQUENCE fatal"))
        connection.execute(
            text(
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF nextval('fatal') = {commit} THEN "
                "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); "
                "END IF; RETURN NULL; END $$"
            )
        )
        for table in ("intent", "link", "inbox"):
            connection.execute(
                text(
                    f"CREATE CONSTRAINT TRIGGER die_{table} AFTER INSERT OR UPDATE ON {table} "
                    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
                )
            )
