"""Real servers for the tests: one that misbehaves in every way, one that counts connections, one that answers DNS."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.workloads.web.addresses.gate import Address

PAGE = b"<!doctype html><html><head><title>A kettle</title></head><body><p>Kettle, 12.50</p></body></html>"


@dataclass
class Reply:
    """One request, and the ways to answer it."""

    connection: Any
    path: str
    headers: dict[str, str]
    count: int
    """How many requests for this path came before this one."""
    over: Callable[[], None] = lambda: None
    """Called before the last byte is sent: whoever has it may ask for the next page before this thread goes on."""

    def send(self, status: int = 200, body: bytes = PAGE, **headers: str) -> None:
        """A whole answer with its length."""
        if not body:
            self.over()
        self.head(status, **{"Content_Length": str(len(body)), **headers})
        self.over()
        self.connection.sendall(body)

    def head(self, status: int = 200, **headers: str) -> None:
        """The start of an answer; an underscore in a name stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Content-Type": "text/html; charset=utf-8", **named}
        lines = [f"{name}: {value}" for name, value in named.items()]
        self.connection.sendall("\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode("latin-1"))

    def drip(self, data: bytes, every_s: float = 0.05) -> None:
        """The data byte by byte, for as long as the other side listens."""
        with suppress(OSError):
            for index in range(len(data)):
                self.connection.sendall(data[index : index + 1])
                time.sleep(every_s)

    def chunks(self, pieces: Iterator[bytes]) -> None:
        """A chunked body (after `head` with Transfer-Encoding)."""
        with suppress(OSError):
            for piece in pieces:
                self.connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.connection.sendall(b"0\r\n\r\n")

    def reset(self) -> None:
        """End the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Handler = Callable[[Reply], None]


@dataclass
class Server:
    """A threaded HTTP server on 127.0.0.1 (or ::1). `handlers` maps paths to handlers, "*" is the rest."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    requests: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=family, backlog=256)
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._closed = False

    @property
    def url(self) -> str:
        """The address of this server without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order, robots.txt apart."""
        return [path for _, path, _ in self.requests if path != "/robots.txt"]

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """Serve while the block runs."""
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closed = True
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            with self._lock:
                for connection in self._open:
                    with suppress(OSError):
                        socket.socket.shutdown(connection, socket.SHUT_RDWR)
            thread.join(5)

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        connection: socket.socket = raw
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(raw, server_side=True)
            self._converse(connection)
        except OSError:  # the other side left, or did not like our certificate
            pass
        finally:
            connection.close()
            raw.close()
            with self._lock:
                self._open.discard(raw)

    def _converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        while data := connection.recv(65_536):
            buffer += data
            while b"\r\n\r\n" in buffer:
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                self._answer(connection, head.decode("latin-1"))

    def _answer(self, connection: socket.socket, head: str) -> None:
        first, *lines = head.split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        with self._lock:
            count = sum(1 for _, seen, _ in self.requests if seen == path)
            self.requests.append((time.monotonic(), path, headers))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        with ExitStack() as over:
            over.callback(self._over)
            reply = Reply(connection, path, headers, count, over.close)
            name = path.partition("?")[0]
            self.handlers.get(name, self.handlers.get("*", _default))(reply)

    def _over(self) -> None:
        with self._lock:
            self.in_flight -= 1


def _default(reply: Reply) -> None:
    if reply.path == "/robots.txt":
        reply.send(404, b"")
    else:
        reply.send()


@contextmanager
def server(handlers: dict[str, Handler] | None = None, **options: Any) -> Iterator[Server]:
    """A server with these handlers, and no robots.txt unless one of them gives it."""
    table: dict[str, Handler] = {"/robots.txt": lambda reply: reply.send(404, b""), **(handlers or {})}
    with Server(table, **options).serving() as running:
        yield running


@contextmanager
def canaries() -> Iterator[list[Server]]:
    """A server on each of this machine's loopbacks: on ::1 too, where there is IPv6."""
    with ExitStack() as stack:
        yield [stack.enter_context(server(host=host)) for host in ("127.0.0.1", *(["::1"] if _has_ipv6() else []))]


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:  # a kernel without it, or one where it is turned off
        return False
    return True


def raw_server(talk: Callable[[socket.socket], None]) -> Any:
    """A context manager: a server that lets `talk` do what it likes with each connection; gives its port."""

    @contextmanager
    def running() -> Iterator[int]:
        listener = socket.create_server(("127.0.0.1", 0))
        stopping = threading.Event()

        def accept() -> None:
            with suppress(OSError):
                while not stopping.is_set():
                    connection, _ = listener.accept()
                    threading.Thread(target=guarded, args=(connection,), daemon=True).start()

        def guarded(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                talk(connection)

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopping.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    return running()


class NameServer:
    """A DNS server over UDP whose answer is computed for every question, and the client that asks it.

    `lookup` is what a Gate takes: the packets are real, only the resolver's configuration is not the system's.
    """

    def __init__(self, answer: Callable[[str, int], list[str]]) -> None:
        self._answer = answer
        self.questions = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[NameServer]:
        """Answer while the block runs."""
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            thread.join(2)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                packet, sender = self._socket.recvfrom(512)
                if not packet:  # the socket was shut down
                    return
                name, end = _name(packet)
                self.questions += 1
                addresses = self._answer(name, self.questions)
                records = b"".join(_record(address) for address in addresses)
                header = packet[:2] + struct.pack(">HHHHH", 0x8180, 1, len(addresses), 0, 0)
                self._socket.sendto(header + packet[12 : end + 4] + records, sender)

    def lookup(self, host: str, port: int) -> list[Address]:
        """One question over the wire; A and AAAA records of the answer."""
        question = b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(30)
            client.sendto(b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0" + question + b"\0\xff\0\x01", self._socket.getsockname())
            packet, _ = client.recvfrom(4_096)
        (count,) = struct.unpack(">H", packet[6:8])
        at, found = 12 + len(question) + 4, []
        for _ in range(count):
            kind, _, _, length = struct.unpack(">HHIH", packet[at + 2 : at + 12])
            data = packet[at + 12 : at + 12 + length]
            at += 12 + length
            if kind == 1:
                found.append(Address(socket.AF_INET, (socket.inet_ntop(socket.AF_INET, data), port)))
            else:
                found.append(Address(socket.AF_INET6, (socket.inet_ntop(socket.AF_INET6, data), port, 0, 0)))
        return found


def _name(packet: bytes) -> tuple[str, int]:
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels), at + 1


def _record(address: str) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    data = socket.inet_pton(family, address)
    return b"\xc0\x0c" + struct.pack(">HHIH", 28 if ":" in address else 1, 1, 0, len(data)) + data


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own, and servers' contexts by it."""

    ca_file: Path
    good: ssl.SSLContext
    """For 127.0.0.1 and localhost, signed by the authority."""
    other_name: ssl.SSLContext
    """Signed by the authority, for another host."""
    unknown: ssl.SSLContext
    """Signed by an authority that nobody trusts."""


def authority(folder: Path) -> Authority:
    """Make the authority's files in this folder."""
    import trustme

    ca, stranger = trustme.CA(), trustme.CA()
    ca_file = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))

    def context(by: trustme.CA, *names: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        by.issue_cert(*names).configure_cert(made)
        return made

    return Authority(
        ca_file, context(ca, "127.0.0.1", "localhost"), context(ca, "shop.example"), context(stranger, "127.0.0.1")
    )
