"""Opening the database: many at once, a newer or damaged one, one that somebody else keeps."""

from __future__ import annotations

import gc
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.config import Settings
from engine.errors import NotAvailable, SettingRefused, StoreBusy, StoreFull, StoreUnusable
from engine.model import Configuration, Run, State
from engine.orchestrator import main
from engine.orchestrator.main import Orchestrator
from engine.orchestrator.runners import Request
from engine.orchestrator.services import Services
from engine.orchestrator.trials import TrialRunner
from engine.protocol.record import row_of
from engine.runs.plans import simple_plan
from engine.store import Store, tables
from engine.store.database import explain
from engine.store.migrating import HEAD
from tests.engine.clock import FakeClock
from tests.engine.orchestrator.memory_store import Scripted
from tests.engine.orchestrator.scripted import whole
from tests.engine.postgres import READY, Postgres
from tests.engine.support import faulty_plan, first_start, small_disk, until

OPENS = """
import sys
from pathlib import Path
from engine.config import Settings
from engine.store import Store
sys.stdin.readline()
print(Store.open(Settings(home=Path(sys.argv[1]))).runs())
"""


def test_the_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    store = first_start(tmp_path)
    with closing(sqlite3.connect(tmp_path / "overlap.db")) as made, made:
        for table in tables.metadata.sorted_tables:
            columns = [row[1] for row in made.execute(f"PRAGMA table_info({table.name})")]
            assert columns == [column.name for column in table.columns]
        assert made.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    made.close()
    store.close()


def test_a_database_of_a_newer_version_is_left_alone_and_says_so(tmp_path: Path) -> None:
    store = first_start(tmp_path)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    before = (tmp_path / "overlap.db").read_bytes()
    with pytest.raises(StoreUnusable, match=r"newer Overlap .schema 9999.*update Overlap"):
        first_start(tmp_path)
    assert (tmp_path / "overlap.db").read_bytes() == before


def test_a_file_that_is_no_database_is_named_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "overlap.db").write_bytes(b"this is no database at all " * 100)
    with pytest.raises(StoreUnusable, match=r"overlap\.db is damaged: move it away"):
        first_start(tmp_path)
    assert (tmp_path / "overlap.db").read_bytes().startswith(b"this is no")


def test_a_database_with_damaged_pages_says_so_at_the_query(tmp_path: Path) -> None:
    store = first_start(tmp_path)
    for number in range(20):
        store.create(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), f"r{number}", {"x": "y" * 3000})
    store.close()
    path = tmp_path / "overlap.db"
    data = bytearray(path.read_bytes())
    data[3 * 4096 : -4096] = bytes([0xA5]) * (len(data) - 4 * 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(StoreUnusable, match="damaged"):
        first_start(tmp_path).runs()


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
        first_start(tmp_path / "file" / "home")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sqlite3.OperationalError("database is locked"), "locked by another program"),
        (sqlite3.OperationalError("database or disk is full"), "is full: free some space"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "can only be read: let this user write"),
        (OSError(28, "No space left on device", "/full/locked/x"), "is full: free some space"),
        (PermissionError(13, "Permission denied", "/full/locked/x"), "/full/locked/x cannot be used"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
    ],
)
def test_errors_become_sentences_that_say_what_to_do(error: Exception, said: str, tmp_path: Path) -> None:
    (tmp_path / "overlap.db").touch()
    assert said in explain(error, Settings(home=tmp_path))


