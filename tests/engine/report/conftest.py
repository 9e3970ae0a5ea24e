"""A store of its own for each test of the exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a temporary home."""
    return Store.open(Settings(home=tmp_path / "home"))
