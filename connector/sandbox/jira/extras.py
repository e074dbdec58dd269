"""What hangs on an issue: comments, issue properties, remote links.

Comments on a service project are public unless the writer says otherwise with the property
``sd.public.comment``. A remote link with a known ``globalId`` is replaced as a whole: what is not
sent again is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connector.sandbox.jira.author import Author
from connector.sandbox.jira.model import ChangeItem, Issue, Remark, WebLink
from connector.sandbox.jira.problems import refusal
from connector.sandbox.jira.values import BadValue, rich_text
from connector.sandbox.jira.world import World, Writing

PUBLIC_PROPERTY = "sd.public.comment"
COMMENT_CAP = 5_000
PROPERTY_LIMIT = 32_768
KEY_LIMIT = 255
_COMMENT_MEMBERS = frozenset(
    {"body", "visibility", "properties", "jsdPublic", "author", "id", "self", "public"}
)


# -- comments ----------------------------------------------------------------------------------


def draft_remark(world: World, author: Author, payload: Any) -> Remark:
    """A checked comment, not yet on an issue."""
    if not isinstance(payload, dict) or not payload.keys() <= _COMMENT_MEMBERS:
        raise refusal(400, "There was an error parsing JSON. Check that your request is valid.")
    body = _body(author, payload.get("body"))
    visibility = _visibility(payload.get("visibility"))
    properties = check_properties(payload.get("properties"))
    now = world.now()
    public = not _internal(properties)
    return Remark("", author.key, body, now, now, author.key, public, visibility, dict(properties))


def _body(author: Author, given: Any) -> str:
    try:
        body = rich_text(given, rich=author.rich)
    except BadValue as problem:
        text = str(problem)
        raise refusal(
            400, errors={"comment": text if "long" in text else "Comment body is not valid!"}
        ) from problem
    if body is None or not body.strip():
        raise refusal(400, errors={"comment": "Comment body can not be empty!"})
    return body


def _visibility(given: Any) -> Mapping[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("type") not in ("role", "group"):
        raise refusal(400, errors={"commentLevel": "Invalid visibility type."})
    name = given.get("identifier") or given.get("value")
    if not name:
        raise refusal(400, errors={"commentLevel": "Group or role name is missing."})
    return {"type": str(given["type"]), "value": str(name), "identifier": str(name)}


def _internal(properties: Mapping[str, Any]) -> bool:
    mark = properties.get(PUBLIC_PROPERTY)
    return isinstance(mark, dict) and mark.get("internal") in (True, "true")


def add_remark(world: World, issue: Issue, remark: Remark) -> Issue:
    """Put a checked comment on an issue."""
    if len(issue.comments) >= COMMENT_CAP:
        raise refusal(413, "The per-issue limit of comments has been breached.")
    at = world.stamp(issue)
    placed = replace(remark, id=world.next_id(), created=at, updated=at)
    changed = replace(issue, comments=(*issue.comments, placed))
    return world.commit(changed, Writing(remark.author, "comment", detail=placed.id))


def edit_remark(world: World, author: Author, issue: Issue, held: Remark, payload: Any) -> Remark:
    """Change a comment; properties left out keep their state."""
    draft = draft_remark(world, author, payload)
    kept = "properties" not in payload
    properties = held.properties if kept else {**held.properties, **draft.properties}
    public = held.public if kept else draft.public
    changed = replace(
        held,
        body=draft.body,
        editor=author.key,
        updated=world.stamp(issue),
        public=public,
        visibility=draft.visibility,
        properties=properties,
    )
    rest = tuple(changed if row.id == held.id else row for row in issue.comments)
    world.commit(replace(issue, comments=rest), Writing(author.key, "comment_edit", detail=held.id))
    return changed


def drop_remark(world: World, author: Author, issue: Issue, held: Remark) -> None:
    """Delete a comment."""
    rest = tuple(row for row in issue.comments if row.id != held.id)
    world.commit(
        replace(issue, comments=rest), Writing(author.key, "comment_delete", detail=held.id)
    )


def readable(world: World, reader: str, issue: Issue) -> list[Remark]:
    """The comments that this reader may see, oldest first."""
    user = world.users.get(reader)
    groups = user.groups if user else ()
    return [
        row
        for row in issue.comments
        if row.visibility is None or row.visibility["value"] in groups or row.author == reader
    ]


# -- issue properties --------------------------------------------------------------------------


def check_properties(given: Any) -> dict[str, Any]:
    """A list of keys with values, as requests carry it."""
    if given is None:
        return {}
    if not isinstance(given, list):
        raise refusal(400, "Can not deserialize 'properties': an array is expected.")
    found: dict[str, Any] = {}
    for row in given:
        if not isinstance(row, dict) or "key" not in row or "value" not in row:
            raise refusal(400, "A property needs 'key' and 'value'.")
        check_property(str(row["key"]), row["value"])
        found[str(row["key"])] = row["value"]
    return found


def check_property(key: str, value: Any) -> None:
    """Refuse what is too long."""
    if not key or len(key) > KEY_LIMIT:
        raise refusal(400, f"The property key must have between 1 and {KEY_LIMIT} characters.")
    if len(json.dumps(value, ensure_ascii=False)) > PROPERTY_LIMIT:
        raise refusal(400, f"The property value must be at most {PROPERTY_LIMIT} characters.")


def put_property(world: World, author: Author, issue: Issue, key: str, value: Any) -> bool:
    """Set a property; whether it is new. The issue's stamp stays."""
    check_property(key, value)
    fresh = key not in issue.properties
    if fresh or issue.properties[key] != value:
        changed = replace(issue, properties={**issue.properties, key: value})
        world.commit(changed, Writing(author.key, "property", bumps=False, detail=key))
    return fresh


