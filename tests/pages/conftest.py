"""What page tests share: the app in a home of its own, driven by Streamlit's AppTest, and runs to look at."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from engine.config import Settings, load
from engine.model import Configuration, Plan, Run
from engine.runs import jobs
from engine.runs.plans import simple_plan
from engine.store import Store
from engine.workloads.shop import photos
from tests.engine.inside import orchestrators_inside
from tests.engine.support import commits_that_do_not_wait, put_database, run_to_end

NAVIGATION = str(Path(__file__).parents[2] / "pages" / "navigation.py")
THREADS = Configuration("threads", 2)


@pytest.fixture(scope="session", autouse=True)
def _commits_do_not_wait() -> Iterator[None]:
    with commits_that_do_not_wait():
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_search_for_components() -> Iterator[None]:
    """AppTest reads the metadata of every installed package each time, which a server does once."""
    found = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(autouse=True)
def _orchestrators_inside() -> Iterator[None]:
    """Runs that pages start have their orchestrator in this process."""
    with orchestrators_inside():
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home and a temporary folder of this test's own, so that no other run holds its turn."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("OVERLAP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    put_database(tmp_path / "home")
    yield tmp_path / "home"
    store = Store.open(load())
    for run in store.runs():
        jobs.cancel(store, run)
    for run in store.runs():
        jobs.wait(store, run)


@pytest.fixture
def settings(home: Path) -> Settings:
    """The settings in force."""
    return load()


@pytest.fixture
def store(settings: Settings) -> Store:
    """The store that the pages use."""
    return Store.open(settings)


@pytest.fixture
def cpus(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the app see another number of usable CPUs than this machine has."""

    def make(count: int) -> None:
        monkeypatch.setattr("engine.config._cpu_quota", lambda: math.inf)
        monkeypatch.setattr(os, "cpu_count", lambda: count)
        if hasattr(os, "sched_getaffinity"):
            monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(count)))

    return make


@pytest.fixture
def photos_ready(settings: Settings) -> None:
    """Sample photos of a few pixels, in place: painting real ones takes seconds."""
    folder = settings.home / "samples"
    folder.mkdir(parents=True)
    for item in photos.PHOTOS:
        Image.new("RGB", (64, 48), "teal").save(folder / item.name)
    (folder / photos.STAMP).write_text(photos._stamp())


Opened = Callable[..., AppTest]


@pytest.fixture
def opened(home: Path) -> Opened:
    """Opens a page by its file, with the query of its address; nothing on it may have raised."""

    def open_page(file: str = "home.py", **query: str) -> AppTest:
        app = AppTest.from_file(NAVIGATION, default_timeout=30).run()
        if file != "home.py":
            app.switch_page(file)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return open_page


def choose(app: AppTest, key: str, value: str) -> AppTest:
    """Choose a value of the widget with this key."""
    widget: Any = app.get_by_key(key)
    return cast("AppTest", widget.set_value(value).run())


def chosen(app: AppTest, key: str) -> Any:
    """The value of the widget with this key."""
    widget: Any = app.get_by_key(key)
    return widget.value


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The table on the page that has this column."""
    (found,) = [item.value for item in app.dataframe if column in item.value.columns]
    return found


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Homes as they were when a plan had run in them, one for each plan: all processes of tests share them."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "finished"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def ended(store: Store, settings: Settings, finished: Path) -> Callable[[Plan], Run]:
    """Runs a plan to its end. A home's first run is really run once, and then copied for later tests."""

    def end(plan: Plan) -> Run:
        if store.runs():
            return run_to_end(store, plan)
        what = repr((plan, replace(settings, home=Path())))
        kept = finished / hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
        if kept.exists():
            copy_home(kept, settings.home)
            return store.runs()[0]
        run = run_to_end(store, plan)
        made = Path(tempfile.mkdtemp(dir=finished))
        copy_home(settings.home, made)
        with suppress(OSError):  # another process was quicker
            made.rename(kept)
        return run

    return end


def copy_home(source: Path, target: Path) -> None:
    """Copy a store's database and its runs' folders; a store that is open there sees them."""
    shutil.copytree(source / "runs", target / "runs")
    with (
        closing(sqlite3.connect(source / "overlap.db")) as given,
        closing(sqlite3.connect(target / "overlap.db")) as to,
    ):
        given.backup(to)


@pytest.fixture
def quick(settings: Settings) -> Plan:
    """A job of four tiny tasks."""
    return simple_plan("compute", 4, {"amount": 10}, THREADS, settings)
