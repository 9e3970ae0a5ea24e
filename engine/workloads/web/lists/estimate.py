"""What politeness means for a list of addresses, before anything is fetched: hosts, shortest time, useful workers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.web.addresses.allowed import Allowed
from engine.workloads.web.addresses.gate import Gate
from engine.workloads.web.addresses.urls import Url, checked_url
from engine.workloads.web.lists.inputs import Inputs, collect
from engine.workloads.web.politeness.polite import host_key

TYPICAL_S = 1.0
"""Assumed time of one request to a shop: only the number of useful workers rests on it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What will happen. `shortest_s` is what the gaps alone allow, `workers_useful` where more gain nothing.

    `per_host` counts addresses, the longest list first; `slowest_host` decides `shortest_s` (None: no host does).
    `blocked` addresses are in no other figure: their spelling shows that they will not be fetched.
    """

    inputs: Inputs
    hosts: int
    per_host: tuple[tuple[str, int], ...]
    shortest_s: float
    slowest_host: str | None
    workers_useful: int
    blocked: int = 0


def estimate(
    urls: Sequence[str], settings: Settings, crawl_delays: Mapping[str, float] | None = None
) -> Estimate:
    """What fetching these addresses will take at least. `crawl_delays` maps hosts to seconds, where known.

    A host's requests start a gap apart, and its robots.txt is one more; hosts run beside each other, so the slowest
    decides. In flight at a host are at most `host_parallel`, and no more than start while one is under way.
    """
    inputs = collect(urls, settings)
    gate = Gate(settings)
    allowed = gate.allowed
    every = [checked_url(text) for text in inputs.urls]
    parsed = [url for url in every if _passes(gate, url)]
    counts = Counter(host_key(url) for url in parsed)
    gaps = {name: _gap(url, settings, allowed, crawl_delays or {}) for name, url in _one_each(parsed).items()}
    lasting = {name: count * gaps[name] for name, count in counts.items()}
    slowest = max(lasting, key=lambda name: lasting[name], default=None)
    shortest_s = lasting[slowest] if slowest is not None else 0.0
    useful = sum(min(count, _places(gaps[name], settings)) for name, count in counts.items())
    return Estimate(
        inputs=inputs,
        hosts=len(counts),
        per_host=tuple(counts.most_common()),
        shortest_s=shortest_s,
        slowest_host=slowest if shortest_s else None,
        workers_useful=max(1, min(useful, settings.max_workers)),
        blocked=len(every) - len(parsed),
    )


def _passes(gate: Gate, url: Url) -> bool:
    """Whether an address's spelling passes the gate; where its name leads is known only when it is fetched."""
    try:
        gate.check(url)
    except TaskFailed:
        return False
    local = url.host == "localhost" or url.host.endswith(".localhost")  # RFC 6761, 6.3
    return not local or gate.allowed.host(url.host, url.port)


def _one_each(urls: Sequence[Url]) -> dict[str, Url]:
    return {host_key(url): url for url in urls}


def _gap(url: Url, settings: Settings, allowed: Allowed, crawl_delays: Mapping[str, float]) -> float:
    """Seconds between two requests to this host; a demo shop has no gap, and 0 says so."""
    if allowed.shop(url.host, url.port):
        return 0.0
    return max(settings.host_gap_s, crawl_delays.get(host_key(url), 0.0))


def _places(gap_s: float, settings: Settings) -> int:
    """Requests that can be in flight to one host at a time."""
    if gap_s == 0:
        return settings.max_workers
    return min(settings.host_parallel or settings.max_workers, max(1, math.ceil(TYPICAL_S / gap_s)))
