"""The app itself, served as people serve it, and a name that is not this machine's."""

from __future__ import annotations

import socket

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from pages.serving.hosts import REFUSED
from tests.browser.conftest import Server


def test_a_page_opened_by_another_name_says_why_it_is_refused(server: Server) -> None:
    assert requests.get(server.url, timeout=10).status_code == 200
    refused = requests.get(server.url, headers={"Host": "shop.example"}, timeout=10)
    assert (refused.status_code, refused.text) == (403, REFUSED)


@pytest.mark.parametrize("origin", ["http://shop.example", "http://localhost:9", "http://127.0.0.1:9", "null"])
def test_no_other_site_can_open_a_pages_connection(origin: str, server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        opened(server, origin)
    assert refused.value.response.status_code == 403


def test_the_apps_own_page_can(server: Server) -> None:
    opened(server, server.url)


def test_a_connection_by_another_name_is_refused(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        opened(server, "http://shop.example", name="shop.example")
    assert refused.value.response.status_code == 403


def opened(server: Server, origin: str, name: str = "127.0.0.1") -> None:
    """Open a page's connection by this name, from a page of this origin, and close it."""
    port = server.url.rpartition(":")[2]
    with (
        socket.create_connection(("127.0.0.1", int(port))) as sock,
        connect(f"ws://{name}:{port}/_stcore/stream", sock=sock, origin=Origin(origin), proxy=None),
    ):
        pass
