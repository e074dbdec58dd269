"""Jira behind the adapter protocol: start reading at :mod:`connector.jira.adapter`."""

from __future__ import annotations
