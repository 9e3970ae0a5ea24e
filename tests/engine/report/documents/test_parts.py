"""Pieces of a run's document: columns, what may be read, what is written of a verdict, and files in a process apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.config import Settings
from engine.errors import InputRefused
from engine.model import Configuration as How
from engine.model import Measurement, Record, Run, Trial
from engine.report.documents import document as writing
from engine.report.documents.columns import columns_of, differing, fault_of, is_usual, records_from
from engine.report.documents.document import throughput_per_s
from engine.report.documents.reading import json_value, parsed, read_document
from engine.report.documents.shapes import _ratio
from engine.report.documents.taking_in import _configuration, _ended, import_file
from engine.store import Store
from tests.engine.report.made import document, record, trial


def usual(task: int, **values: Any) -> Record:
    given: dict[str, Any] = {"label": f"t{task}", "worker": task % 2, "started_s": 0.1234567, "finished_s": 1.0,
                             "cpu_s": None, "run_delay_s": 0.0, "fingerprint": f"p{task}", **values}  # fmt: skip
    return Record(task, **given)


# Columns.


@pytest.mark.parametrize(
    "values", [{"status": "failed"}, {"attempts": 2}, {"waited_s": 0.1}, {"output": 0}, {"status": "cancelled"}]
)
def test_what_is_out_of_the_ordinary_stays_an_object(values: dict[str, Any]) -> None:
    assert is_usual(usual(0)) and not is_usual(usual(0, **values))


def test_times_are_rounded_and_tasks_are_named_only_where_they_do_not_count_from_nothing() -> None:
    assert columns_of([usual(0), usual(1)], 3) == {
        "worker": [0, 1], "started_s": [0.123, 0.123], "finished_s": [1.0, 1.0], "cpu_s": [None, None],
        "run_delay_s": [0.0, 0.0],
    }  # fmt: skip
    assert columns_of([usual(1), usual(3)], 3)["task"] == [1, 3]
    assert columns_of([usual(1), usual(0)], 3)["task"] == [1, 0]


def test_only_fingerprints_that_differ_are_told() -> None:
    records = [usual(0), usual(1, fingerprint="other"), usual(2, fingerprint=None)]
    assert differing(records, ["p0", "p1", "p2"]) == {"1": "other", "2": None}


def whole(**values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A trial of three tasks as columns, one of which stands as an object, and its document."""
    columns = {"task": [0, 2], **columns_of([usual(0), usual(2)], 3), **values}
    return {"records": [{"task": 1}], "columns": columns, "fingerprints": {"2": None}}, {
        "labels": ["a", "b", "c"], "fingerprints": ["x", "y", "z"],
    }  # fmt: skip


def test_columns_are_read_as_the_records_that_they_were() -> None:
    made, top = whole()
    assert fault_of(made, top) is None
    first, second, third = records_from(made, top)
    assert first == {"task": 1}
    assert (second["label"], second["fingerprint"], second["status"], second["attempts"]) == ("a", "x", "ok", 1)
    assert (third["task"], third["label"], third["fingerprint"]) == (2, "c", None)
    assert list(records_from({"records": [{"task": 7}]}, {})) == [{"task": 7}]


@pytest.mark.parametrize(
    ("values", "top", "said"),
    [
        ({"worker": [0]}, {}, "its columns are not of one length"),
        ({}, {"fingerprints": ["x"]}, "labels and fingerprints are not as many"),
        ({"task": [0, 0]}, {}, "a task stands twice in it"),
        ({"task": [0, 1]}, {}, "a task stands twice in it"),
        ({"task": [0, 3]}, {}, "it has a task without a label"),
        ({}, {"labels": [], "fingerprints": []}, "it has a task without a label"),
    ],
)  # fmt: skip
def test_columns_that_lie_are_told(values: dict[str, Any], top: dict[str, Any], said: str) -> None:
    made, known = whole(**values)
    assert fault_of(made, {**known, **top}) == said


def test_a_trial_without_columns_cannot_lie_in_them() -> None:
    assert fault_of({"records": []}, {}) is None


# Reading.


@pytest.mark.parametrize(
    "text", ["", "{", "nan", "NaN", "-Infinity", "1e999", "[1e400]", "{'a': 1}", "[" * 99_999, "\ufeff{}"]
)
def test_what_is_no_json_everywhere_is_none_here(text: str) -> None:
    with pytest.raises(InputRefused, match=r"^That is not JSON: choose one that Overlap has exported as JSON\."):
        json_value(text, "That")


@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), ('"a"', "a"), ("[]", []), (b'{"a": 1e300}', {"a": 1e300})])
def test_what_is_json_is_read(text: str | bytes, value: Any) -> None:
    assert json_value(text) == value


@pytest.mark.parametrize("text", ["[]", "7", "null", '"text"'])
def test_a_document_is_an_object(text: str) -> None:
    with pytest.raises(InputRefused, match="it holds no object"):
        parsed(text)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"version": 3}, "written by a newer Overlap"),
        ({"kind": "experiment", "workload": "kitchen"}, "there is no experiment 'kitchen'"),
        ({"trials": [trial([record(0, "a")]), trial([record(0, "a")])]}, "two trials have the order 0"),
        ({"kind": "comparison", "verdict": {"sentences": [], "rows": [], "figures": [
            {"configuration": {"executor": "threads", "workers": 2}, "trials": 1, "wall_s": 1, "failed": 0,
             "startup_s": None, "peak_pss_mb": None, "cores_busy": None, "tasks_at_once": None}]}},
         "the verdict has no 'baseline'"),
    ],
)  # fmt: skip
def test_a_document_that_contradicts_itself_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        read_document({**document([record(0, "a")]), **values})


