"""The daemon's HTTP door. Health only for now; console, API and webhooks come beside it."""

from __future__ import annotations
