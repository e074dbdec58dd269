"""The daemon's HTTP door: health probes and webhooks; the console comes beside them."""

from __future__ import annotations
