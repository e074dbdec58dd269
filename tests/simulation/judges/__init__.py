"""What must hold, one judge for each kind of promise; :mod:`tests.simulation.oracle` calls them."""

from __future__ import annotations
