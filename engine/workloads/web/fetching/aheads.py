"""aiohttp's connection with mended heads, and with the two faults of bodies that browsers bear.

A body that goes on behind its length is cut there, and a last chunk that lacks its final line end is complete.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientPayloadError
from aiohttp.client_proto import ResponseHandler

from engine.workloads.web.fetching.heads import END, LONGEST, REFUSED, BadHead, mended

_LAST_CHUNK = b"\r\n0\r\n"


class GarbledBody(ClientPayloadError):
    """A body that is not framed as HTTP says."""


class MendingHandler(ResponseHandler):
    """Reads one answer after the other; each head goes to aiohttp's parser when it is whole."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head: bytearray | None = bytearray()
        self._left: int | None = None
        """Bytes of the body that are still to come, where its length is told."""
        self._chunked = False
        self._last = b""

    def set_response_params(self, **options: Any) -> None:
        """A request begins: what comes next is a head."""
        self._head, self._left, self._chunked, self._last = bytearray(), None, False, b""
        super().set_response_params(**options)

    def data_received(self, data: bytes, *args: Any) -> None:
        """What the socket gave."""
        if self._parser is None:  # nothing was asked: aiohttp keeps it until something is
            super().data_received(data, *args)
        elif self._head is None:
            self._body(data)
        else:
            self._head += data
            self._heads()

    def set_exception(self, exc: Any, *cause: Any) -> None:
        """What cannot be parsed; aiohttp tells it to whoever waits for a head, here also to the reader of a body."""
        if self._head is None and self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(GarbledBody("the body is not framed as HTTP says"))
        super().set_exception(exc, *cause)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The other side has closed the connection."""
        if self._chunked and self._last == _LAST_CHUNK and self._parser is not None:
            super().data_received(b"\r\n")
        super().connection_lost(exc)

    def _heads(self) -> None:
        """Pass the head on when it is whole, and what came behind it; interim ones are passed over."""
        while self._head is not None:
            found = bytes(self._head)
            end = END.search(found)
            if found[:5] != b"HTTP/"[: len(found)] or (end is None and len(found) > LONGEST):
                self._refuse()
                return
            if end is None:
                return
            try:
                head = mended(found[: end.end()])
            except BadHead:
                self._refuse()
                return
            rest = found[end.end() :]
            if head.interim:
                self._head = bytearray(rest)
                continue
            self._head, self._left, self._chunked = None, head.length, head.chunked
            super().data_received(head.raw)
            if rest:
                self._body(rest)

    def _body(self, data: bytes) -> None:
        if self._left is not None:
            if len(data) > self._left:
                self.force_close()  # what follows belongs to no answer
            data = data[: self._left]
            self._left -= len(data)
        if self._chunked:
            self._last = (self._last + data)[-len(_LAST_CHUNK) :]
        if data:
            super().data_received(data)

    def _refuse(self) -> None:
        self._head = None
        super().data_received(REFUSED)
