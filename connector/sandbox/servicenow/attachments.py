"""Files on records: rows of ``sys_attachment``, and their contents beside them.

Attaching does not touch the record: nothing in ServiceNow's documents says that it does, and
integrations that looked at ``sys_updated_on`` alone have missed files (servicenow-api 1.5). An
image that was pasted into an HTML field belongs to the table's name with ``ZZ_YY`` before it.

Names may occur twice; one of more than a hundred characters is cut. What a stock instance answers
to an empty file, and with which status it refuses one for its ending, stands in no document: both
are refused here.
"""

from __future__ import annotations

from connector.sandbox.content import Content
from connector.sandbox.servicenow.knobs import Caller
from connector.sandbox.servicenow.refusal import Refusal, missing_record, no_right
from connector.sandbox.servicenow.schema import Row
from connector.sandbox.servicenow.values import stored
from connector.sandbox.servicenow.world import World

TABLE = "sys_attachment"
PASTED = "ZZ_YY"
PENDING, AVAILABLE, WITHHELD = "pending", "available", "not_available"


def attach(
    world: World, by: Caller, place: tuple[str, str], name: str, kind: str, content: Content
) -> Row:
    """A new file on the record at (table, sys_id); ``kind`` is its content type."""
    table, key = place
    record = _writable(world, by, table.removeprefix(PASTED), key, "Insert")
    _check(world, name, content)
    told = {
        "file_name": name,
        "table_name": table,
        "table_sys_id": key,
        "content_type": kind,
        "size_bytes": str(content.size),
        "hash": content.digest,
        "state": PENDING if world.knobs.scans_files else AVAILABLE,
    }
    # Texts are cut to their columns without a word, as everywhere on the platform.
    columns = world.schema.columns(TABLE)
    row = {column: stored(columns[column], value) for column, value in told.items()}
    made = world.hang(TABLE, row, by)
    world.contents[made["sys_id"]] = content
    world.log("attach", table, record, by, {name: ["", name]}, made["sys_id"])
    return made


def detach(world: World, by: Caller, sys_id: str) -> None:
    """Take a file away from its record, for good."""
    row = world.files.get(sys_id)
    if row is None:
        raise missing_record()
    table, name = row["table_name"].removeprefix(PASTED), row["file_name"]
    record = _writable(world, by, table, row["table_sys_id"], "Delete")
    world.drop(sys_id)
    world.log("detach", table, record, by, {name: [name, ""]}, sys_id)


def scanned(world: World, sys_id: str, *, clean: bool = True) -> None:
    """The virus scan is through with a file."""
    world.files[sys_id]["state"] = AVAILABLE if clean else WITHHELD


def content(world: World, row: Row) -> Content:
    """What a file holds; a scan may hold it back."""
    if row.get("state") != AVAILABLE:
        raise Refusal(403, "Operation Failed", "The attachment is not available for download")
    return world.contents[row["sys_id"]]


def _writable(world: World, by: Caller, table: str, key: str, what: str) -> Row:
    record = world.row(table, key) if table in world.schema.tables else None
    if record is None:
        raise missing_record()
    if not by.has(world.schema.tables[table].write_role or "itil"):
        raise no_right(what)
    return record


def _check(world: World, name: str, content: Content) -> None:
    if content.size == 0:
        raise Refusal(400, "Exception while reading request", "The attachment is empty")
    if content.size > world.knobs.largest_file:
        detail = f"The file is larger than {world.knobs.largest_file} bytes"
        raise Refusal(413, "Request Entity Too Large", detail)
    endings = world.knobs.file_endings
    if endings and name.rpartition(".")[2].lower() not in endings:
        raise Refusal(403, "Operation Failed", f"The type of the file is not allowed: {name}")
