"""The fields of the site and which of them stand on which create and edit screens.

Field kinds: ``text`` (rich), ``line`` (one line), ``user``, ``date``, ``number``, ``labels``,
``moment``, ``option``, ``options`` (several), ``cascade`` (two levels), ``sprint``, ``priority``,
``resolution``, ``parent``, ``epic``, ``components``, ``versions``, ``issuetype``, ``project``, and
those that nobody sets (``status``, ``stamp``, ``page``, ``files``, ``links``).

Data Center has its epic fields; on Cloud they still exist in the list of fields but stand on no
screen. Team-managed projects bring few fields: no priority, no components, no versions.
"""

from __future__ import annotations

from connector.sandbox.jira.model import FieldDef, Flavour, Named

_GREENHOPPER = "com.pyxis.greenhopper.jira"
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"

SYSTEM_FIELDS = (
    FieldDef("summary", "Summary", "line", limit=255),
    FieldDef("description", "Description", "text"),
    FieldDef("environment", "Environment", "text"),
    FieldDef("issuetype", "Issue Type", "issuetype"),
    FieldDef("project", "Project", "project"),
    FieldDef("status", "Status", "status"),
    FieldDef("priority", "Priority", "priority"),
    FieldDef("resolution", "Resolution", "resolution"),
    FieldDef("resolutiondate", "Resolved", "stamp"),
    FieldDef("assignee", "Assignee", "user"),
    FieldDef("reporter", "Reporter", "user"),
    FieldDef("creator", "Creator", "user"),
    FieldDef("labels", "Labels", "labels"),
    FieldDef("parent", "Parent", "parent"),
    FieldDef("duedate", "Due date", "date"),
    FieldDef("components", "Components", "components"),
    FieldDef("fixVersions", "Fix versions", "versions"),
    FieldDef("versions", "Affects versions", "versions"),
    FieldDef("issuelinks", "Linked Issues", "links"),
    FieldDef("comment", "Comment", "page"),
    FieldDef("attachment", "Attachment", "files"),
    FieldDef("created", "Created", "stamp"),
    FieldDef("updated", "Updated", "stamp"),
    FieldDef("statuscategorychangedate", "Status Category Changed", "stamp"),
)

TRENDS = tuple(
    Named(str(10200 + place), name) for place, name in enumerate(("Falling", "Flat", "Rising"))
)


def _named(first: int, *names: str) -> tuple[Named, ...]:
    return tuple(Named(str(first + place), name) for place, name in enumerate(names))


SYMPTOMS = _named(10240, "Mail", "Network")
SYMPTOMS_BELOW = {
    "10240": _named(10250, "Slow", "Lost"),
    "10241": _named(10260, "Slow", "Down"),
}

SPRINT = {"cloud": "customfield_10020", "dc": "customfield_10104"}
EPIC_LINK = {"cloud": "customfield_10014", "dc": "customfield_10101"}
EPIC_NAME = {"cloud": "customfield_10011", "dc": "customfield_10103"}


_CHOSEN = (
    FieldDef(
        "customfield_10057",
        "Customer impact",
        "option",
        f"{_CUSTOM}:select",
        _named(10210, "One person", "A team", "Everybody"),
    ),
    FieldDef(
        "customfield_10058",
        "Regions",
        "options",
        f"{_CUSTOM}:multiselect",
        _named(10220, "Africa", "Americas", "Asia", "Europe"),
    ),
    FieldDef(
        "customfield_10059",
        "Symptom",
        "cascade",
        f"{_CUSTOM}:cascadingselect",
        SYMPTOMS,
        below=SYMPTOMS_BELOW,
    ),
    FieldDef(
        "customfield_10063",
        "Delivery team",
        "option",
        f"{_CUSTOM}:select",
        _named(10230, "Database", "Network", "Web"),
    ),
)


def custom_fields(flavour: Flavour) -> tuple[FieldDef, ...]:
    """The custom fields of a site."""
    return (
        FieldDef(EPIC_LINK[flavour], "Epic Link", "epic", f"{_GREENHOPPER}:gh-epic-link"),
        FieldDef(EPIC_NAME[flavour], "Epic Name", "line", f"{_GREENHOPPER}:gh-epic-label"),
        FieldDef(
            "customfield_10050", "Affected service", "line", f"{_CUSTOM}:textfield", limit=255
        ),
        FieldDef("customfield_10051", "Business impact", "text", f"{_CUSTOM}:textarea"),
        FieldDef("customfield_10052", "Incidents 7 days", "number", f"{_CUSTOM}:float"),
        FieldDef("customfield_10053", "Incidents 30 days", "number", f"{_CUSTOM}:float"),
        FieldDef("customfield_10054", "Incidents 90 days", "number", f"{_CUSTOM}:float"),
        FieldDef("customfield_10055", "Incident trend", "option", f"{_CUSTOM}:select", TRENDS),
        FieldDef("customfield_10056", "Go-live", "date", f"{_CUSTOM}:datepicker"),
        *_CHOSEN,
        FieldDef("customfield_10060", "Reviewer", "user", f"{_CUSTOM}:userpicker"),
        FieldDef("customfield_10061", "Search words", "labels", f"{_CUSTOM}:labels"),
        FieldDef("customfield_10062", "Window opens", "moment", f"{_CUSTOM}:datetime"),
        FieldDef(SPRINT[flavour], "Sprint", "sprint", f"{_GREENHOPPER}:gh-sprint"),
    )


_OWN = {f"customfield_{number}": False for number in range(10050, 10064)}
_TEAM = {
    "summary": True,
    "issuetype": True,
    "project": True,
    "description": False,
    "labels": False,
    "assignee": False,
    "reporter": False,
    "duedate": False,
    "issuelinks": False,
    "parent": False,
}
_COMPANY = {
    **_TEAM,
    "priority": False,
    "environment": False,
    "components": False,
    "fixVersions": False,
    "versions": False,
    **_OWN,
}


def company_screen(flavour: Flavour, level: int) -> dict[str, bool]:
    """The screen of a company-managed software type."""
    screen = {**_COMPANY, SPRINT[flavour]: False}
    if flavour == "cloud":
        return screen
    if level >= 0:
        del screen["parent"]
    if level == 0:
        screen[EPIC_LINK["dc"]] = False
    if level == 1:
        screen[EPIC_NAME["dc"]] = True
    return screen


def team_screen() -> dict[str, bool]:
    """The screen of a team-managed type."""
    return dict(_TEAM)


def desk_screen(flavour: Flavour) -> dict[str, bool]:
    """The screen of a service project's type."""
    screen = {**_COMPANY}
    for absent in ("fixVersions", "versions", "environment"):
        del screen[absent]
    if flavour == "dc":
        del screen["parent"]
    return screen
