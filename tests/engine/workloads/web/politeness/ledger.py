"""What the ledger of hosts allows, with its times: those at which requests arrive differ as the machine is busy.

    "enter"   a worker has its permission
    "sent"    its request is on its way, and the gap to the next one begins
    "leave"   its request is over, and its place is free
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from engine.workloads.web.politeness.polite import NoTurn, Polite, Turn

Event = tuple[float, str]


def note(patch: Callable[[Any, str, Any], None], take: Callable[[str, float], None]) -> None:
    """Tell `take` of each permission from now on: a time is taken after it was given, and before it is given back."""
    enter, sent, leave = Polite.enter, Turn.sent, Turn.leave

    def entering(self: Polite, *arguments: Any) -> Turn:
        turn = enter(self, *arguments)
        if not isinstance(turn, NoTurn):
            take("enter", time.monotonic())
        return turn

    def sending(self: Turn) -> None:
        if self._door is not None:
            take("sent", time.monotonic())
        sent(self)

    def leaving(self: Turn, well: bool) -> None:
        sending(self)
        take("leave", time.monotonic())
        leave(self, well)

    patch(Polite, "enter", entering)
    patch(Turn, "sent", sending)
    patch(Turn, "leave", leaving)


def gaps(events: list[Event]) -> list[float]:
    """Seconds from one request's being sent to the next permission; fails where two had the door at once."""
    door = [one for one in sorted(events) if one[1] != "leave"]
    assert [what for _, what in door] == ["enter", "sent"] * (len(door) // 2)
    return [later - earlier for (earlier, what), (later, _) in pairwise(door) if what == "sent"]


def most_at_once(events: list[Event]) -> int:
    """The largest number of requests that were allowed and not over at one time."""
    most = now = 0
    for _, what in sorted(events):
        now += {"enter": 1, "sent": 0, "leave": -1}[what]
        most = max(most, now)
    return most
