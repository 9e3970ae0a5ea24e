"""Sitemaps: plain, gzipped, indices of them, and those that mean harm; over real servers where they are fetched."""

from __future__ import annotations

import gzip

import pytest

from engine.errors import InputRefused, TaskFailed
from engine.web.fetch import Fetcher
from engine.web.sitemap import MOST_SITEMAPS, Harvest, parse, read_sitemap
from tests.engine.web.conftest import Configure
from tests.engine.web.servers import Handler, Server, server

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(*urls: str) -> bytes:
    rows = "".join(f"<url><loc> {url} </loc><image:loc>https://img.example/x</image:loc></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset {NAMESPACE} xmlns:image="urn:i">{rows}</urlset>'.encode()


def index(*urls: str) -> bytes:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex {NAMESPACE}>{rows}</sitemapindex>".encode()


def serving(body: bytes) -> Handler:
    return lambda reply: reply.send(body=body, Content_Type="application/xml")


def harvest(configure: Configure, shop: Server, path: str, **changes: int) -> Harvest:
    settings = configure(shop, **changes)
    with Fetcher(settings, 1) as fetcher:
        return read_sitemap(lambda url: fetcher.fetch_waiting(url, 20, "sitemap"), f"{shop.url}{path}", settings)


def test_pages_are_read_with_entities_and_without_pictures() -> None:
    found = parse(sitemap("https://a.example/?x=1&amp;y=2", "https://a.example/2"), 10)
    assert found.pages[0] == "https://a.example/?x=1&y=2" and found.sitemaps == ()
    assert "https://a.example/2" in found.pages


def test_gzip_and_plain_text_are_sitemaps_too() -> None:
    packed = gzip.compress(sitemap("https://a.example/1"))
    assert parse(packed, 10).pages[0] == "https://a.example/1"
    lines = b"https://a.example/1\r\n\r\nhttps://a.example/2\r\n"
    assert parse(lines, 10).pages == ("https://a.example/1", "https://a.example/2")


def test_no_more_than_asked_for_are_kept() -> None:
    assert len(parse(sitemap(*(f"https://a.example/{number}" for number in range(100))), 7).pages) == 7


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ENTITIES, "document type"),
        (b"<urlset><url>", "not valid XML"),
        (gzip.compress(bytes(60_000_000)), "cannot be unpacked"),
        (b"\x1f\x8bnothing", "cannot be unpacked"),
    ],
)
def test_a_sitemap_that_means_harm_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        parse(data, 10)


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
