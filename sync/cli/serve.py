"""Commands that keep running: the daemon, the sandbox, the demo."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from sync import wiring
from sync.cli.app import OPEN, UNEXPECTED, JsonFlag, app, complain, configured, emit, grouped, say
from sync.cli.insight import looking
from sync.runtime import Runtime, log
from sync.settings import Settings

if TYPE_CHECKING:
    from sync.daemon import Daemon


@app.command()
def run(
    standby: Annotated[
        bool, typer.Option("--standby", help="Wait while another process works, then take over.")
    ] = False,
) -> None:
    """Run the daemon: scheduler, health probes, webhooks; stops gracefully on SIGTERM.

    A pair's first load is asked for unless TANDEM_GUARD__FIRST_RUN=allow: do it once with
    `tandem sync --yes`. Examples: `tandem run`, `tandem run --standby` on a second node.
    """
    # Imported here: only the daemon needs a scheduler and a web server, and they take a while.
    from sync.daemon import Daemon, stopping_on_signals

    settings = configured(sides=True)
    with wiring.running(settings) as runtime:
        daemon = Daemon(runtime, settings, insight=lambda go_on: beside(settings, go_on))
        with stopping_on_signals(daemon), _door(daemon, settings, runtime):
            if standby and not daemon.wait_for(lambda: _free(runtime)):
                return
            with wiring.leased(runtime.store, settings.store.lease):
                daemon.start()
                daemon.wait()
                daemon.stop()
            if daemon.failure is not None:
                raise daemon.failure


def beside(settings: Settings, go_on: Callable[[], None]) -> None:
    """One insight run beside the passes, with connections of its own."""

    def stage(_name: str) -> None:
        go_on()

    with looking(settings, stage, go_on) as run:
        told = run.tell()
    for why in dict.fromkeys((*run.found.troubles, *told.troubles)):
        log.warning("an insight run lacks something", action="insight.trouble", why=why)


@contextmanager
def _door(daemon: Daemon, settings: Settings, runtime: Runtime) -> Iterator[None]:
    """Health probes and webhooks, where the settings want them; while standing by, too."""
    from sync.web.checks import CheckDoor, add_checks
    from sync.web.health import HttpDoor, build
    from sync.web.hooks import Receiver, add_hooks

    address = settings.web.address
    if address is None:
        yield
        return
    app = build(daemon.health)
    add_hooks(app, Receiver(runtime.store, runtime.given, daemon.wake), settings.web)
    add_checks(app, CheckDoor(runtime.store), settings.web)
    door = HttpDoor(app, address)
    door.start()
    try:
        yield
    finally:
        door.stop()


def _free(runtime: Runtime) -> bool:
    """Whether nobody holds the lock."""
    return runtime.store.lease.holder(wiring.LEASE) is None


@dataclass(frozen=True, slots=True)
class Fakes:
    """What `tandem sandbox` is asked for."""

    servicenow_port: Annotated[int, typer.Option(help="Port of the fake ServiceNow.")] = 8081
    jira_port: Annotated[int, typer.Option(help="Port of the fake Jira.")] = 8082
    flavor: Annotated[str, typer.Option(help="Which Jira: cloud or dc.")] = "cloud"
    incidents: Annotated[int, typer.Option(help="How many incidents the company has.")] = 240
    empty: Annotated[bool, typer.Option("--empty", help="People only, no tickets.")] = False
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1"
    lag: Annotated[float, typer.Option(help="Seconds until Jira's search sees a write.")] = 0.5
    seed: Annotated[int, typer.Option(help="Same seed, same company.")] = 1
    json: JsonFlag = False


@app.command()
@grouped(Fakes)
def sandbox(wanted: Fakes) -> None:
    """Start both fakes alone, for trying things without any risk; ends with Ctrl-C or SIGTERM.

    Prints the settings that point Tandem at them. Example: `tandem sandbox --jira-port 9002`.
    """
    from sync.demo.bell import Bell
    from sync.demo.town import Town

    town = Town(
        flavour=wanted.flavor,
        seed=wanted.seed,
        incidents=0 if wanted.empty else wanted.incidents,
        index_lag=wanted.lag,
        host=wanted.host,
        ports=(wanted.servicenow_port, wanted.jira_port),
    )
    with town, Bell() as bell:
        settings = town.settings()
        if wanted.json:
            emit(settings)
        else:
            say("Both sandboxes are running. In another terminal:")
            for name, value in settings.items():
                say(f"export {name}={value}")
            say(f"# people log in as <login>/{town.password}; Ctrl-C ends it")
        bell.wait()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself; exit 0 if equal.")] = False,
    seconds: Annotated[float, typer.Option(help="How long people work.")] = 20.0,
    flavor: Annotated[str, typer.Option(help="Which Jira: cloud or dc.")] = "cloud",
    seed: Annotated[int, typer.Option(help="Same seed, same company.")] = 1,
    json: JsonFlag = False,
) -> None:
    """Watch ServiceNow and Jira being kept in step, without any account.

    Starts both sandboxes with a plausible company, lets people work on both sides while the daemon
    syncs, and compares both sides' true content. Examples: `tandem demo`, `tandem demo --once`.
    """
    from sync.demo.show import perform

    for name in [name for name in os.environ if name.startswith("TANDEM_")]:
        del os.environ[name]
    result = perform(once=once, seconds=seconds, flavour=flavor, seed=seed, quiet=json)
    if json:
        emit(result.data())
    for difference in result.differences[:20]:
        complain(difference)
    if result.differences:
        raise typer.Exit(UNEXPECTED)
    if result.open:
        raise typer.Exit(OPEN)
