"""Which row is whose: on a cluster those of one host beside each other, as in the table of "How it ran"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from typing import Any

from engine.text import counted, listed, printable

UNKNOWN = "unknown"
MOST_ROWS = 256
"""Rows that a picture of a cluster's workers has at most, unless there are more hosts."""
_NUMBERS = re.compile(r"([0-9]{1,18})")
NAMED = 16
"""Hosts that are named one by one in words."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a picture, each of one worker, or of up to `each`: the row of every worker, and how many each row has."""

    of: list[int]
    members: list[int]
    each: int = 1


def rows_of(workers: int, most: int) -> Rows:
    """Rows of so many workers in the order of their numbers, at most `most` of them."""
    each = max(1, -(-workers // most))
    return Rows([number // each for number in range(workers)], list(_parts(workers, each)), each)


@dataclass(frozen=True, slots=True)
class Seats:
    """Workers by host: (host, address, number) of each."""

    lanes: tuple[tuple[str, str, int], ...]

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """The hosts from the first row on, and how many workers each has."""
        return [(host, len(list(group))) for host, group in groupby(self.lanes, key=lambda one: one[0])]

    @property
    def rows(self) -> Rows:
        """A row a worker; where they would be more than MOST_ROWS, some workers of one host share one."""
        hosts = [count for _, count in self.hosts]
        most = max(hosts)
        each = next((n for n in range(1, most) if sum(-(-one // n) for one in hosts) <= MOST_ROWS), most)
        members = [part for count in hosts for part in _parts(count, each)]
        of = [0] * len(self.lanes)
        places = iter(self.lanes)
        for row, count in enumerate(members):
            for _, _, number in islice(places, count):
                of[number] = row
        return Rows(of, members, each)

    def plain(self) -> dict[str, Any]:
        """What `lanes.js` names rows by: how many each host has, and the number and address of the first on each."""
        rows = self.rows
        firsts = [self.lanes[at] for at in accumulate(rows.members[:-1], initial=0)]
        hosts = [(host, -(-count // rows.each)) for host, count in self.hosts]
        return {"hosts": hosts, "workers": [(number, address) for _, address, number in firsts]}


def _parts(count: int, each: int) -> Iterator[int]:
    """A count in parts of at most `each`."""
    yield from (min(each, count - begun) for begun in range(0, count, each))


def host_and_address(name: str) -> tuple[str, str]:
    """The two parts of a worker's name, as a trial tells it."""
    host, _, address = printable(name).partition(" ")
    return host or UNKNOWN, address


def seats_of(names: Sequence[str], workers: int) -> Seats | None:
    """The seats of so many workers; None where they have no names."""
    if not any(names) or not workers:
        return None
    known = [*names[:workers], *[""] * (workers - len(names))]
    found = ((*host_and_address(name), number) for number, name in enumerate(known))
    return Seats(tuple(sorted(found, key=in_order)))


def in_order(worker: tuple[str, str, *tuple[Any, ...]]) -> tuple[Any, ...]:
    """What sorts workers, by their first two fields, host and address: node9 before node10."""
    # Split at numbers, every second part is one: so parts at one place can always be compared.
    parts = (_NUMBERS.split(text) for text in worker[:2])
    return tuple(tuple(int(one) if at % 2 else one for at, one in enumerate(found)) for found in parts)


def told(seats: Seats) -> str:
    """The hosts in words; of very many only how many they are."""
    if len(seats.hosts) > NAMED:
        return f"{len(seats.hosts):,} hosts"
    return listed([f"{counted(count, 'worker')} on {host}" for host, count in seats.hosts])
