"""Causes are tried: by the same tasks with one thing changed, and the gain is told in both runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import InputRefused, SettingRefused
from engine.machine.variables import as_variables, variables_of
from engine.model import Configuration, Plan, Run, Task, configuration_from, plain
from engine.orchestrator.comparison.proof_results import tell_where_it_was_named
from engine.report.comparing import explained
from engine.report.documents.document import import_document, run_document
from engine.runs import plans
from engine.runs.plans import SEQUENTIAL, with_environment
from engine.runs.proofs import chosen, experiments, proof_plan
from engine.store import Store
from tests.engine.support import TESTS, run_to_end

THREADS, PROCESSES = Configuration("threads", 2), Configuration("processes", 2)
HELD = replace(PROCESSES, held=True)


def compared(name: str, arguments: Sequence[Any], others: Sequence[Configuration], repeats: int = 3) -> Plan:
    """A comparison of a function of `compared`, without the rows of other code."""
    tasks = tuple(Task(index, f"{name} {index}", argument) for index, argument in enumerate(arguments))
    job = Plan("job", "function", name, tasks, (SEQUENTIAL,),
               {"function": f"compared:{name}", "search_path": [TESTS]}, 30.0)  # fmt: skip
    return plans.comparison(job, others, repeats=repeats, references=False)


def named(store: Store, run: Run, cause: str, suspect: Configuration, changed: Configuration) -> Run:
    """The run, with a cause put into its verdict: which one a busy machine finds is not the point here."""
    verdict = dict(run.verdict or {})
    for told in verdict["explanations"]:
        if configuration_from(told["configuration"]) == suspect:
            told["causes"] = [{"name": cause, "lost": 0.9, "sentence": "", "changed": plain(changed)}]
    store.update_run(run, verdict=verdict)
    return store.run(run.token)


def test_arguments_that_workers_load_as_they_start_are_the_same_and_the_gain_is_told_in_both_runs(store: Store) -> None:
    run = run_to_end(store, compared("length", ["x" * 1_000_000] * 8, [PROCESSES]))
    run = named(store, run, "pickling", PROCESSES, HELD)
    experiment = chosen(run)
    assert (experiment.cause, experiment.suspect, experiment.changed) == ("pickling", PROCESSES, HELD)
    proof = run_to_end(store, proof_plan(store, run, experiment))
    assert proof.state == "finished" and proof.verdict is not None, proof.message
    assert {PROCESSES, HELD} <= set(proof.configurations)
    assert proof.verdict["left_out"] == [] and proof.verdict["proof"]["ratio"]["estimate"] > 2
    sentence = proof.verdict["proof"]["sentence"]
    assert sentence.startswith(f"Tried in run {proof.id}: processes × 2 (arguments loaded at the start)")
    assert sentence in proof.verdict["sentences"] and sentence in proof.verdict["text"]
    (told,) = [text for label, text in explained(store.run(run.token).verdict or {}) if label == PROCESSES.label]
    assert told.endswith(sentence)
    again = run_to_end(store, proof_plan(store, run, experiment))
    (told,) = [text for label, text in explained(store.run(run.token).verdict or {}) if label == PROCESSES.label]
    assert f"Tried in run {again.id}" in told and f"Tried in run {proof.id}" not in told


@pytest.mark.parametrize(
    ("owner", "tried_by", "told"),
    [("ada", "ada", True), (None, None, True), ("ada", None, True), ("ada", "bob", False), (None, "bob", False)],
)
def test_a_gain_is_told_in_a_comparison_by_those_alone_who_may_change_it(
    store: Store, owner: str | None, tried_by: str | None, told: bool
) -> None:
    plan = compared("double", range(4), [PROCESSES])
    run = store.create(plan, "rnamed", {}, owner)
    cause = {"configuration": plain(PROCESSES), "sentences": ["Slow."]}
    store.update_run(run, verdict={"explanations": [cause]})
    proof = store.create(plan, "rproof", {}, tried_by)
    gain = {"run": run.token, "suspect": plain(PROCESSES), "changed": plain(HELD), "sentence": "Tried."}
    store.update_run(proof, verdict={"proof": gain})
    tell_where_it_was_named(store, store.run(proof.token))
    (kept,) = (store.run(run.token).verdict or {})["explanations"]
    assert kept["sentences"] == (["Slow.", "Tried."] if told else ["Slow."])


def test_variables_reach_the_trials_of_their_configuration_and_no_other(store: Store) -> None:
    changed = replace(PROCESSES, environment=("OVER_THERE=yes",))
    run = run_to_end(store, compared("variable", ["OVER_THERE"], [PROCESSES, changed], repeats=1))
    assert run.verdict is not None and configuration_from(run.verdict["left_out"][0]) == changed
    assert [one.label for one in run.configurations if one.environment] == ["processes × 2 (OVER_THERE=yes)"]
    assert run.configurations == store.run(run.token).configurations  # as hashable as before they were stored


def test_a_cause_that_no_run_names_is_refused(store: Store) -> None:
    run = run_to_end(store, compared("double", range(4), [THREADS], repeats=1))
    run = named(store, run, "gil", THREADS, PROCESSES)
    with pytest.raises(InputRefused, match=r"no cause 'lock' that can be tried \(it names gil\)"):
        chosen(run, "lock")
    imported = import_document(store, run_document(store, run))
    with pytest.raises(InputRefused, match="came from a file"):
        chosen(imported)
    store.folder(run).tasks_file.unlink()
    with pytest.raises(InputRefused, match="are no longer here"):
        proof_plan(store, run, chosen(run))
    assert experiments(replace(run, verdict=None)) == ()


@pytest.mark.parametrize("text", [
    "", "=1", "A", "1A=1", "A B=1", "PYTHONPATH=/x", "pythonhome=/x", "OVERLAP_DATABASE_URL=x", "overlap_allow_code=1",
    "TMPDIR=/x", "A=a\nb", "A=\0", "A=" + "x" * 600, "Ä=1",
])  # fmt: skip
def test_what_is_no_variable_or_is_the_engines_own_is_refused(text: str) -> None:
    with pytest.raises(SettingRefused):
        variables_of([text])


def test_variables_are_sorted_and_given_once_and_may_hold_anything_printable() -> None:
    assert variables_of(["B=1", "A=x=y é"]) == ("A=x=y é", "B=1")
    assert as_variables(("A=x=y é", "B=")) == {"A": "x=y é", "B": ""}
    with pytest.raises(SettingRefused, match="given twice"):
        variables_of(["A=1", "A=2"])


def test_every_configuration_of_several_workers_is_measured_once_more_with_them() -> None:
    found = with_environment([SEQUENTIAL, THREADS], ["A=1"])
    assert [one.label for one in found] == ["sequential", "threads × 2", "threads × 2 (A=1)"]
    assert with_environment([THREADS], []) == [THREADS]


def test_arguments_can_be_held_only_by_workers_that_are_sent_them() -> None:
    with pytest.raises(InputRefused, match="only workers in processes of their own"):
        compared("double", range(2), [replace(THREADS, held=True)])
