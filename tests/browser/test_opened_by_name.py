"""The app itself, served as people serve it, and a name that is not this machine's."""

from __future__ import annotations

import requests

from pages.hosts import REFUSED
from tests.browser.conftest import Server


def test_a_page_opened_by_another_name_says_why_it_is_refused(server: Server) -> None:
    assert requests.get(server.url, timeout=10).status_code == 200
    refused = requests.get(server.url, headers={"Host": "shop.example"}, timeout=10)
    assert (refused.status_code, refused.text) == (403, REFUSED)
