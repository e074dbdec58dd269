"""People, kinds, ourselves, and who changed a field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from connector.errors import BrokenAnswer, Gone, NotThere, Rejected
from connector.jira.answers import SIDE
from connector.jira.changelog import About, newest, spoken
from connector.jira.door import Door, issue_path
from connector.jira.facts import GATEWAY, Facts
from connector.jira.fields import LINK, FieldSpec
from connector.jira.screens import names_of
from connector.jira.translate import part, stamp
from connector.values import Authorship, Choice, FieldInfo, Identity, KindInfo, Person

PAGE = 100
TEXT_LIMIT = 32_767
LINE_LIMIT = 255


class Directory:
    """What a side knows besides its records."""

    def __init__(self, door: Door, facts: Facts) -> None:
        self._door = door
        self._facts = facts

    def identity(self) -> Identity:
        """Ask who we are and what the site is. Raises ``AccessLost``."""
        me = self._door.read("myself")
        if not isinstance(me, Mapping):
            raise BrokenAnswer("myself is no person", side=SIDE, where="GET myself")
        site = self._facts.site()
        cloud = self._facts.cloud
        return Identity(
            key=str(me.get("accountId" if cloud else "name") or ""),
            name=str(me.get("displayName") or ""),
            host=self.host,
            flavour="cloud" if cloud else "dc",
            version=str(site.get("version") or ""),
            server_now=self._door.clock_now(),
        )

    @property
    def host(self) -> str:
        """The site's own ``host[:port]``, also behind the gateway."""
        if GATEWAY in self._door.url:
            return urlsplit(self._facts.browse).netloc.lower()
        return self._door.host

    def people(self, keys: Collection[str], emails: Collection[str]) -> tuple[Person, ...]:
        """Persons by key and by e-mail; one whose address is hidden comes with an empty one."""
        by_key = self._door.parallel(self._by_key, sorted(set(keys)))
        by_mail = self._door.parallel(self._by_email, sorted({mail.lower() for mail in emails}))
        found = [person for person in by_key if person]
        found += [person for people in by_mail for person in people]
        return tuple({person.key: person for person in found if person.key}.values())

    def kinds(self, container: str) -> tuple[KindInfo, ...]:
        """The issue types of a project with their create screens, statuses and kinds of links."""
        statuses = self._facts.statuses(container)
        links = tuple(
            FieldInfo(LINK + words.casefold(), words, "issuelinks")
            for row in self._facts.link_types()
            for words in dict.fromkeys((row.outward, row.inward))
        )
        return tuple(
            KindInfo(
                id=str(row["id"]),
                name=str(row["name"]),
                level=_level(row),
                fields=tuple(
                    _field(name, each)
                    for name, each in self._facts.screen(container, str(row["id"])).items()
                )
                + links,
                statuses=tuple(
                    Choice(status.name, status.name, status.category)
                    for status in statuses.get(str(row["id"]), ())
                ),
            )
            for row in self._facts.types(container)
        )

    def creatable(self, container: str, kind: str) -> frozenset[str]:
        """The native names that the create screen of a kind takes."""
        screen = self._facts.screen(container, self._facts.type_id(container, kind))
        ids = frozenset(screen)
        link = self._facts.dialect(["parent"]).epic_link
        names = ids | {"parent"} if link is not None and link.id in ids else ids
        return names | {"parent"} if self._facts.cloud else names

    def authorship(self, key: str, name: str) -> Authorship:
        """Who put the field's present value there: the newest change, else the creator."""
        params = {"expand": "changelog", "fields": "creator,created"}
        issue = self._door.read(issue_path(key), params=params, absent=Gone)
        log = issue.get("changelog") or {}
        rows = list(log.get("histories") or ())
        about = About.of(name, self._facts.historic([name]))
        latest = newest(rows, about)
        if latest is None and self._facts.cloud and int(log.get("total", 0)) > len(rows):
            latest = newest(self._changelog(key), about)
        if latest is not None:
            return Authorship(spoken(latest.get("author")), stamp(latest["created"]))
        fields = part(issue, "fields")
        return Authorship(spoken(fields.get("creator")), stamp(fields.get("created", "")))

    def _changelog(self, key: str) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        while True:
            params = {"startAt": str(len(rows)), "maxResults": str(PAGE)}
            page = self._door.read(issue_path(key, "changelog"), params=params, absent=Gone)
            found = list(page.get("values") or ())
            rows.extend(found)
            if not found or page.get("isLast") or len(rows) >= int(page.get("total", 0)):
                return rows

    def _by_key(self, key: str) -> Person | None:
        name = "accountId" if self._facts.cloud else "username"
        try:
            return self._person(self._door.read("user", params={name: key}))
        except (NotThere, Rejected):
            return None

    def _by_email(self, email: str) -> list[Person]:
        name = "query" if self._facts.cloud else "username"
        params = {name: email, "maxResults": "50"}
        if not self._facts.cloud:
            params["includeInactive"] = "true"
        rows = self._door.read("user/search", params=params)
        found = [self._person(row) for row in rows or ()]
        # Jira searches names and prefixes too; a hidden address cannot be compared.
        return [person for person in found if person.email.lower() in ("", email)]

    def _person(self, row: Mapping[str, Any]) -> Person:
        return Person(
            key=str(row.get("accountId" if self._facts.cloud else "name") or ""),
            name=str(row.get("displayName") or ""),
            email=str(row.get("emailAddress") or ""),
            active=bool(row.get("active", True)),
            login=str(row.get("name") or ""),
        )


def _level(row: Mapping[str, Any]) -> int:
    if "hierarchyLevel" in row:
        return int(row["hierarchyLevel"])
    if row.get("subtask"):
        return -1
    return 1 if str(row.get("name", "")).casefold() == "epic" else 0


def _field(name: str, row: Mapping[str, Any]) -> FieldInfo:
    spec = FieldSpec.of(row)
    allowed = [each for each in row.get("allowedValues") or () if isinstance(each, Mapping)]
    choices = tuple(Choice(each, each) for each in names_of(allowed))
    required = bool(row.get("required")) and not row.get("hasDefaultValue")
    label = str(row.get("name") or name)
    return FieldInfo(name, label, spec.type, required, True, _limit(name, spec), choices)


def _limit(name: str, spec: FieldSpec) -> int | None:
    """How many characters a text takes; createmeta does not tell."""
    if name in ("description", "environment") or spec.custom.endswith(":textarea"):
        return TEXT_LIMIT
    return LINE_LIMIT if name == "summary" or spec.custom.endswith(":textfield") else None
