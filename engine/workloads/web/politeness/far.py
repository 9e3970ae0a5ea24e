"""Whose turn it is at a host when workers are on several machines: the cluster's scheduler says so.

The same as `polite`, `robots_store` and `trips` for one machine, which keep all this in files and locks of the kernel;
here each is a question (`Elsewhere.ask`) that costs a few milliseconds. A host, its robots.txt and a fetch that was put
off are thus the same for every worker of the cluster, whichever machine comes to them next.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from engine.config import Settings
from engine.errors import Later
from engine.protocol.elsewhere import Elsewhere
from engine.workloads.web.addresses.allowed import Allowed
from engine.workloads.web.addresses.urls import Url
from engine.workloads.web.politeness.polite import FREE, STEP_S, Turn, host_key
from engine.workloads.web.politeness.trips import FORGOTTEN_S, Trip

CLAIM_S = 60.0
"""How long one worker may take to fetch the rules of an origin for all."""


def ask(do: str, **question: Any) -> dict[str, Any]:
    """The scheduler's answer."""
    assert Elsewhere.ask is not None
    answer: dict[str, Any] = Elsewhere.ask({"do": do, **question})
    return answer


class FarTurn(Turn):
    """Permission for one request, held on the scheduler."""

    def __init__(self, host: str, lease: int, gap_s: float) -> None:
        self._host, self._lease, self._gap = host, lease, gap_s
        self._told = False

    def sent(self) -> None:
        """The request is on its way: the gap to the next one starts."""
        if not self._told:
            self._told = True
            ask("sent", host=self._host, lease=self._lease, gap_s=self._gap)

    def leave(self, well: bool) -> None:
        """The request is over; `well` says whether the host answered as it should."""
        self.sent()
        ask("leave", host=self._host, lease=self._lease, well=well)


class FarPolite:
    """The limits of every host, over all workers of the cluster."""

    def __init__(self, settings: Settings, allowed: Allowed) -> None:
        self._settings, self._allowed = settings, allowed

    def exempt(self, url: Url) -> bool:
        """Whether this host has no limits."""
        unlimited = self._settings.host_gap_s == 0 and self._settings.host_parallel == 0
        return unlimited or self._allowed.shop(url.host, url.port)

    def enter(self, url: Url, crawl_delay_s: float = 0.0) -> Turn:
        """Permission for one request to this host now. Raises Later when the host is busy."""
        if self.exempt(url):
            return FREE
        host, gap_s = host_key(url), max(self._settings.host_gap_s, crawl_delay_s)
        answer = ask("enter", host=host, gap_s=gap_s, parallel=self._settings.host_parallel)
        if "later" in answer:
            raise Later(answer["later"])
        return FarTurn(host, answer["lease"], answer["gap_s"])

    def later(self, url: Url) -> Later:
        """When to come back to this host: after all whom anybody has put off before."""
        if self.exempt(url):
            return Later(STEP_S)
        return Later(ask("later", host=host_key(url), gap_s=self._settings.host_gap_s)["later"])

    def pause(self, url: Url, pause_s: float) -> None:
        """The host asked to be left alone for so many seconds."""
        if not self.exempt(url):
            ask("pause", host=host_key(url), pause_s=pause_s)

    def err(self, url: Url) -> None:
        """The host failed to answer as it should: slow it."""
        if not self.exempt(url):
            ask("err", host=host_key(url), gap_s=self._settings.host_gap_s)


class FarClaim:
    """The right to fetch the rules of an origin, until `release`."""

    def __init__(self, key: str) -> None:
        self._key = key

    def release(self) -> None:
        """Let others."""
        ask("drop", key=self._key)


class FarRobotsStore:
    """The robots.txt of every origin, as any worker of the cluster kept it."""

    def try_lock(self, origin: str) -> FarClaim | None:
        """The right to ask this origin for its rules; None when somebody is at it."""
        key = f"robots claim {origin}"
        return FarClaim(key) if ask("claim", key=key, kept_s=CLAIM_S)["mine"] else None

    def find(self, origin: str) -> dict[str, Any]:
        """What was kept for this origin and still counts; empty where nothing was."""
        found: dict[str, Any] = ask("get", key=f"robots {origin}").get("value", {})
        return found

    def keep(self, origin: str, values: dict[str, Any], until: float) -> None:
        """Keep these values until then (time.time)."""
        ask("put", key=f"robots {origin}", value=values, kept_s=max(0.0, until - time.time()))


class FarTrips:
    """The fetches that were put off, for whichever worker goes on with them."""

    def load(self, name: str, url: str) -> Trip:
        """The fetch of this name, begun at `url` unless it was put off before."""
        answer = ask("get", key=f"trip {name}")
        if not answer:
            return Trip(url)
        values: dict[str, Any] = answer["value"]
        return Trip(**{**values, "ready": time.monotonic() + values["ready"] - answer["age_s"]})

    def save(self, name: str, trip: Trip) -> None:
        """Keep what a later call has to know; nothing is kept for a fetch that has not begun."""
        if trip.hops or trip.attempts > 1:
            values = {**asdict(trip), "ready": trip.ready - time.monotonic()}
            ask("put", key=f"trip {name}", value=values, kept_s=FORGOTTEN_S)

    def drop(self, name: str, trip: Trip) -> None:
        """The fetch is over."""
        if trip.hops or trip.attempts > 1:
            ask("drop", key=f"trip {name}")
