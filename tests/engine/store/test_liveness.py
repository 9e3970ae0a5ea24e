"""Who lives: seen alike from every home at one database, and only a dead run goes on again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text

from engine.errors import OverlapError
from engine.model import Configuration, State
from engine.runs import jobs
from engine.store import Store, liveness
from engine.store.liveness import Held
from tests.engine.postgres import Postgres
from tests.engine.support import faulty_plan, open_store, until

PLAN = faulty_plan([{"do": "fine"}] * 3, Configuration("threads", 1))
ROOT = Path(__file__).parents[3]
HOLDS = """
import sys, time
from pathlib import Path
from engine.config import Settings
from engine.store import Store
store = Store.open(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]))
with store.hold(store.run("rone"), 1.0, lambda: print("lost", flush=True)):
    print("held", flush=True)
    time.sleep(600)
"""


def never() -> None:
    pytest.fail("the lock was not lost")


@pytest.fixture
def two_homes(empty_url: str, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two homes at one empty Postgres database."""
    both = open_store(tmp_path / "a", database_url=empty_url), open_store(tmp_path / "b", database_url=empty_url)
    yield both
    for store in both:
        store.close()


def running(store: Store) -> None:
    store.set_state(store.create(PLAN, "rone", {}), "running")


def test_a_run_is_alive_as_long_as_it_is_held(store: Store) -> None:
    running(store)
    with store.hold(store.run("rone"), 1.0, never):
        assert store.run("rone").state == "running"
        assert [run.state for run in store.runs()] == ["running"]
        with pytest.raises(Held), store.hold(store.run("rone"), 0.1, never):
            pass
    assert store.run("rone").state == "interrupted"


def test_a_run_is_held_no_longer_from_the_moment_on_in_which_it_is_let_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lasting, open_still = liveness._lasting, []

    def slow_to_end(engine: Engine) -> Connection:
        connection = lasting(engine)
        open_still.append(connection.close)
        monkeypatch.setattr(connection, "close", lambda: None)
        return connection

    monkeypatch.setattr(liveness, "_lasting", slow_to_end)
    run = store.create(PLAN, "rone", {})
    with store.hold(run, 1.0, never):
        assert store.locks.living([(run, store.folder(run))]) == {run.id}
    assert store.locks.living([(run, store.folder(run))]) == set()
    for close in open_still:
        close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows numbers no files.")
def test_a_lock_is_looked_at_no_more_often_where_very_many_files_are_open(store: Store) -> None:
    import resource

    run = store.create(PLAN, "rone", {})
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    try:
        with ExitStack() as files:
            for _ in range(1100):
                files.enter_context(open(os.devnull))
            with store.hold(run, 1.0, never):
                time.sleep(0.2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert asked.count("SELECT 1") == 0


def test_another_home_sees_a_living_run_as_living_and_a_dead_one_as_dead(two_homes: tuple[Store, Store]) -> None:
    here, there = two_homes
    running(here)
    with here.hold(here.run("rone"), 1.0, never):
        assert there.run("rone").state == "running"
        with pytest.raises(OverlapError, match="is running: wait for its end"):
            jobs.resume(there, there.run("rone"))
        with pytest.raises(Held), there.hold(there.run("rone"), 0.1, never):
            pass
    assert there.run("rone").state == here.run("rone").state == "interrupted"


def test_a_holder_that_is_killed_is_seen_to_be_dead_at_once(two_homes: tuple[Store, Store], empty_url: str) -> None:
    here, there = two_homes
    running(here)
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(here.settings.home), empty_url], cwd=ROOT,
                              stdout=subprocess.PIPE)  # fmt: skip
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    assert there.run("rone").state == "running"
    holder.kill()
    until(lambda: there.run("rone").state == "interrupted")
    holder.wait()
    holder.stdout.close()


