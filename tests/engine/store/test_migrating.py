"""Upgrades: every row of every released schema is kept, a copy is made before, and only one process does it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, inspect, text

from engine.errors import StoreUnusable
from engine.store import Store, migrating, tables
from engine.store.migrating import HEAD, back_up
from tests.engine.postgres import Postgres, programs
from tests.engine.support import open_store

ROOT = Path(__file__).parents[3]
RELEASED = [f"{number:04d}" for number in range(1, int(HEAD))]
OPENS = """
import sys
from pathlib import Path
from engine.config import Settings
from engine.store import Store
for line in sys.stdin:
    home, url = line.rstrip("\\n").split("\\t")
    try:
        store = Store.open(Settings(home=Path(home), database_url=url))
        print(store.runs(), flush=True)
        store.close()
    except Exception as error:
        print(repr(error), flush=True)
"""


def made_by(version: str, url: str) -> None:
    """A database of an older schema, with a run, a trial and records in it."""
    from alembic import command
    from alembic.config import Config

    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrating.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        fill(connection, version)
    engine.dispose()


ROWS: dict[str, list[dict[str, Any]]] = {
    "runs": [
        {"id": 7, "token": "rold", "kind": "comparison", "workload": "resize", "title": "Old × run",
         "state": "finished",
         "created_at": "2026-01-02T03:04:05.678+00:00", "tasks": 2, "ok": 1, "failed": 1, "cancel": False,
         "options": json.dumps({"size": [1, 2]}), "terms": "{}", "environment": json.dumps({"host": "attic"}),
         "configurations": json.dumps([{"executor": "threads", "workers": 2}, {"executor": "processes", "workers": 2},
                                       {"executor": "threads", "workers": 4}])},
    ],
    "trials": [
        {"id": 3, "run_id": 7, "order": 0, "repeat": 0, "state": "finished", "tasks": 2, "ok": 1, "failed": 1,
         "configuration": json.dumps({"executor": "threads", "workers": 2}), "measurement": '{"wall_s": 1.5}'},
    ],
    "records": [
        {"trial_id": 3, "task": 0, "label": "a.jpg", "status": "ok", "attempts": 1, "waited_s": 0.0, "output": "[1]"},
        {"trial_id": 3, "task": 1, "label": "b", "status": "failed", "reason": "damaged", "error": "It is damaged.",
         "attempts": 2, "waited_s": 0.5},
    ],
}  # fmt: skip


ADDED: dict[str, dict[str, Any]] = {"0003": {"machine": "attic", "executors": ",threads,processes,"}}
"""What a run has since a schema, besides; older ones are given it by their upgrade."""


def fill(connection: Connection, version: str) -> None:
    since = {name: value for first, more in ADDED.items() if version >= first for name, value in more.items()}
    for table, rows in ROWS.items():
        for row in rows:
            row = row | since if table == "runs" else row
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f'INSERT INTO {table} ({names}) VALUES ({values})'), row)


@pytest.fixture(params=["sqlite", "postgres"])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Store]:
    """Makes a database of an older schema, and opens it as it is opened today."""

    def opened(version: str) -> Store:
        home = tmp_path / "home"
        home.mkdir()
        url = request.getfixturevalue("empty_url") if request.param == "postgres" else ""
        made_by(version, url or f"sqlite:///{home / 'overlap.db'}")
        store = open_store(home, database_url=url)
        request.addfinalizer(store.close)
        return store

    return opened


@pytest.mark.parametrize("version", RELEASED)
def test_an_upgrade_keeps_every_row(version: str, old_database: Callable[[str], Store]) -> None:
    store = old_database(version)
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        for table, rows in ROWS.items():
            kept = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).mappings()]
            assert len(kept) == len(rows)
            for before, after in zip(rows, kept, strict=True):
                assert {name: plain(after[name]) for name in before} == {name: plain(before[name]) for name in before}
    (run,) = store.runs()
    assert (run.id, run.machine, run.title, run.pinned, run.shared) == (7, "attic", "Old × run", False, False)
    assert [record.status for record in store.records.latest(run)] == ["ok", "failed"]
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT executors FROM runs")).scalar() == ",threads,processes,"


def plain(value: Any) -> Any:
    """What a driver gave, told alike: JSON as a value, SQLite's booleans as such."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return bool(value) if value in (0, 1, False, True) and not isinstance(value, float) else value


@pytest.mark.parametrize("version", [None, *RELEASED])
def test_an_upgraded_database_is_like_a_new_one(
    version: str | None, old_database: Callable[[str], Store], tmp_path: Path
) -> None:
    store = old_database(version or HEAD)
    seen = inspect(store.engine)
    for table in tables.metadata.sorted_tables:
        assert [column["name"] for column in seen.get_columns(table.name)] == [one.name for one in table.columns]
    assert {index["name"] for index in seen.get_indexes("records")} == {"ix_records_failed"}
    assert {"ix_runs_state"} <= {index["name"] for index in seen.get_indexes("runs")}


