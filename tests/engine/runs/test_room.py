"""Room on the disk: retention removes what is old or too much and nothing else, and a full disk is told beforehand."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.group import main
from engine.errors import InputRefused
from engine.model import Configuration, Run
from engine.protocol.record import row_of
from engine.runs import jobs
from engine.runs.room import folder_bytes, must_have_share, size_of, tidy, use
from engine.store import Store
from engine.store.database import database_bytes, shrink
from tests.engine.support import faulty_plan, open_store, small_disk

PLAN = faulty_plan([{"do": "fine"}], Configuration("threads", 1))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MB = 1_000_000


def made(store: Store, days: float, mb: float = 0.0, **values: object) -> Run:
    """A run that ended so many days ago, with files of so many megabytes."""
    run = store.create(PLAN, f"r{days:g}-{len(store.runs())}", {}, None)
    if mb:
        store.folder(run).outputs.mkdir()
        (store.folder(run).outputs / "made").write_bytes(os.urandom(round(mb * MB)))
    ended_at = (NOW - timedelta(days=days)).isoformat()
    store.update_run(run, **{"state": "finished", "ended_at": ended_at, **values})
    return store.run(run.token)


def left(store: Store) -> list[str]:
    return [run.token for run in store.runs(sort="oldest")]


def test_what_is_older_than_is_kept_goes_with_its_files(store: Store) -> None:
    old, pinned, young = made(store, 31), made(store, 400, pinned=True), made(store, 29)
    running = made(store, 90, state="running")
    with store.hold(running, 1.0, lambda: None):
        said = tidy(store, 30, 0, dry=True, now=NOW)
        assert [run.id for run in said.runs] == [old.id] and len(left(store)) == 4
        assert [run.id for run in tidy(store, 30, 0, now=NOW).runs] == [old.id]
    assert left(store) == [pinned.token, young.token, running.token]
    assert not store.folder(old).path.exists() and store.folder(young).path.exists()


def test_above_the_size_that_is_kept_the_oldest_go(store: Store) -> None:
    runs = [made(store, days, 2.0, pinned=days == 9) for days in (9, 8, 7, 6)]
    taken = use(store).history
    assert taken > 8 * MB
    removed = tidy(store, 0, (taken - 3 * MB) / 1e9, now=NOW)
    assert [run.id for run in removed.runs] == [runs[1].id, runs[2].id]
    assert removed.freed > 3.9 * MB and use(store).history < taken - 3 * MB
    assert left(store) == [runs[0].token, runs[3].token]


def test_without_a_limit_nothing_goes(store: Store) -> None:
    made(store, 9_000)
    assert tidy(store, 0, 0, now=NOW).runs == () and len(left(store)) == 1


def test_a_run_that_lies_in_another_home_is_left_to_it(store: Store) -> None:
    run = made(store, 90, home="/somewhere/else")
    shutil.rmtree(store.folder(run).path)
    assert tidy(store, 30, 0, now=NOW).runs == ()


def test_a_run_that_cannot_be_removed_is_told_and_the_others_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, old = made(store, 40), made(store, 39)
    stays = store.folder(stuck).path
    real = shutil.rmtree
    monkeypatch.setattr("shutil.rmtree", lambda path, **more: None if path == stays else real(path, **more))
    removed = tidy(store, 30, 0, now=NOW)
    assert len(removed.problems) == 1 and str(stays) in removed.problems[0]
    assert left(store) == [] and not store.folder(old).path.exists()


def test_the_database_becomes_smaller_when_runs_are_deleted(store: Store) -> None:
    run = store.create(PLAN, "rlarge", {})
    trial = store.add_trial(run, 0, {"executor": "threads", "workers": 1}, 120_000)
    label = "x" * 60
    store.records.add(trial, run, [row_of(trial.id, label, task=n, status="ok") for n in range(120_000)], 0, 0)
    full = database_bytes(store.engine)
    assert 0.5 < store.records.bytes_of(run) / full < 1.5 and size_of(store, run) > store.records.bytes_of(run)
    store.delete(run)
    assert database_bytes(store.engine) == full
    freed = shrink(store.engine)
    assert database_bytes(store.engine) == full - freed < full / 10
    assert (store.settings.home / "overlap.db").stat().st_size == full - freed
    assert shrink(store.engine) == 0


def test_a_deletion_that_is_broken_off_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made(store, 1)
    store.add_trial(run, 0, {"executor": "threads", "workers": 1}, 1)

    def broken(_trial: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.records, "delete", broken)
    with pytest.raises(KeyboardInterrupt):
        store.delete(run)
    assert "deletion was broken off" in str(store.run(run.token).message)


def test_files_with_two_names_count_once(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one").write_bytes(os.urandom(100_000))
    os.link(tmp_path / "below" / "one", tmp_path / "two")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert 100_000 <= folder_bytes(tmp_path) < 120_000
    assert folder_bytes(tmp_path / "none") == 0


def test_no_run_starts_on_a_disk_that_is_nearly_full(tmp_path: Path, store: Store) -> None:
    with small_disk(tmp_path / "small", "8m") as disk:
        small = open_store(disk / "home")
        with pytest.raises(InputRefused, match=r"home has \d MB left, and 100 have to be free before a run starts"):
            jobs.start(small, PLAN)
        assert small.runs() == [] and not list(small.settings.home.glob("runs/*"))
        small.close()
        target = replace(PLAN, options={**PLAN.options, "target": str(disk / "new" / "results")})
        with pytest.raises(InputRefused, match=r"The disk of .*results has"):
            jobs.start(store, target)


def test_one_person_has_a_share(tmp_path: Path) -> None:
    store = open_store(tmp_path / "home", runs_each=1, gb_each=0.001)
    must_have_share(store, "me")
    run = made(store, 0, 1.2, person="me")
    with pytest.raises(InputRefused, match=r"Your runs take 0.0 GB, and those of one person may take 0.001 here"):
        must_have_share(store, "me")
    must_have_share(store, "you")
    store.update_run(run, state="waiting", person="you")
    with pytest.raises(InputRefused, match="You have 1 runs under way"):
        must_have_share(store, "you")
    store.close()


def test_the_command_says_what_would_go_and_removes_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_HOME", str(store.settings.home))
    run, pinned = made(store, 30_000 / 24), made(store, 9_999)
    call = CliRunner().invoke
    assert call(main, ["mark", str(pinned.id), "--pin", "--label", "keep", "--note", "for good"]).exit_code == 0
    assert (store.run(pinned.token).label, store.run(pinned.token).pinned) == ("keep", True)
    dry = call(main, ["tidy", "--days", "1", "--dry-run", "--json"])
    assert dry.exit_code == 0 and f'"removed": [{run.id}]' in dry.stdout and len(left(store)) == 2
    assert call(main, ["tidy", "--days", "1"], input="n\n").exit_code == 1 and len(left(store)) == 2
    done = call(main, ["tidy", "--days", "1", "--yes"])
    assert done.exit_code == 0 and left(store) == [pinned.token] and "1 runs, " in done.stderr
