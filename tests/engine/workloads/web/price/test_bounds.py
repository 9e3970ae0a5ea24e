"""How much of a page is parsed: whatever would cost the parser seconds is cut, and no shop's page is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workloads.web.price import bounds
from engine.workloads.web.price.bounds import all_short, harmless_length
from engine.workloads.web.price.page import open_page

N = 40_000
PADDING = b"<p>Oak, oiled.</p>" * 5_000
COSTLY = {
    "parted by blanks": b"<div " + b" ".join(b"a%d" % i for i in range(N)) + b">",
    "parted by slashes": b"<div" + b"".join(b"/a%d" % i for i in range(N)) + b">",
    "parted by nothing, behind quoted values": b"<div " + b"".join(b'a%d=""' % i for i in range(N)) + b">",
    "with brackets in quotes": b"<div " + b" ".join(b"a%d='>'" % i for i in range(N)) + b">",
    "with both quotes in turn": b"<div " + b"".join(b"""a%d=">'"b%d='>"'""" % (i, i) for i in range(N)) + b">",
    "with blanks before the quotes": b"<div " + b" ".join(b"a%d= \n '>'" % i for i in range(N)) + b">",
    "behind a value as long as a window": b"<div x='" + b">" * 20_000 + b"' " + b" ".join(b"a%d" % i for i in range(N)),
    "many in each of many tags": (b"<div " + b" ".join(b"a%d" % i for i in range(4_000)) + b">") * 100,
}


@pytest.mark.parametrize("name", list(COSTLY))
def test_attributes_that_would_cost_seconds_are_cut_off(name: str) -> None:
    data = b"<h1>Vase</h1>" + PADDING + COSTLY[name] + PADDING
    begun = time.thread_time()
    page = open_page(data, None)
    assert time.thread_time() - begun < 1.5
    assert len(PADDING) < len(page.raw) < len(data) - len(PADDING)
    assert page.doubts


@pytest.mark.parametrize(
    "text",
    [
        b"<script>" + b'if(a<b&&c=="d"){e("f",g)}else{h=i/2} ' * 9_000 + b"</script>",
        b"<script>" + b"html += '<b class=\"x\">y</b>';" * 9_000 + b"</script>",
        b"<script>" + b'{"name":"Vase","url":"http:\\/\\/a\\/b"},' * 9_000 + b"</script>",
        b"<div data-state='" + b'{"html":"<b>a</b>", "c": 1},' * 9_000 + b"'>",
        b'<p title="a > b" onclick="x = () => 1">y</p>' * 9_000,
        b"<p>It's 5 > 4 and 'so = \"on</p>" * 9_000,
    ],
)
def test_what_shops_write_is_not_cut(text: bytes) -> None:
    assert harmless_length(PADDING + text + PADDING) == len(PADDING + text + PADDING)


PIECES = (b"<div ", b"<a x=", b'"', b"'", b">", b"=", b" ", b"/", b"a b c d ", b"' e='", b'" f="', b"</p>", b"g" * 60)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40), st.integers(1, 40))
def test_the_quick_look_never_misses_what_the_close_look_finds(pieces: list[bytes], times: int) -> None:
    dense = b" ".join(b"a%d" % number for number in range(1_000))
    data = PADDING + (b"".join(pieces) + dense) * times + PADDING
    most = max((bounds._attributes(tag) for tag in bounds._EXACT_TAG.finditer(data)), default=0)
    if all_short(data, bounds.SHORT):
        assert most <= bounds.SHORT / 2
