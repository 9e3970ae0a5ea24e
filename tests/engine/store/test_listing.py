"""Lists of runs: filtered, sorted and counted in the database, with each run's state as its lock tells."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import RunNotFound
from engine.model import Configuration, Run
from engine.store import Store
from engine.store.listing import Sort, Wanted
from tests.engine.support import faulty_plan

ALL = "mine attic dead failed finished"


@pytest.fixture
def runs(store: Store) -> dict[str, Run]:
    """Five runs: finished, failed, dead, alone in the attic, somebody's."""
    made = {}
    for number, name in enumerate(("finished", "failed", "dead", "attic", "mine"), 1):
        how = Configuration("processes" if name == "attic" else "threads", 1)
        plan = faulty_plan([{"do": "fine"}] * number, how)
        run = store.create(plan, f"r{name}", {"host": "attic" if name == "attic" else "x"})
        store.update_run(run, state="finished", created_at=f"2026-0{number}-01T00:00:00.000+00:00",
                         started_at=f"2026-0{number}-01T00:00:00.000+00:00",
                         ended_at=f"2026-0{number}-01T00:0{number % 4}:00.000+00:00")  # fmt: skip
        made[name] = run
    store.update_run(made["failed"], state="failed", failed=2, label="100% _odd\\", note="see 'page'")
    store.update_run(made["dead"], state="running", ended_at=None)
    store.update_run(made["mine"], person="me@example.org", pinned=True)
    return made


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ALL), ({"state": "interrupted"}, "dead"), ({"state": "running"}, ""),
        ({"state": "finished"}, "mine attic finished"), ({"executor": "processes"}, "attic"),
        ({"executor": "process"}, ""), ({"executor": "%"}, ""), ({"machine": "attic"}, "attic"),
        ({"text": "100% _ODD\\"}, "failed"), ({"text": "1__"}, ""), ({"text": "'PAGE'"}, "failed"),
        ({"text": "r\udcff"}, ""), ({"label": "100% _odd\\"}, "failed"), ({"pinned": True}, "mine"),
        ({"pinned": False}, "attic dead failed finished"), ({"since": "2026-02-01", "until": "2026-04"}, "dead failed"),
        ({"workload": "function", "kind": "job"}, ALL), ({"kind": "comparison"}, ""),
        ({"person": "me@example.org"}, "mine"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_found_and_counted(
    asked: dict[str, Any], found: str, store: Store, runs: dict[str, Run]
) -> None:
    wanted = Wanted(**asked)
    assert [run.token[1:] for run in store.runs(wanted=wanted)] == found.split()
    assert store.count_runs(wanted) == len(found.split())


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", "mine attic dead failed finished"), ("oldest", "finished failed dead attic mine"),
        ("tasks", "mine attic dead failed finished"), ("failed", "failed mine attic dead finished"),
        ("longest", "failed mine finished attic dead"),
    ],
)  # fmt: skip
def test_a_list_is_sorted_and_paged(sort: Sort, order: str, store: Store, runs: dict[str, Run]) -> None:
    assert [run.token[1:] for run in store.runs(sort=sort)] == order.split()
    assert [run.token[1:] for run in store.runs(sort=sort, limit=2, offset=2)] == order.split()[2:4]


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [(None, ALL), ("me@example.org", ALL), ("you@example.org", "attic dead failed finished"), ("", "")],
)
def test_each_person_sees_their_own_runs_and_nobodys(
    viewer: str | None, seen: str, store: Store, runs: dict[str, Run]
) -> None:
    own = store.seen_by(viewer)
    assert [run.token[1:] for run in own.runs()] == seen.split()
    assert own.count_runs(Wanted()) == len(seen.split())
    if "mine" not in seen:
        with pytest.raises(RunNotFound):
            own.run("rmine")
        with pytest.raises(RunNotFound):
            own.run(runs["mine"].id)
        assert own.count_runs(Wanted(text="' OR 1=1 --", person="me@example.org")) == 0


def test_what_is_shared_is_seen_by_all_who_sign_in(store: Store, runs: dict[str, Run]) -> None:
    store.update_run(runs["mine"], shared=True)
    assert store.seen_by("you@example.org").count_runs(Wanted()) == 5
    assert store.seen_by("").count_runs(Wanted()) == 0


def test_what_can_be_filtered_by_is_listed(store: Store, runs: dict[str, Run]) -> None:
    assert store.distinct("machine") == ["attic", "x"]
    assert store.distinct("label") == ["100% _odd\\"]
    assert store.distinct("person") == ["me@example.org"]
    assert store.seen_by("you@example.org").distinct("person") == []


def test_who_is_at_it_now_is_listed_in_turn(store: Store, runs: dict[str, Run]) -> None:
    assert store.active() == []
    with store.hold(store.run("rdead"), 1.0, lambda: None):
        assert [run.token for run in store.active()] == ["rdead"]


def test_tasks_are_read_by_their_place(store: Store, runs: dict[str, Run]) -> None:
    from engine.protocol.record import row_of

    run = runs["mine"]
    for statuses in (("failed",) * 5, ("ok", "ok")):  # a second trial, whose records count
        trial = store.add_trial(run, 0, {"executor": "threads", "workers": 1}, 5)
        rows = [row_of(trial.id, "x", task=task, status=status) for task, status in enumerate(statuses)]
        store.records.add(trial, run, rows, 0, 0)
    found = store.records.latest_columns(run, "task", "status", tasks=range(1, 4))
    assert found == [(1, "ok"), (2, "failed"), (3, "failed")]
