"""Addresses of demo pages as a stored run names them, without host and port: `demo:/shop/p/product`.

Pure; a worker imports it to fill the running server's address in.
"""

from __future__ import annotations

from engine.workloads.shop.catalogue import product_paths

PREFIX = "demo:"


def is_demo(url: str) -> bool:
    """Whether this is the address of a demo page, still without host and port."""
    return url.startswith(PREFIX + "/")


def demo_urls() -> list[str]:
    """The address of every demo product page, as a stored run names it, shops in turn."""
    return [PREFIX + path for path in product_paths()]


def fill_in(argument_url: str, base_url: str) -> str:
    """The address to fetch: a demo address gets the running server's base, any other stays as it is."""
    return base_url + argument_url.removeprefix(PREFIX) if is_demo(argument_url) else argument_url
