"""What may be fetched although its address is private: hosts that the server's owner allows, and the demo shops.

A demo shop registers itself: while it serves it holds the lock of a file in `<home>/shops/`, whose sibling names its
address. Exactly those host and port pairs pass. The kernel frees the lock when the shop dies, however it dies; an
entry whose lock is free is removed by whoever sees it. The lock is filelock's, the portable one that this project uses.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from engine.config import Settings
from engine.errors import NotAvailable, TaskFailed
from engine.machine.private import make_folder, write_text
from engine.workloads.web.addresses.urls import checked_url

REFRESH_S = 1.0
"""Age at which the list of demo shops is read again."""
_ANSWER_S = 3.0
_far = ExitStack()
"""What this process has registered of another machine's shops."""


@contextmanager
def register_shop(home: Path, host: str, port: int) -> Iterator[Path]:
    """Let the gate pass this host and port for as long as the block runs and this process lives."""
    from filelock import FileLock

    folder = make_folder(home / "shops")
    path = folder / f"{secrets.token_hex(8)}.json"
    lock = FileLock(path.with_suffix(".lock"), thread_local=False, mode=0o600)
    with lock:
        # Complete when it appears, and locked before: no reader can take it for stale.
        draft = path.with_suffix(".draft")
        write_text(draft, json.dumps({"host": host, "port": port}))
        os.replace(draft, path)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
    path.with_suffix(".lock").unlink(missing_ok=True)


def allow_far_shop(home: Path, base: str) -> None:
    """Let this process's gate pass the demo shops at `base`, which the trial's machine serves, until it ends.

    For workers of a cluster. Raises NotAvailable where those shops cannot be reached from here.
    """
    parts = urlsplit(base)
    host, port = parts.hostname or "", parts.port or 80
    try:
        socket.create_connection((host, port), timeout=_ANSWER_S).close()
    except OSError:
        raise NotAvailable(
            "the demo shops serve the machine of this server only; scrape addresses of your own, or use threads."
        ) from None
    _far.enter_context(register_shop(home, host, port))


def shop_addresses(home: Path) -> set[tuple[str, int]]:
    """Host and port of every demo shop that serves now; entries of dead ones are removed."""
    found = (_live(path) for path in sorted((home / "shops").glob("*.json")))
    return {address for address in found if address is not None}


def _live(path: Path) -> tuple[str, int] | None:
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"), thread_local=False, mode=0o600)
    try:
        with lock.acquire(timeout=0):
            path.unlink(missing_ok=True)
    except Timeout:
        return _address(path)
    # On Windows another reader may hold the dead shop's lock file open: it will remove it then.
    with suppress(OSError):
        path.with_suffix(".lock").unlink(missing_ok=True)
    return None


def _address(path: Path) -> tuple[str, int] | None:
    """The address in a live shop's file; None when the shop just went or the file is not one of ours."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return str(values["host"]), int(values["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Allowed:
    """The owner's exceptions, asked by host as it stands in the URL and by port. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home
        self._hosts = frozenset(_entry(text) for text in settings.allowed_hosts)
        self._shops: set[tuple[str, int]] = set()
        self._read_at = float("-inf")
        self._lock = Lock()

    def host(self, host: str, port: int) -> bool:
        """Whether the owner's list or a demo shop lets this host and port pass."""
        return (host, port) in self._hosts or (host, None) in self._hosts or self.shop(host, port)

    def shop(self, host: str, port: int) -> bool:
        """Whether a demo shop serves at this host and port now."""
        with self._lock:
            if time.monotonic() - self._read_at > REFRESH_S:
                self._shops = shop_addresses(self._home)
                self._read_at = time.monotonic()
            return (host, port) in self._shops


def _entry(text: str) -> tuple[str, int | None]:
    """Host and port of an entry of the owner's list; port None stands for every port."""
    bare = text.strip().strip("[]")
    if ":" in bare and bare.count(":") > 1 and "]:" not in text:
        return checked_url(f"http://[{bare}]/").host, None
    try:
        url = checked_url(f"http://{text.strip()}/")
    except TaskFailed as error:
        from engine.errors import SettingRefused

        raise SettingRefused(f"OVERLAP_ALLOWED_HOSTS holds {text!r}, which is no host: {error}") from None
    return url.host, url.port if text.rsplit("]", 1)[-1].count(":") else None
