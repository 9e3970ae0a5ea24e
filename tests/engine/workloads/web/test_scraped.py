"""Real scrape runs against real servers, on every executor: what may be reached, what comes out of hostile pages."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Lock
from types import SimpleNamespace

import pytest

from engine.config import Settings
from engine.model import Configuration, Record, Run
from engine.report.tables import csv_chunks
from engine.runs import jobs
from engine.runs.plans import scrape_plan
from engine.store import Store
from engine.workloads.base import Place
from engine.workloads.scrape import Scrape
from engine.workloads.web.fetching.answers import FetchedPage
from engine.workloads.web.price import Product
from tests.engine.support import SEMAPHORES, once_each, open_store
from tests.engine.workloads.web.addresses.made import SPELLINGS
from tests.engine.workloads.web.made import product
from tests.engine.workloads.web.servers import Handler, Reply, canaries, server

pytestmark = pytest.mark.usefixtures("inside")

BOTH = ["threads", "asyncio"]
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>$\\href{javascript:alert(3)}{x}$"
FORMULAS = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1"]




Scraped = Callable[..., tuple[Run, dict[int, Record]]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose politeness does not slow these tests."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    opened = open_store(tmp_path / "home", host_gap_s=0.02, allowed_hosts=("localhost",), fetch_deadline_s=5.0)
    yield opened
    opened.close()


@pytest.fixture
def scraped(store: Store) -> Scraped:
    """Scrapes addresses to the end of the run; gives its records by address."""

    def scrape(urls: list[str], executor: str, workers: int = 4) -> tuple[Run, dict[int, Record]]:
        run = jobs.start(store, scrape_plan(urls, Configuration(executor, workers), store.settings))
        run = jobs.wait(store, run, poll_s=0.05)
        assert run.state == "finished", run.message
        return run, once_each(store, run)

    return scrape


@pytest.mark.parametrize("executor", ["sequential", "threads", pytest.param("processes", marks=SEMAPHORES), "asyncio"])
def test_no_spelling_of_loopback_reaches_the_canary_from_a_run(scraped: Scraped, executor: str) -> None:
    with canaries() as targets:
        hosts = [host for host in SPELLINGS if host.rstrip(".").lower() not in ("localhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ")]
        urls = [f"http://{host}:{port}/" for host in hosts for port in [target.port for target in targets]]
        run, records = scraped(urls, executor, 1 if executor == "sequential" else 2)
        assert {record.reason for record in records.values()} <= {"blocked_address", "invalid_host", "invalid_url"}
        assert (run.ok, run.failed) == (0, len(urls))
        assert not any(target.connections for target in targets)


@pytest.mark.parametrize("executor", BOTH)
def test_name_and_price_are_read_in_the_charset_that_the_header_names(scraped: Scraped, executor: str) -> None:
    shops = {
        "windows-1251": ("Чайник", "1 990 руб.", "1990", "RUB"),
        "shift_jis": ("電気ケトル", "1,980円", "1980", "JPY"),
        "iso-8859-15": ("Bouilloire d'été", "39,90 €", "39.90", "EUR"),
        "utf-16le": ("Bouilloire", "39,90 €", "39.90", "EUR"),
    }

    def sends(charset: str) -> Handler:
        name, price, _, _ = shops[charset]
        html = f"<title>{name}</title><h1>{name}</h1><div class=price>{price}</div><button>Add to cart</button>"
        return lambda reply: reply.send(body=html.encode(charset), Content_Type=f"text/html; charset={charset}")

    with server({f"/{charset}": sends(charset) for charset in shops}) as shop:
        run, records = scraped([f"http://localhost:{shop.port}/{charset}" for charset in shops], executor)
    assert run.ok == len(shops)
    read = {record.label.rpartition("/")[2]: record.output for record in records.values()}
    for charset, (name, _, price, currency) in shops.items():
        found = read[charset]
        assert (found["name"], found["price"], found["currency"]) == (name, price, currency)


@pytest.mark.parametrize("executor", BOTH)
def test_mark_up_and_formulas_of_a_page_come_out_as_text(scraped: Scraped, store: Store, executor: str) -> None:
    names = [MARKUP, *FORMULAS]
    table: dict[str, Handler] = {f"/{number}": _sends(name) for number, name in enumerate(names)}
    with server(table) as shop:
        run, records = scraped([f"http://localhost:{shop.port}/{number}" for number in range(len(names))], executor)
    assert run.ok == len(names)
    assert any(record.output["name"] == MARKUP for record in records.values()), "read as it stands, nothing stripped"
    content = b"".join(csv_chunks(store, run)).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    numbers = [cell for cell in cells if cell[:1] == "-" and cell[1:].replace(".", "").isdigit()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and cell not in numbers] == []


def _sends(name: str) -> Handler:
    return lambda reply: reply.send(body=product(name))


def test_a_kept_selector_is_used_by_the_plan_of_a_shop_and_of_its_www(store: Store) -> None:
    urls = ["https://www.shop.example/1", "https://shop.example/2", "https://other.example/3"]
    plan = scrape_plan(urls, Configuration("threads", 1), store.settings, {"shop.example": ".now"})
    selectors = {task.argument["url"]: task.argument["selector"] for task in plan.tasks}
    assert [selectors[url] for url in urls] == [".now", ".now", None]


CORPUS = {
    "a PDF": ("text/html", b"%PDF-1.7\n" + bytes(range(256)) * 40),
    "an image": ("text/html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    "noise": ("text/html", bytes(range(1, 256)) * 200),
    "an unknown charset": ("text/html; charset=klingon-8", product("Kettle")),
    "a lying charset": ("text/html; charset=utf-16", product("Kettle")),
    "a charset that is no charset": ("text/html; charset=zlib_codec", product("Kettle")),
    "half a character": ("text/html; charset=utf-8", product("Kettle") + b"\xe2\x82"),
    "a deeply nested page": ("text/html", b"<div>" * 100_000 + product("Kettle")),
    "deeply nested mark-up": ("text/html", b"<script type='application/ld+json'>" + b'{"a":[' * 50_000 + b"</script>"),
    "an endless tag": ("text/html", b"<p " + b"a='" * 200_000),
    "zeros": ("text/html", b"<html>" + bytes(5_000) + product("Kettle")),
    "a type that is none": ("\xff/;;=", product("Kettle")),
}


@pytest.mark.parametrize("executor", BOTH)
def test_any_bytes_are_a_price_or_a_reason_and_never_a_traceback(scraped: Scraped, executor: str) -> None:
    table: dict[str, Handler] = {f"/{number}": _answers(*item) for number, item in enumerate(CORPUS.values())}
    with server(table) as shop:
        run, records = scraped([f"http://localhost:{shop.port}/{number}" for number in range(len(CORPUS))], executor)
    ends = {name: records[number].reason or records[number].output["price"] for number, name in enumerate(CORPUS)}
    assert set(ends.values()) <= {"12.50", "no_price", "not_a_web_page"}, ends
    assert all(ends[name] == "not_a_web_page" for name in ("a PDF", "an image"))
    assert all(ends[name] == "12.50" for name in CORPUS if "charset" in name), ends
    assert not any("Error" in (record.error or "") for record in records.values())
    assert run.done == len(CORPUS)


def _answers(content_type: str, body: bytes) -> Handler:
    def answer(reply: Reply) -> None:
        reply.send(body=body, Content_Type=content_type)

    return answer


def test_as_many_pages_are_read_at_once_as_there_are_cpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard, reading, most = Lock(), 0, 0

    def read(body: bytes, url: str, *_: object) -> Product:
        nonlocal reading, most
        with guard:
            reading += 1
            most = max(most, reading)
        time.sleep(0.01)
        with guard:
            reading -= 1
        if "broken" in url:
            raise RuntimeError("a page that fails gives its place back, too")
        return Product(price=Decimal(1))

    monkeypatch.setattr("engine.workloads.scrape.usable_cpus", lambda: 3)
    monkeypatch.setattr("engine.workloads.scrape.read_product", read)
    scrape = Scrape({}, Place(Settings(home=tmp_path), tmp_path, tmp_path, 16))
    page = FetchedPage("", "http://shop.example/broken", 200, "", b"", 1, 0.0)
    monkeypatch.setattr(scrape, "fetcher", SimpleNamespace(fetch=lambda url, known: replace(page, final_url=url)))
    urls = [f"http://shop.example/{'broken' if number % 4 else number}" for number in range(32)]
    with ThreadPoolExecutor(16) as pool:
        ended = [pool.submit(scrape.run, {"url": url}) for url in urls]
    assert sum(future.exception() is None for future in ended) == 8
    assert most == 3
