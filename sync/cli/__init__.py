"""The command line. Commands live in the modules beside this one; ``main`` is the program."""

from __future__ import annotations

from sync.cli import admin, deaths, insight, inspect, people, serve, work
from sync.cli.app import app, main

__all__ = ["admin", "app", "deaths", "insight", "inspect", "main", "people", "serve", "work"]
