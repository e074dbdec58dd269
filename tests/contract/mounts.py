"""Every implementation of ``Adapter``, with what a story needs to know about its system.

A *mount* is a fresh sandbox with one adapter on it, a clock that stands still until it is moved,
weather to order, and the hands of the people who work on that system. Stories speak of the fields
``summary``, ``description``, ``grade`` (one choice) and ``person``; a mount knows their native
names.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connector.base import Adapter
from connector.jira.adapter import JiraAdapter
from connector.meter import MemoryDict, RequestMeter
from connector.sandbox.clock import ManualClock
from connector.sandbox.content import Content
from connector.sandbox.faults import Fault, Faults, FaultyApp
from connector.sandbox.http import App
from connector.sandbox.jira.app import JiraSandbox
from connector.sandbox.jira.direct import DirectJira
from connector.sandbox.jira.hands import Hands
from connector.sandbox.jira.model import Flavour
from connector.sandbox.jira.site import account_id
from connector.sandbox.people import INTEGRATION, PASSWORD
from connector.sandbox.servicenow import attachments, graves
from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.direct import DirectServiceNow
from connector.sandbox.servicenow.knobs import SYSTEM, Door
from connector.sandbox.transport import SandboxTransport
from connector.servicenow.adapter import ServiceNowAdapter
from connector.settings import HttpSettings, JiraSettings, ServiceNowSettings
from connector.values import CommentDraft, Done, Draft, Move, Patch, Record, Sighting

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LONG_AGO = START - timedelta(days=1)
HOST = "sandbox.test"
URL = f"http://{HOST}"
NOBODY_LISTENS = "http://127.0.0.1:9"
PERSON = "amira.haddad"

Place = tuple[str, str]
"""Method and path of requests, as patterns."""


class Mount(ABC):
    """One adapter on a sandbox of its own."""

    system: str
    container: str
    other: str
    kind: str
    summary: str
    description: str
    grade: str
    high: str
    person: str
    status: str
    first: str
    near: str
    far: str
    closing: ClassVar[Mapping[str, str]]
    lane: str
    scope: str
    indexed: bool
    places: ClassVar[Mapping[str, Place]]

    def __init__(self, *, over_http: bool) -> None:
        self.over_http = over_http
        self.clock = ManualClock(START)
        self.faults = Faults()
        self.slept: list[float] = []
        self.adapter = self._built(over_http)

    # ---- the outside

    @abstractmethod
    def _built(self, over_http: bool) -> Adapter:
        """The sandbox and the adapter on it."""

    @abstractmethod
    def unheard(self) -> Adapter:
        """The real adapter with an address where nobody listens."""

    def sleep(self, seconds: float) -> None:
        """Waiting moves the clock."""
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def wire(self, app: App) -> SandboxTransport:
        """The sandbox behind the weather."""
        return SandboxTransport(FaultyApp(app, self.faults, self.clock), self.clock, self.sleep)

    def weather(self, place: str, kind: str, **more: Any) -> None:
        """A fault for the requests that read, create, edit, comment, move or do anything."""
        method, path = self.places[place]
        self.faults.add(Fault(kind, method=method, path=path, **more))

    def counted(self, kind: str) -> int:
        """Requests of a class so far."""
        return self.adapter.meter.totals()[kind]

    @abstractmethod
    def lock_out(self) -> None:
        """The side no longer knows our account."""

    # ---- drafts and what the adapter is asked

    @abstractmethod
    def mark(self, number: int) -> str:
        """The mark of a record."""

    @abstractmethod
    def draft(self, number: int, **fields: Any) -> Draft:
        """A record to create, its mark among the fields; ``comments`` ride."""

    @abstractmethod
    def bad_draft(self, number: int) -> Draft:
        """A record that the side refuses for what it says."""

    def made(self, number: int = 1, **fields: Any) -> str:
        """The key of one new record."""
        return self.all_made([self.draft(number, **fields)])[0]

    def all_made(self, drafts: Sequence[Draft]) -> list[str]:
        """The keys of new records, in the order of the drafts."""
        results = self.adapter.create(drafts)
        assert all(isinstance(result, Done) for result in results), results
        return [result.key for result in results if isinstance(result, Done)]

    def patch(self, key: str, **fields: Any) -> Patch:
        """A change of fields."""
        return Patch(self.container, key, {self.native(n): v for n, v in fields.items()})

    def move(self, key: str, *targets: str, **fields: str) -> Move:
        """A wanted status."""
        return Move(self.container, key, self.status, targets, fields)

    def note(self, key: str, number: int, *, internal: bool = True) -> CommentDraft:
        """A comment with its reference in the text."""
        lane = self.lane if internal else self.public_lane
        reference = f"[r{number}]"
        return CommentDraft(
            self.container, key, lane, f"note {number} {reference}", reference, internal
        )

    @property
    def public_lane(self) -> str:
        """Where customers read."""
        return self.lane

    def native(self, name: str) -> str:
        """The native name of a story's field."""
        plain = ("summary", "description", "grade", "person", "status")
        return str(getattr(self, name)) if name in plain else name

    def read(self, key: str, *names: str) -> Record:
        """One record with these fields, as the adapter reads it now."""
        natives = [self.native(name) for name in names]
        return self.adapter.read(self.container, [key], natives, fresh=True)[key]

    def sightings(self, since: datetime) -> list[Sighting]:
        """Every row of the record stream."""
        stream = self.adapter.streams([self.container])[0]
        return [row for page in self.adapter.changed(stream, since) for row in page.sightings]

    def in_order(self, keys: Collection[str]) -> list[str]:
        """Keys in the order of keys."""
        return sorted(keys, key=lambda key: (len(key), key))

    # ---- people at work, and the truth

    @abstractmethod
    def edit(self, key: str, login: str = PERSON, **fields: str) -> None:
        """A person changes fields."""

    @abstractmethod
    def remark(self, key: str, text: str) -> str:
        """A person comments; the comment's id."""

    @abstractmethod
    def take_remark(self, key: str, number: str) -> None:
        """A comment is deleted."""

    @abstractmethod
    def put_file(self, key: str, name: str, data: bytes, kind: str = "text/plain") -> str:
        """A person attaches a file; its id."""

    @abstractmethod
    def take_file(self, number: str) -> None:
        """A person deletes a file."""

    @abstractmethod
    def contents(self, key: str) -> list[tuple[str, str, bytes]]:
        """Name, type and content of all files of a record, oldest first, past all rights."""

    @abstractmethod
    def file_log(self) -> list[tuple[str, str, str]]:
        """What was done with files in the order of its doing: deed, login, file's id."""

    @abstractmethod
    def limit_files(self, size: int) -> None:
        """The side takes no larger files from now on."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """A person deletes a record."""

    @abstractmethod
    def allow_deleting(self, allowed: bool = True) -> None:
        """Whether our account may delete records."""

    @abstractmethod
    def close_off(self) -> None:
        """The whole container is out of our account's sight."""

    @abstractmethod
    def hide(self, key: str) -> None:
        """An access rule hides a record from our account."""

    @abstractmethod
    def many(self, count: int) -> list[str]:
        """Many records of people, all with one stamp."""

    @abstractmethod
    def truth(self, key: str, name: str) -> Any:
        """One field past all rights and lateness; empty is ``None``."""

    @abstractmethod
    def remarks(self, key: str) -> list[str]:
        """The texts of all comments of a record."""

    @abstractmethod
    def population(self) -> int:
        """How many records there are."""

    @abstractmethod
    def person_key(self, login: str) -> str:
        """What person fields hold for somebody."""

    @abstractmethod
    def namesake(self, login: str) -> str:
        """A second account with the same e-mail; its key."""


