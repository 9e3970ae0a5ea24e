"""The store's tests run on every database that Overlap is made for: a file, and a Postgres that is started for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.store import Store
from tests.engine.support import open_store


@pytest.fixture
def new_home(database_url: str, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Makes a store of a home of this name; all of them share one Postgres, or each has its own file."""
    opened = []

    def make(name: str) -> Store:
        opened.append(open_store(tmp_path / name, database_url=database_url))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(new_home: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store; runs take their turns in a folder of this test's own, so tests never wait for each other."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return new_home("home")
