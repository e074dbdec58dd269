"""Short ways to say what a column is, and the columns that every table has."""

from __future__ import annotations

from connector.sandbox.servicenow.schema import Column

STAMPS = (
    Column("sys_id", "GUID", "Sys ID", 32, read_only=True),
    Column("sys_created_on", "glide_date_time", "Created", read_only=True),
    Column("sys_created_by", label="Created by", read_only=True),
    Column("sys_updated_on", "glide_date_time", "Updated", read_only=True),
    Column("sys_updated_by", label="Updated by", read_only=True),
    Column("sys_mod_count", "integer", "Updates", read_only=True),
    Column("sys_tags", label="Tags", read_only=True),
)

CLASS = (
    Column("sys_class_name", "sys_class_name", "Task type", 80, read_only=True),
    Column("sys_domain", "domain_id", "Domain", 32, read_only=True),
)


def text(name: str, length: int = 4000, label: str = "") -> Column:
    """A text of limited length."""
    return Column(name, label=label, max_length=length)


def choice(name: str, default: str = "", kind: str = "integer", label: str = "") -> Column:
    """A column with a choice list."""
    return Column(name, kind, label=label, default=default, choice=True)


def to(table: str, name: str, label: str = "", *, read_only: bool = False) -> Column:
    """A reference to a table."""
    return Column(name, "reference", label, 32, reference=table, read_only=read_only)


def when(name: str, *, read_only: bool = False) -> Column:
    """A date and time."""
    return Column(name, "glide_date_time", read_only=read_only)


def flag(name: str, default: str = "", *, read_only: bool = False) -> Column:
    """A boolean."""
    return Column(name, "boolean", default=default, read_only=read_only)


def count(name: str, default: str = "0") -> Column:
    """A number that only the platform writes."""
    return Column(name, "integer", default=default, read_only=True)
