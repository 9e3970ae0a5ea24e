"""Opening the database: many at once, a newer or damaged one, one that somebody else keeps."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.config import Settings
from engine.errors import StoreBusy, StoreUnusable
from engine.model import Configuration
from engine.store import Store, tables
from engine.store.database import HEAD, explain
from tests.engine.support import faulty_plan, open_store

OPENS = """
import sys
from pathlib import Path
from engine.config import Settings
from engine.store import Store
sys.stdin.readline()
print(Store.open(Settings(home=Path(sys.argv[1]))).runs())
"""


@pytest.mark.stress
def test_eight_processes_start_on_an_empty_database_at_once(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS, str(tmp_path / "home")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
        )
        for _ in range(8)
    ]  # fmt: skip
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=50) for process in started]
    assert [out for out, _ in ends] == ["[]\n"] * 8, [errors for _, errors in ends]


def test_the_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with sqlite3.connect(tmp_path / "overlap.db") as made:
        for table in tables.metadata.sorted_tables:
            columns = [row[1] for row in made.execute(f"PRAGMA table_info({table.name})")]
            assert columns == [column.name for column in table.columns]
        assert made.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    made.close()
    store.close()


def test_a_database_of_a_newer_version_is_left_alone_and_says_so(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    before = (tmp_path / "overlap.db").read_bytes()
    with pytest.raises(StoreUnusable, match=r"newer Overlap .schema 9999.*update Overlap"):
        open_store(tmp_path)
    assert (tmp_path / "overlap.db").read_bytes() == before


def test_a_file_that_is_no_database_is_named_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "overlap.db").write_bytes(b"this is no database at all " * 100)
    with pytest.raises(StoreUnusable, match=r"overlap\.db is damaged: move it away"):
        open_store(tmp_path)
    assert (tmp_path / "overlap.db").read_bytes().startswith(b"this is no")


def test_a_database_with_damaged_pages_says_so_at_the_query(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for number in range(20):
        store.create(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), f"r{number}", {"x": "y" * 3000})
    store.close()
    path = tmp_path / "overlap.db"
    data = bytearray(path.read_bytes())
    data[3 * 4096 : -4096] = bytes([0xA5]) * (len(data) - 4 * 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(StoreUnusable, match="damaged"):
        open_store(tmp_path).runs()


def test_a_locked_database_is_waited_for_and_then_named(tmp_path: Path) -> None:
    store = Store.open(Settings(home=tmp_path), patience_s=0.1)
    run = store.create(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), "rone", {})
    other = sqlite3.connect(tmp_path / "overlap.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreBusy, match="locked by another program: try again"):
        store.update_run(run, title="other")
    with pytest.raises(StoreBusy):
        store.run("rone")
    other.execute("ROLLBACK")
    store.update_run(run, title="other")
    assert store.run("rone").title == "other"
    other.close()
    store.close()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnusable, match=r"file.*cannot be used .*check its folder"):
        open_store(tmp_path / "file" / "home")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sqlite3.OperationalError("database is locked"), "locked by another program"),
        (sqlite3.OperationalError("database or disk is full"), "is full: free some space"),
        (OSError(28, "No space left on device", "/full/locked/x"), "is full: free some space"),
        (PermissionError(13, "Permission denied", "/full/locked/x"), "/full/locked/x cannot be used"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
    ],
)
def test_errors_become_sentences_that_say_what_to_do(error: Exception, said: str, tmp_path: Path) -> None:
    assert said in explain(error, Settings(home=tmp_path))


def test_a_password_in_the_address_is_in_no_sentence(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://me:secret@host/runs")
    assert "secret" not in explain(sqlite3.OperationalError("database is locked"), settings)
    assert "host/runs" in explain(sqlite3.OperationalError("database is locked"), settings)
