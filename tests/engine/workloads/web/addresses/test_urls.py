"""The spelling of addresses: what passes, in which form, and what is refused with which reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import TaskFailed
from engine.workloads.web.addresses.urls import checked_url, joined


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("http://shop.example", "http://shop.example/"),
        ("HTTPS://Shop.Example:443/A?b=C#part", "https://shop.example/A?b=C"),
        ("http://shop.example:8080?q=1", "http://shop.example:8080/?q=1"),
        ("http://shop.example./x", "http://shop.example/x"),
        ("https://münchen.example/größe?q=ü", "https://xn--mnchen-3ya.example/gr%C3%B6%C3%9Fe?q=%C3%BC"),
        ("http://shop.example/a b/%20?x=<1>", "http://shop.example/a%20b/%20?x=%3C1%3E"),
        ("http://[2606:4700:0:0::1]/x", "http://[2606:4700::1]/x"),
        ("http://93.184.216.34:80/", "http://93.184.216.34/"),
        ("http://my_shop.example/", "http://my_shop.example/"),
    ],
)
def test_an_address_is_sent_in_one_canonical_form(text: str, sent: str) -> None:
    assert checked_url(text).text == sent


_UNUSUAL = """
2130706433 127.1 127.0.1 0x7f.1 0x7f000001 0177.0.0.1 017700000001 127.0.0.01 0x 1.2.3.4.5 127.0.0.256
①②⑦.1 a..b .a -a.example a-.example a%00.example %31.example [::1 [fe80::1%25eth0] [::ffff:1.2.3] [v1.a]
xn--\u00e9.example a,b *.example
"""
UNUSUAL = _UNUSUAL.split()


@pytest.mark.parametrize("host", [*UNUSUAL, "a b", "a\0.example", "a" * 64 + ".example"])
def test_an_unusual_host_is_refused(host: str) -> None:
    with pytest.raises(TaskFailed) as failure:
        checked_url(f"http://{host}/")
    assert failure.value.reason in ("invalid_host", "invalid_url")


@pytest.mark.parametrize("host", ["①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "127.0.0.1."])
def test_full_width_and_circled_digits_are_read_as_the_address_that_they_mean(host: str) -> None:
    url = checked_url(f"http://{host}/")
    assert (url.host, url.literal) == ("127.0.0.1", True)


@pytest.mark.parametrize(
    "text",
    [
        "http://user:password@shop.example/",
        "http://user@shop.example/",
        "http://127.0.0.1:80\\@shop.example/",
        "http:\\\\shop.example/",
        "http://shop.example/a\tb",
        "http://shop\t.example/",
        "http://shop.example/a\r\nHost: other.example",
        "\nhttp://shop.example/",
        "http://shop.example/\x7f",
        "http://shop.example/\u2028",
        "http://shop.example/\u202eelgoog",
        "http:/shop.example/",
        "http:shop.example",
        "http:///path",
        "http://",
        "http://:80/",
        "http://shop.example:0/",
        "http://shop.example:65536/",
        "http://shop.example:8０/",
        "http://shop.example:+80/",
        "http://[::1]x/",
        "shop.example/page",
        "//shop.example/",
        "",
        "http://shop.example/" + "a" * 8_000,
    ],
)
def test_an_address_that_parsers_could_read_differently_is_invalid(text: str) -> None:
    with pytest.raises(TaskFailed) as failure:
        checked_url(text)
    assert failure.value.reason == "invalid_url"
    assert failure.value.message.isprintable()


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "ftp://shop.example/", "data:text/html,x", "javascript:alert(1)", "ws://a/"]
)
def test_only_http_and_https_pass(text: str) -> None:
    with pytest.raises(TaskFailed, match="Only http and https") as failure:
        checked_url(text)
    assert failure.value.reason == "scheme"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://shop.example/b"),
        ("c?d", "http://shop.example/a/c?d"),
        ("//other.example/x", "http://other.example/x"),
        ("https://other.example", "https://other.example/"),
        ("?page=2", "http://shop.example/a/b?page=2"),
        (" /größe", "http://shop.example/gr%C3%B6%C3%9Fe"),
    ],
)
def test_a_redirect_leads_where_a_browser_would_go(location: str, target: str) -> None:
    assert joined(checked_url("http://shop.example/a/b"), location).text == target


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_gives_an_address_or_a_reason(text: str) -> None:
    for candidate in (text, f"http://{text}", f"http://shop.example/{text}"):
        try:
            url = checked_url(candidate)
        except TaskFailed as failure:
            assert failure.reason in ("invalid_url", "invalid_host", "scheme")
        else:
            assert url.text.isascii() and checked_url(url.text) == url
