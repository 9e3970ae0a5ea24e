"""What a worker of another machine knows; in every other process nothing of it is set."""

from __future__ import annotations

import pytest

from engine.protocol.elsewhere import Elsewhere

pytestmark = pytest.mark.heart


def test_here_the_trials_clock_is_this_machines_and_there_is_no_scheduler_to_ask() -> None:
    assert (Elsewhere.away, Elsewhere.clock_offset_s, Elsewhere.ask) == (False, 0.0, None)
