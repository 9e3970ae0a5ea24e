"""Whose turn it is at a host, across workers and processes.

    enter(url) --> Turn --sent()--> the gap runs from here --leave()--> the place is free again
          \\--> Later(delay)  the host is busy: do others first

Each host has files in one folder: places (one lock each, held while a request is in flight), a door (held from the
permission until the request is on its way, so that the gap counts between requests sent, not between intentions),
and its state: when the next request may be sent and by how much the host is slowed. All locks are the kernel's.
Times are `time.monotonic`, which is one clock for all processes of a machine.

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
from engine.private import make_folder
from engine.web import locks
from engine.web.allowed import Allowed
from engine.web.urls import PORTS, Url

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
SANE_S = 3_600.0
"""A stored time further ahead than this is from before a reboot, when the clock started again."""


def host_key(url: Url) -> str:
    """What counts as one host: the name, and the port where it is not the web's own."""
    return url.host if url.port in PORTS.values() else f"{url.host}:{url.port}"


class Turn:
    """Permission for one request. Call `sent` when it is on its way and `leave` when it is over."""

    def __init__(self, polite: Polite, name: str, gap_s: float, slowed: bool, held: list[locks.Held]) -> None:
        self._polite, self._name, self._gap_s, self._slowed = polite, name, gap_s, slowed
        self._place, self._door = held[0], held[1] if len(held) > 1 else None

    def sent(self) -> None:
        """The request is on its way: the gap to the next one starts."""
        door, self._door = self._door, None
        if door is not None:
            try:
                self._polite.push(self._name, time.monotonic() + self._gap_s)
            finally:
                door.release()

    def leave(self, well: bool) -> None:
        """The request is over; `well` says whether the host answered as it should."""
        self.sent()
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
        self._folder = make_folder(folder / "hosts")
        self._tails: dict[str, float] = {}
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
        held: list[locks.Held] = []
        try:
            place = self._place(name)
            if place is None:
                raise self.later(url, gap_s)
            held.append(place)
            door = locks.try_lock(self._path(name, "door"))
            if door is None:
                raise self.later(url, gap_s)
            held.append(door)
            state = locks.read_json(self._path(name, "json"))
            self._wait_for(url, gap_s, state)
        except BaseException:
            for item in held:
                item.release()
            raise
        slow_s = float(state.get("slow", 0.0))
        gap_s += slow_s
        return Turn(self, name, gap_s * (1 + MARGIN) + MARGIN_S if gap_s else 0.0, slow_s > 0, held)

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
            if len(self._tails) > 10_000:
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
        with suppress(TimeoutError), locks.shared(self._path(host_key(url), "json")) as state:
            state["slow"] = min(max(2 * float(state.get("slow", 0.0)), self._settings.host_gap_s, 0.25), SLOWEST_S)
            state["good"] = 0

    def push(self, name: str, until: float) -> None:
        """No further request to this host before `until`."""
        with suppress(TimeoutError), locks.shared(self._path(name, "json")) as state:
            state["next"] = max(_sane(state.get("next", 0.0)), until)

    def recover(self, name: str) -> None:
        """A good answer of a host that was slowed."""
        with suppress(TimeoutError), locks.shared(self._path(name, "json")) as state:
            state["good"] = int(state.get("good", 0)) + 1
            if state["good"] >= RECOVERY:
                slow_s = float(state.get("slow", 0.0)) / 2
                state["good"], state["slow"] = 0, slow_s if slow_s > 0.1 else 0.0

    def _wait_for(self, url: Url, gap_s: float, state: dict[str, float]) -> None:
        earliest = _sane(state.get("next", 0.0))
        if earliest > time.monotonic():
            raise self.later(url, gap_s + float(state.get("slow", 0.0)), earliest)

    def _place(self, name: str) -> locks.Held | None:
        for number in range(self._settings.host_parallel or 1_000):
            held = locks.try_lock(self._path(name, str(number)))
            if held is not None:
                return held
        return None

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{locks.key(name)}.{ending}"


def back_off(tries: int, base_s: float) -> float:
    """Seconds before the next try: doubled each time, with jitter of a half around it."""
    return base_s * 2.0 ** (tries - 1) * random.uniform(0.75, 1.25)


def _sane(at: float) -> float:
    return at if at < time.monotonic() + SANE_S else 0.0
