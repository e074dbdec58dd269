"""The schema: the migrations lead to the tables, forward, in one piece, after a backup."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, inspect, text

from mappings.sides import Side
from sync.core.model import CommentLink
from sync.errors import StoreUnusable
from sync.store import Store
from sync.store.database import Database
from sync.store.schema import SHIPPED, VERSION_TABLE, Migrations
from sync.store.tables import HISTORY, METADATA
from tests.support.links import a_link
from tests.unit.store.conftest import HandClock

LATER = '''"""One more step, for the test."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meta", sa.Column("extra", sa.Text))
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
'''


def mirrored(connection: Connection) -> dict[str, object]:
    """What the database says of our tables, in a form that two of them can be compared in."""
    inspector = inspect(connection)
    found: dict[str, object] = {}
    for table in sorted(set(inspector.get_table_names()) - {VERSION_TABLE}):
        columns = [
            (one["name"], str(one["type"]), one["nullable"], one["default"] is None)
            for one in inspector.get_columns(table)
        ]
        indexes = {
            (one["name"], tuple(one["column_names"]), bool(one["unique"]), where_of(one))
            for one in inspector.get_indexes(table)
        }
        keys = inspector.get_pk_constraint(table)["constrained_columns"]
        parents = [
            (one["constrained_columns"], one["referred_table"], one["options"])
            for one in inspector.get_foreign_keys(table)
        ]
        found[table] = (columns, sorted(indexes), keys, parents)
    return found


def where_of(index: object) -> str:
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


def test_the_migrations_lead_to_the_tables(database_store: Store) -> None:
    with database_store._database.write() as connection:
        migrated = mirrored(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
        assert migrated == mirrored(connection)
    assert set(migrated) == set(METADATA.tables)


def test_partial_indexes_have_the_same_conditions_both_ways(opened: Callable[[str], Store]) -> None:
    # SQLite keeps the very words of a definition.
    store = opened("sqlite://")

    def partial(connection: Connection) -> set[str]:
        words = "SELECT sql FROM sqlite_master WHERE sql LIKE '% WHERE %'"
        return set(connection.exec_driver_sql(words).scalars())

    with store._database.write() as connection:
        migrated = partial(connection)
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
        assert migrated == partial(connection)
    assert len(migrated) == 4


def test_the_files_names_tell_the_revisions() -> None:
    scripts = ScriptDirectory(str(SHIPPED.folder))
    walked = [script.revision for script in scripts.walk_revisions()]
    assert list(SHIPPED.revisions) == walked[::-1]
    assert scripts.get_current_head() == SHIPPED.head
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"r{script.revision}_")


def test_an_up_to_date_store_is_not_touched(shared_url: str, clock: HandClock) -> None:
    Store.open(shared_url, clock=clock).close()
    with Store.open(shared_url, clock=clock, upgrade=False) as store:
        assert store.maintenance.schema_version() == SHIPPED.head
        store.maintenance.upgrade()
        assert store.maintenance.check() == []


def test_processes_that_start_together_make_one_schema(shared_url: str, clock: HandClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store.open(shared_url, clock=clock), range(4)))
    assert {store.maintenance.schema_version() for store in stores} == {SHIPPED.head}
    for store in stores:
        store.close()


@pytest.fixture
def later(tmp_path: Path) -> Migrations:
    """The migrations of a later release."""
    folder = tmp_path / "later"
    shutil.copytree(SHIPPED.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert SHIPPED.head == "0006", "let the step of this test follow the newest one"
    (folder / "versions" / "r0007_later.py").write_text(LATER, encoding="utf-8")
    return Migrations(folder)


def test_an_older_store_is_upgraded(shared_url: str, later: Migrations, clock: HandClock) -> None:
    with Store.open(shared_url, clock=clock) as store:
        store.meta.put("a", "1")
    with pytest.raises(StoreUnusable, match="older schema 0006"):
        Store.open(shared_url, clock=clock, upgrade=False, migrations=later)
    with Store.open(shared_url, clock=clock, migrations=later) as store:
        assert store.maintenance.schema_version() == "0007"
        assert store.meta.get("a") == "1"
    with pytest.raises(StoreUnusable, match="newer"):
        Store.open(shared_url, clock=clock)


def test_comments_carried_by_an_older_program_are_still_known(
    shared_url: str, tmp_path: Path, clock: HandClock
) -> None:
    folder = tmp_path / "older"
    newer = shutil.ignore_patterns(
        "__pycache__", "r0003_*", "r0004_*", "r0005_*", "r0006_*", "r0007_*"
    )
    shutil.copytree(SHIPPED.folder, folder, ignore=newer)
    row = {"source": "jira", "source_id": "10010", "copy_id": "c1", "lane": "work_notes"}
    with Store.open(shared_url, clock=clock, migrations=Migrations(folder)) as store:
        link = store.links.add(a_link())
        with store._database.write() as connection:
            names = ", ".join(["link_id", *row])
            values = ", ".join(f":{name}" for name in ["link_id", *row])
            statement = text(f"INSERT INTO comment_link ({names}) VALUES ({values})")  # noqa: S608
            connection.execute(statement, {"link_id": link.id, **row})

    with Store.open(shared_url, clock=clock) as store:
        carried = CommentLink(link.id, Side.JIRA, "10010", "c1", "work_notes")
        assert store.comments.known([link.id]) == {link.id: (carried,)}
        store.comments.add([replace(carried, stamp="7", digest="d")])
        assert store.comments.known([link.id])[link.id][0].stamp == "7"


def test_a_file_is_backed_up_before_its_upgrade(
    tmp_path: Path, later: Migrations, clock: HandClock
) -> None:
    url = f"sqlite:///{tmp_path / 'tandem.db'}"
    with Store.open(url, clock=clock) as store:
        store.meta.put("a", "1")
    assert list(tmp_path.glob("*.backup")) == []
    Store.open(url, clock=clock, migrations=later).close()
    (backup,) = tmp_path.glob("*.backup")
    assert backup.name == "tandem.db.schema-0006.20250301T120000123456Z.backup"
    with Store.open(f"sqlite:///{backup}", clock=clock, upgrade=False) as store:
        assert store.meta.get("a") == "1"


def test_an_upgrade_that_fails_has_not_begun(
    shared_url: str, later: Migrations, clock: HandClock
) -> None:
    Store.open(shared_url, clock=clock).close()
    step = later.folder / "versions" / "r0007_later.py"
    step.write_text(LATER + "    raise ZeroDivisionError\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        Store.open(shared_url, clock=clock, migrations=later)
    with Store.open(shared_url, clock=clock, upgrade=False) as store:
        assert store.maintenance.schema_version() == "0006"
        with store._database.read() as connection:
            assert "later" not in inspect(connection).get_table_names()
            columns = {column["name"] for column in inspect(connection).get_columns("meta")}
    assert columns == {"name", "value"}


def test_foreign_tables_of_other_names_are_fine_on_postgresql(
    postgres_url: str, clock: HandClock
) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invoice (id INTEGER)")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
    Store.open(postgres_url, clock=clock).close()
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tandem_schema")
    with pytest.raises(StoreUnusable, match="not Tandem's"):
        Store.open(postgres_url, clock=clock)
    engine.dispose()


def test_a_backup_is_a_whole_store(
    tmp_path: Path, opened: Callable[[str], Store], clock: HandClock
) -> None:
    store = opened(f"sqlite:///{tmp_path / 'tandem.db'}")
    store.meta.put("a", "1")
    backup = store.maintenance.backup(str(tmp_path / "copy.db"))
    assert backup.stat().st_mode & 0o777 == 0o600
    store.meta.put("a", "2")
    assert opened(f"sqlite:///{backup}").meta.get("a") == "1"
    assert not list(tmp_path.glob("*.part"))


def test_a_store_in_memory_can_be_backed_up(tmp_path: Path, opened: Callable[[str], Store]) -> None:
    store = opened("sqlite://")
    store.meta.put("a", "1")
    assert opened(f"sqlite:///{store.maintenance.backup(tmp_path / 'b.db')}").meta.get("a") == "1"


def test_damage_inside_is_found(tmp_path: Path, clock: HandClock) -> None:
    file = tmp_path / "tandem.db"
    with Store.open(f"sqlite:///{file}", clock=clock) as store:
        assert store.maintenance.check() == []
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("INSERT INTO base VALUES (77, 'f', 'null', 'null', '', '')")
    with Store.open(f"sqlite:///{file}", clock=clock) as store:
        problems = store.maintenance.check()
    assert problems == [
        "base row 1 names a link that does not exist",
        "base: 1 rows speak of links that do not exist",
    ]


def test_rows_without_their_link_are_found(shared_url: str, clock: HandClock) -> None:
    Store.open(shared_url, clock=clock).close()
    database = Database.open(shared_url)
    with database.write() as connection:
        for link in (0, 5, 6):
            connection.execute(
                insert(HISTORY).values(
                    pair="p", link_id=link, side=Side.JIRA, label="", kind="", field="", old=None,
                    new=None, reason="", plan="", outcome="", at=clock.now,
                )
            )  # fmt: skip
    database.close()
    with Store.open(shared_url, clock=clock) as store:
        assert store.maintenance.check() == [
            "history: 2 rows speak of links that do not exist",
        ]
