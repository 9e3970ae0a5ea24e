"""The deadline of a whole fetch, for sockets that block.

A socket's timeout holds for one operation, so a server that drips a header byte by byte would never meet it. Each
fetch is watched by one thread, which shuts the connection down when its time is up; the reader then sees the end of
the stream. `active` is how a connection, made deep inside urllib3, finds the fetch that it is made for.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from engine.workloads.web.addresses.gate import Gate

TICK_S = 0.05
"""How often deadlines are looked at; by so much a fetch may overrun."""


class Watch:
    """One request under way: its gate, its deadline (time.monotonic) and the socket to shut down."""

    def __init__(self, gate: Gate, deadline: float, sent: Callable[[], None]) -> None:
        self.gate, self.deadline, self._sent = gate, deadline, sent
        self.fired = False
        self.timings: dict[str, float] = {}
        self._socket: Any = None
        self._lock = threading.Lock()

    @property
    def left_s(self) -> float:
        """Seconds until the deadline. Raises TimeoutError when there are none."""
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("The deadline has passed.")
        return left_s

    def check(self) -> None:
        """Raise TimeoutError when the deadline has passed."""
        if time.monotonic() >= self.deadline:
            raise TimeoutError("The deadline has passed.")

    def sent(self, connection: Any) -> None:
        """The request is on its way over this socket."""
        with self._lock:
            self._socket = connection
        self._sent()

    def over(self) -> None:
        """The socket is no longer this request's."""
        with self._lock:
            self._socket = None

    def fire(self) -> None:
        """Shut the connection down: the deadline has passed."""
        with self._lock:
            self.fired = True
            if self._socket is not None:
                # The base class's method: ssl's own would take the TLS layer away under the reader.
                with suppress(OSError):  # the other side closed it first
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


active = threading.local()


class Watchdog:
    """One thread that fires the watches whose time is up. It sleeps while there are none."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, watch: Watch) -> None:
        """Look after this watch until it is removed."""
        with self._wake:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="fetch deadlines")
                self._thread.start()
            self._watches.add(watch)
            if len(self._watches) == 1:
                self._wake.notify()

    def remove(self, watch: Watch) -> None:
        """Forget this watch."""
        with self._wake:
            self._watches.discard(watch)

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._closed or self._watches)
                if self._closed:
                    return
                now = time.monotonic()
                late = [watch for watch in self._watches if watch.deadline <= now]
                self._watches.difference_update(late)
            for watch in late:
                watch.fire()
            time.sleep(TICK_S)
