"""The JSON of a run: what is in it, that pieces make the same document, and that it opens again elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from engine.config import Settings
from engine.errors import InputRefused
from engine.model import Configuration, Plan, Task
from engine.report.documents.document import document_chunks, import_document, read_document, run_document
from engine.runs import jobs
from engine.store import Store
from tests.engine.report.made import document, failed, record, shop_page, trial

pytestmark = pytest.mark.usefixtures("inside")

TRIAL_KEYS = [
    "executor", "workers", "repeat", "order", "interpreter_s", "startup_s", "wall_s", "teardown_s", "cpu_s",
    "peak_pss_mb", "tasks", "ok", "failed", "throughput_per_s",
]  # fmt: skip
RECORD_KEYS = [
    "task", "label", "worker", "started_s", "finished_s", "cpu_s", "status", "reason", "error", "attempts", "output",
    "fingerprint",
]  # fmt: skip


@pytest.fixture
def made(store: Store) -> dict[str, object]:
    run = import_document(store, document([record(0, "a", shop_page()), failed(1, "b")]))
    return run_document(store, run)


def test_a_real_run_has_every_promised_key(store: Store) -> None:
    plan = Plan(
        "job", "wait", "Four waits", tuple(Task(i, f"t{i}", 0.01) for i in range(4)), (Configuration("threads", 2),), {}
    )
    run = jobs.wait(store, jobs.start(store, plan), poll_s=0.05)
    found = run_document(store, run)
    assert {"run", "workload", "state", "environment", "trials", "verdict"} <= set(found)
    assert (found["run"], found["workload"], found["state"], found["verdict"]) == (run.id, "wait", "finished", None)
    (one,) = found["trials"]
    assert [key for key in one if key in TRIAL_KEYS] == TRIAL_KEYS
    assert [list(item)[: len(RECORD_KEYS)] for item in one["records"]] == [RECORD_KEYS] * 4
    assert one["throughput_per_s"] == pytest.approx(4 / one["wall_s"], rel=1e-4)
    assert [item["task"] for item in one["records"]] == [0, 1, 2, 3]
    assert all(item["reason"] is None and item["error"] is None for item in one["records"])
    assert json.loads(b"".join(document_chunks(store, run))) == found


def test_the_token_that_opens_the_page_is_not_in_the_document(store: Store) -> None:
    run = import_document(store, document([record(0, "a")]))
    assert run.token not in json.dumps(run_document(store, run))


@pytest.mark.parametrize("many", [2, 1_200])
def test_tasks_of_microseconds_are_read_again_as_what_they_took(store: Store, many: int) -> None:
    times = [(at * 3.3e-6, at * 3.3e-6 + 3.2e-6) for at in range(many)]
    records = [record(at, "x", started_s=a, finished_s=b, cpu_s=2.7e-6) for at, (a, b) in enumerate(times)]
    run = import_document(store, document(records, "wait", kind="comparison"))
    again = import_document(store, run_document(store, run))
    (first,), (second,) = store.trials(run), store.trials(again)
    for one, other in zip(store.records.of_trial(first), store.records.of_trial(second), strict=True):
        assert one.finished_s is not None and one.started_s is not None
        assert other.finished_s is not None and other.started_s is not None
        assert other.finished_s - other.started_s == pytest.approx(one.finished_s - one.started_s, rel=1e-3)
        assert other.cpu_s == pytest.approx(one.cpu_s, rel=1e-3)


def test_a_job_has_no_verdict_and_a_comparison_has_its_own(store: Store) -> None:
    said = {"sentences": ["Threads are faster."], "warnings": []}
    job = import_document(store, document([record(0, "a")], verdict=said))
    comparison = import_document(store, document([record(0, "a")], kind="comparison", verdict=said))
    assert run_document(store, job)["verdict"] is None
    assert run_document(store, comparison)["verdict"] == said


def test_a_document_survives_being_stored_and_written_again(store: Store) -> None:
    given = document([record(0, "a", shop_page()), failed(1, "b")])
    given["trials"].append(trial([record(1, "b", shop_page())], order=1, continues=0))
    first = run_document(store, import_document(store, given))
    second = run_document(store, import_document(store, first))
    assert second.pop("changes")["since"] == first["run"], "here the first is the run before, of the same list"
    assert {**second, "run": 0} == {**first, "run": 0}
    assert first["trials"][0]["records"][0] == {"run_delay_s": None, **given["trials"][0]["records"][0]}
    assert first["trials"][1]["continues"] == 0


def test_what_was_measured_of_a_trial_is_read_again_to_its_last_digit(store: Store) -> None:
    run = import_document(store, document([record(0, "a")]))
    (one,) = store.trials(run)
    store.update_trial(one, measurement=replace(one.measurement, wall_s=2.3449996e-3, startup_s=1.25e-7, cpu_s=3.4e-8))
    (again,) = store.trials(import_document(store, run_document(store, run)))
    found = again.measurement
    assert (found.wall_s, found.startup_s, found.cpu_s) == (2.3449996e-3, 1.25e-7, 3.4e-8)


def test_a_stored_document_is_an_ended_run_with_its_samples_and_counts(store: Store) -> None:
    run = import_document(store, document([record(0, "a"), failed(1, "b")], created_at="2026-01-02T03:04:05.000+00:00"))
    assert (run.state, run.tasks, run.ok, run.failed) == ("finished", 2, 1, 1)
    assert run.created_at.startswith("2026-01-02")
    assert run.options["imported"] is True
    (one,) = store.trials(run)
    assert len(store.samples(one)) == 6
    assert store.records.failures(run) == [("not_found", "The page is gone.", 1)]


def test_a_run_that_was_still_going_reads_as_interrupted(store: Store) -> None:
    run = import_document(store, document([record(0, "a")], state="running"))
    assert store.run(run.token).state == "interrupted"


def test_nothing_that_names_a_program_or_folder_of_this_machine_is_taken_over(store: Store) -> None:
    given = document([record(0, "a")], options={"search_path": ["/evil"], "target": "/etc", "quality": 85})
    given["trials"][0]["configuration"] = {"executor": "threads", "workers": 2, "python": "/evil/python3"}
    run = import_document(store, given)
    assert dict(run.options) == {"quality": 85, "imported": True}
    assert run.configurations[0].python == "python3"
    assert list(store.folder(run).tasks()) == []


def test_a_document_that_cannot_be_stored_leaves_nothing_behind(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON records WHEN NEW.task = 1 BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(DatabaseError):
        import_document(store, document([record(0, "a"), record(1, "b")]))
    assert store.runs() == []


def test_a_large_run_is_written_in_pieces(store: Store) -> None:
    run = import_document(store, document([record(task, f"t{task}") for task in range(2500)]))
    pieces = list(document_chunks(store, run))
    assert len(pieces) >= 5
    assert len(json.loads(b"".join(pieces))["trials"][0]["records"]) == 2500


def test_a_file_that_was_written_is_read_again(made: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text("\ufeff" + json.dumps(made), encoding="utf-8")
    assert read_document(file) == made


def test_an_imported_run_keeps_its_own_home(tmp_path: Path, made: dict[str, object]) -> None:
    elsewhere = Store.open(replace(Settings(home=tmp_path / "other")))
    assert import_document(elsewhere, made).id == 1


def test_what_is_no_document_is_refused_before_anything_is_stored(store: Store) -> None:
    with pytest.raises(InputRefused):
        import_document(store, {"run": 1})
    assert store.runs() == []


def test_no_token_of_another_run_is_written_out(store: Store) -> None:
    proof = {"run": "SECRET-TOKEN", "number": 3, "cause": "gil", "sentence": "Tried."}
    how = {"executor": "threads", "workers": 2}
    said = {"sentences": [], "proof": proof, "explanations": [
        {"label": "threads × 2", "configuration": how, "sentences": [], "proofs": [proof]}]}  # fmt: skip
    given = document([record(0, "a")], "wait", kind="comparison", verdict=said, terms={"proves": proof})
    run = import_document(store, given)
    assert "SECRET" not in b"".join(document_chunks(store, run)).decode()
    assert run_document(store, run)["terms"]["proves"]["number"] == 3
