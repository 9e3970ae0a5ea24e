"""By which names the app may be opened, over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests
import streamlit as st
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import config

from pages.serving.hosts import FOREIGN, NamedHosts, is_allowed, is_own_page
from tests.engine.support import until


@pytest.fixture
def served() -> Iterator[str]:
    """The address of an app with the middleware; what may open it is set by `config` and forgotten afterwards."""
    route = Route("/", lambda _: PlainTextResponse("in"), methods=["GET", "PUT"])
    app = Starlette(routes=[route], middleware=[Middleware(NamedHosts)])
    serving = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    until(lambda: serving.started)
    before = {name: st.get_option(name) for name in ("server.allowedHosts", "server.address")}
    config.set_option("server.allowedHosts", [])
    config.set_option("server.address", "0.0.0.0")
    yield f"http://127.0.0.1:{serving.servers[0].sockets[0].getsockname()[1]}/"
    for name, value in before.items():
        config.set_option(name, value)
    serving.should_exit = True
    thread.join()


def test_a_request_by_another_name_gets_a_sentence_and_nothing_else(served: str) -> None:
    assert requests.get(served, headers={"Host": "shop.example"}, timeout=10).text == "in"
    config.set_option("server.allowedHosts", ["127.0.0.1", "overlap.example.org"])
    assert requests.get(served, timeout=10).text == "in"
    assert requests.get(served, headers={"Host": "overlap.example.org"}, timeout=10).text == "in"
    refused = requests.get(served, headers={"Host": "shop.example"}, timeout=10)
    assert refused.status_code == 403
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" in refused.text
    assert "shop.example" not in refused.text


def test_an_app_for_this_machine_only_is_opened_by_this_machines_names_however_it_was_started(served: str) -> None:
    config.set_option("server.address", "127.0.0.1")
    assert requests.get(served, timeout=10).text == "in"
    assert requests.get(served, headers={"Host": "localhost:8501"}, timeout=10).text == "in"
    assert requests.get(served, headers={"Host": "shop.example"}, timeout=10).status_code == 403


def test_what_is_sent_must_come_from_a_page_of_the_app(served: str) -> None:
    own = served.rstrip("/")
    assert requests.put(served, headers={"Origin": own}, timeout=10).text == "in"
    assert requests.get(served, headers={"Origin": "http://shop.example"}, timeout=10).text == "in", "a link"
    for origin in ("http://shop.example", "http://localhost:9", "null"):
        answer = requests.put(served, headers={"Origin": origin}, timeout=10)
        assert (answer.status_code, answer.text) == (403, FOREIGN)


@pytest.mark.parametrize(
    ("origin", "host", "names", "own"),
    [
        (None, "localhost:8501", ["localhost"], True),
        ("http://localhost:8501", "localhost:8501", ["localhost"], True),
        ("HTTP://LOCALHOST:8501", "localhost:8501", ["localhost"], True),
        ("http://localhost:9000", "localhost:8501", ["localhost"], False),
        ("http://127.0.0.2:8501", "127.0.0.1:8501", ["127.0.0.1"], False),
        ("https://overlap.example.org", "127.0.0.1:8501", ["127.0.0.1", "overlap.example.org"], True),
        ("https://shop.example", "127.0.0.1:8501", ["127.0.0.1", "overlap.example.org"], False),
        ("https://shop.example", "192.0.2.7", [], False),
        ("https://shop.example", "192.0.2.7", ["*"], False),
        ("http://192.0.2.7", "192.0.2.7", [], True),
        ("null", "localhost:8501", ["*"], False),
        ("http://[::1", "[::1]:8501", ["::1"], False),
    ],
)
def test_a_page_is_the_apps_own_by_its_whole_origin(origin: str | None, host: str, names: list[str], own: bool) -> None:
    assert is_own_page(origin, host, names) is own


@pytest.mark.parametrize(
    ("host", "names", "allowed"),
    [
        ("anything", [], True),
        ("localhost:8501", ["localhost"], True),
        ("LOCALHOST.", ["localhost"], True),
        ("[::1]:8501", ["::1"], True),
        ("a.example.org", ["*.example.org"], True),
        ("example.org", ["*.example.org"], False),
        ("shop.example", ["*"], True),
        ("localhost.shop.example", ["localhost"], False),
        ("localhost@shop.example", ["localhost"], False),
        ("", ["localhost"], False),
        ("[::1", ["::1"], False),
    ],
)
def test_names_are_compared_whole_without_port_or_case(host: str, names: list[str], allowed: bool) -> None:
    assert is_allowed(host, names) is allowed
