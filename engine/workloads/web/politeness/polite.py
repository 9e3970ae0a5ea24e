"""Whose turn it is at a host, across workers and processes.

    enter(url) --> Turn --sent()--> the gap runs from here --leave()--> the place is free again
          \\--> Later(delay)  the host is busy: do others first

Each host has locks in one file (`hosts`, `byte_locks`): a door, held from the permission until the request is on its
way, so that the gap counts between requests sent, not between intentions; and places, one held while a request is in
flight.
All locks are the kernel's. Times are `time.monotonic`, which is one clock for all processes of a machine.

Nobody waits in here. Who is put off is told when to come back, each a gap later than the one before, so that ten
thousand addresses of one host do not all come back at once.
"""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

from engine.config import Settings
from engine.errors import Later
from engine.workloads.web import small_files
from engine.workloads.web.addresses.allowed import Allowed
from engine.workloads.web.addresses.urls import PORTS, Url
from engine.workloads.web.politeness.byte_locks import HeldByte
from engine.workloads.web.politeness.hosts import Hosts, HostState, sane

MARGIN_S = 0.01
MARGIN = 0.1
"""Added to every gap, as a time and as a share of it: requests that are sent a gap apart can arrive closer, when the
first is held up on its way and the second is not."""
SLOWEST_S = 10.0
"""The most that errors add to a host's gap."""
RECOVERY = 10
"""Good answers in a row after which what errors added to the gap is halved."""
STEP_S = 0.02
"""Least distance between two comebacks to a host that has no gap."""
FORGOTTEN_S = 3_600.0
"""Age at which the files of a host are removed: earlier versions made some for each."""
REMEMBERED = 10_000
"""Hosts above which what is over is no longer remembered."""


def host_key(url: Url) -> str:
    """What counts as one host: the name, and the port where it is not the web's own."""
    return url.host if url.port in PORTS.values() else f"{url.host}:{url.port}"


class Turn:
    """Permission for one request. Call `sent` when it is on its way and `leave` when it is over."""

    def __init__(
        self, polite: Polite, name: str, gap_s: float, slowed: bool, door: HeldByte, place: HeldByte | None
    ) -> None:
        self._polite, self._name, self._gap_s, self._slowed = polite, name, gap_s, slowed
        self._door: HeldByte | None = door
        self._place = place

    def sent(self) -> None:
        """The request is on its way: the gap to the next one starts."""
        door, self._door = self._door, None
        if door is None:
            return
        try:
            if self._gap_s:
                until = time.monotonic() + self._gap_s * (1 + MARGIN) + MARGIN_S
                self._polite.push(self._name, until, self._gap_s)
        finally:
            door.release()

    def leave(self, well: bool) -> None:
        """The request is over; `well` says whether the host answered as it should."""
        try:
            self.sent()
        finally:
            if self._place is not None:
                self._place.release()
        if well and self._slowed:
            self._polite.recover(self._name)


class NoTurn(Turn):
    """For hosts without limits: demo shops, and all hosts where the limits are set to 0."""

    def __init__(self) -> None:
        """Nothing is held."""

    def sent(self) -> None:
        """Nothing to do."""

    def leave(self, well: bool) -> None:
        """Nothing to do."""


FREE = NoTurn()


