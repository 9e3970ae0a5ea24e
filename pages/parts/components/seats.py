"""Which lane is whose on a cluster: those of one host beside each other, as in the table of "How it ran"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.text import counted, listed, printable

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seats:
    """Workers in the order of their lanes: (host, address, number) of each."""

    lanes: tuple[tuple[str, str, int], ...]

    @property
    def lane_of(self) -> list[int]:
        """By a worker's number: its lane."""
        lanes = {number: lane for lane, (_, _, number) in enumerate(self.lanes)}
        return [lanes[number] for number in range(len(self.lanes))]

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """The hosts from the first lane on, and how many lanes each has."""
        return [(host, len(list(group))) for host, group in groupby(self.lanes, key=lambda one: one[0])]

    def plain(self) -> dict[str, Any]:
        """What `lanes.js` names lanes by."""
        return {"hosts": self.hosts, "workers": [(number, address) for _, address, number in self.lanes]}


def host_and_address(name: str) -> tuple[str, str]:
    """The two parts of a worker's name, as a trial tells it."""
    host, _, address = printable(name).partition(" ")
    return host or UNKNOWN, address


def seats_of(names: Sequence[str], workers: int, most: int) -> Seats | None:
    """The seats of so many workers; None where they have no names, or are more than lanes can stand for one by one."""
    if not any(names) or workers > most:
        return None
    known = [*names[:workers], *[""] * (workers - len(names))]
    return Seats(tuple(sorted((*host_and_address(name), number) for number, name in enumerate(known))))


def told(seats: Seats) -> str:
    """The hosts in words."""
    return listed([f"{counted(count, 'worker')} on {host}" for host, count in seats.hosts])
