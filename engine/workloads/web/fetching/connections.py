"""urllib3's connections behind the gate, and the requests adapter that uses them.

`_new_conn` is where urllib3 opens a socket, for http and https alike; here it connects to an address that the gate has
just checked, and to nothing else. Without an active watch there is no connection at all, so no path can skip the gate.
A connection to the owner's proxy is not checked: the proxy then decides what it connects to.
"""

from __future__ import annotations

import socket
import ssl
import sys
import time
from http.client import BadStatusLine, HTTPResponse, IncompleteRead
from io import BytesIO
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from engine.workloads.web.addresses.gate import Address
from engine.workloads.web.fetching.heads import LONGEST, BadHead, mended
from engine.workloads.web.fetching.watch import Watch, active


class _Response(HTTPResponse):
    """An answer whose head is mended before http.client reads it; interim ones are passed over."""

    def begin(self) -> None:
        """Read status and headers. Raises BadStatusLine and IncompleteRead."""
        stream = self.fp
        self.fp = BytesIO(_final_head(stream))  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            self.fp = stream


def _final_head(stream: Any) -> bytes:
    """The mended head of an answer, read up to its blank line; empty where nothing came."""
    while True:
        lines = bytearray()
        while (line := stream.readline(LONGEST)) not in (b"\r\n", b"\n", b"") or not lines.strip():
            if not lines and line and not line.startswith(b"HTTP/"):
                raise BadStatusLine(repr(line[:60]))
            if not line or len(lines) > LONGEST:
                break
            lines += line
        if not lines:
            return b""
        if not line:
            raise IncompleteRead(bytes(lines))
        try:
            head = mended(bytes(lines) + b"\r\n")
        except BadHead:
            raise BadStatusLine("its head cannot be read") from None
        if not head.interim:
            return head.raw


class _Gated:
    """What both connection classes change."""

    sock: Any
    port: int
    proxy: Any
    _dns_host: str

    def _new_conn(self) -> socket.socket:
        watch: Watch = active.watch
        begun = time.monotonic()
        if self.proxy is not None:
            connection = socket.create_connection((self._dns_host, self.port), watch.left_s)
        else:
            found = watch.gate.addresses(self._dns_host, self.port, watch.deadline)
            watch.timings["dns"] = time.monotonic() - begun
            begun = time.monotonic()
            connection = _connected(found, watch)
        watch.timings["connect"] = time.monotonic() - begun
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sys.audit("http.client.connect", self, self._dns_host, self.port)
        return connection

    def getresponse(self) -> Any:
        # Here the request has been sent, on a new connection as on a kept one.
        active.watch.sent(self.sock)
        return super().getresponse()  # type: ignore[misc]


class GatedConnection(_Gated, HTTPConnection):
    """http."""

    response_class = _Response


class GatedSecureConnection(_Gated, HTTPSConnection):
    """https. The TLS handshake as a whole is bounded by the socket's timeout (CPython's _ssl counts it down)."""

    response_class = _Response

    def connect(self) -> None:
        watch: Watch = active.watch
        begun = time.monotonic()
        super().connect()
        before = watch.timings.get("dns", 0.0) + watch.timings.get("connect", 0.0)
        watch.timings["tls"] = time.monotonic() - begun - before


class _Pool(HTTPConnectionPool):
    ConnectionCls = GatedConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = GatedSecureConnection


_POOLS: dict[str, Any] = {"http": _Pool, "https": _SecurePool}


class GatedAdapter(HTTPAdapter):
    """requests' transport, with the gate's connections and one TLS context."""

    def __init__(self, hosts: int, connections: int, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(pool_connections=hosts, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """The manager of the direct connections."""
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The manager of the connections through the owner's proxy."""
        manager = super().proxy_manager_for(proxy, ssl_context=self._tls, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The pool's key, without the CA file that would replace our context."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._tls}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to do: our context verifies, and nothing may turn that off."""


def _connected(found: list[Address], watch: Watch) -> socket.socket:
    """A connection to the first of these addresses that takes one, by the deadline."""
    failure: OSError = OSError("There is no address to connect to.")
    for position, address in enumerate(found):
        connection = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            # Each address gets its share of what is left, so that a dead one does not use up the fetch.
            connection.settimeout(watch.left_s / (len(found) - position))
            connection.connect(address.sockaddr)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            connection.settimeout(watch.left_s)
            return connection
    raise failure
