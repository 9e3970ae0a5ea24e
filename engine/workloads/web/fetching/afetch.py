"""Fetching a page with aiohttp: the same promises as `fetch`, on one event loop.

The driver of `rules` for the asyncio executor. aiohttp asks a resolver only for names, so the gate stands in two
places: `_Resolver` makes the one look-up of a connection and checks the whole answer, `_open` sees the address of
every socket, also of a host that is an address. aiohttp is imported here and nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextvars import ContextVar
from functools import partial
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from engine.errors import Later, TaskFailed
from engine.workloads.web.addresses.gate import Gate
from engine.workloads.web.addresses.tls import context
from engine.workloads.web.fetching import failures, heads
from engine.workloads.web.fetching.aheads import GarbledBody, MendingHandler
from engine.workloads.web.fetching.answers import (
    DRAIN_S,
    Answer,
    Ask,
    FetchedPage,
    FetchKind,
    Validators,
    plain_headers,
    receiver,
    worth_draining,
)
from engine.workloads.web.fetching.fetcher import BaseFetcher

_under_way: ContextVar[_Request] = ContextVar("_under_way")


class _Request:
    """The request that this task makes: for the hooks that aiohttp calls without saying for whom."""

    __slots__ = ("ask", "begun", "timings")

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.begun = time.monotonic()
        self.timings: dict[str, float] = {}


class AsyncFetcher(BaseFetcher):
    """Fetches pages from any number of tasks of one event loop."""

    def _prepare(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, kind: FetchKind = "page", known: Validators | None = None) -> FetchedPage:
        """The page at this address, `unchanged` where it is still the version that is `known`.

        Raises FetchFailed (a TaskFailed), or Later when its host is busy.
        """
        conversation = self._rules.visit(url, kind, known)
        try:
            ask = next(conversation)
            while True:
                try:
                    answer = await self._exchange(ask)
                except TaskFailed as failure:
                    ask = conversation.throw(failure)
                else:
                    ask = conversation.send(answer)
        except StopIteration as end:
            page: FetchedPage = end.value
            return page
        finally:
            conversation.close()

    async def fetch_waiting(self, url: str, limit_s: float, kind: FetchKind = "page") -> FetchedPage:
        """Like `fetch`, but waits for the host's turn and for further tries, `limit_s` seconds at most."""
        give_up = time.monotonic() + limit_s
        while True:
            try:
                return await self.fetch(url, kind)
            except Later as later:
                if time.monotonic() + later.delay_s > give_up:
                    text = f"The host was still busy after {limit_s:g} s: try again later."
                    raise TaskFailed("rate_limited", text) from None
                await asyncio.sleep(later.delay_s)

    async def aclose(self) -> None:
        """Close all kept connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def _exchange(self, ask: Ask) -> Answer:
        _under_way.set(_Request(ask))
        host, limit_s = ask.url.host, self._settings.fetch_deadline_s
        try:
            async with asyncio.timeout(ask.deadline - time.monotonic()):
                return await self._request(ask)
        except TimeoutError:
            raise failures.timed_out(limit_s) from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise failures.meaning(error.certificate_error, host, limit_s) from None
        except GarbledBody as error:
            raise failures.garbled(host, str(error)) from None
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
            raise failures.broken(host) from None
        except aiohttp.ClientResponseError as error:
            raise failures.garbled(host, error.message) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise failures.meaning(error, host, limit_s) from None

    async def _request(self, ask: Ask) -> Answer:
        session = self._opened()
        under_way = _under_way.get()
        # As it was checked: `encoded` keeps yarl from quoting the address anew.
        address = URL(ask.url.text, encoded=True)
        own = ask.headers()
        proxy = self._settings.proxy or None
        async with session.get(address, allow_redirects=False, proxy=proxy, headers=own) as response:
            first_byte = time.monotonic()
            headers = plain_headers(response.headers.items())
            cookies = tuple(response.headers.getall("Set-Cookie", ()))
            body = receiver(ask, response.status, headers)
            if body is None:
                if not (worth_draining(headers, response.status) and await _drained(response)):
                    response.close()
                return Answer(response.status, headers, b"", under_way.timings, cookies)
            while not body.full and (data := await response.content.readany()):
                body.feed(data)
            if body.full:
                response.close()
            before = sum(under_way.timings.values())
            under_way.timings["first_byte"] = first_byte - under_way.begun - before
            under_way.timings["download"] = time.monotonic() - first_byte
            return Answer(response.status, headers, body.result(), under_way.timings, cookies)

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made on the loop that first asks for it."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._workers,
                use_dns_cache=False,
                # The owner's proxy is looked up without the gate: it may well be private.
                resolver=None if self._settings.proxy else _Resolver(self._gate),
                socket_factory=self._open,
                ssl=context(self._ca_file),
            )
            # aiohttp has no other place for a connection of one's own; the tests' matrix of answers fails without.
            connector._factory = partial(MendingHandler, loop=asyncio.get_running_loop())  # type: ignore[assignment]
            self._session = aiohttp.ClientSession(
                connector=connector,
                max_line_size=heads.LONGEST,
                max_field_size=heads.LONGEST,
                headers=self._rules.headers(),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                auto_decompress=False,
                trust_env=False,
                trace_configs=[_hooks()],
            )
        return self._session

    def _open(self, info: Any) -> socket.socket:
        """A socket for one address, when the gate lets it pass; aiohttp connects it to nothing else."""
        family, kind, protocol, _, address = info
        if not self._settings.proxy:
            url = _under_way.get().ask.url
            self._gate.check_address(url.host, url.port, address[0])
        return socket.socket(family, kind, protocol)


async def _drained(response: aiohttp.ClientResponse) -> bool:
    """Read an unwanted body away, so that the connection can be kept; not for long, the answer is known."""
    try:
        async with asyncio.timeout(DRAIN_S):
            await response.read()
    except (TimeoutError, aiohttp.ClientError, OSError):
        return False  # costs the connection, not the answer
    return True


class _Resolver(AbstractResolver):
    """One checked look-up for each connection to a name."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[Any]:
        """The numeric addresses of a name. Raises TaskFailed."""
        begun = time.monotonic()
        found = await asyncio.wrap_future(self._gate.looked_up(host, port))
        _under_way.get().timings["dns"] = time.monotonic() - begun
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=item.ip, port=port, family=item.family, proto=0, flags=numeric)
            for item in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _hooks() -> aiohttp.TraceConfig:
    """What aiohttp tells about a request under way: connected, and sent."""
    hooks = aiohttp.TraceConfig()

    async def connected(*_: Any) -> None:
        under_way = _under_way.get()
        dns_s = under_way.timings.get("dns", 0.0)
        # aiohttp tells when TCP and TLS are both there; where TLS was made, it is part of this figure.
        under_way.timings["connect"] = time.monotonic() - under_way.begun - dns_s

    async def sent(*_: Any) -> None:
        # aiohttp tells just before it writes; were the gap counted from here, a slow disk would shorten it.
        asyncio.get_running_loop().call_soon(_under_way.get().ask.sent)

    hooks.on_connection_create_end.append(connected)
    hooks.on_request_headers_sent.append(sent)
    return hooks
