"""Sitemaps, feeds and saved pages as shops serve them, well formed or not, and those that mean harm."""

from __future__ import annotations

import gzip

import pytest

from engine.errors import InputRefused
from engine.workloads.web.lists.feeds import is_markup, parse
from tests.engine.workloads.web.made import index, sitemap


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


TWO = sitemap("https://a.example/1", "https://a.example/2")


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n  \t" + TWO,
        b"\xef\xbb\xbf\n" + TWO,
        TWO.replace(b"/1", b"/1?a=1&b=2"),
        TWO.replace(b"/1", b"/1\x0b"),
        TWO.replace(b"url>", b"URL>").replace(b"loc>", b"LOC>"),
        TWO.replace(b"<url>", b"<sm:url>").replace(b"</url>", b"</sm:url>").replace(b"loc>", b"sm:loc>"),
        TWO.decode().encode("utf-16"),
        TWO.replace(b'"1.0"', b'"1.0" encoding="gb2312"'),
        TWO.replace(b'"1.0"', b'"1.0" encoding="no-such-thing"'),
        gzip.compress(TWO),
    ],
    ids=["blanks", "mark", "ampersand", "control", "capitals", "prefix", "utf-16", "gb2312", "unknown", "gzip"],
)
def test_a_sitemap_that_is_nearly_right_is_read(data: bytes) -> None:
    found = parse(data, 10)
    assert [page.split("/")[-1][:1] for page in found.pages] == ["1", "2"], found
    assert found.problem is None


def test_one_that_is_cut_off_gives_what_it_held_and_says_so() -> None:
    whole = sitemap(*(f"https://a.example/{number}" for number in range(100)))
    found = parse(whole[: len(whole) // 2], 1000)
    assert 40 < len(found.pages) < 60
    assert found.problem and f"the {len(found.pages)} addresses before that are taken" in found.problem


@pytest.mark.parametrize("data", [sitemap(), b"<urlset></urlset>", b"", b"# nothing", b"<html><p>no link</p></html>"])
def test_an_empty_one_says_so(data: bytes) -> None:
    with pytest.raises(InputRefused, match="names no page"):
        parse(data, 10)


def test_a_gz_that_is_not_packed_is_read_as_it_is() -> None:
    assert is_markup(TWO) and len(parse(TWO, 10).pages) == 2


RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><link>https://a.example/</link>'
    "<item><title>One</title><link>https://a.example/1</link><guid>https://a.example/1</guid></item>"
    '<item><guid isPermaLink="false">42</guid><link>https://a.example/2</link></item></channel></rss>'
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://a.example/"/>'
    '<entry><link rel="alternate" href="https://a.example/1"/><link rel="edit" href="https://a.example/edit"/></entry>'
    '<entry><link href="/2"/></entry></feed>'
)
PAGE = (
    "<!DOCTYPE html><html><body><a href='https://a.example/1#top'>One</a><a href=/2>Two</a>"
    "<a href='mailto:x@y.example'>M</a><a href='#up'>up</a><a href='https://a.example/1'>again</a></body></html>"
)


@pytest.mark.parametrize("text", [RSS, ATOM, PAGE], ids=["rss", "atom", "html"])
def test_feeds_and_saved_pages_name_pages_too(text: str) -> None:
    assert is_markup(text.encode())
    pages = parse(text.encode(), 10, "https://a.example/map").pages
    assert [page for page in pages if page != "https://a.example/map"] == ["https://a.example/1", "https://a.example/2"]


def test_an_index_gives_sitemaps() -> None:
    assert parse(index("https://a.example/s1.xml"), 10).sitemaps == ("https://a.example/s1.xml",)
