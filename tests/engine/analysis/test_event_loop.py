"""An event loop's time: split as a whole, told in a sentence, net of other programs where it had none to spare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.analysis.event_loop import in_words, loop_shares, loop_time
from engine.analysis.net import net_wall_s
from engine.model import Configuration, Measurement
from tests.engine.analysis.made import THREADS_2

ASYNCIO = Configuration("asyncio", 8)
# Recorded: 40 coroutines of 5 ms of arithmetic each on two CPUs beside two busy loops.
FULL = Measurement(wall_s=0.50, cpu_s=0.24, run_delay_s=0.25, loop_s=0.001)
WAITS = Measurement(wall_s=1.0, cpu_s=0.05, run_delay_s=0.10, loop_s=0.01)


def test_the_loops_time_is_what_it_computed_waited_for_and_had_left() -> None:
    found = loop_time(ASYNCIO, WAITS)
    assert found is not None
    assert (found.on_cpu, found.ready, found.idle) == pytest.approx((0.04, 0.10, 0.86))


@pytest.mark.parametrize("measured", [
    None, replace(WAITS, run_delay_s=None), replace(WAITS, cpu_s=None), replace(WAITS, wall_s=None),
    replace(WAITS, cpu_s=1.5),
])  # fmt: skip
def test_it_is_unknown_without_schedstat_or_where_tasks_have_threads_of_their_own(measured: Measurement | None) -> None:
    assert loop_time(ASYNCIO, measured) is None
    assert loop_shares(ASYNCIO, [WAITS, measured]) is None
    assert in_words(loop_shares(ASYNCIO, [measured])) == []


def test_it_is_of_no_other_executor() -> None:
    assert loop_time(THREADS_2, WAITS) is None


def test_a_loop_that_is_full_is_said_to_be_and_one_that_waits_is_not() -> None:
    (waits,) = in_words(loop_shares(ASYNCIO, [WAITS, WAITS]))
    assert waits == (
        "The event loop, one thread for all of them, was on a CPU for 4% of the time, waited for one for 10%, and had "
        "nothing to do for 86%."
    )
    quiet = replace(FULL, wall_s=0.25, run_delay_s=0.005)
    assert in_words(loop_shares(ASYNCIO, [quiet]))[1].endswith("more coroutines gain nothing.")


def test_net_of_other_programs_it_is_known_where_it_had_hardly_a_moment_to_spare() -> None:
    assert net_wall_s(ASYNCIO, FULL, None, 2) == pytest.approx(0.25)
    assert net_wall_s(ASYNCIO, WAITS, None, 2) is None
    assert net_wall_s(ASYNCIO, replace(FULL, run_delay_s=None), None, 2) is None
