"""The stock tables of the fake instance and their columns.

A subset of what an instance has, but with the columns that an integration meets. Names, types,
lengths and read-only marks are the stock ones; nothing here is specific to the product.
"""

from __future__ import annotations

from connector.sandbox.servicenow.choices import CHOICES
from connector.sandbox.servicenow.columns import CLASS, STAMPS, choice, count, flag, text, to, when
from connector.sandbox.servicenow.knowledge_tables import KNOWLEDGE, KNOWLEDGE_CHOICES
from connector.sandbox.servicenow.platform_tables import PLATFORM
from connector.sandbox.servicenow.schema import Column, Schema, Table

TASK = Table(
    "task",
    "Task",
    (
        *STAMPS,
        *CLASS,
        Column("number", read_only=False),
        text("short_description", 160),
        text("description"),
        choice("state", "1"),
        flag("active", "true"),
        choice("priority", "4"),
        choice("impact", "3"),
        choice("urgency", "3"),
        to("sys_user", "assigned_to"),
        to("sys_user_group", "assignment_group"),
        to("cmdb_ci", "cmdb_ci", "Configuration item"),
        to("cmdb_ci_service", "business_service", "Service"),
        to("task", "parent"),
        to("sys_user", "opened_by"),
        when("opened_at"),
        to("sys_user", "closed_by"),
        when("closed_at"),
        when("due_date"),
        when("work_start"),
        when("work_end"),
        choice("approval", "not requested", "string"),
        choice("contact_type", kind="string"),
        choice("escalation", "0"),
        text("close_notes", label="Resolution notes"),
        text("correlation_id", 100),
        text("correlation_display", 100),
        Column("comments", "journal_input", "Additional comments", 4000),
        Column("work_notes", "journal_input", "Work notes", 4000),
        Column("comments_and_work_notes", "journal_list", read_only=True),
        count("reassignment_count"),
        flag("made_sla", "true", read_only=True),
    ),
    display="number",
    write_role="itil",
)

INCIDENT = Table(
    "incident",
    "Incident",
    (
        Column("priority", "integer", read_only=True, default="5", choice=True),
        choice("incident_state", "1"),
        choice("category", "inquiry", "string"),
        choice("subcategory", kind="string"),
        choice("hold_reason"),
        choice("close_code", kind="string", label="Resolution code"),
        to("sys_user", "caller_id", "Caller"),
        to("problem", "problem_id", "Problem"),
        to("change_request", "rfc", "Change Request"),
        to("change_request", "caused_by", "Caused by Change"),
        to("incident", "parent_incident"),
        when("resolved_at"),
        to("sys_user", "resolved_by"),
        when("reopened_time", read_only=True),
        count("reopen_count"),
        choice("severity", "3"),
    ),
    parent="task",
    display="number",
    prefix="INC",
    write_role="itil",
)

PROBLEM = Table(
    "problem",
    "Problem",
    (
        Column("priority", "integer", read_only=True, default="5", choice=True),
        choice("state", "101"),
        choice("problem_state", "101"),
        flag("known_error", "false"),
        flag("major_problem", "false"),
        text("workaround"),
        text("cause_notes"),
        text("fix_notes"),
        choice("resolution_code", kind="string"),
        to("problem", "duplicate_of"),
        to("task", "first_reported_by_task"),
        to("change_request", "rfc", "Change request"),
        when("resolved_at"),
        to("sys_user", "resolved_by"),
        count("reopen_count"),
        Column("related_incidents", "integer", default="0"),
    ),
    parent="task",
    display="number",
    prefix="PRB",
    write_role="itil",
)

PROBLEM_TASK = Table(
    "problem_task",
    "Problem Task",
    (
        choice("state", "151"),
        to("problem", "problem"),
        choice("problem_task_type", "general", "string"),
        choice("close_code", kind="string", label="Close code"),
    ),
    parent="task",
    display="number",
    prefix="PTASK",
    write_role="itil",
)

CHANGE = Table(
    "change_request",
    "Change Request",
    (
        choice("state", "-5"),
        choice("type", "normal", "string"),
        to("chg_model", "chg_model", "Model"),
        choice("category", "Other", "string"),
        choice("risk", "3"),
        text("justification"),
        text("implementation_plan"),
        text("risk_impact_analysis"),
        text("backout_plan"),
        text("test_plan"),
        when("start_date"),
        when("end_date"),
        when("cab_date_time"),
        flag("cab_required", "false"),
        flag("on_hold", "false"),
        text("on_hold_reason"),
        choice("close_code", kind="string", label="Close code"),
        to("sys_user", "requested_by"),
        text("conflict_status", 40),
        flag("unauthorized", "false"),
    ),
    parent="task",
    display="number",
    prefix="CHG",
    write_role="itil",
)

PEOPLE = (
    Table(
        "sys_user",
        "User",
        (
            *STAMPS,
            text("user_name", 40),
            text("name", 151),
            text("first_name", 50),
            text("last_name", 50),
            Column("email", "email", max_length=100),
            flag("active", "true"),
            Column("time_zone", max_length=40),
        ),
        write_role="user_admin",
    ),
    Table(
        "sys_user_group",
        "Group",
        (*STAMPS, text("name", 80), text("description", 1000), flag("active", "true")),
        write_role="user_admin",
    ),
    Table(
        "sys_user_grmember",
        "Group Member",
        (*STAMPS, to("sys_user", "user"), to("sys_user_group", "group")),
        display="sys_id",
        write_role="user_admin",
    ),
    Table(
        "sys_user_role",
        "Role",
        (*STAMPS, text("name", 100), text("description", 1000)),
        write_role="admin",
    ),
    Table(
        "sys_user_has_role",
        "User Role",
        (*STAMPS, to("sys_user", "user"), to("sys_user_role", "role")),
        display="sys_id",
        write_role="admin",
    ),
)

CMDB = (
    Table(
        "cmdb_ci",
        "Configuration Item",
        (
            *STAMPS,
            *CLASS,
            text("name", 255),
            text("short_description", 1000),
            choice("operational_status", "1"),
        ),
        write_role="asset",
    ),
    Table("cmdb_ci_service", "Service", (), parent="cmdb_ci", write_role="asset"),
    Table("chg_model", "Change Model", (*STAMPS, text("name", 100), text("type", 40))),
    Table(  # without a number: that takes a plugin of its own (com.snc.outage_numbering)
        "cmdb_ci_outage",
        "Outage",
        (
            *STAMPS,
            to("cmdb_ci", "cmdb_ci", "Configuration item"),
            choice("type", "outage", "string"),
            when("begin"),
            when("end"),
            text("short_description", 160),
            to("task", "task_number", "Task number"),
        ),
        display="short_description",
        write_role="itil",
    ),
)

SCHEMA = Schema(
    (TASK, INCIDENT, PROBLEM, PROBLEM_TASK, CHANGE, *PEOPLE, *CMDB, *PLATFORM, *KNOWLEDGE),
    (*CHOICES, *KNOWLEDGE_CHOICES),
)
"""The whole dictionary."""
