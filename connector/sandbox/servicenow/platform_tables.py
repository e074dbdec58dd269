"""The platform's own tables: dictionary, choices, journals, attachments, deletions, approvals."""

from __future__ import annotations

from connector.sandbox.servicenow.columns import STAMPS, choice, flag, text, to
from connector.sandbox.servicenow.schema import Column, Table

PLATFORM = (
    Table(
        "sys_choice",
        "Choice",
        (
            *STAMPS,
            text("name", 80),
            text("element", 80),
            text("value", 60),
            text("label", 60),
            text("language", 3),
            flag("inactive", "false"),
            Column("sequence", "integer"),
            text("dependent_value", 60),
        ),
        display="label",
        write_role="admin",
    ),
    Table(
        "sys_dictionary",
        "Dictionary Entry",
        (
            *STAMPS,
            text("name", 80),
            text("element", 80),
            text("internal_type", 40),
            text("column_label", 80),
            text("reference", 80),
            flag("mandatory", "false"),
            flag("read_only", "false"),
            flag("active", "true"),
            Column("max_length", "integer"),
            Column("choice", "integer"),
        ),
        display="element",
        read_role="personalize_dictionary",
        write_role="admin",
    ),
    Table(
        "sys_db_object",
        "Table",
        (*STAMPS, text("name", 80), text("label", 80), to("sys_db_object", "super_class")),
        display="label",
        read_role="personalize_dictionary",
        write_role="admin",
    ),
    Table(
        "sys_properties",
        "System Property",
        (*STAMPS, text("name", 100), text("value")),
        write_role="admin",
    ),
    Table(
        "sys_journal_field",
        "Journal Entry",
        (
            *STAMPS,
            text("name", 80),
            text("element", 80),
            text("element_id", 32),
            text("value", 65000),
        ),
        display="sys_id",
        write_role="nobody",
    ),
    Table(
        "sys_attachment",
        "Attachment",
        (
            *STAMPS,
            text("file_name", 100),
            text("table_name", 80),
            text("table_sys_id", 32),
            text("content_type", 100),
            Column("size_bytes", "integer"),
            text("hash", 64),
        ),
        display="file_name",
        write_role="nobody",
    ),
    Table(
        "sys_audit_delete",
        "Deleted Record",
        (
            *STAMPS,
            text("tablename", 80),
            text("documentkey", 32),
            text("display_value", 255),
            text("payload", 65000),
        ),
        display="display_value",
        read_role="admin",
        write_role="nobody",
    ),
    Table(
        "sysapproval_approver",
        "Approval",
        (
            *STAMPS,
            to("sys_user", "approver"),
            to("task", "sysapproval", "Approval for"),
            choice("state", "requested", "string"),
            text("source_table", 80),
        ),
        display="sys_id",
        write_role="itil",
    ),
)
