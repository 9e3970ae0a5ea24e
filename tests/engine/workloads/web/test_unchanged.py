"""Pages that did not change since they were read last: what is asked, what is believed, and when it is not."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.config import Settings
from engine.errors import Later, TaskFailed
from engine.workloads.base import Place
from engine.workloads.scrape import Scrape
from engine.workloads.web.fetching.answers import FetchedPage
from engine.workloads.web.manners import Manners
from engine.workloads.web.unchanged import MOST, Readings, validators_of
from tests.engine.workloads.web.made import product
from tests.engine.workloads.web.servers import Reply, Server, server

Read = Callable[..., dict[str, Any]]
DATE = "Wed, 21 Oct 2025 07:28:00 GMT"


@pytest.fixture(params=["requests", "aiohttp"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Read]:
    """Scrapes one page in a trial of its own, as another run of the list would."""

    def one(shop: Server, path: str = "/kettle", selector: str | None = None, **options: Any) -> dict[str, Any]:
        hosts = (shop.url.removeprefix("http://"),)
        settings = Settings(home=tmp_path, allowed_hosts=hosts, host_gap_s=0.0, host_parallel=0, fetch_deadline_s=5.0)
        place = Place(settings, tmp_path / "run", tmp_path, 1, coroutines=request.param == "aiohttp")
        argument = {"url": f"{shop.url}{path}", "selector": selector}
        return asyncio.run(_read(Scrape({"revalidate": True, **options}, place), argument))

    yield one


async def _read(work: Scrape, argument: dict[str, Any]) -> dict[str, Any]:
    try:
        while True:
            try:
                tried = await work.run_async(argument) if work.place.coroutines else work.run(argument)
                output: dict[str, Any] = json.loads(json.dumps(tried.output))
                return output
            except Later as later:
                await asyncio.sleep(later.delay_s)
    finally:
        if work.place.coroutines:
            await work.fetcher.aclose()
        work.close()


def asked(shop: Server, path: str = "/kettle") -> list[tuple[str | None, str | None]]:
    """What each request for a page said of the version that is known."""
    return [
        (headers.get("if-none-match"), headers.get("if-modified-since"))
        for _, seen, headers in shop.requests
        if seen == path
    ]


def marked(**marks: str) -> Callable[[Reply], None]:
    """A page with marks of its version, that answers 304 to whoever names them."""

    def answer(reply: Reply) -> None:
        known = {reply.headers.get("if-none-match"), reply.headers.get("if-modified-since")} - {None}
        if known and known <= set(marks.values()):
            reply.head(304, **marks)
        else:
            reply.send(200, product("Kettle"), **marks)

    return answer


@pytest.mark.parametrize(
    ("marks", "named"),
    [
        ({"ETag": '"v1"'}, ('"v1"', None)),
        ({"ETag": 'W/"a b"'.replace(" ", "-")}, ('W/"a-b"', None)),
        ({"Last_Modified": DATE}, (None, DATE)),
        ({"ETag": '"v1"', "Last_Modified": DATE}, ('"v1"', DATE)),
    ],
)
def test_an_unchanged_page_gives_what_was_read_before(
    read: Read, marks: dict[str, str], named: tuple[str | None, str | None]
) -> None:
    with server({"/kettle": marked(**marks)}) as shop:
        first, second = read(shop), read(shop)
        assert asked(shop) == [(None, None), named]
    assert "unchanged_since" not in first and first["price"] == "12.50"
    assert second.pop("unchanged_since").endswith("Z") and second == first
    assert second["doubts"] == first["doubts"]  # that it is unchanged is none


def test_a_changed_page_is_read_anew_and_its_new_mark_is_named_next(read: Read) -> None:
    def answer(reply: Reply) -> None:
        version = f'"v{reply.count // 2}"'
        if reply.headers.get("if-none-match") == version:
            reply.head(304, ETag=version)
        else:
            reply.send(body=product(f"Kettle {version[1:-1]}"), ETag=version)

    with server({"/kettle": answer}) as shop:
        outputs = [read(shop) for _ in range(4)]
        assert [mark for mark, _ in asked(shop)] == [None, '"v0"', '"v0"', '"v1"']
    assert [output["name"] for output in outputs] == ["Kettle v0", "Kettle v0", "Kettle v1", "Kettle v1"]
    assert ["unchanged_since" in output for output in outputs] == [False, True, False, True]


@pytest.mark.parametrize(
    "other",
    [{"selector": "h1"}, {"language": "de-DE"}, {"user_agent": "Mine/1"}, {"revalidate": False}],
    ids=lambda other: next(iter(other)),
)
def test_what_was_read_another_way_is_not_named(read: Read, other: dict[str, Any]) -> None:
    with server({"/kettle": marked(ETag='"v1"')}) as shop:
        read(shop)
        assert "unchanged_since" not in read(shop, **other)
        assert asked(shop) == [(None, None)] * 2
        assert "unchanged_since" in read(shop)


def test_a_newer_reader_reads_pages_anew(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    with server({"/kettle": marked(ETag='"v1"')}) as shop:
        read(shop)
        monkeypatch.setattr("engine.workloads.web.unchanged.reader_version", lambda: "another")
        assert "unchanged_since" not in read(shop)
        assert asked(shop) == [(None, None)] * 2


def test_a_304_that_nobody_asked_for_is_a_failure(read: Read) -> None:
    with server({"/kettle": lambda reply: reply.head(304)}) as shop:
        with pytest.raises(TaskFailed) as failure:
            read(shop)
        assert failure.value.reason == "http_error"


def test_the_mark_belongs_to_where_a_redirect_led_and_goes_nowhere_else(read: Read) -> None:
    def moves(reply: Reply) -> None:
        reply.send(302, b"", Location="/new" if reply.count < 2 else "/newer")

    table = {"/kettle": moves, "/new": marked(ETag='"v1"'), "/newer": marked(ETag='"v1"')}
    with server(table) as shop:
        outputs = [read(shop) for _ in range(3)]
        assert asked(shop) == [(None, None)] * 3
        assert asked(shop, "/new") == [(None, None), ('"v1"', None)] and asked(shop, "/newer") == [(None, None)]
    assert ["unchanged_since" in output for output in outputs] == [False, True, False]


def test_a_page_without_a_price_is_fetched_whole_the_next_time(read: Read) -> None:
    with server({"/kettle": lambda reply: reply.send(body=b"<p>Nothing here", ETag='"v1"')}) as shop:
        for _ in range(2):
            with pytest.raises(TaskFailed):
                read(shop)
        assert asked(shop) == [(None, None)] * 2


def test_what_a_shop_no_longer_marks_is_forgotten(read: Read) -> None:
    def answer(reply: Reply) -> None:
        reply.send(200, product("Kettle"), **({} if reply.count else {"ETag": '"v1"'}))

    with server({"/kettle": answer}) as shop:
        for _ in range(3):
            read(shop)
        assert asked(shop) == [(None, None), ('"v1"', None), (None, None)]


def test_a_304_that_names_a_length_is_not_waited_for(read: Read) -> None:
    with server({"/kettle": marked(ETag='"v1"')}) as shop:
        read(shop)
        shop.handlers["/kettle"] = lambda reply: reply.head(304, Content_Length="5000", ETag='"v1"')
        begun = time.monotonic()
        assert "unchanged_since" in read(shop)
        assert time.monotonic() - begun < 3


# What is kept


def page(**headers: str) -> FetchedPage:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return FetchedPage("http://a.example/", "http://a.example/", 200, "text/html", b"", 1, 0.0, {}, named)


V1 = validators_of(page(etag='"v1"'))


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"etag": '"v1"'}, ('"v1"', "")),
        ({"etag": "v1"}, None),
        ({"etag": '"a"\r\nX: 1'}, None),
        ({"etag": '"é"'}, None),
        ({"etag": '"' + "x" * 300 + '"'}, None),
        ({"last_modified": DATE}, ("", DATE)),
        ({"last_modified": "yesterday\x00 or so"}, None),
        ({"etag": '"v1"', "cache_control": "private, No-Store"}, None),
        ({}, None),
    ],
)
def test_only_marks_that_can_be_sent_back_count(headers: dict[str, str], found: tuple[str, str] | None) -> None:
    validators = validators_of(page(**headers))
    assert found == (validators and (validators.etag, validators.modified))


def test_a_damaged_database_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "readings.db").write_bytes(b"no database" * 1_000)
    readings = Readings(tmp_path, Manners())
    readings.keep("http://a.example/", None, V1, {"price": "1"})
    found = readings.find("http://a.example/", None)
    assert found is not None and found.output == {"price": "1"}
    readings.close()


def test_what_is_old_or_too_much_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST > 10_000
    monkeypatch.setattr("engine.workloads.web.unchanged.MOST", 3)
    readings = Readings(tmp_path, Manners())
    for number in range(6):
        readings.keep(f"http://a.example/{number}", None, V1, {"n": number})
    readings.close()
    again = Readings(tmp_path, Manners())
    found = [again.find(f"http://a.example/{number}", None) is not None for number in range(6)]
    again.close()
    assert found == [False] * 3 + [True] * 3
    monkeypatch.setattr("engine.workloads.web.unchanged.KEPT_S", -1.0)
    old = Readings(tmp_path, Manners())
    assert old.find("http://a.example/5", None) is None
    old.close()


def test_a_database_that_another_process_holds_costs_a_moment(tmp_path: Path) -> None:
    import sqlite3

    readings = Readings(tmp_path, Manners())
    holder = sqlite3.connect(tmp_path / "readings.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    readings.keep("http://a.example/", None, V1, {"price": "1"})
    assert readings.find("http://a.example/", None) is None
    holder.execute("ROLLBACK")
    holder.close()
    readings.keep("http://a.example/", None, V1, {"price": "1"})
    assert readings.find("http://a.example/", None) is not None
    readings.close()
