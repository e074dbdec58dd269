"""The engine's errors: exit codes, and every problem in the message."""

from __future__ import annotations

from datetime import UTC, datetime

from sync.errors import (
    BrokenInvariant,
    LeaseHeld,
    LeaseLost,
    StoreUnusable,
    SyncError,
    UnsafePlan,
    UserError,
)


def test_each_error_knows_its_exit_code() -> None:
    codes = {kind.__name__: kind.exit_code for kind in SyncError.__subclasses__()}
    assert codes == {
        "UserError": 2,
        "UnsafePlan": 5,
        "LeaseHeld": 4,
        "LeaseLost": 4,
        "CutShort": 1,
        "BrokenInvariant": 1,
    }
    assert StoreUnusable.exit_code == 2
    assert issubclass(BrokenInvariant, SyncError)
    assert issubclass(LeaseLost, SyncError)


def test_all_problems_are_told() -> None:
    assert UserError(["one", "two"]).problems == ["one", "two"]
    assert str(UserError(["one", "two"])) == "one\ntwo"
    assert UserError("alone").problems == ["alone"]


def test_an_unusable_store_says_what_where_and_what_to_do() -> None:
    error = StoreUnusable("it is gone", where="/x/tandem.db", remedy="Bring it back.")
    assert error.problems == ["store /x/tandem.db: it is gone. Bring it back."]


def test_an_unsafe_plan_carries_its_hash_and_reasons() -> None:
    error = UnsafePlan("abc123", ["51 creates, 50 allowed", "first run"])
    assert error.plan == "abc123"
    assert error.reasons == ("51 creates, 50 allowed", "first run")
    assert "abc123" in str(error)
    assert "first run" in str(error)


def test_a_held_lock_says_who_and_since_when() -> None:
    error = LeaseHeld("tandem run on box, process 7", datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert "tandem run on box, process 7" in str(error)
    assert "2025-01-02 03:04:05+00:00" in str(error)
