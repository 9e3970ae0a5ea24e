"""Sitemaps: plain, gzipped, indices of them, and those that mean harm; over real servers where they are fetched."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.web.fetching.answers import FetchedPage
from engine.workloads.web.fetching.fetch import Fetcher
from engine.workloads.web.lists.sitemap import MOST_SITEMAPS, Harvest, follow, read_sitemap
from tests.engine.workloads.web.conftest import Configure
from tests.engine.workloads.web.made import index, sitemap
from tests.engine.workloads.web.servers import Handler, Server, server


def serving(body: bytes) -> Handler:
    return lambda reply: reply.send(body=body, Content_Type="application/xml")


def harvest(configure: Configure, shop: Server, path: str, **changes: int) -> Harvest:
    settings = configure(shop, **changes)
    with Fetcher(settings, 1) as fetcher:
        return read_sitemap(lambda url: fetcher.fetch_waiting(url, 20, "sitemap"), f"{shop.url}{path}", settings)


def test_an_index_is_followed_with_what_goes_wrong_reported(configure: Configure) -> None:
    with server() as shop:
        shop.handlers |= {
            "/index.xml": serving(index(f"{shop.url}/a.xml", f"{shop.url}/b.xml.gz", f"{shop.url}/gone.xml")),
            "/a.xml": serving(sitemap(f"{shop.url}/1", f"{shop.url}/2")),
            "/b.xml.gz": serving(gzip.compress(sitemap(f"{shop.url}/2", f"{shop.url}/3", "nonsense"))),
            "/gone.xml": lambda reply: reply.send(404, b""),
        }
        found = harvest(configure, shop, "/index.xml")
        assert [url.removeprefix(shop.url) for url in found.inputs.urls] == ["/1", "/2", "/3"]
        assert (len(found.inputs.duplicates), len(found.inputs.rubbish), found.sitemaps) == (1, 1, 4)
        assert len(found.problems) == 1 and "gone.xml" in found.problems[0]


def test_an_index_that_names_itself_or_too_many_ends(configure: Configure) -> None:
    with server() as shop:
        shop.handlers["/loop.xml"] = serving(index(f"{shop.url}/loop.xml"))
        assert harvest(configure, shop, "/loop.xml").sitemaps == 1
        shop.handlers["/many.xml"] = serving(index(*(f"{shop.url}/{number}" for number in range(80))))
        shop.handlers["*"] = serving(sitemap(f"{shop.url}/page"))
        found = harvest(configure, shop, "/many.xml")
        assert found.sitemaps == MOST_SITEMAPS and "31 further sitemaps were not read" in found.problems[-1]


def test_an_index_leads_to_no_private_address(configure: Configure) -> None:
    with server() as canary, server() as shop:
        shop.handlers["/index.xml"] = serving(index(f"{canary.url}/sitemap.xml"))
        found = harvest(configure, shop, "/index.xml")
        assert "private addresses are blocked" in found.problems[0]
        assert canary.connections == 0


def test_a_first_sitemap_that_cannot_be_had_is_the_failure_itself(configure: Configure) -> None:
    with server() as shop, pytest.raises(TaskFailed, match="no such page"):
        shop.handlers["/x.xml"] = lambda reply: reply.send(404, b"")
        harvest(configure, shop, "/x.xml")


def test_what_an_index_on_disk_names_is_followed_and_every_trouble_is_told(configure: Configure) -> None:
    with server() as shop:
        shop.handlers["/a.xml"] = serving(sitemap(f"{shop.url}/1"))
        shop.handlers["/b.xml"] = serving(sitemap(f"{shop.url}/2")[:-12])
        settings = configure(shop)
        with Fetcher(settings, 1) as fetcher:
            names = [f"{shop.url}/a.xml", f"{shop.url}/b.xml", f"{shop.url}/a.xml"]
            found = follow(lambda url: fetcher.fetch_waiting(url, 20, "sitemap"), names, settings)
        assert [url.removeprefix(shop.url) for url in found.inputs.urls] == ["/1", "/2"]
        assert found.sitemaps == 2 and "the one address before that is taken" in found.problems[0]


def test_indices_that_name_indices_end_somewhere_and_what_is_left_is_told(tmp_path: Path) -> None:
    def fetched(url: str) -> FetchedPage:
        level = int(url.rsplit("/", 1)[1])
        body = index(f"https://a.example/{level + 1}", f"https://a.example/{level - 1}")
        return FetchedPage(url, url, 200, "application/xml", body, 1, 0.0)

    found = read_sitemap(fetched, "https://a.example/0", Settings(home=tmp_path))
    assert found.inputs.urls == () and found.problems
    assert any("no deeper" in problem for problem in found.problems)
