"""Attachments: upload, data, content, delete, settings.

Cloud answers a request for a content with 303 and a signed address elsewhere, unless it is told
``redirect=false``. Data Center has no such route: there a content has an address of the web
interface, ``/secure/attachment/{id}/{name}``, which takes the API's credentials.

Stock permission schemes let everybody delete his own files, and only administrators those of
others.
"""

from __future__ import annotations

from typing import Any

from connector.sandbox.http import Response
from connector.sandbox.jira import attachments
from connector.sandbox.jira.call import CLOUD, Call, Route, nothing, ok
from connector.sandbox.jira.model import Attachment, Issue
from connector.sandbox.jira.multipart import Malformed, Part, boundary_of, parts
from connector.sandbox.jira.problems import bare, plain, problem_document, refusal
from connector.sandbox.jira.render import attachment_json

FILES_CAP = 60


def _upload(call: Call) -> Response:
    if call.request.headers.get("x-atlassian-token", "") not in ("no-check", "nocheck"):
        raise plain(403, "XSRF check failed")
    author = call.author
    issue = call.written(call.parts["ref"])
    if not call.shared.settings.attachments:
        raise refusal(404, "Attachments are disabled.")
    found = _form(call)
    contents = [part.content for part in found]
    attachments.check(issue, contents, call.shared.settings.upload_limit)
    rows = []
    for part in found:
        held = call.world.issues[issue.id]
        made = attachments.attach(call.world, author, held, part.filename, part.type, part.content)
        rows.append(attachment_json(call.view, made))
    return ok(rows)


def _form(call: Call) -> list[Part]:
    kind = call.request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        text = f"Content-Type '{kind.partition(';')[0]}' is not supported."
        raise problem_document(415, text, call.request.path)
    try:
        found = list(parts(call.request.content, boundary_of(kind)))
    except Malformed as problem:
        raise bare(400, f"The form cannot be read: {problem}.") from problem
    if len(found) > FILES_CAP:
        raise refusal(413, f"More than {FILES_CAP} files in one request.")
    if not found or any(part.name != "file" or not part.filename for part in found):
        raise bare(400, "Files are expected in parts with the name 'file'.")
    return found


def _held(call: Call) -> tuple[Issue, Attachment]:
    found = attachments.found(call.world, call.parts["id"])
    if found is None or not call.sees(found[0]) or not call.shared.settings.attachments:
        raise refusal(404, f"The attachment with id '{call.parts['id']}' does not exist.")
    return found


def _data(call: Call) -> Response:
    _, row = _held(call)
    shown: dict[str, Any] = attachment_json(call.view, row)
    # A number here and a string everywhere else; Data Center leaves it out.
    del shown["id"]
    return ok({**shown, "id": int(row.id)} if call.cloud else shown)


def _content(call: Call) -> Response:
    _, row = _held(call)
    if "range" in call.request.headers:
        raise bare(501, "The sandbox does not model ranges.")
    settings = call.shared.settings
    asked = (call.request.param("redirect") or "true").lower()
    if asked == "false" and not settings.always_redirect:
        return _bytes(row)
    path = call.shared.media.sign(row.content, row.type, call.world.now())
    return Response(303, b"", {"Location": f"{settings.media_base or call.view.base}{path}"})


def secure(call: Call) -> Response:
    """A content by its address in the web interface."""
    found = attachments.found(call.world, call.parts["id"])
    if found is None or found[1].name != call.parts["name"]:
        return Response(404, b"<html><body>Attachment not found</body></html>", _PAGE)
    if not call.sees(found[0]):
        return Response(403, b"<html><body>No permission</body></html>", _PAGE)
    return _bytes(found[1])


def _bytes(row: Attachment) -> Response:
    headers = {"Content-Type": row.type, "Content-Disposition": "attachment"}
    return Response(200, b"", headers, file=row.content)


def _delete(call: Call) -> Response:
    issue, row = _held(call)
    if row.author != call.author.key:
        raise refusal(403, "You do not have permission to delete this attachment.")
    attachments.detach(call.world, call.author, call.written(issue.id), row)
    return nothing()


def _settings(call: Call) -> Response:
    settings = call.shared.settings
    if not settings.attachments:
        return ok({"enabled": False})
    return ok({"enabled": True, "uploadLimit": settings.upload_limit})


_PAGE = {"Content-Type": "text/html;charset=UTF-8"}
SECURE = Route("GET", "secure/attachment/{id}/{name}", secure)
"""Outside the API, on Data Center only."""

ROUTES = (
    Route("POST", "issue/{ref}/attachments", _upload, form=True),
    Route("GET", "attachment/meta", _settings),
    Route("GET", "attachment/content/{id}", _content, CLOUD),
    Route("GET", "attachment/{id}", _data),
    Route("DELETE", "attachment/{id}", _delete),
)