class ServiceNowMount(Mount):
    """Incidents."""

    system = "servicenow"
    container = kind = "incident"
    other = "problem"
    summary, description = "short_description", "description"
    grade, high, scope = "urgency", "1", "urgency=1"
    person, status = "assigned_to", "state"
    first, near, far = "1", "2", "6"
    closing: ClassVar[Mapping[str, str]] = {
        "close_code": "Solution provided",
        "close_notes": "Mailbox moved",
    }
    lane = "work_notes"
    indexed = False
    places: ClassVar[Mapping[str, Place]] = {
        "read": ("GET", "/table/incident$"),
        "feed": ("GET", "/table/incident$"),
        "create": ("POST", "/table/incident$"),
        "edit": ("PATCH", "/table/incident/"),
        "comment": ("PATCH", "/table/incident/"),
        "look back": ("GET", "/table/sys_journal_field$"),
        "move": ("PATCH", "/table/incident/"),
        "memo": ("POST|PATCH", "/table/sys_user_preference"),
        "audit": ("GET", "/table/sys_audit$"),
        "files": ("GET", "/table/sys_attachment$"),
        "fetch": ("GET", r"/attachment/\w+/file$"),
        "attach": ("POST", "/attachment/file$"),
        "detach": ("DELETE", r"/attachment/\w+$"),
        "delete": ("DELETE", r"/table/incident/\w+$"),
        "anything": ("", ""),
    }

    def _built(self, over_http: bool) -> Adapter:
        self.sandbox = ServiceNowSandbox(self.clock, incidents=0)
        self.world = self.sandbox.world
        if not over_http:
            return DirectServiceNow(self.world, faults=self.faults, host=HOST, sleep=self.sleep)
        return ServiceNowAdapter(
            ServiceNowSettings(url=URL, user=INTEGRATION, password=PASSWORD),
            HttpSettings(concurrency=3),
            meter=RequestMeter(),
            memory=MemoryDict(),
            mount=self.wire(self.sandbox),
            sleeper=self.sleep,
        )

    def unheard(self) -> Adapter:
        return ServiceNowAdapter(
            ServiceNowSettings(url=NOBODY_LISTENS, user="x", password="y"),
            HttpSettings(),
            meter=RequestMeter(),
            memory=MemoryDict(),
            sleeper=self.sleep,
        )

    def lock_out(self) -> None:
        row = self.world.true_row(self.world.user_id(INTEGRATION))
        assert row is not None
        row["active"] = "false"

    @property
    def public_lane(self) -> str:
        return "comments"

    def mark(self, number: int) -> str:
        return f"jira:jira.example:{10000 + number}"

    def draft(self, number: int, **fields: Any) -> Draft:
        comments = fields.pop("comments", ())
        mark = self.mark(number)
        values = {"summary": f"record {number}", **fields}
        native = {self.native(name): value for name, value in values.items()}
        native["correlation_id"] = mark
        return Draft(self.container, self.kind, mark, native, comments=comments)

    def bad_draft(self, number: int) -> Draft:
        return self.draft(number, status="6")

    def edit(self, key: str, login: str = PERSON, **fields: str) -> None:
        values = {self.native(name): value for name, value in fields.items()}
        with self.world.lock:
            self.world.update(self.container, key, values, self.world.caller(login, Door.SCREEN))

    def remark(self, key: str, text: str) -> str:
        self.edit(key, work_notes=text)
        return str(self.world.true_notes(key)[-1]["sys_id"])

    def take_remark(self, key: str, number: str) -> None:
        del key
        self.world.delete("sys_journal_field", number, SYSTEM)

    def put_file(self, key: str, name: str, data: bytes, kind: str = "text/plain") -> str:
        by, place = self.world.caller(PERSON, Door.SCREEN), (self.container, key)
        with self.world.lock:
            row = attachments.attach(self.world, by, place, name, kind, Content.of(data))
        return str(row["sys_id"])

    def take_file(self, number: str) -> None:
        attachments.detach(self.world, self.world.caller(PERSON, Door.SCREEN), number)

    def contents(self, key: str) -> list[tuple[str, str, bytes]]:
        held = self.world.contents
        return [
            (row["file_name"], row["content_type"], held[row["sys_id"]].whole())
            for row in self.world.files.values()
            if row["table_sys_id"] == key
        ]

    def file_log(self) -> list[tuple[str, str, str]]:
        deeds = ("attach", "detach")
        lines = (line for line in self.world.write_log if line["op"] in deeds)
        return [(line["op"], line["by"], line["entry"]) for line in lines]

    def limit_files(self, size: int) -> None:
        self.world.knobs.largest_file = size

    def delete(self, key: str) -> None:
        self.world.delete(self.container, key, SYSTEM)

    def undelete(self, key: str) -> None:
        """An administrator brings a record back."""
        graves.undelete(self.world, key, SYSTEM)

    def allow_deleting(self, allowed: bool = True) -> None:
        roles = self.world.roles[INTEGRATION]
        (roles.add if allowed else roles.discard)("itil_admin")

    def allow_proofs(self) -> None:
        """Our account may read who deleted what."""
        self.world.roles[INTEGRATION].add("admin")

    def close_off(self) -> None:
        self.world.knobs.denied_tables.add(self.container)

    def hide(self, key: str) -> None:
        self.world.knobs.hidden_rows.add(key)

    def many(self, count: int) -> list[str]:
        by = self.world.caller(PERSON, Door.SCREEN)
        rows = ({"short_description": f"ticket {n}"} for n in range(count))
        return [str(self.world.insert("incident", row, by)["sys_id"]) for row in rows]

    def truth(self, key: str, name: str) -> Any:
        row = self.world.true_row(key)
        assert row is not None
        return row.get(self.native(name)) or None

    def remarks(self, key: str) -> list[str]:
        return [row["value"] for row in self.world.true_notes(key)]

    def population(self) -> int:
        return sum(1 for _ in self.world.rows("incident"))

    def person_key(self, login: str) -> str:
        return self.world.user_id(login)

    def namesake(self, login: str) -> str:
        row = self.world.true_row(self.world.user_id(login))
        assert row is not None
        twin = {**row, "sys_id": self.world.new_id(), "user_name": f"{login}.2"}
        return str(self.world.store("sys_user", twin)["sys_id"])


