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

from pages.hosts import NamedHosts, is_allowed
from tests.engine.support import until


@pytest.fixture
def served() -> Iterator[str]:
    """The address of an app with the middleware; what may open it is set by `config` and forgotten afterwards."""
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("in"))], middleware=[Middleware(NamedHosts)])
    serving = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    until(lambda: serving.started)
    before = st.get_option("server.allowedHosts")
    yield f"http://127.0.0.1:{serving.servers[0].sockets[0].getsockname()[1]}/"
    config.set_option("server.allowedHosts", before)
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
