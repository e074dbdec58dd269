"""The sandbox's ServiceNow side: one fake instance with its tables, rules and routes."""

from __future__ import annotations

from connector.sandbox.servicenow.app import ServiceNowSandbox
from connector.sandbox.servicenow.change_rules import approve, reject
from connector.sandbox.servicenow.instance import new_world
from connector.sandbox.servicenow.knobs import Caller, Door, Knobs
from connector.sandbox.servicenow.query import NotModelled
from connector.sandbox.servicenow.refusal import Refusal
from connector.sandbox.servicenow.seed import bulk_incidents, seed
from connector.sandbox.servicenow.world import World

__all__ = [
    "Caller",
    "Door",
    "Knobs",
    "NotModelled",
    "Refusal",
    "ServiceNowSandbox",
    "World",
    "approve",
    "bulk_incidents",
    "new_world",
    "reject",
    "seed",
]
