"""A trial's way out: whole lines on a private copy of stdout, whatever the pipe takes at once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from engine.protocol.events import Broken, End, Open
from engine.trial import reporting
from engine.trial.reporting import Output

pytestmark = pytest.mark.heart


@pytest.fixture
def pipe() -> Iterator[tuple[int, Output]]:
    """The end to read from, and an output that writes to the other one."""
    reading, writing = os.pipe()
    yield reading, Output(writing)
    for one in (reading, writing):
        try:
            os.close(one)
        except OSError:  # a test has closed it
            continue


def test_an_event_is_a_line_with_its_name_its_time_and_its_values(pipe: tuple[int, Output]) -> None:
    reading, output = pipe
    output.say(Open())
    text = os.read(reading, 999)
    assert text.endswith(b"}\n") and text.count(b"\n") == 1
    found = json.loads(text)
    assert found["event"] == "Open" and found["at"] > 0


def test_an_event_may_tell_another_time_than_now(pipe: tuple[int, Output]) -> None:
    reading, output = pipe
    output.say(End(at=12.5))
    assert json.loads(os.read(reading, 999))["at"] == 12.5


def test_a_text_with_line_breaks_stays_one_line(pipe: tuple[int, Output]) -> None:
    reading, output = pipe
    output.say(Broken(message="two\nlines \u2028 é", final=False))
    assert os.read(reading, 999).count(b"\n") == 1


def test_what_was_written_is_counted(pipe: tuple[int, Output]) -> None:
    _, output = pipe
    output.write(b"[1]\n")
    output.write(b"[22]\n")
    assert output.written == 9


def test_a_pipe_that_takes_a_part_gets_the_rest(pipe: tuple[int, Output], monkeypatch: pytest.MonkeyPatch) -> None:
    reading, output = pipe
    write = os.write
    monkeypatch.setattr("os.write", lambda descriptor, data: write(descriptor, bytes(data[:3])))
    output.write(b"[1,2,3,4]\n")
    assert os.read(reading, 999) == b"[1,2,3,4]\n"


def test_a_reader_that_is_gone_ends_this_process(pipe: tuple[int, Output], monkeypatch: pytest.MonkeyPatch) -> None:
    reading, output = pipe
    ended: list[str] = []

    def end() -> None:
        ended.append("ended")
        raise SystemExit

    monkeypatch.setattr(reporting, "kill_own_group", end)
    os.close(reading)
    with pytest.raises(SystemExit):
        output.write(b"[1]\n")
    assert ended == ["ended"]
