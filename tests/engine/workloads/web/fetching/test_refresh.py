"""A page that sends its readers on: what browsers follow, and that it is followed as a redirect is, once."""

from __future__ import annotations

import time

import pytest

from engine.workloads.web.fetching.refresh import HEAD, may_refresh, refresh_target
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.fetching.made import failure_of
from tests.engine.workloads.web.servers import PAGE, Handler, server


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/new", "/new"),
        ("0;URL='/new'", "/new"),
        ('0;url="/new"', "/new"),
        ("5; url = https://shop.example/a?b=1&amp;c=2", "https://shop.example/a?b=1&c=2"),
        ("0,/new", "/new"),
        (" 1.5 ; url=/new ", "/new"),
        ("0", None),
        ("600; url=/new", None),
        ("; url=/new", None),
        ("soon; url=/new", None),
        ("0; url=", None),
        ("", None),
    ],
)
def test_the_address_is_read_as_browsers_read_it(content: str, target: str | None) -> None:
    quote = '"' if '"' not in content else "'"
    for meta in (
        f"<meta http-equiv=refresh content={quote}{content}{quote}>",
        f"<META content={quote}{content}{quote} HTTP-EQUIV='Refresh'/>",
    ):
        wanted = target if quote == '"' or "'" not in content else None
        assert refresh_target(f"<html><head><title>x</title>{meta}</head>") == wanted


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-2022-jp", "gb18030", "koi8-r"])
@pytest.mark.parametrize("word", ["refresh", "Refresh", "REFRESH"])
def test_a_page_that_sends_on_is_never_missed_by_its_bytes(charset: str, word: str) -> None:
    page = f"<meta http-equiv={word} content='0; url=/new'>"
    lead = "я" * (HEAD - len(page)) if charset != "iso-2022-jp" else "あ" * (HEAD - len(page))
    assert may_refresh((lead + page).encode(charset))
    assert not may_refresh((lead + page).replace(word, "mirror").encode("utf-8"))


@pytest.mark.parametrize(
    "html",
    [
        "<noscript>{}</noscript>",
        "<!-- {} -->",
        "<script>document.write('{}')</script>",
        "<template>{}</template>",
        "<!-- {}",
        "x" * 40_000 + "{}",
    ],
)
def test_what_no_browser_with_scripts_follows_is_not_followed(html: str) -> None:
    assert refresh_target(html.replace("{}", '<meta http-equiv="refresh" content="0;url=/new">')) is None


def sends_on(target: str, delay: str = "0") -> Handler:
    """A page whose meta element leads to another address."""
    body = f"<title>Moved</title><meta http-equiv='refresh' content='{delay};url={target}'>".encode()
    return lambda reply: reply.send(body=body)


def test_a_meta_refresh_is_followed_once(open_browser: Open, configure: Configure) -> None:
    with server({"/a": sends_on("/b"), "/b": sends_on("/c")}) as shop:
        page = open_browser(configure(shop)).fetch(f"{shop.url}/a")
        assert (page.url, page.final_url) == (f"{shop.url}/a", f"{shop.url}/b")
        assert shop.paths == ["/a", "/b"]


def test_a_page_behind_a_meta_refresh_comes_with_its_own_text(open_browser: Open, configure: Configure) -> None:
    with server({"/a": sends_on("/b")}) as shop:
        page = open_browser(configure(shop)).fetch(f"{shop.url}/a")
        assert (page.body, page.text) == (PAGE, PAGE.decode())


def test_a_page_that_reloads_itself_is_read_as_it_is(open_browser: Open, configure: Configure) -> None:
    with server({"/a": sends_on("/a"), "/b": sends_on("/c", "300")}) as shop:
        browser = open_browser(configure(shop))
        assert browser.fetch(f"{shop.url}/a").final_url == f"{shop.url}/a"
        assert browser.fetch(f"{shop.url}/b").final_url == f"{shop.url}/b"
        assert shop.paths == ["/a", "/b"]


def test_a_meta_refresh_passes_the_same_gate_as_a_redirect(open_browser: Open, configure: Configure) -> None:
    with server() as canary:
        targets = [f"http://127.0.0.1:{canary.port}/", "file:///etc/passwd", "http://user:pw@shop.example/"]
        table = {f"/{number}": sends_on(target) for number, target in enumerate(targets)}
        with server(table) as shop:
            browser = open_browser(configure(shop))
            for number in range(len(targets)):
                assert failure_of(browser, f"{shop.url}/{number}").reason == "redirect_blocked"
        assert canary.connections == 0


def test_a_meta_refresh_into_what_robots_txt_forbids_is_not_followed(open_browser: Open, configure: Configure) -> None:
    rules = b"User-agent: *\nDisallow: /private"
    with server({"/robots.txt": lambda reply: reply.send(body=rules), "/a": sends_on("/private/b")}) as shop:
        assert failure_of(open_browser(configure(shop)), f"{shop.url}/a").reason == "refused_by_robots"
        assert "/private/b" not in shop.paths


@pytest.mark.parametrize("tag", ["<meta ", "<meta http-equiv=refresh ", "<!--", "<script>", "<meta content='0;url="])
def test_a_hostile_head_is_read_in_no_time(tag: str) -> None:
    begun = time.process_time()
    refresh_target(tag * 100_000 + " refresh")
    assert time.process_time() - begun < 0.5
