"""Passwords in settings: workers get what they need, and nothing that is stored, shown or sent holds one."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from engine.config import Settings, from_plain, load, without_secrets
from engine.errors import NotAvailable
from engine.model import Configuration, Run
from engine.report import export_chunks
from engine.runs.plans import scrape_plan
from engine.store import Store
from tests.engine.support import faulty_plan, started

WORD = "Sesam-17"
PAGE = b'<html><body><h1>Lamp</h1><meta itemprop="price" content="12.50">' \
    b'<script type="application/ld+json">{"@type":"Product","name":"Lamp","offers":{"@type":"Offer","price":"12.50",' \
    b'"priceCurrency":"EUR"}}</script></body></html>'


class Proxy(BaseHTTPRequestHandler):
    """A proxy that answers for every shop, to whoever knows the word."""

    def do_GET(self) -> None:
        given = self.headers.get("Proxy-Authorization", "").removeprefix("Basic ")
        known = base64.b64decode(given) == f"me:{WORD}".encode()
        robots = self.path.endswith("robots.txt")
        self.send_response(404 if robots else 200 if known else 407)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "0" if robots or not known else str(len(PAGE)))
        self.end_headers()
        if known and not robots:
            self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def proxy() -> Iterator[str]:
    """The address of a proxy, with its password."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://me:{WORD}@127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def scraped(store: Store, proxy: str, how: Configuration, count: int = 2) -> tuple[Store, Run]:
    """A finished run of so many pages through this proxy."""
    settings = replace(store.settings, proxy=proxy, host_gap_s=0.01)
    own = Store(store.engine, settings)
    urls = [f"http://shop.example/{number}" for number in range(count)]
    return own, started(own, scrape_plan(urls, how, settings))


@pytest.mark.parametrize("executor", ["threads", "processes", "asyncio"])
def test_workers_use_a_proxys_password_that_stands_in_no_file(executor: str, store: Store, proxy: str) -> None:
    own, run = scraped(store, proxy, Configuration(executor, 2))
    assert (run.state, run.ok) == ("finished", 2), store.records.latest(run)
    assert holding(own, run) == []


def test_a_proxy_that_does_not_answer_is_named_without_its_password(store: Store) -> None:
    for executor, address in (("threads", "127.0.0.1:1"), ("asyncio", "127.0.0.1:1"), ("asyncio", "[broken")):
        own, run = scraped(store, f"http://me:{WORD}@{address}", Configuration(executor, 1), 1)
        assert run.ok == 0
        assert holding(own, run) == []


def holding(store: Store, run: Run) -> list[str]:
    """Where the word stands: files of the home, exports, arguments of processes, messages."""
    found = [str(path) for path in store.settings.home.rglob("*") if path.is_file() and WORD in text_of(path)]
    exports = [name for name in ("json", "csv", "html") if WORD.encode() in b"".join(export_chunks(store, run, name))]
    arguments = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [*found, *exports, *(line for line in arguments if WORD in line), *([WORD] if WORD in repr(run) else [])]


def text_of(path: Path) -> str:
    """A file's text, whatever it is."""
    return path.read_bytes().decode("latin-1")


def test_settings_show_no_password() -> None:
    settings = load({"OVERLAP_HOME": "/h", "OVERLAP_PROXY": f"http://a:{WORD}@b", "OVERLAP_DATABASE_URL": f"x://{WORD}"})
    assert WORD not in repr(settings) and WORD not in str(settings.plain())
    assert settings.secrets() == {"OVERLAP_PROXY": f"http://a:{WORD}@b", "OVERLAP_DATABASE_URL": f"x://{WORD}"}
    assert without_secrets({"PATH": "/bin", **settings.secrets()}) == {"PATH": "/bin"}


def test_a_worker_elsewhere_that_lacks_the_proxy_does_not_go_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Settings(home=Path("/h"), proxy="http://a:b@c").plain()
    monkeypatch.delenv("OVERLAP_PROXY", raising=False)
    with pytest.raises(NotAvailable, match="OVERLAP_PROXY is set where the run was started, but not where"):
        from_plain(plain, ["OVERLAP_PROXY"])
    monkeypatch.setenv("OVERLAP_PROXY", "http://own")
    assert from_plain(plain, ["OVERLAP_PROXY"]).proxy == "http://own"


def test_a_function_of_a_users_own_sees_no_password_in_its_environment(store: Store) -> None:
    settings = replace(store.settings, proxy=f"http://me:{WORD}@127.0.0.1:1")
    own = Store(store.engine, settings)
    run = started(own, faulty_plan([{"do": "environment"}], Configuration("threads", 1)))
    (record,) = own.records.latest(run)
    assert record.status == "ok" and "PATH" in record.output
    assert not [name for name in record.output if name in ("OVERLAP_PROXY", "OVERLAP_DATABASE_URL")]
