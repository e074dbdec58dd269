"""How the fake instance says no: a status, a message and a detail, in the vendor's envelope."""

from __future__ import annotations

from typing import Any

NO_RECORD = "No Record found"
NO_RECORD_DETAIL = "Record doesn't exist or ACL restricts the record retrieval"


class Refusal(Exception):
    """A request that is answered with an error; nothing was written."""

    def __init__(self, status: int, message: str, detail: str | None = None) -> None:
        self.status = status
        self.message = message
        self.detail = detail
        super().__init__(f"{status} {message}: {detail}")

    def envelope(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": {"message": self.message, "detail": self.detail}, "status": "failure"}


def missing_record() -> Refusal:
    """Gone or hidden: the answer is the same."""
    return Refusal(404, NO_RECORD, NO_RECORD_DETAIL)


def mandatory(labels: list[str]) -> Refusal:
    """A data policy wants these fields."""
    wanted = ", ".join(labels)
    return Refusal(
        403,
        "Operation Failed",
        f"Data Policy Exception: The following fields are mandatory: {wanted}",
    )


def aborted(table: str, rule: str, rule_id: str) -> Refusal:
    """A business rule stopped the write."""
    return Refusal(
        403,
        "Operation Failed",
        f"Operation against file '{table}' was aborted by Business Rule '{rule}^{rule_id}'. "
        f"Business Rule Stack:{rule}",
    )


def no_right(what: str) -> Refusal:
    """An access rule stops the write; ``what`` is Insert, Update or Delete."""
    return Refusal(
        403, "Operation Failed", f"ACL Exception {what} Failed due to security constraints"
    )


def no_query() -> Refusal:
    """An access rule stops the query, or (on some releases) a column does not exist."""
    return Refusal(
        403,
        "Insufficient rights to query records",
        "Field(s) present in the query do not have permission to be read",
    )
