"""Reading apart, from a page: once for each input, also when it is refused, and a few at a time for all users."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.machine import apart
from pages.parts.uploads import reading


def page(place: str) -> None:
    """A page that reads what a file names."""
    from pathlib import Path

    import streamlit as st

    from pages.parts.shared.guard import guard
    from pages.parts.uploads.reading import read_once

    st.button("Draw anew")
    with guard(stop=False):
        st.write(read_once("one", "Reading", *Path(place).read_text().split()))


def test_what_was_read_or_refused_is_not_read_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    run = apart.run

    def counted(name: str, *rest: Any, **how: Any) -> Any:
        calls.append(name)
        return run(name, *rest, **how)

    monkeypatch.setattr("engine.machine.apart.run", counted)
    place = tmp_path / "what"
    place.write_text("tests.engine.misled:fine abc")
    app = AppTest.from_function(page, args=(str(place),), default_timeout=30).run()
    app.button[0].click().run()
    assert len(calls) == 1 and not app.exception and not app.error
    place.write_text("tests.engine.misled:refuses abc")
    app.button[0].click().run()
    assert "This is no list" in app.error[0].value
    app.button[0].click().run()
    assert "This is no list" in app.error[0].value and len(calls) == 2


def test_only_a_few_are_read_at_a_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def run(*_: object, **__: object) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.05)
        with lock:
            at_work -= 1

    monkeypatch.setattr("engine.machine.apart.run", run)
    threads = [threading.Thread(target=reading.finish, args=("a:b",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
