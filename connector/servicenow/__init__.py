"""The ServiceNow side: :class:`~connector.servicenow.adapter.ServiceNowAdapter`."""

from __future__ import annotations