def test_a_password_in_the_address_is_in_no_sentence(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://me:secret@host/runs")
    assert "secret" not in explain(sqlite3.OperationalError("database is locked"), settings)
    assert "host/runs" in explain(sqlite3.OperationalError("database is locked"), settings)


@pytest.mark.parametrize("address", ["postgresql+psycopg://host/runs?user=me&password=secret", "postgresql+psycopg://me:secret@host/runs"])
def test_a_password_anywhere_in_the_address_is_in_no_sentence(address: str, tmp_path: Path) -> None:
    said = explain(sqlite3.OperationalError("database is locked"), Settings(home=tmp_path, database_url=address))
    assert "secret" not in said and "The database host/runs is" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('FATAL:  password authentication failed for user "me"', "correct the user and the password"),
        ('FATAL:  database "runs" does not exist', "There is no database host/runs: make it"),
        ("permission denied for schema public\nLINE 2: CREATE TABLE alembic_version (\n   ^", "make it the owner"),
        ("cannot execute INSERT in a read-only transaction", "can only be read"),
        ("FATAL:  sorry, too many clients already", "no connection left"),
        ("failed to resolve host 'full.locked': [Errno -2] Name or service not known", "is not found: correct"),
        ('connection failed: port 1 failed: Connection refused\n\tIs the server running?', "see that it runs"),
        ("deadlock detected\nDETAIL:  Process 1 waits", "try again in a moment"),
    ],
)  # fmt: skip
def test_what_a_server_refuses_becomes_one_sentence_that_says_what_to_do(words: str, said: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql+psycopg://me:secret@host/runs")
    found = explain(OperationalError("SELECT 1", {}, Exception(words)), settings)
    assert said in found and "host/runs" in found and "\n" not in found and found.endswith(".")
    assert "secret" not in found


def test_on_a_full_disk_a_run_can_be_deleted_and_so_makes_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "2m") as disk:
        store = first_start(disk / "home")
        run = store.create(faulty_plan([{"do": "fine"}] * 3, Configuration("threads", 1)), "rone", {})
        store.set_state(run, "finished")
        (store.folder(run).path / "made").write_bytes(bytes(400_000))
        with suppress(OSError), open(disk / "fill", "wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        with pytest.raises(StoreFull, match="free some space"):
            store.update_run(run, title="other")
        store.delete(store.run("rone"))
        assert not store.exists("rone") and not store.folder(run).path.exists()
        store.close()


# -- a first start that is broken off --------------------------------------------

STATEMENTS = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, token VARCHAR(64))",
    "CREATE TABLE trials (id INTEGER PRIMARY KEY, run_id INTEGER REFERENCES runs (id))",
    "CREATE TABLE records (trial_id INTEGER REFERENCES trials (id), task INTEGER)",
)


def works(home: Path) -> None:
    """The database opens, is of the newest version, and keeps a run."""
    store = first_start(home)
    run = store.create(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), "rone", {})
    assert store.run("rone").id == run.id
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    store.close()


@pytest.mark.parametrize("count", range(1, len(STATEMENTS) + 1))
def test_a_half_made_database_is_mended(count: int, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "overlap.db")) as made, made:
        for statement in STATEMENTS[:count]:
            made.execute(statement)
    made.close()
    works(tmp_path)


def test_a_half_made_upgrade_is_mended(tmp_path: Path) -> None:
    first_start(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "overlap.db")) as made, made:
        made.execute("UPDATE alembic_version SET version_num = '0001'")
    made.close()
    works(tmp_path)


def test_runs_without_a_version_are_not_dropped(tmp_path: Path) -> None:
    works(tmp_path)
    with closing(sqlite3.connect(tmp_path / "overlap.db")) as made, made:
        made.execute("DELETE FROM alembic_version")
    made.close()
    with pytest.raises(StoreUnusable, match="holds runs, but does not say"):
        first_start(tmp_path)
    with closing(sqlite3.connect(tmp_path / "overlap.db")) as kept, kept:
        assert kept.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    kept.close()


def test_a_first_start_that_is_killed_at_any_statement_leaves_a_database_that_opens(tmp_path: Path) -> None:
    """What a kill leaves is the files as they are then: they are copied after every statement, and each is opened."""
    home, copies = tmp_path / "home", tmp_path / "copies"

    def copy(*_: object) -> None:
        place = copies / str(len(list(copies.iterdir())))
        place.mkdir()
        for file in home.glob("overlap.db*"):
            (place / file.name).write_bytes(file.read_bytes())

    copies.mkdir()
    event.listen(Engine, "after_cursor_execute", copy)
    try:
        first_start(home).close()
    finally:
        event.remove(Engine, "after_cursor_execute", copy)
    made = sorted(copies.iterdir())
    assert len(made) > 10
    for place in made:
        works(place)


