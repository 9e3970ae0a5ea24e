"""The demo shops, served by a real child process to all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.workloads.shop.demo import DemoShops


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder in which the shops register."""
    return tmp_path_factory.mktemp("shop-home")


@pytest.fixture(scope="session")
def shops(shop_home: Path) -> Iterator[DemoShops]:
    """The running shops."""
    with DemoShops(shop_home) as running:
        yield running
