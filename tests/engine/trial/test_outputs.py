"""A comparison's outputs, looked at when the clock has stopped: a fingerprint each, or why it cannot be sent."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from engine.machine.usage import Used
from engine.protocol.fingerprints import fingerprint
from engine.protocol.record import LINE, OPEN, failed_ending, good_ending, line
from engine.trial.outputs import tell_outputs
from engine.trial.worker.chunks import Returned, Unreadable
from tests.engine.trial.made import Written

pytestmark = pytest.mark.heart


def carried(*endings: str, outputs: tuple[Any, ...] = ()) -> Returned:
    """A chunk that came back with records that end so."""
    texts = [line(task, 0, 1.0, 2.0, None, None, 1, 0.0, ending) for task, ending in enumerate(endings)]
    return Returned("".join(texts).encode(), len(texts), 0, len(texts), 0.1, (), 0, Used(), outputs=outputs)


def told(*chunks: Returned, own: Any = lambda output: None) -> list[dict[str, Any]]:
    written = Written()
    tell_outputs(chunks, own, written)
    return written.records


def test_a_good_record_gets_the_fingerprint_of_its_output() -> None:
    (record,) = told(carried(OPEN, outputs=({"a": 1},)))
    assert (record["status"], record["output"], record["fingerprint"]) == ("ok", None, fingerprint({"a": 1}))


def test_outputs_belong_to_the_open_records_in_their_order() -> None:
    failed = failed_ending("exception", "no")
    found = told(carried(OPEN, failed, OPEN, outputs=("first", "third")))
    assert [one["fingerprint"] for one in found] == [fingerprint("first"), None, fingerprint("third")]
    assert [one["status"] for one in found] == ["ok", "failed", "ok"]


def test_chunk_after_chunk_is_told() -> None:
    found = told(carried(OPEN, outputs=("a",)), carried(OPEN, outputs=("b",)))
    assert [one["fingerprint"] for one in found] == [fingerprint("a"), fingerprint("b")]


def test_a_workloads_own_fingerprint_counts_more() -> None:
    (record,) = told(carried(OPEN, outputs=({"digest": "f00d"},)), own=lambda output: output["digest"])
    assert record["fingerprint"] == "f00d"


def test_a_record_that_is_whole_is_not_touched() -> None:
    whole = carried(good_ending('"kept"', "f00d"))
    assert told(whole) == [dict(zip(LINE, json.loads(whole.lines), strict=True))]


def test_an_output_that_could_not_be_read_fails_its_task() -> None:
    (record,) = told(carried(OPEN, outputs=(Unreadable(ValueError("no such class")),)))
    assert (record["status"], record["reason"]) == ("failed", "unsendable_result")
    assert "no such class" in record["error"]


def test_an_output_that_no_process_could_send_fails_its_task_on_every_executor() -> None:
    (record,) = told(carried(OPEN, outputs=(threading.Lock(),)))
    assert record["reason"] == "unsendable_result"


def test_an_output_whose_own_code_raises_costs_its_own_record_only() -> None:
    class Trap:
        def __reduce__(self) -> Any:
            raise SystemExit("caught")

    first, second = told(carried(OPEN, OPEN, outputs=(Trap(), "fine")))
    assert (first["status"], second["status"]) == ("failed", "ok")


def test_a_fingerprint_that_a_workload_cannot_make_costs_its_own_record_only() -> None:
    def own(output: Any) -> str:
        raise KeyError("digest")

    (record,) = told(carried(OPEN, outputs=({},)), own=own)
    assert record["status"] == "failed" and "KeyError" in record["error"]


def test_nothing_carried_is_nothing_told() -> None:
    assert told() == []
