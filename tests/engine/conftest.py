"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.config import Settings
from engine.store import Store
from tests.engine.inside import orchestrators_inside
from tests.engine.postgres import READY, Postgres, running
from tests.engine.support import commits_that_do_not_wait, open_store


@pytest.fixture(scope="session", autouse=True)
def _commits_do_not_wait() -> Iterator[None]:
    with commits_that_do_not_wait():
        yield


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty store; runs take their turns in a folder of this test's own, so tests never wait for each other."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    opened = open_store(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def inside() -> Iterator[None]:
    """Orchestrators that are started run in this process: for tests to which their process is not the point."""
    with orchestrators_inside():
        yield


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
