"""What the linked records and their history tell: trends, scorecard, delivery status, proposals."""

from __future__ import annotations
