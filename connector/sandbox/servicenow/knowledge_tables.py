"""The tables of Knowledge Management: articles, their bases, and what ties them to tasks.

An article is no task: it has no journal, no correlation and no assignee. ``source`` is the task it
was written for, set by the platform and by whoever writes through the Table API; ``meta`` takes
words for search engines; ``kb_knowledge_base`` is mandatory; ``short_description`` takes a hundred
characters. Columns and states as ServiceNow's documentation names them ("Create a knowledge
article", "Knowledge article states", "Known error article form"); ``m2m_kb_task`` as the platform's
own view model reads it. ``version`` is a reference in the original and plain text here.
"""

from __future__ import annotations

from connector.sandbox.servicenow.columns import CLASS, STAMPS, choice, flag, text, to
from connector.sandbox.servicenow.schema import ChoiceRow, Column, Table

ARTICLE, BASE, TIE = "kb_knowledge", "kb_knowledge_base", "m2m_kb_task"
ADMIN, ROLE = "knowledge_admin", "knowledge"
"""What contributing asks for where a base has no criteria of its own."""

_STATES = (
    ("draft", "Draft"),
    ("review", "Review"),
    ("scheduled_publish", "Scheduled for publish"),
    ("published", "Published"),
    ("pending_retirement", "Pending retirement"),
    ("retired", "Retired"),
    ("outdated", "Outdated"),
)

KNOWLEDGE = (
    Table(
        BASE,
        "Knowledge Base",
        (*STAMPS, text("title", 100), flag("active", "true"), text("description", 1000)),
        display="title",
        write_role=ADMIN,
    ),
    Table(
        ARTICLE,
        "Knowledge",
        (
            *STAMPS,
            *CLASS,
            Column("number", read_only=False),
            text("short_description", 100),
            Column("text", "html", "Article body", 65000),
            choice("workflow_state", "draft", "workflow", "Workflow"),
            Column(
                "kb_knowledge_base", "reference", "Knowledge base", 32, reference=BASE,
                mandatory=True,
            ),
            choice("article_type", "text", "string"),
            to("sys_user", "author"),
            to("task", "source", "Source Task"),
            text("meta"),
            flag("active", "true"),
            Column("valid_to", "glide_date"),
            Column("published", "glide_date"),
            Column("version", label="Version", read_only=True),
            Column("article_id", "GUID", "Article", 32, read_only=True),
            Column("base_version", "reference", max_length=32, reference=ARTICLE, read_only=True),
            flag("latest", read_only=True),
        ),
        display="number",
        prefix="KB",
        write_role=ROLE,
    ),
    Table(
        TIE,
        "Knowledge Task",
        (*STAMPS, to("task", "task"), to(ARTICLE, "kb_knowledge", "Knowledge")),
        display="sys_id",
        write_role="itil",
    ),
)  # fmt: skip

KNOWLEDGE_CHOICES = (
    *(
        ChoiceRow(ARTICLE, "workflow_state", value, label, place * 10)
        for place, (value, label) in enumerate(_STATES)
    ),
    ChoiceRow(ARTICLE, "article_type", "text", "HTML"),
    ChoiceRow(ARTICLE, "article_type", "wiki", "Wiki", 10),
)
