"""On the cluster's scheduler: whose turn it is at a host, and what workers on several machines keep for each other.

    enter(host) --> lease --sent--> the gap runs from here --leave--> the place is free again
          `--> later: so many seconds, each who is put off a gap after the one before

The rules are those of one machine (`engine.workloads.web.politeness.polite`), where locks of the kernel keep them.
Here the scheduler does, because it is the one place that every worker reaches, and the one clock: so a gap holds over
all workers, all runs and all homes that use the cluster, redirects to other hosts included. Sending all of a host's
tasks to one machine would not hold for redirects. The scheduler runs one handler at a time, so nothing needs a lock.

Travels by value, so it imports the standard library and distributed only.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

NAME = "overlap-ledger-1"
"""With the number of what can be asked, in case engines of two versions use one cluster."""
MARGIN_S = 0.01
MARGIN = 0.1
"""Added to every gap: requests that are sent a gap apart can arrive closer."""
STEP_S = 0.02
SLOWEST_S = 10.0
RECOVERY = 10
LEASE_S = 120.0
"""Age at which a lease counts as lost: its holder was not even ended in a way that could be noticed."""
MOST = 50_000
"""Hosts, or kept values, above which what is over is forgotten."""


@dataclass(slots=True)
class Host:
    """What is known of one host. Times are `time.monotonic` of the scheduler; leases map to (who, when they expire)."""

    next_at: float = 0.0
    tail: float = 0.0
    slow_s: float = 0.0
    good: int = 0
    door: int | None = None
    leases: dict[int, tuple[str, float]] = field(default_factory=dict)

    def over(self, now: float) -> bool:
        """Whether nothing of it is needed any more."""
        return not self.leases and max(self.next_at, self.tail) < now and not self.slow_s


class Ledger(SchedulerPlugin):
    """Answers the questions of tasks (`answer`), one at a time."""

    name = NAME
    idempotent = True

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}
        self.kept: dict[str, tuple[Any, float, float]] = {}
        """Values by key, with when they were kept and when they expire."""
        self.numbers = itertools.count(1)

    async def start(self, scheduler: Any) -> None:
        """Let workers ask."""
        scheduler.handlers["overlap_ledger_1"] = self.answer

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What a task asks or tells: `do` names the method, the rest are its arguments."""
        arguments = dict(question)
        table: dict[str, Callable[..., dict[str, Any] | None]] = {
            "enter": self.enter, "later": self.later, "sent": self.sent, "leave": self.leave, "pause": self.pause,
            "err": self.err, "get": self.get, "put": self.put, "drop": self.drop, "claim": self.claim,
            "release": self.release,
        }  # fmt: skip
        return table[arguments.pop("do")](**arguments) or {}

    def enter(self, who: str, host: str, gap_s: float, parallel: int) -> dict[str, Any]:
        """A lease for one request now, and the seconds from it to the next; else what `later` gives."""
        now, state = time.monotonic(), self._host(host)
        state.leases = {lease: held for lease, held in state.leases.items() if held[1] > now}
        gap_s += state.slow_s
        full = parallel and len(state.leases) >= parallel
        if state.next_at > now or state.door in state.leases or full:
            return self.later(who, host, gap_s, state.next_at)
        lease = state.door = next(self.numbers)
        state.leases[lease] = who, now + LEASE_S
        return {"lease": lease, "gap_s": gap_s}

    def later(self, who: str, host: str, gap_s: float, earliest: float = 0.0) -> dict[str, Any]:
        """In how many seconds to ask again: after all who were put off before."""
        now, state = time.monotonic(), self._host(host)
        at = max(state.tail, earliest, now + STEP_S / 4)
        state.tail = at + max(gap_s, STEP_S)
        return {"later": at - now}

    def sent(self, who: str, host: str, lease: int, gap_s: float) -> None:
        """The request is on its way: the next one to this host may come `gap_s` seconds from now."""
        state = self._host(host)
        if state.door == lease:
            state.door = None
        if gap_s:
            state.next_at = max(state.next_at, time.monotonic() + gap_s * (1 + MARGIN) + MARGIN_S)

    def leave(self, who: str, host: str, lease: int, well: bool) -> None:
        """The request is over; good answers in a row speed a host up that was slowed."""
        state = self._host(host)
        state.leases.pop(lease, None)
        if well and state.slow_s:
            state.good += 1
            if state.good >= RECOVERY:
                state.good, state.slow_s = 0, state.slow_s / 2 if state.slow_s > 0.2 else 0.0

    def pause(self, who: str, host: str, pause_s: float) -> None:
        """The host asked to be left alone."""
        state = self._host(host)
        state.next_at = max(state.next_at, time.monotonic() + pause_s)

    def err(self, who: str, host: str, gap_s: float) -> None:
        """The host did not answer as it should: slow it."""
        state = self._host(host)
        state.slow_s, state.good = min(max(2 * state.slow_s, gap_s, 0.25), SLOWEST_S), 0

    def get(self, who: str, key: str) -> dict[str, Any]:
        """What was kept under a key, and for how many seconds; empty where nothing is."""
        now = time.monotonic()
        value, at, until = self.kept.get(key, (None, 0.0, 0.0))
        return {"value": value, "age_s": now - at} if until > now else {}

    def put(self, who: str, key: str, value: Any, kept_s: float) -> None:
        """Keep a value for `kept_s` seconds."""
        now = time.monotonic()
        if len(self.kept) > MOST:
            self.kept = {key: kept for key, kept in self.kept.items() if kept[2] > now}
        self.kept[key] = value, now, now + kept_s

    def drop(self, who: str, key: str) -> None:
        """Forget a value."""
        self.kept.pop(key, None)

    def claim(self, who: str, key: str, kept_s: float) -> dict[str, Any]:
        """Whether `who` may do what the key stands for; others may not for `kept_s` seconds, or until it is dropped."""
        if self.get(who, key):
            return {"mine": False}
        self.put(who, key, who, kept_s)
        return {"mine": True}

    def release(self, who: str) -> None:
        """Somebody has died: give back all that was theirs. The gap counts as if their requests had just been sent."""
        now = time.monotonic()
        for state in self.hosts.values():
            for lease in [lease for lease, held in state.leases.items() if held[0] == who]:
                del state.leases[lease]
                if state.door == lease:
                    state.next_at = max(state.next_at, now + 0.25)
        self.kept = {key: kept for key, kept in self.kept.items() if kept[0] != who}

    def _host(self, name: str) -> Host:
        if len(self.hosts) > MOST:
            now = time.monotonic()
            self.hosts = {host: state for host, state in self.hosts.items() if not state.over(now)}
        return self.hosts.setdefault(name, Host())
