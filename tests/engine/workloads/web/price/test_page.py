"""Opening a page: bounded work for any input, the right characters, the heading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.workloads.web.price import page as pages
from engine.workloads.web.price.page import open_page, source_of
from tests.engine.workloads.web.price.hostile import HOSTILE, N

ROOT = Path(__file__).parents[5]


TIMED = """
import json, time
from engine.workloads.web.price import read_product
from tests.engine.workloads.web.price.hostile import HOSTILE
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


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-16le", "utf-8", '"utf-8"'])
@pytest.mark.parametrize("text", ["<p>120 руб.", "<p>$120"])
def test_the_charset_of_the_header_is_asked_first(charset: str, text: str) -> None:
    source, _ = source_of(text.encode(charset.strip('"')), f"text/html; charset={charset}")
    assert source.decode() == text


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
