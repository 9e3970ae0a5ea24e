"""Opening a page: bounded work for any input, the right characters, the heading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.workloads.web.price import page as pages
from engine.workloads.web.price.page import open_page, source_of

ROOT = Path(__file__).parents[5]
N = 100_000
HOSTILE = {
    "nested boxes": "<div>" * N,
    "nested boxes, 5 MB": "<div>" * 1_000_000,
    "nested bold": "<b>" * N + "<p>x" * 100,
    "boxes and paragraphs": "<div>" * (N // 2) + "<p>a" * (N // 2),
    "nested lists": "<ul><li>" * N,
    "nested tables": "<table><tr><td>" * N,
    "closing tags that match nothing": "<span>" * (N // 2) + "</div>" * (N // 2),
    "each opening followed by a wrong closing": "<span></q>" * 4 * N,
    "stray closing tags below a deep place": "<span>" * 5_000 + "</q>" * 8 * N,
    "short boxes below a deep place": "<span>" * 5_000 + "<div></div>" * 4 * N,
    "one tag with very many attributes": "<div " + " ".join(f"a{i}=1" for i in range(N)) + ">",
    "attributes with closing brackets in quotes": "<div " + " ".join(f'a{i}=">"' for i in range(3 * N)) + ">",
    "attributes parted by slashes": "<div " + "".join(f"a{i}/" for i in range(3 * N)) + ">",
    "many tags with many attributes": ("<div " + " ".join(f"a{i}=1" for i in range(4_000)) + ">") * 140,
    "only opening brackets": "<" * 5_000_000,
    "unclosed quotes": '<a "' * 1_000_000,
    "unclosed comments": "<!--" * 1_000_000,
    "nested links and paragraphs": "<a><p>" * 3 * N,
    "prices without end": "<p>$1.00</p>" * 3 * N,
    "one text of digits": "<p>" + "1" * 4_000_000,
    "one text of prices": "<p>" + "$1.00 " * 600_000,
    "prices in their own lists": "<ul><li class='price'><b>$</b><i>1</i><sup>99</sup></li></ul>" * 60_000,
    "prices below a deep place": "<b>" * 2_000 + "<i>$1.00</i>" * 20_000,
    "marked prices": "<p itemscope itemtype='Product'><b itemprop='price'>1</b></p>" * 60_000,
    "scripts that name prices": "<script>" + "price: 12, listPrice = 13, " * 50_000 + "</script><p>$12</p><p>$13</p>",
    "scripts that look like state": "<h1>a vase</h1><script>"
    + "var aState = {price " * 100_000
    + "</script><p>$12</p>",
    "nested JSON-LD": "<script type='application/ld+json'>" + '{"a":[' * 100_000 + "</script>",
    "JSON-LD without end": "<script type='application/ld+json'>" + '{"a":1},' * 200_000 + "</script>",
    "JSON-LD of quotes": "<script type='application/ld+json'>{" + '"' * 1_500_000 + "</script>",
    "blanks in JSON-LD": "<script type='application/ld+json'>{,," + " " * 1_500_000 + "</script>",
    "commas in JSON-LD": "<script type='application/ld+json'>{" + ", " * 700_000 + "</script>",
    "line breaks in JSON-LD": "<script type='application/ld+json'>{1" + "\n" * 1_500_000 + "</script>",
    "boxes of a framework that do not end": "<script>a</script>" + "<div id=" * N,
    "notes for browsers without scripts": "<script>a</script>" + "<noscript>" * N,
    "apps that do not end": "<script>a</script>" + "<my-app " * N,
    "meta tags that do not end": "<meta http-equiv=refresh " * N,
    "coupons without end": "<h1>a</h1>" + "<p>coupon code " * N,
    "struck prices": "<h1>a</h1>" + "<p><s class=line-through>$9</s> <b>$8</b>" * 30_000,
    "headings without end": "<h1>a</h1>" * 100_000,
    "meta tags without end": "<meta name=price content=1>" * 100_000,
}


TIMED = """
import json, time
from engine.workloads.web.price import read_product
from tests.engine.workloads.web.price.test_page import HOSTILE
spent = {}
for name, page in HOSTILE.items():
    start = time.thread_time()
    read_product(page)
    spent[name] = time.thread_time() - start
print(json.dumps(spent))
"""


@pytest.fixture(scope="module")
def spent_s() -> dict[str, float]:
    """CPU seconds that each hostile page takes in a fresh interpreter, as pages are read."""
    done = subprocess.run([sys.executable, "-c", TIMED], capture_output=True, text=True, check=True, cwd=ROOT)
    return {str(name): float(value) for name, value in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_page_is_read_within_a_second_of_work(name: str, spent_s: dict[str, float]) -> None:
    assert spent_s[name] < 1.5


def test_a_page_that_is_too_deep_is_cut_and_says_so() -> None:
    page = open_page("<h1>Vase</h1>" + "<div>" * N, None)
    assert page.heading is not None and page.heading.text() == "Vase"
    assert any("nested" in doubt for doubt in page.doubts)


def test_an_ordinary_page_is_not_cut() -> None:
    rows = "".join(f"<tr><td><a href='/{i}'><img src={i}.png><br>Thing {i}</a></td></tr>" for i in range(5_000))
    page = open_page(f"<table>{rows}</table>", None)
    assert page.doubts == []
    assert len(page.tree.css("img")) == 5_000


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>5 €".encode(), "5 €"),
        ('<meta charset="iso-8859-15"><p>5 €'.encode("iso-8859-15"), "5 €"),
        ('<meta charset="utf-8"><p>5 €'.encode("windows-1252"), "5 €"),
        ("<p>£5".encode("latin-1"), "£5"),
        ('<meta charset="no-such-set"><p>£5'.encode("latin-1"), "£5"),
        ("\ufeff<p>5 €".encode("utf-16-le"), "5 €"),
        ('<meta charset="shift_jis"><p>5円'.encode("shift_jis"), "5円"),
        ('<meta charset="utf-8"><p>5 €'.encode()[:-1], "5 "),
    ],
)
def test_bytes_are_read_in_their_own_character_set(data: bytes, text: str) -> None:
    assert source_of(data)[0].decode().endswith(text)


def test_the_heading_is_the_one_that_the_title_repeats() -> None:
    page = open_page("<title>Blue vase - Shop</title><h1>Welcome</h1><h1>Blue vase</h1>", None)
    assert page.heading is not None and page.heading.text() == "Blue vase"


def test_without_an_h1_the_element_called_title_is_the_heading() -> None:
    page = open_page("<title>Blue vase - Shop</title><div class='item-title'>Blue vase</div>", None)
    assert page.heading is not None and page.heading.text() == "Blue vase"


def test_an_address_that_cannot_be_read_names_no_host() -> None:
    assert open_page("<p>", "http://[::1").host is None


def test_the_canonical_link_stands_in_for_a_missing_address() -> None:
    page = open_page('<link rel="canonical" href="https://shop.example.se/vase"><p>', None)
    assert (page.host, page.country) == ("shop.example.se", "se")


def test_a_page_beyond_the_largest_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LARGEST_PAGE", 1_000)
    page = open_page("<h1>Vase</h1>" + "x" * 2_000, None)
    assert len(page.raw) == 1_000
    assert page.doubts