@pytest.mark.stress
def test_twenty_five_kills_during_a_first_start(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    began = time.perf_counter()
    first_start(tmp_path / "timed").close()
    takes_s = time.perf_counter() - began
    for number in range(25):
        home = tmp_path / str(number)
        process = subprocess.Popen([sys.executable, "-c", OPENS, str(home)], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, cwd=root)  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.close()
        until(lambda home=home: (home / "overlap.db").exists(), 20, 0.001)  # type: ignore[misc]
        time.sleep(random.uniform(0, 2 * takes_s))
        process.kill()
        process.wait()
        works(home)


@pytest.mark.parametrize("kilobytes", [4, 20, 44, 60, 84])
def test_a_first_start_on_a_full_disk_can_be_repeated_when_there_is_room(kilobytes: int, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", f"{kilobytes}k") as disk:
        with suppress(StoreUnusable):
            first_start(disk / "home").close()
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        works(disk / "home")


# -- addresses that cannot be used ------------------------------------------------


@pytest.mark.parametrize("address", ["nonsense", "nosuch://host/db", "postgresql://me:secret@host:port/db", "://"])
def test_an_address_that_is_none_is_refused_in_a_sentence(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="OVERLAP_DATABASE_URL is no address") as refused:
        first_start(tmp_path, database_url=address)
    assert "secret" not in str(refused.value)


def test_a_driver_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(NotAvailable, match="needs the Python package psycopg"):
        first_start(tmp_path, database_url="postgresql+psycopg://me:secret@host/db")


@pytest.mark.parametrize("version", ["0000", "abc", "", "0002x", "\u0663"])
def test_a_version_that_nobody_made_is_refused_in_a_sentence(version: str, tmp_path: Path) -> None:
    store = first_start(tmp_path)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    store.close()
    with pytest.raises(StoreUnusable, match=r"no Overlap has made|newer Overlap"):
        first_start(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux lets any bytes be a name.")
@pytest.mark.parametrize("name", [b"h\xf6me", b"what?x=1#y", b"100%41"], ids=repr)
def test_a_home_of_any_name_will_do(name: bytes, tmp_path: Path) -> None:
    works(tmp_path / os.fsdecode(name))
    assert (tmp_path / os.fsdecode(name) / "overlap.db").is_file()


def test_a_connection_is_opened_while_another_one_writes(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("SQLite alone has one lock for all")
    with store.engine.begin() as writing:
        writing.execute(text("UPDATE runs SET title = title"))
        began = time.monotonic()
        with store.engine.connect() as reading:
            reading.execute(text("SELECT count(*) FROM runs")).all()
        assert time.monotonic() - began < 4, "who waits for the lock waits five seconds"


def test_a_store_that_is_forgotten_with_its_copies_gives_its_connections_back(tmp_path: Path) -> None:
    store = Store.open(Settings(home=tmp_path))
    seen = store.seen_by("ada")
    store.runs()
    given_back: list[int] = []
    event.listen(store.engine, "close", lambda connection, record: given_back.append(1))
    del store
    gc.collect()
    assert not given_back, "who sees a part of it still uses it"
    seen.runs()
    del seen
    gc.collect()
    assert given_back == [1]


def test_a_thread_that_asks_a_closed_store_leaves_no_connection_behind(store: Store) -> None:
    given_back: list[int] = []
    event.listen(store.engine, "close", lambda connection, record: given_back.append(1))
    with store.engine.connect() as held:
        held.execute(text("SELECT 1"))
        store.close()
        assert given_back == []
    assert given_back == [1], "also what was in use while it was closed"
    for times in (1, 2):
        store.close()
        given_back.clear()
        for _ in range(times):
            assert store.runs() == []
        assert len(given_back) == times


# A server that goes away and comes back.


class Away:
    """A database of Postgres that sends everybody away, and lets them in again after a while."""

    def __init__(self, postgres: Postgres, url: str) -> None:
        self.postgres, self.name = postgres, url.partition("@/")[2].partition("?")[0]

    def for_s(self, seconds: float) -> None:
        self.from_now_on()
        threading.Timer(seconds, self.let_in, [True]).start()

    def from_now_on(self) -> None:
        self.let_in(False)
        self.postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")

    def let_in(self, everybody: bool) -> None:
        self.postgres.execute(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS {everybody}")


@pytest.fixture
def away(postgres: Postgres) -> Iterator[Away]:
    name = postgres.new_database(READY)
    yield Away(postgres, postgres.address(name))
    postgres.drop(name)


def patient(away: Away, home: Path, patience_s: float) -> Store:
    return Store.open(Settings(home=home, database_url=away.postgres.address(away.name)), patience_s)


def test_a_server_that_was_started_again_is_waited_for(away: Away, tmp_path: Path) -> None:
    store = patient(away, tmp_path, 20.0)
    assert store.runs() == []
    away.for_s(0.6)
    assert store.runs() == []
    store.close()


def test_a_server_that_stays_away_is_named_and_may_be_tried_again(away: Away, tmp_path: Path) -> None:
    store = patient(away, tmp_path, 0.3)
    assert store.runs() == []
    away.from_now_on()
    with pytest.raises(StoreBusy, match="does not answer: see that it runs"):
        store.runs()
    away.let_in(True)
    assert store.runs() == []
    store.close()


def test_records_are_stored_once_though_their_connection_broke(
    away: Away, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the transaction, and between its commit and the answer."""
    store = patient(away, tmp_path, 20.0)
    run = store.create(faulty_plan([{"do": "fine"}] * 6, Configuration("threads", 1)), "rone", {})
    trial = store.add_trial(run, 0, {"executor": "threads", "workers": 1}, 6)
    trials = TrialRunner(Request(store, run, lambda: False))
    rows = [row_of(trial.id, "fine", task=task, status="ok") for task in range(6)]
    away.for_s(0.4)
    trials._save(trial, rows[:3], 3, 0)
    add, broken = store.records.add, iter([True])

    def breaks(*given: Any) -> None:
        add(*given)
        if next(broken, False):
            raise StoreBusy("It does not answer.")

    monkeypatch.setattr(store.records, "add", breaks)
    trials._save(trial, rows[3:], 3, 0)
    assert store.run("rone").ok == 6 and store.records.count(run).ok == 6
    monkeypatch.undo()
    with pytest.raises(IntegrityError):
        trials._save(trial, rows[3:], 3, 0)
    store.close()


class Breaking:
    """Ends the connection of one statement, or of one commit, of a store: that with the given number."""

    def __init__(self, away: Away, store: Store, at: int) -> None:
        self.away, self.at, self.count = away, at, 0
        event.listen(store.engine, "before_cursor_execute", lambda connection, *_: self.look(connection))
        event.listen(store.engine, "commit", self.look)

    def look(self, connection: Any) -> None:
        self.count += 1
        if self.count == self.at:
            pid = connection.connection.dbapi_connection.info.backend_pid
            self.away.postgres.execute(f"SELECT pg_terminate_backend({pid}, 5000)")


class Here(Scripted):
    """A job whose trials follow a script, with a real store."""

    def __init__(self, store: Store, run: Run) -> None:
        self.store, self.run = store, run  # type: ignore[assignment]
        self.clock, self.script, self.code = FakeClock(), lambda _: whole(0, 1, 2, failed=[1]), 0
        self.given, self.works = [], []


def run_here(store: Store, token: str, monkeypatch: pytest.MonkeyPatch) -> Orchestrator:
    """The run of three tasks, by its orchestrator, with nothing in processes of their own."""
    run = store.create(simple_plan("compute", 3, {}, Configuration("threads", 1), store.settings), token, {})
    here = Here(store, run)
    monkeypatch.setattr(main, "Request", partial(Request, start=here.start, clock=here.clock))
    orchestrator = Orchestrator(store, run, Services([], store.settings))
    monkeypatch.setattr(orchestrator, "_watch_for_the_end", lambda: None)
    monkeypatch.setattr(orchestrator, "_watch_for_a_cancel", lambda: None)
    return orchestrator


def as_it_should_be(store: Store, token: str) -> None:
    run = store.run(token)
    assert (run.state, run.ok, run.failed, run.message) == ("finished", 2, 1, None), token
    (trial,) = store.trials(run)
    assert (trial.state, trial.ok, trial.failed) == ("finished", 2, 1)
    assert store.records.count(run) == (2, 1, 0)


def test_a_connection_that_breaks_in_the_last_statement_of_a_run_costs_nothing(
    away: Away, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = patient(away, tmp_path, 20.0)
    orchestrator = run_here(store, "rlast", monkeypatch)
    set_state = store.set_state

    def breaks(run: Run, state: State, message: str | None = None) -> None:
        if state == "finished":
            Breaking(away, store, 1)
        set_state(run, state, message)

    monkeypatch.setattr(store, "set_state", breaks)
    assert orchestrator.run_part("all", None) == "finished"
    as_it_should_be(store, "rlast")
    store.close()


@pytest.mark.stress
@pytest.mark.timeout(300)
def test_a_connection_that_breaks_in_any_statement_of_a_run_costs_nothing(
    away: Away, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 1_000):
        store = patient(away, tmp_path, 20.0)
        orchestrator = run_here(store, f"r{at}", monkeypatch)
        breaking = Breaking(away, store, at)
        assert orchestrator.run_part("all", None) == "finished", f"statement {at}"
        statements = breaking.count
        breaking.at = 0
        as_it_should_be(store, f"r{at}")
        store.close()
        if statements < at:
            break
    assert at > 20, "every statement and commit has had its turn"


def test_a_file_that_is_removed_under_a_run_is_called_that(tmp_path: Path) -> None:
    store = first_start(tmp_path)
    run = store.create(faulty_plan([{"do": "fine"}], Configuration("threads", 1)), "rone", {})
    (tmp_path / "overlap.db").unlink()
    with pytest.raises(StoreUnusable, match="was removed while it was in use: put a copy back, or start anew"):
        store.update_run(run, title="x")
    store.close()
