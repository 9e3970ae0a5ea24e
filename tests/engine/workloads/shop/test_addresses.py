"""Addresses without a port."""

from __future__ import annotations

from engine.workloads.shop.addresses import demo_urls, fill_in, is_demo
from engine.workloads.shop.catalogue import product_paths


def test_a_stored_address_gets_the_running_servers_base() -> None:
    assert fill_in("demo:/nordlicht/p/x", "http://127.0.0.1:8123") == "http://127.0.0.1:8123/nordlicht/p/x"


def test_any_other_address_stays_as_it_is() -> None:
    for url in ("https://shop.example/demo:/x", "demo://host/x"[:5] + "x", "http://127.0.0.1/"):
        assert not is_demo(url)
        assert fill_in(url, "http://127.0.0.1:8123") == url


def test_every_product_page_has_a_stored_address() -> None:
    assert all(is_demo(url) for url in demo_urls())
    assert [fill_in(url, "") for url in demo_urls()] == list(product_paths())
