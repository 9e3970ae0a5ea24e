"""Both drivers behind one face, so that every test of fetching runs over requests and over aiohttp."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import pytest

from engine.config import Settings
from engine.workloads.web.fetching.afetch import AsyncFetcher
from engine.workloads.web.fetching.answers import FetchedPage
from engine.workloads.web.fetching.fetch import Fetcher
from tests.engine.workloads.web.servers import Authority, Server, authority

WAIT_S = 30.0


class Browser(Protocol):
    """A fetcher, whichever library it uses."""

    def fetch(self, url: str) -> FetchedPage:
        """Wait for turns and further tries, then the page or TaskFailed."""

    def once(self, url: str) -> FetchedPage:
        """One call: the page, TaskFailed or Later."""

    def many(self, urls: Sequence[str]) -> list[FetchedPage | BaseException]:
        """All at once; what failed is in its place."""


class Threaded:
    """requests, in threads."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def fetch(self, url: str) -> FetchedPage:
        return self._fetcher.fetch_waiting(url, WAIT_S)

    def once(self, url: str) -> FetchedPage:
        return self._fetcher.fetch(url)

    def many(self, urls: Sequence[str]) -> list[FetchedPage | BaseException]:
        with ThreadPoolExecutor(16) as pool:
            futures = [pool.submit(self.fetch, url) for url in urls]
            return [_outcome(future) for future in futures]

    def close(self) -> None:
        self._fetcher.close()


class Looped:
    """aiohttp, on an event loop in a thread."""

    def __init__(self, fetcher: AsyncFetcher) -> None:
        self._fetcher = fetcher
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def fetch(self, url: str) -> FetchedPage:
        page: FetchedPage = self._run(self._fetcher.fetch_waiting(url, WAIT_S))
        return page

    def once(self, url: str) -> FetchedPage:
        page: FetchedPage = self._run(self._fetcher.fetch(url))
        return page

    def many(self, urls: Sequence[str]) -> list[FetchedPage | BaseException]:
        async def all_of_them() -> list[FetchedPage | BaseException]:
            fetches = [self._fetcher.fetch_waiting(url, WAIT_S) for url in urls]
            return await asyncio.gather(*fetches, return_exceptions=True)

        pages: list[FetchedPage | BaseException] = self._run(all_of_them())
        return pages

    def close(self) -> None:
        self._run(self._fetcher.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


def _outcome(future: Future[FetchedPage]) -> FetchedPage | BaseException:
    error = future.exception()
    return future.result() if error is None else error


Open = Callable[..., Browser]
Configure = Callable[..., Settings]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Settings with short limits and no politeness, that let these servers pass."""

    def settings(*servers: Server, **changes: Any) -> Settings:
        hosts = tuple(item.url.partition("://")[2] for item in servers)
        values = {"fetch_deadline_s": 5.0, "host_gap_s": 0.0, "host_parallel": 0, "allowed_hosts": hosts, **changes}
        return Settings(home=tmp_path, **values)

    return settings


@pytest.fixture(params=["requests", "aiohttp"])
def open_browser(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a browser with these settings; closed after the test."""
    opened: list[Threaded | Looped] = []

    def open_one(settings: Settings, workers: int = 16, **options: Any) -> Browser:
        options = {"back_off_s": 0.02, **options}
        browser: Threaded | Looped
        if request.param == "requests":
            browser = Threaded(Fetcher(settings, workers, **options))
        else:
            browser = Looped(AsyncFetcher(settings, workers, **options))
        opened.append(browser)
        return browser

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture(scope="session")
def own_ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority for the tests."""
    return authority(tmp_path_factory.mktemp("ca"))
