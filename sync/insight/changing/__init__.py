"""Changes: how each may go, what it still lacks, who has to look, and whether all is ready."""

from __future__ import annotations
