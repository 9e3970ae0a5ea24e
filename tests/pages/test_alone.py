"""One start at a time for each token, and nothing kept of one that failed."""

from __future__ import annotations

import threading

import pytest

from engine.errors import InputRefused
from pages.parts.shared import starting


def test_a_start_that_fails_leaves_no_lock_behind() -> None:
    with pytest.raises(InputRefused), starting._alone("rfails"):
        raise InputRefused("The list is empty.")
    assert "rfails" not in starting._UNDER_WAY
    with starting._alone("rfails"):
        assert "rfails" in starting._UNDER_WAY


def test_a_second_click_waits_for_the_first_and_another_form_does_not() -> None:
    order: list[str] = []
    began, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with starting._alone("rone"):
            began.set()
            assert go_on.wait(5)
            order.append("first")

    def second() -> None:
        with starting._alone("rone"):
            order.append("second")

    clicks = [threading.Thread(target=first), threading.Thread(target=second)]
    clicks[0].start()
    assert began.wait(5)
    clicks[1].start()
    with starting._alone("rother"):
        order.append("another form")
    go_on.set()
    for click in clicks:
        click.join(5)
    assert order == ["another form", "first", "second"]
