"""Workers prove that they see a run's files and have its packages; else the run is refused in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from engine.executors.dask.proof import Canary, differences, prove
from engine.model import Configuration, Plan
from engine.runs import plans, resize_plans
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from tests.engine.support import once_each, open_store, run_to_end

if find_spec("distributed") is None:
    pytest.skip("Dask is not installed.", allow_module_level=True)

from tests.engine.executors.dask.cluster import Cluster, can_hide

HOW = Configuration("dask", 1)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.close()


def pictures(folder: Path) -> list[Path]:
    """Three small photographs."""
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (64, 48), (80 * number, 90, 120)).save(folder / f"{number}.png")
    return sorted(folder.iterdir())


def resize(store: Store, folder: Path, target: Path, how: Configuration = HOW) -> Plan:
    return resize_plans.resize_plan(pictures(folder), Resizing(sizes=("32x32",)), how, store.settings, target=target)


@pytest.mark.stress
def test_a_worker_that_sees_the_folders_gives_what_the_plain_loop_gives(cluster: Cluster, tmp_path: Path) -> None:
    cluster.add_worker()
    store = open_store(tmp_path / "home", **cluster.settings())
    (tmp_path / "out").mkdir()
    run = run_to_end(store, resize(store, tmp_path / "in", tmp_path / "out"))
    assert (run.state, run.ok) == ("finished", 3), run.message
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0.png", "1.png", "2.png"], "no canary stays"
    (tmp_path / "here").mkdir()
    plan = resize(store, tmp_path / "in here", tmp_path / "here", plans.SEQUENTIAL)
    here = once_each(store, run_to_end(store, plan))
    assert [record.fingerprint for record in once_each(store, run).values()] == [
        record.fingerprint for record in here.values()
    ]
    store.close()


@pytest.mark.stress
def test_a_picture_that_needs_too_much_memory_fails_alone_there_too(cluster: Cluster, tmp_path: Path) -> None:
    cluster.add_worker()
    store = open_store(tmp_path / "home", worker_memory_mb=60.0, **cluster.settings())
    (tmp_path / "in").mkdir()
    Image.new("RGB", (64, 48), "red").save(tmp_path / "in" / "small.png")
    Image.new("RGB", (6000, 6000), "red").save(tmp_path / "in" / "vast.png")
    sources = sorted((tmp_path / "in").iterdir())
    plan = resize_plans.resize_plan(sources, Resizing(sizes=("32x32",)), HOW, store.settings, target=tmp_path / "out")
    run = run_to_end(store, plan)
    assert run.state == "finished", run.message
    assert [(one.status, one.reason) for one in once_each(store, run).values()] == [
        ("ok", None),
        ("failed", "out_of_memory"),
    ]
    store.close()


@pytest.mark.parametrize("what", [pytest.param("in", marks=pytest.mark.stress), "out"])
def test_a_worker_that_does_not_see_a_folder_refuses_the_run(cluster: Cluster, tmp_path: Path, what: str) -> None:
    if not can_hide():
        pytest.skip("Folders can be hidden by root on Linux only.")
    for name in ("in", "out", "home"):
        (tmp_path / name).mkdir()
    cluster.add_worker(hidden=tmp_path / what)
    store = open_store(tmp_path / "home", **cluster.settings())
    (tmp_path / "in").rmdir() if what != "in" else None
    sources = tmp_path / "in" / "pictures" if what == "in" else tmp_path / "in"
    run = run_to_end(store, resize(store, sources, tmp_path / "out"))
    assert (run.state, run.ok) == ("failed", 0)
    assert f"The Dask worker worker-0 ({'tcp://127.0.0.1:'}" in str(run.message)
    assert f"does not see {tmp_path / what}" in str(run.message)
    assert "share that disk with it, or name inputs and outputs that all can reach" in str(run.message)
    assert not list((tmp_path / "out").iterdir()), "no canary stays"
    store.close()


@pytest.mark.stress
def test_a_worker_with_another_version_of_a_package_refuses_the_run(cluster: Cluster, tmp_path: Path) -> None:
    info = tmp_path / "packages" / "pillow-1.7.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 1.7\n")
    (info / "top_level.txt").write_text("PIL\n")
    (info / "RECORD").write_text("PIL/__init__.py,,\n")
    cluster.add_worker(PYTHONPATH=str(tmp_path / "packages"))
    store = open_store(tmp_path / "home", **cluster.settings())
    run = run_to_end(store, resize(store, tmp_path / "in", tmp_path / "out"))
    assert run.state == "failed"
    ours = version("pillow")
    assert f"has pillow 1.7, and this server {ours}: install the same there (pip install pillow=={ours})" in str(
        run.message
    )
    store.close()


@pytest.mark.stress
def test_a_worker_that_lacks_a_package_refuses_the_run(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "packages" / "PIL").mkdir(parents=True)
    (tmp_path / "packages" / "PIL" / "__init__.py").write_text("raise ImportError('No module named PIL')\n")
    cluster.add_worker(PYTHONPATH=str(tmp_path / "packages"))
    store = open_store(tmp_path / "home", **cluster.settings())
    run = run_to_end(store, resize(store, tmp_path / "in", tmp_path / "out"))
    assert run.state == "failed"
    assert "The Dask worker worker-0 (" in str(run.message)
    assert "lacks what the workload resize needs" in str(run.message)
    store.close()


def test_the_proof_needs_both_sides(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("four")
    canary = Canary.set_out([str(tmp_path / "in.txt")], [str(tmp_path)])
    places = [place for place, _ in canary.unseen(3)]
    assert places == [str(tmp_path)], "nobody has answered"
    assert prove(canary.proof, 3) == []
    assert [place for place, _ in canary.unseen(2)] == [str(tmp_path)], "somebody else has answered"
    assert canary.unseen(3) == []
    (tmp_path / "in.txt").write_text("other")
    assert prove(canary.proof, 4) == [(str(tmp_path / "in.txt"), "it has 5 bytes, not 4")]
    canary.take_away()
    assert [place for place, _ in prove(canary.proof, 5)][1:] == [str(tmp_path)]


def test_only_versions_that_differ_are_told() -> None:
    assert differences({"a": "1"}, {"a": "1"}) == []
    assert differences({"a": "1"}, {"a": "2"}) == [("a", "1", "2")]
    assert differences({}, {"no-such-package-anywhere": "2"}) == [], "what only the worker has does no harm"
