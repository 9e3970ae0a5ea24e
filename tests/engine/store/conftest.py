"""The store's tests run on every database that Overlap is made for: a file, and a Postgres that is started for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.config import Settings
from engine.store import Store
from tests.engine.postgres import READY, Postgres, running
from tests.engine.support import open_store

DATABASES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The server of these tests, with a database whose schema is up to date to make others from."""
    with running() as server:
        server.execute(f"CREATE DATABASE {READY}")
        settings = Settings(home=tmp_path_factory.mktemp("ready"), database_url=server.address(READY))
        Store.open(settings).close()
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of an up-to-date schema; that of the file in the home is empty."""
    if request.param == "sqlite":
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.new_database(READY)
    yield server.address(name)
    server.drop(name)


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    """The address of a Postgres database in which nothing is yet."""
    name = postgres.new_database()
    yield postgres.address(name)
    postgres.drop(name)


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