def test_an_experiment_that_ended_before_it_had_a_figure_can_be_opened() -> None:
    given = {**document([]), "kind": "experiment", "workload": "machine", "trials": [], "verdict": None}
    assert read_document(given)["verdict"] is None


def test_figures_of_one_lab_are_not_those_of_another() -> None:
    verdict = {"lab": "sharing", "environment": {}, "experiments": []}
    given = {**document([]), "kind": "experiment", "workload": "machine", "trials": [], "verdict": verdict}
    with pytest.raises(InputRefused, match="its figures are of another experiment than it says"):
        read_document(given)


@pytest.mark.parametrize(
    ("ratio", "fits"),
    [
        ({"estimate": 1.0, "low": 0.5, "high": 2.0}, True), ({"estimate": 1.0, "low": None, "high": None}, True),
        ({"estimate": 1.0, "low": 0.5, "high": None}, False), ({"estimate": 0.0, "low": 0.5, "high": 2.0}, False),
        ({"estimate": 1.0, "low": -0.5, "high": 2.0}, False), ({"estimate": 1.0}, False), (7, False),
    ],
)  # fmt: skip
def test_an_interval_has_both_ends_or_none(ratio: Any, fits: bool) -> None:
    assert _ratio(ratio) is fits


# Writing.


def test_tasks_that_fail_fast_are_no_speed() -> None:
    how = How("threads", 2)
    made = Trial(0, 1, 0, 0, how, "finished", None, 4, 3, 1, Measurement(wall_s=2.0))
    assert throughput_per_s(made) == 1.5
    assert throughput_per_s(replace(made, measurement=Measurement(wall_s=0.0))) is None
    assert throughput_per_s(replace(made, measurement=Measurement())) is None


def run_with(**values: Any) -> Run:
    given: dict[str, Any] = {
        "kind": "comparison", "options": {}, "terms": {}, "verdict": None, "environment": {}, **values,
    }  # fmt: skip
    return Run(
        id=1, token="secret", workload="wait", title="t", state="finished", created_at="", started_at=None,
        ended_at=None, tasks=1, ok=1, failed=0, configurations=(), time_limit_s=None, waiting_for=None, message=None,
        **given,
    )  # fmt: skip


def test_no_token_of_any_run_is_written() -> None:
    proof = {"run": "secret of another", "number": 7, "cause": "gil"}
    verdict = {"proof": proof, "explanations": [{"label": "a", "proofs": [proof, proof]}, {"label": "b"}]}
    run = run_with(terms={"proves": proof, "repeats": 5}, verdict=verdict)
    written = json.dumps([writing._head(run, None), writing._verdict(run)])
    assert "secret" not in written and written.count('"number": 7') == 4
    assert run.verdict == verdict and run.verdict["proof"]["run"], "and the run keeps them"


def test_a_function_that_came_by_value_stays_here() -> None:
    run = run_with(options={"function": "work", "function_pickled": "cGlja2xl", "setup_pickled": "x", "amount": 3})
    assert writing._head(run, None)["options"] == {"function": "work", "amount": 3}


@pytest.mark.parametrize("run", [run_with(kind="job", verdict={"a": 1}), run_with(verdict=None)])
def test_a_job_has_no_verdict_and_an_unjudged_comparison_neither(run: Run) -> None:
    assert writing._verdict(run) is None


# Taking in.


@pytest.mark.parametrize(
    ("python", "named"),
    [("/srv/me/secret/.venv/bin/python3.13", "python3.13"), ("C:\\Users\\me\\python.exe", "python.exe"), (None, None),
     ("", None), ("/", None)],
)  # fmt: skip
def test_of_another_python_only_its_last_name_is_taken_over(python: str | None, named: str | None) -> None:
    given = {"executor": "threads", "workers": 2, "configuration": {"python": python, "executor": "lies", "chunk": 8}}
    assert _configuration(given) == How("threads", 2, chunk=8, python=named)


@pytest.mark.parametrize(("state", "ended"), [("finished", "finished"), ("running", "interrupted"),
                                              ("waiting", "interrupted"), ("failed", "failed")])  # fmt: skip
def test_a_run_without_an_end_was_interrupted(state: str, ended: str) -> None:
    assert _ended(state) == ended


def test_a_file_is_stored_as_a_run_of_the_token_that_was_given(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    (tmp_path / "run.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(document([record(0, "a")])).encode())
    import_file(tmp_path / "run.json", settings, "rgiven")
    store = Store.open(settings)
    try:
        assert store.run("rgiven").ok == 1
        (tmp_path / "run.json").write_text("{}")
        with pytest.raises(InputRefused):
            import_file(tmp_path / "run.json", settings, "rother")
        assert len(store.runs()) == 1
    finally:
        store.close()
