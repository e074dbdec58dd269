"""The composition root: settings to objects. The only place that builds them and reads files."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from requests.adapters import BaseAdapter

from connector.base import Adapter
from connector.meter import RequestMeter
from connector.settings import host_of
from mappings import loader
from mappings.beside import is_beside
from mappings.defaults import shipped
from mappings.insight import Rules
from mappings.loader import MappingProblems
from mappings.model import MappingSpec
from mappings.people import People
from mappings.policy import Policy
from mappings.sides import Side
from sync.core.safety import Limits
from sync.directory import Directory
from sync.errors import LeaseLost, StoreUnusable, UserError
from sync.runtime import Options, Runtime, log
from sync.settings import SafetySettings, Settings
from sync.store import Store
from sync.store.values import Lease

LEASE = "sync"
LEASE_SECONDS = 60.0

Said = TypeVar("Said")


def utc_now() -> datetime:
    """The host's clock; nothing but latency depends on it (reliability: I-24)."""
    return datetime.now(UTC)


def open_store(settings: Settings, *, upgrade: bool = True) -> Store:
    """The store that the settings name."""
    return Store.open(settings.store.url, clock=utc_now, upgrade=upgrade)


def mapping_texts(folder: Path | None) -> dict[str, str]:
    """File name to text, of a folder or of the shipped mappings."""
    if folder is None:
        return dict(shipped())
    if not folder.is_dir():
        raise UserError(f"mappings folder {folder} does not exist. Name one that does.")
    files = sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))
    if all(is_beside(str(path)) for path in files):
        raise UserError(
            f"mappings folder {folder} holds no *.yaml file of a pair. Copy a shipped one there."
        )
    return {str(path): _text(path) for path in files}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {error}. Save it as UTF-8 text.") from error


def load_people(settings: Settings, folder: Path | None = None) -> People:
    """What the people file beside the mappings says."""
    return _said(loader.load_people, settings, folder)


def load_insight(settings: Settings, folder: Path | None = None) -> Rules:
    """What the insight file beside the mappings says."""
    return _said(loader.load_insight, settings, folder)


def load_policy(settings: Settings, folder: Path | None = None) -> Policy:
    """What the policy file beside the mappings says."""
    return _said(loader.load_policy, settings, folder)


def load_specs(settings: Settings, folder: Path | None = None) -> tuple[MappingSpec, ...]:
    """The mappings in working order; every problem of every file at once."""
    return _said(partial(loader.load, project=settings.jira.project), settings, folder)


def _said(
    load: Callable[[Mapping[str, str]], Said], settings: Settings, folder: Path | None
) -> Said:
    """What a loader makes of the files of a folder, or of the one that the settings name."""
    named = folder or (Path(settings.mappings.dir) if settings.mappings.dir else None)
    try:
        return load(mapping_texts(named))
    except MappingProblems as error:
        raise UserError([str(problem) for problem in error.problems]) from error


def adapters(
    settings: Settings, store: Store, mounts: Mapping[Side, BaseAdapter] | None = None
) -> dict[Side, Adapter]:
    """Both adapters; ``mounts`` put a sandbox inside the process under the real clients."""
    from connector.jira.adapter import JiraAdapter
    from connector.servicenow.adapter import ServiceNowAdapter

    under = mounts or {}
    return {
        Side.SERVICENOW: ServiceNowAdapter(
            settings.servicenow,
            settings.http,
            meter=RequestMeter(),
            memory=store.directory.memory(Side.SERVICENOW),
            mount=under.get(Side.SERVICENOW),
        ),
        Side.JIRA: JiraAdapter(
            settings.jira,
            settings.http,
            meter=RequestMeter(),
            memory=store.directory.memory(Side.JIRA),
            mount=under.get(Side.JIRA),
        ),
    }


def options(settings: Settings) -> Options:
    """The engine's part of the settings."""
    return Options(
        servicenow_host=host_of(settings.servicenow.url),
        jira_host=host_of(settings.jira.url),
        settle={Side.SERVICENOW: settings.settle.servicenow, Side.JIRA: settings.settle.jira},
        limits=_limits(settings.guard),
        approval=timedelta(seconds=settings.guard.approval),
        first_run_allowed=settings.guard.first_run == "allow",
        remote_links=settings.jira.remote_links,
    )


def _limits(guard: SafetySettings) -> Limits:
    return Limits(
        creates=guard.creates,
        closings=guard.closings,
        blanks=guard.blanks,
        detached=guard.detached,
        update_share=guard.update_share,
        update_floor=guard.update_floor,
        comments=guard.comments,
        same_text=guard.same_text,
        creates_hour=guard.creates_hour,
        closings_hour=guard.closings_hour,
        blanks_hour=guard.blanks_hour,
        detached_hour=guard.detached_hour,
        comments_hour=guard.comments_hour,
        update_share_hour=guard.update_share_hour,
    )


@contextmanager
def running(
    settings: Settings,
    *,
    folder: Path | None = None,
    mounts: Mapping[Side, BaseAdapter] | None = None,
) -> Iterator[Runtime]:
    """A runtime for as long as the block lasts."""
    specs, people = load_specs(settings, folder), load_people(settings, folder)
    with open_store(settings) as store:
        sides = adapters(settings, store, mounts)
        try:
            directory = Directory(store, sides, people)
            yield Runtime(store, sides, specs, options(settings), utc_now, time.sleep, directory)
        finally:
            for side in sides.values():
                side.close()


@contextmanager
def leased(store: Store, seconds: float = LEASE_SECONDS, name: str = LEASE) -> Iterator[Lease]:
    """The right to write, renewed in the background; ``LeaseHeld`` where another has it."""
    lease = store.lease.take(name, holder(), seconds)
    store.fence(lease)
    stop = threading.Event()
    keeper = threading.Thread(target=_renew, args=(store, lease, stop), daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        stop.set()
        keeper.join(timeout=5)
        store.unfence(lease)
        store.lease.release(lease)


def _renew(store: Store, lease: Lease, stop: threading.Event) -> None:
    while not stop.wait(lease.ttl / 4):
        try:
            store.lease.renew(lease)
        except LeaseLost:
            log.warning("another process took our lock over", action="lease.lost")
            return
        except StoreUnusable as error:
            # A store that is back in time still has our lease in it: try again.
            log.warning("the lock could not be renewed", action="lease.late", why=str(error))


def holder() -> str:
    """Who we are, for the one who finds the lock taken."""
    return f"process {os.getpid()} on {socket.gethostname()}"