def drop_property(world: World, author: Author, issue: Issue, key: str) -> None:
    """Remove a property."""
    rest = {name: value for name, value in issue.properties.items() if name != key}
    world.commit(
        replace(issue, properties=rest), Writing(author.key, "property", bumps=False, detail=key)
    )


# -- links -------------------------------------------------------------------------------------


def put_remote_link(
    world: World, author: Author, issue: Issue, payload: Any
) -> tuple[WebLink, bool]:
    """Create or replace a remote link; whether it is new."""
    body = _remote_body(payload)
    global_id = body.get("globalId")
    held = next((row for row in issue.remote if global_id and row.global_id == global_id), None)
    if held is not None and held.body == body:
        return held, False
    link = WebLink(held.id if held else int(world.next_id()), global_id, body)
    rest = tuple(row for row in issue.remote if row.id != link.id)
    title = str(body["object"]["title"])
    item = ChangeItem("RemoteIssueLink", "", None, None, str(link.id), title)
    changed = replace(issue, remote=(*rest, link))
    world.commit(changed, Writing(author.key, "remote_link", (item,), detail=global_id or ""))
    return link, held is None


def _remote_body(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict) or not isinstance(payload.get("object"), dict):
        raise refusal(400, errors={"object": "'object' is required."})
    errors = {
        name: f"'{name}' is required."
        for name in ("url", "title")
        if not payload["object"].get(name)
    }
    global_id = payload.get("globalId")
    if global_id is not None and (not isinstance(global_id, str) or len(global_id) > KEY_LIMIT):
        errors["globalId"] = f"'globalId' must be at most {KEY_LIMIT} characters."
    if errors:
        raise refusal(400, errors=errors)
    known = ("globalId", "application", "relationship", "object")
    return {name: payload[name] for name in known if payload.get(name) is not None}


def drop_remote_links(world: World, author: Author, issue: Issue, gone: set[int]) -> None:
    """Remove remote links by id."""
    rest = tuple(row for row in issue.remote if row.id not in gone)
    world.commit(replace(issue, remote=rest), Writing(author.key, "remote_link", detail="delete"))
