"""The line before a turn: first come, first served, also behind runs that died in it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.orchestrator.line import Ticket, told

WAITS = """
import sys, time
from pathlib import Path
from engine.orchestrator.line import Ticket
ticket = Ticket(Path(sys.argv[1]), 7.0)
print("waits", flush=True)
time.sleep(600)
"""


def test_who_came_first_goes_first(tmp_path: Path) -> None:
    first, second, third = Ticket(tmp_path, None), Ticket(tmp_path, 30.0), Ticket(tmp_path, None)
    assert (first.before(), second.before(), third.before()) == ([], [None], [None, 30.0])
    second.give_back()
    assert third.before() == [None]
    first.give_back()
    assert third.before() == []
    third.give_back()
    assert list(tmp_path.iterdir()) == []


def test_nobody_waits_behind_a_run_that_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[3]
    other = subprocess.Popen([sys.executable, "-c", WAITS, str(tmp_path)], cwd=root, stdout=subprocess.PIPE)
    assert other.stdout is not None and other.stdout.readline() == b"waits\n"
    mine = Ticket(tmp_path, None)
    assert mine.before() == [7.0]
    other.kill()
    other.wait()
    other.stdout.close()
    assert mine.before() == []
    monkeypatch.setattr("engine.orchestrator.line._YOUNG_S", -1.0)
    assert mine.before() == [] and len(list(tmp_path.glob("*.ticket"))) == 1, "what it left is gone"
    mine.give_back()


def test_a_ticket_that_is_being_made_is_not_taken_away(tmp_path: Path) -> None:
    making = tmp_path / f"turn-{time.time_ns():020d}-{os.getpid()}-0000.ticket"
    making.touch()
    mine = Ticket(tmp_path, None)
    assert mine.before() == [] and making.exists()
    mine.give_back()


def test_odd_files_do_not_stop_the_line(tmp_path: Path) -> None:
    for name in ("turn-x.ticket", "turn-0-.ticket", "turn-\u0663-1.ticket"):
        (tmp_path / name).touch()
    mine = Ticket(tmp_path, None)
    assert mine.before() == []
    mine.give_back()


@pytest.mark.parametrize(
    ("before", "left_s", "words"),
    [
        ([], None, ""), ([None], 5.0, "; one other is before it"), ([30.0, None], None, "; 2 others are before it"),
        ([], 12.4, "; it begins within about 12 s"),
        ([60.0], 61.0, "; one other is before it; it begins within about 2 min"),
        ([], 0.0, ""), ([], 0.2, "; it begins within about 1 s"),
    ],
)  # fmt: skip
def test_a_place_is_told_with_when_it_begins_where_that_is_known(
    before: list[float | None], left_s: float | None, words: str
) -> None:
    assert told(before, left_s) == words
