"""Fetching, over requests (`fetch`) and aiohttp (`afetch`) alike: what is promised of time, size, truth and secrecy."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from engine.errors import TaskFailed
from engine.workloads.web.addresses.gate import Address, Gate
from engine.workloads.web.fetching.answers import FetchedPage, FetchFailed
from engine.workloads.web.fetching.unpack import accepted
from tests.engine.workloads.web.conftest import Configure, Open
from tests.engine.workloads.web.fetching.made import BOMBS, _packed_once, failure_of, packed
from tests.engine.workloads.web.servers import PAGE, Authority, Handler, NameServer, Reply, raw_server, server

DEADLINE_S = 0.3




def test_a_page_comes_with_where_it_was_found(open_browser: Open, configure: Configure) -> None:
    with server({"/old": lambda reply: reply.send(301, b"", Location="/new?x=1")}) as shop:
        page = open_browser(configure(shop)).fetch(f"{shop.url}/old")
    assert (page.url, page.final_url, page.status) == (f"{shop.url}/old", f"{shop.url}/new?x=1", 200)
    assert (page.body, page.text, page.attempts) == (PAGE, PAGE.decode(), 1)
    assert page.content_type.startswith("text/html") and page.service_s > 0
    assert {"first_byte", "download"} <= set(page.timings) and all(part >= 0 for part in page.timings.values())


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"cf_mitigated": "challenge"}),
        (503, {"CF_Mitigated": "challenge"}),
        (403, {"X_DataDome": "protected"}),
        (405, {"x_amzn_waf_action": "captcha"}),
    ],
)
def test_a_gatekeepers_challenge_is_told_and_not_asked_for_again(
    open_browser: Open, configure: Configure, status: int, headers: dict[str, str]
) -> None:
    with server({"/": lambda reply: reply.send(status, b"<title>Just a moment...</title>", **headers)}) as shop:
        failure = failure_of(open_browser(configure(shop)), f"{shop.url}/")
        assert failure.reason == "blocked" and "proof that you are human" in failure.message
        assert len(shop.paths) == 1


def test_connections_are_kept(open_browser: Open, configure: Configure) -> None:
    with server({"/gone": lambda reply: reply.send(404, b"no")}) as shop:
        browser = open_browser(configure(shop))
        for index in range(10):
            browser.fetch(f"{shop.url}/{index}")
            failure_of(browser, f"{shop.url}/gone")
        assert shop.connections == 1


def test_a_hosts_connection_is_kept_while_as_many_workers_are_at_other_hosts(
    open_browser: Open, configure: Configure
) -> None:
    with server({}) as shop:
        port = int(shop.url.rpartition(":")[2])
        names = [f"shop{number}.example:{port}" for number in range(70)]
        settings = configure(shop, allowed_hosts=tuple(names))
        gate = Gate(settings, lambda host, port: [Address(socket.AF_INET, ("127.0.0.1", port))])
        browser = open_browser(settings, workers=64, gate=gate)
        for path in ("kettle", "mug"):
            for name in names:
                browser.fetch(f"http://{name}/{path}")
        assert shop.connections == len(names)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "not_found"),
        (410, "not_found"),
        (403, "refused"),
        (401, "refused"),
        (500, "http_error"),
        (418, "http_error"),
    ],
)
def test_an_answer_that_is_no_page_fails_with_its_status(
    open_browser: Open, configure: Configure, status: int, reason: str
) -> None:
    with server({"/": lambda reply: reply.send(status, b"sorry")}) as shop:
        failure = failure_of(open_browser(configure(shop)), f"{shop.url}/")
    assert failure.reason == reason and str(status) in failure.message


def test_an_answer_whose_body_never_ends_is_told_by_its_status(open_browser: Open, configure: Configure) -> None:
    def drip_unavailable(reply: Reply) -> None:
        reply.head(404, Content_Length="1000")
        reply.drip(b"x" * 1_000)

    with server({"/": drip_unavailable}) as shop:
        begun = time.monotonic()
        browser = open_browser(configure(shop))
        assert failure_of(browser, f"{shop.url}/").reason == "not_found"
        assert time.monotonic() - begun < 1
        assert browser.fetch(f"{shop.url}/next").status == 200


def test_a_redirect_loop_ends_after_five_hops(open_browser: Open, configure: Configure) -> None:
    with server({"/": lambda reply: reply.send(302, b"", Location="/")}) as shop:
        failure = failure_of(open_browser(configure(shop)), f"{shop.url}/")
        assert (failure.reason, len(shop.paths)) == ("too_many_redirects", 6)


def test_five_redirects_are_followed_and_their_bodies_are_not_read(open_browser: Open, configure: Configure) -> None:
    def hop(reply: Reply) -> None:
        number = int(reply.path[1:])
        if number == 5:
            return reply.send()
        reply.head(307, Location=f"/{number + 1}", Content_Length=str(10**9))
        reply.drip(b"x" * 1_000, 0.01)

    with server({"*": hop}) as shop:
        begun = time.monotonic()
        page = open_browser(configure(shop)).fetch(f"{shop.url}/0")
    assert page.final_url == f"{shop.url}/5"
    assert time.monotonic() - begun < 2


# Time.


def drip_headers(reply: Reply) -> None:
    reply.drip(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Long: " + b"a" * 10_000)


def drip_body(reply: Reply) -> None:
    reply.head(Content_Length="100000")
    reply.drip(b"<" * 100_000)


def drip_chunk_size(reply: Reply) -> None:
    reply.head(Transfer_Encoding="chunked")
    reply.drip(b"0" * 10_000)


def drip_chunks(reply: Reply) -> None:
    reply.head(Transfer_Encoding="chunked")
    reply.drip(b"1\r\nx\r\n" * 10_000)


def drip_redirects(reply: Reply) -> None:
    time.sleep(0.12)
    reply.send(302, b"", Location=f"/hop{reply.path}")


def say_nothing(reply: Reply) -> None:
    time.sleep(DEADLINE_S + 1.5)


DRIPS = [drip_headers, drip_body, drip_chunk_size, drip_chunks, drip_redirects, say_nothing]


@pytest.mark.parametrize("handler", DRIPS, ids=lambda item: item.__name__)
def test_every_drip_ends_by_the_deadline(open_browser: Open, configure: Configure, handler: Handler) -> None:
    with server({"*": handler}) as shop:
        browser = open_browser(configure(shop, fetch_deadline_s=DEADLINE_S))
        begun = time.monotonic()
        failure = failure_of(browser, f"{shop.url}/")
        assert time.monotonic() - begun < DEADLINE_S + 1
        assert (failure.reason, failure.message) == ("timed_out", "Timed out after 0.3 s.")


def test_a_look_up_that_never_ends_is_left_at_the_deadline(open_browser: Open, configure: Configure) -> None:
    over = threading.Event()

    def lookup(host: str, port: int) -> list[Address]:
        over.wait(20)
        return []

    settings = configure(fetch_deadline_s=DEADLINE_S)
    browser = open_browser(settings, gate=Gate(settings, lookup))
    begun = time.monotonic()
    failure = failure_of(browser, "http://shop.example/")
    over.set()
    assert failure.reason == "timed_out" and time.monotonic() - begun < DEADLINE_S + 1


def test_a_name_server_that_never_answers_is_left_at_the_deadline(open_browser: Open, configure: Configure) -> None:
    def slowly(name: str, count: int) -> list[str]:
        time.sleep(DEADLINE_S + 0.5)
        return []

    names = NameServer(slowly)
    with names.serving():
        settings = configure(fetch_deadline_s=DEADLINE_S)
        begun = time.monotonic()
        failure = failure_of(open_browser(settings, gate=Gate(settings, names.lookup)), "http://shop.example/")
        assert failure.reason == "timed_out" and time.monotonic() - begun < DEADLINE_S + 1


@pytest.mark.parametrize("data", [b"", b"\x16\x03\x03\x40\x00\x02" + b"a" * 4_000], ids=["silence", "drip"])
def test_a_tls_handshake_that_never_ends_is_left_at_the_deadline(
    open_browser: Open, configure: Configure, data: bytes
) -> None:
    def talk(connection: socket.socket) -> None:
        for index in range(len(data)):
            connection.sendall(data[index : index + 1])
            time.sleep(0.03)
        time.sleep(3)

    with raw_server(talk) as port:
        settings = configure(fetch_deadline_s=DEADLINE_S, allowed_hosts=("127.0.0.1",))
        begun = time.monotonic()
        failure = failure_of(open_browser(settings), f"https://127.0.0.1:{port}/")
        assert failure.reason == "timed_out" and time.monotonic() - begun < DEADLINE_S + 1


def test_a_fetch_that_timed_out_leaves_the_others_alone(open_browser: Open, configure: Configure) -> None:
    with server({"/slow": say_nothing}) as shop:
        browser = open_browser(configure(shop, fetch_deadline_s=DEADLINE_S))
        browser.fetch(f"{shop.url}/first")
        outcomes = browser.many([f"{shop.url}/{name}" for name in ("slow", "a", "b", "c")])
        assert [isinstance(item, FetchedPage) for item in outcomes] == [False, True, True, True]
        assert browser.fetch(f"{shop.url}/last").status == 200


# Size.

CAP = 1_000_000


def huge(reply: Reply) -> None:
    reply.head(Content_Length=str(10**10))
    _pour(reply, b"<p>" * 20_000)


def huge_without_a_length(reply: Reply) -> None:
    reply.head(Connection="close")
    _pour(reply, b"<p>" * 20_000)


def huge_in_chunks(reply: Reply) -> None:
    reply.head(Transfer_Encoding="chunked")
    reply.chunks(iter(lambda: b"<p>" * 20_000, None))


def _pour(reply: Reply, piece: bytes) -> None:
    try:
        for _ in range(2_000):
            reply.connection.sendall(piece)
    except OSError:  # the client has seen enough
        pass








@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    return {name: packed(name) for name in BOMBS if set(name.split(", ")) <= set(accepted().split(", "))}


@pytest.mark.parametrize("handler", [huge, huge_without_a_length, huge_in_chunks], ids=lambda item: item.__name__)
def test_a_huge_page_is_left_at_the_cap(open_browser: Open, configure: Configure, handler: Handler) -> None:
    with server({"/": handler}) as shop:
        failure = failure_of(open_browser(configure(shop, page_max_mb=CAP / 1e6)), f"{shop.url}/")
    assert failure.reason == "too_large" and "1 MB" in failure.message


@pytest.mark.parametrize("encoding", BOMBS)
def test_a_bomb_stops_at_the_cap_with_memory_flat(
    open_browser: Open, configure: Configure, bombs: dict[str, bytes], encoding: str
) -> None:
    if encoding not in bombs:
        pytest.fail(f"{encoding} cannot be tested: install Brotli and backports.zstd")
    with server({"/": lambda reply: reply.send(body=bombs[encoding], Content_Encoding=encoding)}) as shop:
        browser = open_browser(configure(shop, page_max_mb=CAP / 1e6))
        browser.fetch(f"{shop.url}/warm")
        tracemalloc.start()
        failure = failure_of(browser, f"{shop.url}/")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert failure.reason == "too_large"
    # The body kept so far, what was read ahead from the socket, and the server's own reply in this process.
    assert peak < 4 * CAP


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity", "gzip, br", "x-gzip", "GZIP"])
def test_packed_pages_are_read(open_browser: Open, configure: Configure, encoding: str) -> None:
    body = PAGE
    for name in encoding.lower().replace("x-", "").split(", "):
        body = body if name == "identity" else _packed_once(name, iter([body]))
    with server({"/": lambda reply: reply.send(body=body, Content_Encoding=encoding)}) as shop:
        assert open_browser(configure(shop)).fetch(f"{shop.url}/").body == PAGE


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", b"\x1f\x8b\x08\0 not gzip at all", "damaged"),
        ("br", b"\xff\xfe\xfd\xfc" * 9, "damaged"),
        ("gzip", gzip.compress(PAGE * 100)[:-20], "incomplete"),
        ("compress", b"x", "not_a_web_page"),
        ("gzip, gzip, gzip, gzip", b"x", "not_a_web_page"),
    ],
)
def test_what_cannot_be_unpacked_is_said(
    open_browser: Open, configure: Configure, encoding: str, body: bytes, reason: str
) -> None:
    with server({"/": lambda reply: reply.send(body=body, Content_Encoding=encoding)}) as shop:
        assert failure_of(open_browser(configure(shop)), f"{shop.url}/").reason == reason


# Truth.


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/pdf", b"%PDF-1.7"),
        ("text/html", b"%PDF-1.7 \xe2\xe3"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("text/html", b"\xff\xd8\xff\xe0 JFIF"),
        ("application/octet-stream", b"<html>"),
        ("text/html", b"PK\x03\x04"),
        ("text/html", b"\0\0\0\x18ftypmp42"),
        ("text/html", b"  \n "),
        ("application/json", b"{}"),
    ],
)
def test_what_is_no_web_page_is_said_to_be_none(
    open_browser: Open, configure: Configure, content_type: str, body: bytes
) -> None:
    with server({"/": lambda reply: reply.send(body=body, Content_Type=content_type)}) as shop:
        assert failure_of(open_browser(configure(shop)), f"{shop.url}/").reason == "not_a_web_page"


def test_a_file_that_is_no_page_is_not_downloaded(open_browser: Open, configure: Configure) -> None:
    def film(reply: Reply) -> None:
        reply.head(Content_Type="video/mp4", Content_Length=str(10**9))
        _pour(reply, bytes(100_000))

    with server({"/": film}) as shop:
        begun = time.monotonic()
        assert failure_of(open_browser(configure(shop)), f"{shop.url}/").reason == "not_a_web_page"
        assert time.monotonic() - begun < 1


def test_a_reset_in_mid_body_is_tried_again_and_then_said_to_be_incomplete(
    open_browser: Open, configure: Configure
) -> None:
    def cut(reply: Reply) -> None:
        reply.head(Content_Length="100000")
        reply.connection.sendall(b"<html>")
        reply.reset()

    with server({"/": cut}) as shop:
        failure = failure_of(open_browser(configure(shop)), f"{shop.url}/")
        assert failure.reason == "incomplete" and "after 3 tries" in failure.message
        assert isinstance(failure, FetchFailed) and failure.attempts == 3
        assert len(shop.paths) == 3


def end_early(reply: Reply) -> None:
    reply.head(Content_Length="100000")
    reply.connection.sendall(b"<html>")
    reply.connection.shutdown(socket.SHUT_RDWR)


def end_in_a_chunk(reply: Reply) -> None:
    reply.head(Transfer_Encoding="chunked")
    reply.connection.sendall(b"ff\r\n<html>")
    reply.connection.shutdown(socket.SHUT_RDWR)


def end_without_a_word(reply: Reply) -> None:
    reply.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("handler", [end_early, end_in_a_chunk, end_without_a_word], ids=lambda item: item.__name__)
def test_a_page_that_stops_short_is_never_taken_for_whole(
    open_browser: Open, configure: Configure, handler: Handler
) -> None:
    with server({"/": handler}) as shop:
        assert failure_of(open_browser(configure(shop)), f"{shop.url}/").reason == "incomplete"


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"\0\1\2\3\r\n\r\n", b"<html></html>\n\n"]
)
def test_an_answer_that_is_not_http_is_a_reason(open_browser: Open, configure: Configure, answer: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(answer)

    with raw_server(talk) as port:
        failure = failure_of(open_browser(configure(allowed_hosts=("127.0.0.1",))), f"http://127.0.0.1:{port}/")
    assert failure.reason in ("bad_answer", "incomplete")


def test_a_port_where_nobody_listens_is_a_failed_connection(open_browser: Open, configure: Configure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = failure_of(open_browser(configure(allowed_hosts=("127.0.0.1",))), f"http://127.0.0.1:{port}/")
    assert failure.reason == "connection_failed" and "refused" in failure.message.lower()


# TLS.


def test_a_trusted_certificate_passes(open_browser: Open, configure: Configure, own_ca: Authority) -> None:
    with server(tls=own_ca.good) as shop:
        page = open_browser(configure(shop), ca_file=own_ca.ca_file).fetch(f"{shop.url}/")
    assert page.status == 200


@pytest.mark.parametrize("which", ["other_name", "unknown", "good"])
def test_a_bad_certificate_is_a_certificate_error(
    open_browser: Open, configure: Configure, own_ca: Authority, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another host's, an unknown authority's, and a good one whose authority only the environment trusts."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(own_ca.ca_file))
    with server(tls=getattr(own_ca, which)) as shop:
        browser = open_browser(configure(shop), ca_file=None if which == "good" else own_ca.ca_file)
        failure = failure_of(browser, f"{shop.url}/")
        assert failure.reason == "certificate_error" and "127.0.0.1" in failure.message
        assert shop.requests == []


def test_a_certificate_that_has_expired_is_a_certificate_error(
    open_browser: Open, configure: Configure, tmp_path: Path
) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    past = datetime.now(UTC) - timedelta(days=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1", not_before=past - timedelta(days=1), not_after=past).configure_cert(context)
    with server(tls=context) as shop:
        failure = failure_of(open_browser(configure(shop), ca_file=tmp_path / "ca.pem"), f"{shop.url}/")
        assert failure.reason == "certificate_error" and "expired" in failure.message
        assert shop.requests == []


def test_http_where_https_was_asked_for_is_a_reason(open_browser: Open, configure: Configure) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(talk) as port:
        failure = failure_of(open_browser(configure(allowed_hosts=("127.0.0.1",))), f"https://127.0.0.1:{port}/")
    assert failure.reason == "tls_failed"


# Secrecy.


def test_nothing_of_the_environment_leaves_or_leads_astray(
    open_browser: Open, configure: Configure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret\n")
    netrc.chmod(0o600)
    with server() as proxy, server() as shop:
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert open_browser(configure(shop)).fetch(f"{shop.url}/").status == 200
        assert proxy.connections == 0
        assert all("authorization" not in headers and "secret" not in str(headers) for _, _, headers in shop.requests)


def test_cookies_of_one_page_do_not_reach_another(open_browser: Open, configure: Configure) -> None:
    with server({"/a": lambda reply: reply.send(Set_Cookie="visitor=7; Path=/")}) as shop:
        browser = open_browser(configure(shop))
        browser.fetch(f"{shop.url}/a")
        browser.fetch(f"{shop.url}/b")
        assert all("cookie" not in headers for _, _, headers in shop.requests)


def test_every_request_says_who_asks(open_browser: Open, configure: Configure) -> None:
    with server() as shop:
        open_browser(configure(shop, contact="ops@shop.example\r\nX: y")).fetch(f"{shop.url}/")
        agents = {headers["user-agent"] for _, _, headers in shop.requests}
        assert len(agents) == 1 and agents.pop().startswith("Overlap/")
        assert all("(+ops@shop.example X: y)" in headers["user-agent"] for _, _, headers in shop.requests)
        assert [path for _, path, _ in shop.requests] == ["/robots.txt", "/"]


def test_the_owners_proxy_is_used_and_checks_addresses_instead(open_browser: Open, configure: Configure) -> None:
    with server() as proxy:
        page = open_browser(configure(proxy=proxy.url)).fetch("http://shop.example/kettle")
        assert page.status == 200
        asked = [path for _, path, _ in proxy.requests]
        assert asked == ["http://shop.example/robots.txt", "http://shop.example/kettle"]
        with pytest.raises(TaskFailed, match="private addresses are blocked"):
            open_browser(configure(proxy=proxy.url)).fetch("http://10.0.0.1/")
