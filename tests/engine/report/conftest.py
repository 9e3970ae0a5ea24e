"""A store of its own for each test of the exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store import Store
from tests.engine.support import open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a temporary home."""
    return open_store(tmp_path / "home")
