"""A lost update, recorded move by move: what each of two threads read and wrote, in the order in which it happened.

`python -m engine.lab.shown.recorded_race` counts with two threads until an update is lost, and prints the moves from
the read that went stale to the write that overwrote as JSON; nothing is made up. A move and its note are one step for
the interpreter, so the notes are in the order of the moves. After each the thread lets the other one go on, which it
would do at some such place anyway: this way a loss takes few moves.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple

UPDATES = 200
PATIENCE_S = 4.0
LONGEST = 12
"""Moves that are shown at most: a thread that slept for long is overtaken by many."""


class Move(NamedTuple):
    """One move: which thread (0 or 1), what it did, and the value that it read or wrote."""

    thread: int
    did: Literal["read", "wrote"]
    value: int


def recorded(updates: int = UPDATES) -> list[Move]:
    """The moves of two threads that count together without a lock, in their order."""
    shared: dict[str, int] = {"count": 0}
    moves: list[tuple[int, str, int]] = []
    together = threading.Barrier(2)

    def count_up(thread: int) -> None:
        together.wait()
        for _ in range(updates):
            note = (thread, "read", shared["count"])
            moves.append(note)
            time.sleep(0)
            more = note[2] + 1
            shared["count"] = more
            moves.append((thread, "wrote", more))
            time.sleep(0)

    workers = [threading.Thread(target=count_up, args=(thread,)) for thread in (0, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [Move(thread, "read" if did == "read" else "wrote", value) for thread, did, value in moves]


def lost_update(moves: Sequence[Move], longest: int = LONGEST) -> list[Move]:
    """The first stretch in which a thread reads a value, the other one writes, and the first then writes over it.

    Empty where none of at most `longest` moves is there.
    """
    read_at: dict[int, int] = {}
    for place, move in enumerate(moves):
        if move.did == "read":
            read_at[move.thread] = place
            continue
        begun = read_at.get(move.thread)
        between = moves[begun + 1 : place] if begun is not None else ()
        if between and len(between) + 2 <= longest and _overwrites(move, between):
            return list(moves[begun : place + 1])
    return []


def _overwrites(move: Move, between: Sequence[Move]) -> bool:
    """Whether another thread's whole updates lie between: each of its writes there is lost."""
    others = [one for one in between if one.thread != move.thread]
    return len(others) == len(between) and [one.did for one in others[:2]] == ["read", "wrote"] and (
        len(others) % 2 == 0 and move.value <= others[-1].value
    )


def main() -> int:
    """Record until an update is lost; prints its moves, or none after PATIENCE_S."""
    ends_s = time.monotonic() + PATIENCE_S
    found: list[Move] = []
    while not found and time.monotonic() < ends_s:
        found = lost_update(recorded())
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
