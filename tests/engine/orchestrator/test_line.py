"""The line before a turn: first come, first served, also behind runs that died in it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.orchestrator.line import Expected, Ticket, expected_from, told

WAITS = """
import sys, time
from pathlib import Path
from engine.orchestrator.line import Expected, Ticket
ticket = Ticket(Path(sys.argv[1]), Expected(7.0))
print("waits", flush=True)
time.sleep(600)
"""


def test_who_came_first_goes_first(tmp_path: Path) -> None:
    first, second, third = Ticket(tmp_path, None), Ticket(tmp_path, Expected(30.0, judged=True)), Ticket(tmp_path, None)
    assert (first.before(), second.before(), third.before()) == ([], [None], [None, Expected(30.0, judged=True)])
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
    assert mine.before() == [Expected(7.0)]
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
    ("before", "holder", "words"),
    [
        ([], None, "; when it begins cannot be estimated"),
        ([None], Expected(5.0), "; one other is before it; when it begins cannot be estimated"),
        ([Expected(30.0), None], None, "; 2 others are before it; when it begins cannot be estimated"),
        ([], Expected(12.4), "; it begins within about 15 s"),
        ([Expected(60.0)], Expected(61.0), "; one other is before it; it begins within about 2 min"),
        ([], Expected(0.0), ""), ([], Expected(0.2), "; it begins within about 15 s"),
        ([Expected(60.0)], Expected(61.0, judged=True),
         "; one other is before it; it begins in about 2 min, judged by earlier runs and the pace so far"),
    ],
)  # fmt: skip
def test_a_place_is_told_with_when_it_begins_or_that_nobody_can_say(
    before: list[Expected | None], holder: Expected | None, words: str
) -> None:
    assert told(before, holder) == words


@pytest.mark.parametrize("text", ["", "soon", "inf", "nan", "-3.0", "\njudged", "run 7\n5"])
def test_a_text_that_says_no_time_is_none(text: str) -> None:
    assert expected_from(text) is None


@pytest.mark.parametrize("one", [Expected(7.5), Expected(0.25, judged=True)])
def test_what_was_written_is_read(one: Expected) -> None:
    assert expected_from(one.written()) == one == expected_from(one.written() + "\n4711")