class Polite:
    """The limits of every host. Safe to share between threads; processes share the folder."""

    def __init__(self, settings: Settings, folder: Path, allowed: Allowed) -> None:
        self._settings, self._allowed = settings, allowed
        self._hosts = Hosts(folder)
        small_files.forget(folder / "hosts", "*", FORGOTTEN_S)
        self._tails: dict[str, float] = {}
        self._gaps: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def exempt(self, url: Url) -> bool:
        """Whether this host has no limits."""
        unlimited = self._settings.host_gap_s == 0 and self._settings.host_parallel == 0
        return unlimited or self._allowed.shop(url.host, url.port)

    def enter(self, url: Url, crawl_delay_s: float = 0.0) -> Turn:
        """Permission for one request to this host now. Raises Later when the host is busy."""
        if self.exempt(url):
            return FREE
        name = host_key(url)
        gap_s = max(self._settings.host_gap_s, crawl_delay_s)
        until, step_s = self._gaps.get(name, (0.0, 0.0))
        if until > time.monotonic():  # others can only have made it later
            raise self.later(url, max(gap_s, step_s), until)
        door = self._hosts.try_lock(name, "door")
        if door is None:
            raise self.later(url, gap_s)
        try:
            state = self._look(url, name, gap_s)
            gap_s += state.slow_s
            if state.next_at > time.monotonic():
                self._remember(name, state.next_at, gap_s)
                raise self.later(url, gap_s, state.next_at)
            place = self._place(url, name, gap_s)
        except BaseException:
            door.release()
            raise
        return Turn(self, name, gap_s, state.slow_s > 0, door, place)

    def later(self, url: Url, step_s: float = 0.0, earliest: float = 0.0) -> Later:
        """When to come back to this host: after all whom this process has put off before."""
        if self.exempt(url):
            return Later(STEP_S)
        step_s = max(step_s, self._settings.host_gap_s, STEP_S)
        with self._lock:
            now = time.monotonic()
            name = host_key(url)
            at = max(self._tails.get(name, 0.0), earliest, now + STEP_S / 4)
            self._tails[name] = at + step_s
            if len(self._tails) > REMEMBERED:
                self._tails = {name: tail for name, tail in self._tails.items() if tail > now}
        return Later(at - now)

    def pause(self, url: Url, pause_s: float) -> None:
        """The host asked to be left alone for so many seconds."""
        if not self.exempt(url):
            self.push(host_key(url), time.monotonic() + pause_s)

    def err(self, url: Url) -> None:
        """The host failed to answer as it should: slow it."""
        if self.exempt(url):
            return
        # A lock that stays held belongs to a stopped process: this slowing is lost, the limits are not.
        with suppress(TimeoutError), self._hosts.change(host_key(url)) as state:
            state.slow_s = min(max(2 * state.slow_s, self._settings.host_gap_s, 0.25), SLOWEST_S)
            state.good = 0

    def push(self, name: str, until: float, step_s: float = 0.0) -> None:
        """No further request to this host before `until`, and then one each `step_s` as far as is known."""
        self._remember(name, until, step_s)
        with suppress(TimeoutError), self._hosts.change(name) as state:
            state.next_at = max(state.next_at, until)

    def recover(self, name: str) -> None:
        """A good answer of a host that was slowed."""
        with suppress(TimeoutError), self._hosts.change(name) as state:
            state.good += 1
            if state.good >= RECOVERY:
                slow_s = state.slow_s / 2
                state.good, state.slow_s = 0, slow_s if slow_s > 0.1 else 0.0

    def _remember(self, name: str, until: float, step_s: float) -> None:
        """What this process knows by itself, so that it need not look into the table while a gap is not over."""
        if not sane(until):
            return
        with self._lock:
            known = self._gaps.get(name, (0.0, 0.0))
            self._gaps[name] = max(known[0], until), step_s
            if len(self._gaps) > REMEMBERED:
                now = time.monotonic()
                self._gaps = {name: known for name, known in self._gaps.items() if known[0] > now}

    def _look(self, url: Url, name: str, gap_s: float) -> HostState:
        try:
            return self._hosts.look(name)
        except TimeoutError:
            raise self.later(url, gap_s) from None

    def _place(self, url: Url, name: str, gap_s: float) -> HeldByte | None:
        """A free place, None where their number is not limited. Raises Later when all are taken."""
        if not self._settings.host_parallel:
            return None
        for number in range(self._settings.host_parallel):
            held = self._hosts.try_lock(name, str(number))
            if held is not None:
                return held
        raise self.later(url, gap_s)


def back_off(tries: int, base_s: float) -> float:
    """Seconds before the next try: doubled each time, with jitter of a half around it."""
    return base_s * 2.0 ** (tries - 1) * random.uniform(0.75, 1.25)