def test_a_connection_that_breaks_is_made_anew_at_once_and_the_lock_taken_again(
    store: Store, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not store.settings.database_url:
        pytest.skip("A file lock has no connection.")
    monkeypatch.setattr(liveness, "_LOOK_S", 3_600.0)

    def holder() -> int | None:
        with store.engine.connect() as connection:
            return connection.execute(text("SELECT pid FROM pg_locks WHERE locktype = 'advisory'")).scalar()

    running(store)
    with store.hold(store.run("rone"), 1.0, never):
        before = holder()
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        until(lambda: holder() not in (None, before), 10)
        assert store.run("rone").state == "running"


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_run_whose_lock_is_free_for_a_moment_is_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    """What a broken connection does to who waits for its run; a dead run is told a little later."""
    monkeypatch.setattr(store.locks, "renewal_s", 0.2)
    running(store)
    run, shown = store.run("rone"), list[str]()
    free: list[State] = ["interrupted"] * (2 if comes_back else 1_000)
    states: Iterator[State] = iter(["running", *free, "running", "finished"])
    monkeypatch.setattr(store, "run", lambda _: replace(run, state=next(states)))
    ended = jobs.wait(store, run, lambda one: shown.append(one.state), poll_s=0.01)
    assert ended.state == ("finished" if comes_back else "interrupted")
    assert shown == (["running", "running", "finished"] if comes_back else ["running", "interrupted"])


def test_who_lost_the_lock_to_another_is_told(
    two_homes: tuple[Store, Store], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = two_homes
    monkeypatch.setattr(liveness, "_AGAIN_S", 2.0)  # the other is quicker
    running(here)
    lost: list[float] = []
    with here.hold(here.run("rone"), 0.5, lambda: lost.append(time.monotonic())):
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        until(lambda: there.run("rone").state == "interrupted")
        with there.hold(there.run("rone"), 1.0, never):
            until(lambda: bool(lost), 10)


def test_only_one_of_two_who_resume_at_once_is_let_go_on(two_homes: tuple[Store, Store]) -> None:
    here, there = two_homes
    running(here)
    seen_here, seen_there = here.run("rone"), there.run("rone")
    assert here.launch(seen_here) is not None
    assert there.launch(seen_there) is None
    assert there.run("rone").state == "waiting"


def test_a_run_is_resumed_by_the_other_home(two_homes: tuple[Store, Store]) -> None:
    here, there = two_homes
    run = here.create(PLAN, "rone", {})
    here.set_state(run, "interrupted")
    run = jobs.wait(there, jobs.resume(there, there.run("rone")))
    assert (run.state, run.ok, here.run("rone").state) == ("finished", 3, "finished")
    assert list((here.folder(run).path / "trials").iterdir()), "in the folder of the home that made it"
    assert not (there.settings.runs / "rone").exists()


def test_a_run_whose_files_are_elsewhere_says_where(two_homes: tuple[Store, Store]) -> None:
    here, there = two_homes
    here.create(PLAN, "rone", {"host": "attic"})
    here.update_run(here.run("rone"), state="interrupted", home="/nowhere/home")
    with pytest.raises(OverlapError, match=r"not here, but on attic in /nowhere/home: go on with it there"):
        jobs.resume(there, there.run("rone"))
    assert there.run("rone").state == "interrupted"


def test_a_killed_start_is_not_waited_for(new_home: Callable[[str], Store]) -> None:
    store = new_home("home")
    run = store.create(PLAN, "rone", {})
    assert store.run("rone").state == "waiting"
    store.note_killed(run, "another start")
    assert store.run("rone").state == "waiting"
    store.note_killed(run, run.launched_at)
    assert store.run("rone").state == "interrupted"


def test_after_a_start_of_the_server_older_runs_have_time_to_take_their_locks_anew(
    two_homes: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = two_homes
    running(store)
    monkeypatch.setattr(liveness, "_GRACE_S", 1e9)
    assert store.run("rone").state == "interrupted", "it began after the server did: nobody takes its lock anew"
    store.update_run(store.run("rone"), launched_at="2020-01-01T00:00:00.000+00:00")
    assert store.run("rone").state == "running"
    monkeypatch.setattr(liveness, "_GRACE_S", 0.0)
    assert store.run("rone").state == "interrupted", "it had its time"
