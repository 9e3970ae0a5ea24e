"""What a trial says arrives as it was said, and what is no event is refused with a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest

from engine.model import Measurement
from engine.protocol.events import Broken, Closing, End, Event, Heard, Open, Ready, Seated, decode

pytestmark = pytest.mark.heart
ROOT = Path(__file__).parents[3]
FIGURES = Measurement(
    cpu_s=1.5, chunk=4, run_delay_s=0.25, loop_delay_s=0.0, minor_faults=7, major_faults=0, voluntary_switches=3,
    involuntary_switches=2, disk_read_mb=0.5, disk_written_mb=0.0, sent_mb=None, received_mb=None, loop_s=0.125,
    pickling_s=1e-7, worker_names=("tcp://a:1", "b"),
)  # fmt: skip
EVERY: list[Event] = [
    Ready(at=1.5),
    Open(at=2.25),
    Seated(at=2.5, names=("north tcp://10.0.0.2:5", "")),
    End(at=3.0),
    End(at=3.0, figures=FIGURES, cancelled=True, ok=8, failed=2, example="No: “é\n”."),
    Closing(at=4.0),
    Broken(at=5.0, message="No worker lives.", final=False, suspects=((4, 1), (5, 2))),
    Broken(at=5.0, message="Nobody is suspect.", final=False, suspects=()),
    Broken(at=5.0, message="PIL is missing.", final=True),
]


def arrived(event: Event) -> Event:
    """The event at the other end of the pipe."""
    return decode(json.loads(event.encode()))


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_what_is_heard_is_what_was_said(event: Event) -> None:
    assert arrived(event) == event and type(arrived(event)) is type(event)


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_is_an_object_on_one_line(event: Event) -> None:
    text = event.encode()
    assert text.startswith(b"{") and text.endswith(b"}\n") and text.count(b"\n") == 1


def test_an_event_is_of_now_unless_it_says_when_it_was() -> None:
    before_s = time.perf_counter()
    assert before_s <= Ready().at <= time.perf_counter()
    assert End(at=0.0).at == 0.0


@pytest.mark.parametrize("name", [figure.name for figure in fields(Measurement)])
def test_every_figure_arrives_under_its_own_name(name: str) -> None:
    value = getattr(FIGURES, name)
    end = arrived(End(figures=replace(Measurement(), **{name: value})))
    assert isinstance(end, End) and end.figures == replace(Measurement(), **{name: value})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"at": 1.0},
        {"event": "Opened", "at": 1.0},
        {"event": ["Open"], "at": 1.0},
        {"event": "Event", "at": 1.0},
        {"event": "Open", "at": 1.0, "why": "unknown"},
        {"event": "End", "at": 1.0},
        {"event": "End", "at": 1.0, "figures": None},
        {"event": "End", "at": 1.0, "figures": {"cpu": 1.0, "worker_names": []}},
        {"event": "End", "at": 1.0, "figures": {"cpu_s": 1.0, "worker_names": None}},
        {"event": "Seated", "at": 1.0, "names": None},
        {"event": "Broken", "at": 1.0, "message": "no", "final": True, "suspects": [1, 2]},
        {"event": "Broken", "at": 1.0, "message": "no", "final": True, "suspects": [[1, 2, 3]]},
        {"event": "Broken", "at": 1.0, "suspects": None},
    ],
)
def test_what_is_no_event_is_refused_with_a_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^A trial said what is no event: .*\.$"):
        decode(values)


def test_reading_an_event_leaves_the_parsed_line_as_it_was() -> None:
    values = json.loads(EVERY[4].encode())
    decode(values)
    assert values == json.loads(EVERY[4].encode())


def test_nobody_changes_an_event_on_its_way() -> None:
    with pytest.raises(FrozenInstanceError):
        EVERY[0].at = 9.0  # type: ignore[misc]


# What was heard so far.


def test_before_anything_was_said_nothing_is_known() -> None:
    heard = Heard()
    assert heard.get(End) is None and heard.at(Open) is None


def test_each_kind_of_event_is_kept_by_itself() -> None:
    heard = Heard()
    for event in (Ready(at=1.0), Open(at=2.0)):
        heard.add(event)
    assert (heard.at(Ready), heard.at(Open), heard.at(Closing)) == (1.0, 2.0, None)
    assert heard.get(Ready) == Ready(at=1.0)


def test_an_event_at_zero_seconds_was_said() -> None:
    heard = Heard()
    heard.add(Open(at=0.0))
    assert heard.at(Open) == 0.0


def test_the_last_of_a_kind_counts() -> None:
    heard = Heard()
    heard.add(Broken(message="first", final=False))
    heard.add(Broken(message="second", final=True))
    broken = heard.get(Broken)
    assert broken is not None and (broken.message, broken.final) == ("second", True)


def test_two_trials_do_not_hear_each_other() -> None:
    first, second = Heard(), Heard()
    first.add(Open())
    assert second.get(Open) is None


def test_a_bare_python_says_events() -> None:
    """-I -S: no packages, no PYTHONPATH, so that only the standard library and this engine are there."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from engine.protocol.events import End\n"
        "from engine.model import Measurement\n"
        "sys.stdout.buffer.write(End(at=2.0, figures=Measurement(chunk=3)).encode())"
    )
    text = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", code, str(ROOT)], capture_output=True, check=True
    )
    assert decode(json.loads(text.stdout)) == End(at=2.0, figures=Measurement(chunk=3))
