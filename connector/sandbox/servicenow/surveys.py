"""Assessments and Surveys: questionnaires, whom they went to, and the results of their answers.

Real instances have these tables, though many never send a survey, and few accounts may read them:
results are for ``survey_reader`` and ``survey_admin`` ("Survey roles", "View results for all
surveys"). Here they are there once :func:`activate` was called. Each answer of a completed
questionnaire is a metric result ("Metric Result form"): its actual value, -1 for a text, and its
normalised one, which is the place between the smallest and the largest value, turned round where
less is better, times the question's part of the weights of all questions that were answered in its
category, times the scale ("Normalized value for an assessment"). Names of columns are those that
public scripts use; ``lower_is_better`` and the prefix of numbers are this instance's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.sandbox.people import TANDEM
from connector.sandbox.servicenow.choices import rows
from connector.sandbox.servicenow.columns import STAMPS, choice, flag, text, to, when
from connector.sandbox.servicenow.instance import describe, put
from connector.sandbox.servicenow.knobs import SYSTEM
from connector.sandbox.servicenow.schema import Column, Row, Schema, Table
from connector.sandbox.servicenow.world import World

TYPE, CATEGORY, METRIC = "asmt_metric_type", "asmt_metric_category", "asmt_metric"
INSTANCE, RESULT = "asmt_assessment_instance", "asmt_metric_result"
READER, WRITER = "survey_reader", "survey_admin"
SCALE = 10


def _table(name: str, label: str, *columns: Column, display: str = "name") -> Table:
    return Table(
        name, label, (*STAMPS, *columns), display=display, read_role=READER, write_role=WRITER
    )


TABLES = (
    _table(
        TYPE,
        "Assessment Metric Type",
        text("name", 255),
        choice("evaluation_method", "survey", "string"),
        Column("scale_factor", "decimal", default=str(SCALE)),
    ),
    _table(CATEGORY, "Assessment Metric Category", text("name", 100), to(TYPE, "metric_type")),
    _table(
        METRIC,
        "Assessment Metric",
        text("name", 100),
        to(CATEGORY, "category"),
        to(TYPE, "metric_type"),
        choice("datatype", "scale", "string"),
        Column("min", "decimal"),
        Column("max", "decimal"),
        Column("weight", "decimal", default="10"),
        flag("lower_is_better", "false"),
    ),
    _table(
        INSTANCE,
        "Assessment Instance",
        Column("number", read_only=False),
        to(TYPE, "metric_type"),
        to("sys_user", "user", "Assigned to"),
        choice("state", "ready", "string"),
        when("taken_on"),
        text("trigger_table", 80),
        text("trigger_id", 32),
        to("task", "task_id"),
        display="number",
    ),
    _table(
        RESULT,
        "Metric Result",
        to(INSTANCE, "instance"),
        to(METRIC, "metric"),
        to("sys_user", "user", "Assigned to"),
        Column("actual_value", "decimal"),
        Column("normalized_value", "decimal"),
        text("string_value"),
        display="sys_id",
    ),
)
CHOICES = (
    *rows(TYPE, "evaluation_method", "survey:Survey|assessment:Assessment|quiz:Quiz"),
    *rows(METRIC, "datatype", "scale:Likert Scale|string:String"),
    *rows(
        INSTANCE,
        "state",
        "ready:Ready to take|wip:Work in progress|complete:Complete|canceled:Canceled",
    ),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its smallest and largest answer, or none at all where it takes a text."""

    name: str
    least: float = 1
    most: float = 5
    weight: float = 10
    lower: bool = False
    text: bool = False
    category: str = "Service"


def activate(world: World, *, granted: bool = True) -> None:
    """Bring the tables; ``granted`` lets the integration account read them."""
    if RESULT in world.schema.tables:
        return
    before = world.schema
    world.grow(Schema((*before.tables.values(), *TABLES), (*before.choices, *CHOICES)), {})
    describe(world, TABLES, CHOICES)
    if granted:
        world.roles[TANDEM.login].add(READER)


def survey(world: World, name: str, *questions: Question, method: str = "survey") -> str:
    """A new survey; its sys_id."""
    kind = put(world, TYPE, {"name": name, "evaluation_method": method})["sys_id"]
    names = dict.fromkeys(one.category for one in questions)
    categories = {
        name: put(world, CATEGORY, {"name": name, "metric_type": kind})["sys_id"] for name in names
    }
    for one in questions:
        row = {
            "name": one.name,
            "category": categories[one.category],
            "metric_type": kind,
            "weight": str(one.weight),
            "lower_is_better": str(one.lower).lower(),
            "datatype": "string" if one.text else "scale",
        }
        put(
            world, METRIC, row if one.text else {**row, "min": str(one.least), "max": str(one.most)}
        )
    return kind


def send(world: World, survey: str, task: str) -> str:
    """Somebody is asked about a task; the sys_id of the questionnaire."""
    about = world.true_row(task) or {}
    row = {
        "number": world.next_number("AINST"),
        "metric_type": survey,
        "user": about.get("caller_id", ""),
        "trigger_table": about.get("sys_class_name", ""),
        "trigger_id": task,
        "task_id": task,
    }
    return str(world.insert(INSTANCE, row, SYSTEM)["sys_id"])


def answer(world: World, instance: str, answers: Sequence[float | str | None]) -> None:
    """All questions are answered, in their order; ``None`` leaves one out."""
    asked = world.true_row(instance) or {}
    kind = world.true_row(asked["metric_type"]) or {}
    questions = [row for row in world.rows(METRIC) if row["metric_type"] == kind["sys_id"]]
    given = [
        (question, told)
        for question, told in zip(questions, answers, strict=True)
        if told is not None
    ]
    world.update(INSTANCE, instance, {"state": "complete", "taken_on": world.now()}, SYSTEM)
    for question, told in given:
        row = {
            "instance": instance,
            "metric": question["sys_id"],
            "user": asked.get("user", ""),
            "string_value": str(told),
            "actual_value": "-1" if isinstance(told, str) else str(told),
        }
        if not isinstance(told, str):
            valid = sum(
                float(one["weight"])
                for one, value in given
                if one["category"] == question["category"] and not isinstance(value, str)
            )
            part = float(question["weight"]) / valid * float(kind["scale_factor"])
            row["normalized_value"] = f"{_place(question, told) * part:.2f}"
        world.insert(RESULT, row, SYSTEM)


def _place(question: Row, told: float) -> float:
    """Where an answer lies between the worst and the best, 0 to 1."""
    least, most = float(question["min"]), float(question["max"])
    place = (told - least) / (most - least)
    return 1 - place if question["lower_is_better"] == "true" else place
