"""Cookies: brought back within one fetch, to whom they belong, and to nobody else."""

from __future__ import annotations

from engine.workloads.web.fetching.cookies import LONGEST, MOST, header, kept
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.servers import Reply, server

URL = "https://shop.example/a/1"


def test_a_shop_that_redirects_until_its_cookie_comes_back_shows_its_page(
    open_browser: Open, configure: Configure
) -> None:
    def asks_for_its_cookie(reply: Reply) -> None:
        if "seen=1" in reply.headers.get("cookie", ""):
            reply.send()
        else:
            field = "seen=1; Path=/; Expires=Wed, 09 Jun 2100 10:18:14 GMT"
            reply.send(302, b"", Location=reply.path, Set_Cookie=field)

    with server({"*": asks_for_its_cookie}) as shop:
        browser = open_browser(configure(shop))
        assert browser.fetch(f"{shop.url}/1").status == 200
        assert browser.fetch(f"{shop.url}/2").status == 200
    cookies = [headers.get("cookie", "") for _, path, headers in shop.requests if path != "/robots.txt"]
    assert cookies == ["", "seen=1", "", "seen=1"], "forgotten with the fetch that was given it"


def test_a_cookie_reaches_no_other_host(open_browser: Open, configure: Configure) -> None:
    with server() as other, server() as shop:
        away = {"Location": f"{other.url}/x", "Set_Cookie": "secret=1; Path=/"}
        shop.handlers["/"] = lambda reply: reply.send(302, b"", **away)
        # Of two ports of one address a cookie cannot tell; by another name it is another host.
        away["Location"] = f"http://localhost:{other.port}/x"
        settings = configure(shop, other, allowed_hosts=(f"127.0.0.1:{shop.port}", f"localhost:{other.port}"))
        assert open_browser(settings).fetch(f"{shop.url}/").status == 200
    assert [headers.get("cookie") for _, _, headers in other.requests] == [None, None]


def sent(field: str, url: str = "https://shop.example/a/2") -> str:
    return header(kept([], URL, [field]), url)


def test_domain_path_and_secure_are_kept_to() -> None:
    assert sent("a=1; Path=/") == "a=1"
    assert sent("a=1; Path=/b") == ""
    assert sent("a=1; Path=/; Secure", "http://shop.example/a/2") == ""
    assert sent("a=1; Path=/", "https://www.shop.example/a/2") == ""
    assert sent("a=1; Path=/; Domain=shop.example", "https://www.shop.example/") == "a=1"
    assert sent("a=1; Path=/; Domain=other.example", "https://other.example/") == ""
    assert sent("a=1; Path=/; Domain=example", "https://other.example/") == ""
    assert sent("a=1; Path=/; Max-Age=0") == ""


def test_hostile_cookies_change_no_request() -> None:
    assert sent("a=1\r\nX-Evil: 1; Path=/") == ""
    assert sent("a=" + "x" * 20_000) == ""
    many = kept([], URL, [f"c{number}=1; Path=/" for number in range(500)])
    assert len(many) == 50
    assert header(kept(many, URL, ["later=1; Path=/"]), URL).count("=") == 50


def test_of_cookies_that_are_too_long_together_those_that_fit_are_sent() -> None:
    url = "https://a.example/x"
    fields = ("session=1", f"banner={'x' * 8_000}", f"test={'y' * 4_000}", "basket=2")
    sent = header(kept([], url, fields), url)
    assert "session=1" in sent and "basket=2" in sent and len(sent) <= LONGEST


def test_of_more_cookies_than_are_kept_the_last_ones_count() -> None:
    url = "https://a.example/x"
    old = kept([], url, [f"old{number}=1" for number in range(MOST)])
    assert "passed=1" in header(kept(old, url, ["passed=1"]), url)
