"""The one gate: which addresses a connection may be made to. Every path to the network asks it.

It is asked twice. `check_url` looks at the spelling: scheme, port, and an address that stands in the URL itself.
`addresses` makes the one look-up of a connection and returns what may be connected to: the connection is made to
exactly these numbers, never to the name again, so an answer that changes (rebinding) gains nothing. An answer that
mixes public and private addresses is refused as a whole.

Why our own: ssrfguard has the right seam (urllib3's `_new_conn`) and real rebinding tests, but one young maintainer,
no aiohttp, and an unbounded `getaddrinfo`; requests-hardened tries the first address only, leaves `trust_env` on and
misses fec0::/10 and 168.63.129.16; microsoft-antissrf has the best table of ranges (ours covers it) but drops the port
from `Host` and leaves `trust_env` on. None serves requests and aiohttp alike, which is where other projects' gates
were skipped, and what remains is small: a table and the two questions here.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from threading import Thread

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.web.addresses.allowed import Allowed
from engine.workloads.web.addresses.ranges import forbidden
from engine.workloads.web.addresses.urls import PORTS, Url, checked_url

# Ports from 1024 that belong to other services than the web (WHATWG Fetch, "bad port", and common databases).
OTHER_SERVICES = frozenset(
    (1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900)
) | frozenset((5985, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9200, 10080, 10250, 11211, 27017))


@dataclass(frozen=True, slots=True)
class Address:
    """One numeric address to connect to: what `socket.socket` and `connect` take."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int]

    @property
    def ip(self) -> str:
        """The address in numbers."""
        return self.sockaddr[0]


Lookup = Callable[[str, int], Sequence[Address]]
"""Host and port to addresses; raises OSError (socket.gaierror) when there are none. May block for long."""


def system_lookup(host: str, port: int) -> list[Address]:
    """What the system's resolver answers. Blocks; raises socket.gaierror."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [Address(row[0], row[4]) for row in rows if row[0] in (socket.AF_INET, socket.AF_INET6)]  # type: ignore[arg-type]


class Gate:
    """Says which URLs and addresses pass. Safe to share between threads; `lookup` is the seam for tests."""

    def __init__(self, settings: Settings, lookup: Lookup = system_lookup) -> None:
        self.allowed = Allowed(settings)
        self._lookup = lookup

    def check_url(self, text: str) -> Url:
        """A URL whose spelling, port and literal address pass. Raises TaskFailed."""
        return self.check(checked_url(text))

    def check(self, url: Url) -> Url:
        """The same URL, when its port and its literal address pass. Raises TaskFailed: blocked_address."""
        if self.allowed.host(url.host, url.port):
            return url
        if (url.port < 1024 and url.port not in PORTS.values()) or url.port in OTHER_SERVICES:
            raise TaskFailed("blocked_address", f"Port {url.port} of {url.host} is blocked: web shops use others.")
        if url.literal:
            self._refuse_private(url.host, url.host)
        return url

    def check_address(self, host: str, port: int, ip: str) -> None:
        """Raise TaskFailed (blocked_address) unless a connection for this host may be made to this address."""
        if not self.allowed.host(host, port):
            self._refuse_private(host, ip)

    def literal_addresses(self, host: str, port: int) -> list[Address] | None:
        """The address of a host that is one; None for a name. Raises TaskFailed: blocked_address."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            socket.inet_pton(family, host)
        except OSError:
            return None
        self.check_address(host, port, host)
        return [Address(family, (host, port, 0, 0) if family == socket.AF_INET6 else (host, port))]

    def looked_up(self, host: str, port: int) -> Future[list[Address]]:
        """One look-up of a name in a thread of its own, checked; the future fails with TaskFailed.

        A thread each, and daemons: `getaddrinfo` cannot be stopped, and neither a deadline nor the end of the
        process may wait for it. glibc gives up by itself after tens of seconds, which bounds their number.
        """
        future: Future[list[Address]] = Future()
        future.set_running_or_notify_cancel()  # from here on a waiter that leaves cannot cancel it under the thread
        Thread(target=self._answer, args=(future, host, port), daemon=True, name=f"look-up {host}").start()
        return future

    def addresses(self, host: str, port: int, deadline: float) -> list[Address]:
        """Where to connect for this host, by one look-up that ends by `deadline` (time.monotonic).

        Raises TaskFailed (blocked_address, dns_failed), and TimeoutError when the deadline passes.
        """
        literal = self.literal_addresses(host, port)
        if literal is not None:
            return literal
        try:
            return self.looked_up(host, port).result(max(0.0, deadline - time.monotonic()))
        except FutureTimeout:
            raise TimeoutError(f"The look-up of {host} took too long.") from None

    def _answer(self, future: Future[list[Address]], host: str, port: int) -> None:
        try:
            found = list(dict.fromkeys(self._lookup(host, port)))
            for address in found:
                self.check_address(host, port, address.ip)
            if not found:
                raise TaskFailed("dns_failed", f"{host} has no address: check the spelling of the host.")
        except TaskFailed as error:
            future.set_exception(error)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            text = f"{host} could not be looked up ({why}): check the spelling of the host."
            future.set_exception(TaskFailed("dns_failed", text))
        except Exception as error:  # a fault of the look-up itself belongs to whoever waits for it
            future.set_exception(error)
        else:
            future.set_result(found)

    def _refuse_private(self, host: str, ip: str) -> None:
        try:
            found = forbidden(ip)
        except ValueError:
            raise TaskFailed("blocked_address", f"{host} leads to {ip!r}, which is no address: blocked.") from None
        if found is not None:
            led = ip if host == ip else f"{host} leads to {ip}, which"
            raise TaskFailed("blocked_address", f"{led} is {found.kind}: private addresses are blocked.")