class JiraMount(Mount):
    """Stories of a company-managed project, on either flavour."""

    system = "jira"
    container, other, kind = "OPS", "DESK", "Story"
    summary, description = "summary", "description"
    grade, high, scope = "priority", "High", "priority = High"
    person, status = "assignee", "status"
    first, near, far = "Backlog", "Selected for Development", "Done"
    closing: ClassVar[Mapping[str, str]] = {"resolution": "Done"}
    lane = "comment"
    indexed = True
    places: ClassVar[Mapping[str, Place]] = {
        "read": ("POST|GET", r"/issue/(bulkfetch|\d+)$"),
        "feed": ("POST|GET", "/search"),
        "create": ("POST", "/issue(/bulk)?$"),
        "edit": ("PUT", r"/issue/\d+$"),
        "comment": ("POST", "/comment$"),
        "move": ("POST", "/transitions$"),
        "memo": ("PUT", "/user/properties"),
        "decorate": ("POST", "/remotelink$"),
        "files": ("POST|GET", r"/issue/(bulkfetch|\d+)$"),
        "fetch": ("GET", r"/attachment/content/\d+$|/secure/attachment/"),
        "attach": ("POST", "/attachments$"),
        "detach": ("DELETE", r"/attachment/\d+$"),
        "delete": ("DELETE", r"/issue/\d+$"),
        "link": ("POST", "/issueLink$"),
        "unlink": ("DELETE", r"/issueLink/\d+$"),
        "anything": ("", ""),
    }

    def __init__(self, flavour: Flavour, *, over_http: bool) -> None:
        self.flavour = flavour
        super().__init__(over_http=over_http)

    def _built(self, over_http: bool) -> Adapter:
        self.sandbox = JiraSandbox(self.flavour, self.clock, base=URL)
        self.world = self.sandbox.world
        self.sandbox.settings.page_cap = 50
        self.sandbox.settings.dc_page_cap = 100
        if not over_http:
            return DirectJira(self.sandbox, faults=self.faults, sleep=self.sleep)
        user = "tandem@example.com" if self.flavour == "cloud" else ""
        return self._real(JiraSettings(url=URL, user=user, token=PASSWORD), self.sandbox)

    def _real(self, settings: JiraSettings, app: App | None) -> Adapter:
        return JiraAdapter(
            settings,
            HttpSettings(concurrency=3),
            meter=RequestMeter(),
            memory=MemoryDict(),
            mount=self.wire(app) if app else None,
            sleeper=self.sleep,
        )

    def unheard(self) -> Adapter:
        return self._real(JiraSettings(url=NOBODY_LISTENS, token="y", flavor=self.flavour), None)

    def lock_out(self) -> None:
        self.sandbox.access.revoked = True

    def mark(self, number: int) -> str:
        return f"tandem-{number}"

    def draft(self, number: int, **fields: Any) -> Draft:
        parts = {name: fields.pop(name, {}) for name in ("properties",)}
        comments, targets = fields.pop("comments", ()), fields.pop("targets", ())
        kind, container = fields.pop("kind", self.kind), fields.pop("container", self.container)
        mark = self.mark(number)
        values = {"summary": f"record {number}", "labels": (mark,), **fields}
        native = {self.native(name): value for name, value in values.items()}
        return Draft(container, kind, mark, native, targets=targets, comments=comments, **parts)

    def bad_draft(self, number: int) -> Draft:
        return self.draft(number, summary="x" * 300)

    def hands(self, login: str = PERSON) -> Hands:
        """A person on this site."""
        return Hands(self.world, login)

    def edit(self, key: str, login: str = PERSON, **fields: str) -> None:
        self.hands(login).edit(key, **{self.native(name): value for name, value in fields.items()})

    def remark(self, key: str, text: str) -> str:
        return self.hands().comment(key, text)

    def take_remark(self, key: str, number: str) -> None:
        self.hands().drop_comment(key, number)

    def put_file(self, key: str, name: str, data: bytes, kind: str = "text/plain") -> str:
        return self.hands().attach(key, name, data, kind)

    def take_file(self, number: str) -> None:
        self.hands().detach(number)

    def contents(self, key: str) -> list[tuple[str, str, bytes]]:
        rows = self.world.issues[key].attachments
        return [(row.name, row.type, row.content.whole()) for row in rows]

    def file_log(self) -> list[tuple[str, str, str]]:
        logins = {user.key: user.login for user in self.world.users.values()}
        lines = (line for line in self.world.write_log if line["kind"] in ("attach", "detach"))
        return [(line["kind"], logins[line["by"]], line["detail"]) for line in lines]

    def limit_files(self, size: int) -> None:
        self.sandbox.settings.upload_limit = size

    def delete(self, key: str) -> None:
        self.hands().delete(key)

    def allow_deleting(self, allowed: bool = True) -> None:
        self.sandbox.settings.may_delete = allowed

    def close_off(self) -> None:
        project = self.world.project(self.container)
        assert project is not None
        self.world.hidden_projects.add(project.id)

    def hide(self, key: str) -> None:
        self.hands().hide(key)

    def many(self, count: int) -> list[str]:
        hands = self.hands()
        return [hands.create("OPS", "Story", f"issue {number}").id for number in range(count)]

    def truth(self, key: str, name: str) -> Any:
        return self.hands().see(key, self.native(name))

    def remarks(self, key: str) -> list[str]:
        return [remark.body for remark in self.world.issues[key].comments]

    def population(self) -> int:
        return len(self.world.issues)

    def person_key(self, login: str) -> str:
        return account_id(login) if self.flavour == "cloud" else login

    def namesake(self, login: str) -> str:
        user = self.world.users[self.person_key(login)]
        twin = replace(user, key=f"{user.key}-2", login=f"{login}.2")
        self.world.users[twin.key] = twin
        return twin.key


FACTORIES: Mapping[str, Callable[[], Mount]] = {
    "servicenow-direct": lambda: ServiceNowMount(over_http=False),
    "servicenow-http": lambda: ServiceNowMount(over_http=True),
    "jira-cloud-direct": lambda: JiraMount("cloud", over_http=False),
    "jira-cloud-http": lambda: JiraMount("cloud", over_http=True),
    "jira-dc-direct": lambda: JiraMount("dc", over_http=False),
    "jira-dc-http": lambda: JiraMount("dc", over_http=True),
}


def named(*words: str) -> Iterator[str]:
    """The ids of the mounts whose name has all these words."""
    return (name for name in FACTORIES if all(word in name.split("-") for word in words))
