"""A plausible company in a fake instance, the same for the same seed.

People and their groups come from :mod:`connector.sandbox.people`; services, items and ninety days
of tickets from here and :mod:`.seed_tickets`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from connector.sandbox.people import COLLEAGUES, PECULIAR, TANDEM, TEAMS, Colleague
from connector.sandbox.servicenow import seed_tickets
from connector.sandbox.servicenow.instance import put
from connector.sandbox.servicenow.knowledge_tables import BASE
from connector.sandbox.servicenow.knowledge_tables import ROLE as CONTRIBUTOR
from connector.sandbox.servicenow.problem_resource import ROLE
from connector.sandbox.servicenow.stories import CLUSTERS, EXTRA_PROBLEMS, NOISE
from connector.sandbox.servicenow.world import World

_DESK_ROLES = ("snc_platform_rest_api_access", "itil", CONTRIBUTOR)
ROLES = {
    "desk": _DESK_ROLES,
    "network": (*_DESK_ROLES, "problem_coordinator"),
    "database": (*_DESK_ROLES, "problem_coordinator"),
    "apps": (*_DESK_ROLES, "problem_coordinator"),
    "change": (*_DESK_ROLES, "change_manager", "approver_user"),
    "business": ("snc_platform_rest_api_access", "snc_internal"),
    "integration": (
        *_DESK_ROLES,
        "itil_admin",
        "problem_coordinator",
        "change_manager",
        "personalize_dictionary",
        ROLE,
    ),
}
"""Team to roles."""

OUTAGES = 12


def seed(
    world: World,
    *,
    incidents: int = 240,
    now: datetime | None = None,
    seed: int = 1,
    problems: int | None = None,
    recurring: int = 0,
) -> None:
    """Fill an empty instance. ``incidents=0`` gives people and services without tickets;
    ``recurring`` more of them come back in different words (:data:`.stories.RECURRING`)."""
    people(world)
    services(world)
    if problems is None:
        problems = 8 if incidents else 0
    changes = 14 if incidents else 0
    tickets = seed_tickets.Tickets(world, now or world.clock.now(), seed)
    tickets.write(incidents, problems, changes)
    tickets.recur(recurring)
    _peculiar(world)
    if incidents:
        outages(world, now or world.clock.now(), seed)
    world.write_log.clear()  # the log begins with the first real write


def people(world: World) -> None:
    """Users, groups, memberships and roles."""
    roles: dict[str, str] = {}
    for names in ROLES.values():
        for name in names:
            if name not in roles:
                roles[name] = put(world, "sys_user_role", {"name": name})["sys_id"]
    groups = {
        team: put(world, "sys_user_group", {"name": name})["sys_id"] for team, name in TEAMS.items()
    }
    for person in (*COLLEAGUES, TANDEM):
        _person(world, person, groups, roles)


def _person(world: World, person: Colleague, groups: dict[str, str], roles: dict[str, str]) -> None:
    row = {
        "user_name": person.login,
        "name": person.name,
        "first_name": person.first,
        "last_name": person.last,
        "email": person.email,
        "active": "true" if person.active else "false",
    }
    sys_id = put(world, "sys_user", row)["sys_id"]
    world.roles[person.login] = set(ROLES[person.team])
    for role in ROLES[person.team]:
        put(world, "sys_user_has_role", {"user": sys_id, "role": roles[role]})
    if person.team in groups:
        put(world, "sys_user_grmember", {"user": sys_id, "group": groups[person.team]})


def _peculiar(world: World) -> None:
    """People who are not easily matched, after everything else: nothing depends on them."""
    known = {row["name"]: row["sys_id"] for row in world.rows("sys_user_role")}
    groups = {row["name"]: row["sys_id"] for row in world.rows("sys_user_group")}
    teams = {team: groups[name] for team, name in TEAMS.items()}
    for person in PECULIAR:
        if person.only in ("", "servicenow"):
            _person(world, person, teams, known)


def services(world: World) -> None:
    """Configuration items, services and the three change models."""
    pairs = [(c.item, c.service) for c in CLUSTERS]
    pairs += [(item, service) for _words, service, item in NOISE]
    pairs += [(item, service) for _title, item, service in EXTRA_PROBLEMS]
    for item in dict.fromkeys(item for item, _service in pairs):
        put(world, "cmdb_ci", {"name": item})
    for service in dict.fromkeys(service for _item, service in pairs):
        put(world, "cmdb_ci_service", {"name": service})
    for kind in ("normal", "standard", "emergency"):
        put(world, "chg_model", {"name": kind.capitalize(), "type": kind})
    for title in ("IT", "Known Error"):
        put(world, BASE, {"title": title})


def outages(world: World, now: datetime, seed: int) -> None:
    """Ninety days of them, of services and items: a dozen, of all types; the last one goes on."""
    dice = Random(f"outages {seed}")  # noqa: S311 - a plausible company
    things = [row["sys_id"] for name in ("cmdb_ci_service", "cmdb_ci") for row in world.rows(name)]
    for place in range(OUTAGES):
        begin = now - timedelta(days=90 * (OUTAGES - 1 - place) / OUTAGES, hours=1 + dice.random())
        row = {
            "cmdb_ci": dice.choice(things),
            "type": "planned" if place % 5 == 4 else "degradation" if place % 5 == 2 else "outage",
            "begin": f"{begin:%Y-%m-%d %H:%M:%S}",
            "short_description": "Not reachable",
        }
        if place < OUTAGES - 1:
            end = begin + timedelta(minutes=dice.randrange(5, 300))
            row["end"] = f"{end:%Y-%m-%d %H:%M:%S}"
        at = row.get("end", row["begin"])
        put(world, "cmdb_ci_outage", row, by="amira.haddad", at=at)


def bulk_incidents(world: World, count: int) -> list[str]:
    """Quickly make that many in-scope incidents, several in one second; returns their ids."""
    return seed_tickets.bulk_incidents(world, count)
