"""Fetching a page with requests: one session for all workers, each fetch bounded as a whole.

The driver of `rules` for threads, processes and the sequential executor. Redirects, retries, robots.txt and politeness
are decided there; here a request is made and its body read as it arrives. Nothing of the environment counts: no
proxies, no .netrc, no CA bundle.
"""

from __future__ import annotations

import time
from contextlib import suppress
from http.client import HTTPException, IncompleteRead
from typing import Any, Self

import requests
import urllib3

from engine.errors import Later, TaskFailed
from engine.workloads.web.addresses.tls import context
from engine.workloads.web.fetching import failures
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
from engine.workloads.web.fetching.connections import GatedAdapter
from engine.workloads.web.fetching.fetcher import BaseFetcher
from engine.workloads.web.fetching.watch import Watch, Watchdog, active

PIECE = 65_536
FEWEST_POOLS, MOST_POOLS = 64, 300
"""Hosts whose connections are kept; with a handful each, well below the usual limit of open files.

Twice the workers, between these: while a worker waits between a host's robots.txt and its page, as many other hosts
come in between, and a connection that was closed for them has to be made anew."""


class Fetcher(BaseFetcher):
    """Fetches pages from any number of threads."""

    def _prepare(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        pools = min(max(FEWEST_POOLS, 2 * self._workers), MOST_POOLS)
        self._adapter = GatedAdapter(pools, self._workers, context(self._ca_file))
        self._session.mount("http://", self._adapter)
        self._session.mount("https://", self._adapter)
        self._headers = self._rules.headers()
        proxy = self._settings.proxy
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._watchdog = Watchdog()

    def fetch(self, url: str, kind: FetchKind = "page", known: Validators | None = None) -> FetchedPage:
        """The page at this address, `unchanged` where it is still the version that is `known`.

        Raises FetchFailed (a TaskFailed), or Later when its host is busy.
        """
        conversation = self._rules.visit(url, kind, known)
        try:
            ask = next(conversation)
            while True:
                try:
                    answer = self._exchange(ask)
                except TaskFailed as failure:
                    ask = conversation.throw(failure)
                else:
                    ask = conversation.send(answer)
        except StopIteration as end:
            page: FetchedPage = end.value
            return page
        finally:
            conversation.close()

    def fetch_waiting(self, url: str, limit_s: float, kind: FetchKind = "page") -> FetchedPage:
        """Like `fetch`, but waits for the host's turn and for further tries, `limit_s` seconds at most."""
        give_up = time.monotonic() + limit_s
        while True:
            try:
                return self.fetch(url, kind)
            except Later as later:
                if time.monotonic() + later.delay_s > give_up:
                    text = f"The host was still busy after {limit_s:g} s: try again later."
                    raise TaskFailed("rate_limited", text) from None
                time.sleep(later.delay_s)

    def close(self) -> None:
        """Close all kept connections."""
        self._watchdog.close()
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _exchange(self, ask: Ask) -> Answer:
        watch = active.watch = Watch(self._gate, ask.deadline, ask.sent)
        response: requests.Response | None = None
        try:
            self._watchdog.add(watch)
            begun = time.monotonic()
            response = self._send(ask, watch)
            first_byte = time.monotonic()
            answer = self._read(ask, watch, response)
            # http.client takes the end of a stream for the end of the head, or of a chunk's size.
            watch.check()
            before = sum(watch.timings.values())
            watch.timings["first_byte"] = first_byte - begun - before
            watch.timings["download"] = time.monotonic() - first_byte
            return answer
        except TaskFailed:
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
            if watch.fired or time.monotonic() >= ask.deadline:
                raise failures.timed_out(self._settings.fetch_deadline_s) from None
            raise _meaning(error, ask, self._settings.fetch_deadline_s) from None
        finally:
            self._watchdog.remove(watch)
            watch.over()
            active.watch = None
            if response is not None:
                # Read to its end, the connection has gone back to its pool; cut short, it is closed.
                response.raw.close()

    def _send(self, ask: Ask, watch: Watch) -> requests.Response:
        # Prepared by hand: the address is sent as it was checked, and not parsed and quoted anew.
        request = requests.PreparedRequest()
        request.method, request.url = "GET", ask.url.text
        request.headers = {**self._headers, **ask.headers()}  # type: ignore[assignment]
        # The adapter rather than the session: no cookie of one page reaches another, no redirect is read.
        return self._adapter.send(request, stream=True, timeout=watch.left_s, proxies=self._proxies)

    def _read(self, ask: Ask, watch: Watch, response: requests.Response) -> Answer:
        headers = plain_headers(response.headers.items())
        body = receiver(ask, response.status_code, headers)
        raw: Any = response.raw
        cookies = tuple(raw.headers.getlist("set-cookie"))
        if body is None:
            if worth_draining(headers, response.status_code):
                _drain(raw, watch)
            return Answer(response.status_code, headers, b"", watch.timings, cookies)
        while not body.full and (data := raw.read1(PIECE, decode_content=False)):
            watch.check()
            body.feed(data)
        return Answer(response.status_code, headers, body.result(), watch.timings, cookies)


def _drain(raw: Any, watch: Watch) -> None:
    """Read an unwanted body away, so that the connection can be kept; by the watchdog not for long."""
    deadline = watch.deadline
    watch.deadline = min(deadline, time.monotonic() + DRAIN_S)
    # What goes wrong here costs the connection, which is closed; the answer is known and whole without it.
    with suppress(urllib3.exceptions.HTTPError, HTTPException, OSError):
        while raw.read1(PIECE, decode_content=False):
            watch.check()
    watch.deadline = deadline


def _meaning(error: Exception, ask: Ask, limit_s: float) -> TaskFailed:
    for item in failures.causes(error):
        if isinstance(item, (IncompleteRead, urllib3.exceptions.IncompleteRead)):
            sized = isinstance(item.__context__, ValueError) and "b''" not in str(item.__context__)
            why = "the body is not framed as HTTP says"  # a chunk's size is no number, rather than missing
            return failures.garbled(ask.url.host, why) if sized else failures.broken(ask.url.host)
        if isinstance(item, HTTPException) and not isinstance(item, OSError):
            return failures.garbled(ask.url.host, type(item).__name__)
    return failures.meaning(error, ask.url.host, limit_s)