@pytest.mark.parametrize("version", RELEASED)
def test_sqlite_is_copied_before_an_upgrade(version: str, tmp_path: Path) -> None:
    made_by(version, f"sqlite:///{tmp_path / 'overlap.db'}")
    before = rows_of(tmp_path / "overlap.db")
    open_store(tmp_path).close()
    copy = tmp_path / "backups" / f"overlap-{version}.db"
    assert rows_of(copy) == before and copy.stat().st_mode & 0o077 == 0
    copy.replace(tmp_path / "overlap.db")
    store = open_store(tmp_path)
    assert [run.token for run in store.runs()] == ["rold"], "back in its place, it is upgraded as before"
    store.close()


def rows_of(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as database, database:
        rows = [database.execute(f"SELECT * FROM {table}").fetchall() for table in (*ROWS, "alembic_version")]
    database.close()
    return rows


def test_a_new_database_and_one_of_today_are_not_copied(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    open_store(tmp_path).close()
    assert not (tmp_path / "backups").exists()


def test_two_copies_are_kept(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    for number in range(4):
        back_up(tmp_path / "overlap.db", tmp_path / "copies", str(number))
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == ["overlap-2.db", "overlap-3.db"]


def test_without_room_for_the_copy_nothing_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by(RELEASED[-1], f"sqlite:///{tmp_path / 'overlap.db'}")
    before = (tmp_path / "overlap.db").read_bytes()
    monkeypatch.setattr(migrating, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(StoreUnusable, match=r"copied to .*backups, which needs .* MB more than the disk has"):
        open_store(tmp_path)
    assert (tmp_path / "overlap.db").read_bytes() == before


def test_an_upgrade_that_fails_leaves_postgres_as_it_was(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by(RELEASED[-1], empty_url)
    done = migrating._migrate

    def breaks(connection: Connection) -> None:
        done(connection)
        raise OSError(28, "No space left on device", "/disk")

    monkeypatch.setattr(migrating, "_migrate", breaks)
    with pytest.raises(StoreUnusable, match="full"):
        open_store(tmp_path, database_url=empty_url)
    monkeypatch.setattr(migrating, "_migrate", done)
    store = open_store(tmp_path, database_url=empty_url)
    assert store.run("rold").machine == "attic"
    store.close()


def test_postgres_goes_back_to_what_was_dumped_before_an_upgrade(
    postgres: Postgres, empty_url: str, tmp_path: Path
) -> None:
    made_by(RELEASED[-1], empty_url)
    name, dump = empty_url.partition("@/")[2].partition("?")[0], tmp_path / "history.dump"
    where = [f"--host={postgres.folder}", "--username=overlap"]
    run = partial(subprocess.run, check=True, capture_output=True)
    run([str(programs() / "pg_dump"), *where, "--format=custom", f"--file={dump}", name])
    open_store(tmp_path / "new", database_url=empty_url).close()
    run([str(programs() / "pg_restore"), *where, "--clean", f"--dbname={name}", str(dump)])
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == RELEASED[-1]
        assert connection.execute(text("SELECT title FROM runs")).scalars().all() == ["Old × run"]
    engine.dispose()


def test_eight_homes_start_on_an_empty_postgres_at_once(empty_url: str, tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def opened(number: int) -> int:
        together.wait()
        store = open_store(tmp_path / str(number), database_url=empty_url)
        store.close()
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == list(range(8))


@pytest.mark.stress
@pytest.mark.timeout(1200)
def test_eight_processes_start_on_an_empty_database_fifty_times(postgres: Postgres, tmp_path: Path) -> None:
    """Once with a home each at one Postgres, once all in one home, in turn; the processes have imported all before."""
    with ExitStack() as ending:
        started = [
            ending.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", OPENS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
                )
            )
            for _ in range(8)
        ]
        for number in range(50):
            name = postgres.new_database()
            apart = [str(tmp_path / f"{number}-{one}") for one in range(8)]
            assert open_at_once(started, apart, postgres.address(name)) == ["[]\n"] * 8, number
            postgres.drop(name)
            assert open_at_once(started, [str(tmp_path / f"{number}-one")] * 8, "") == ["[]\n"] * 8, number


def open_at_once(processes: list[subprocess.Popen[str]], homes: list[str], url: str) -> list[str]:
    """What each process says when all of them open a database at the same moment."""
    for process, home in zip(processes, homes, strict=True):
        assert process.stdin is not None
        process.stdin.write(f"{home}\t{url}\n")
        process.stdin.flush()
    return [process.stdout.readline() for process in processes if process.stdout]
