"""Scheduler and workers with TLS and no shared disk: scrape, resize and compute give the same there as here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from engine.model import Configuration
from engine.runs import plans, resize_plans
from engine.runs.remote_plans import found_at, resize_plan_at
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from tests.engine.support import MEASURES, once_each, open_store, started
from tests.engine.workloads.web.servers import Reply, Server, server

if any(find_spec(name) is None for name in ("distributed", "moto", "s3fs")):
    pytest.skip("Dask, moto or s3fs is not installed.", allow_module_level=True)

from tests.engine.executors.dask.cluster import Cluster, can_hide, certificates
from tests.engine.s3 import BUCKET, s3_server

HOW = Configuration("dask", 2)
pytestmark = [
    pytest.mark.stress,
    pytest.mark.filterwarnings("ignore"),  # what aiobotocore and s3fs warn of is theirs
]


class Apart(NamedTuple):
    """A cluster and a bucket, and the folder of this server that the cluster's workers do not see."""

    cluster: Cluster
    bucket: Any
    own: Path


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    folder, own = tmp_path_factory.mktemp("cluster"), tmp_path_factory.mktemp("server")
    with pytest.MonkeyPatch.context() as patch, s3_server() as variables:
        for name, value in variables.items():
            patch.setenv(name, value)
        import s3fs  # type: ignore[import-untyped]

        bucket = s3fs.S3FileSystem()
        bucket.mkdir(BUCKET)
        made = Cluster(folder, certificates(folder / "tls"), environment=variables)
        try:
            for _ in range(2):
                made.add_worker(hidden=own if can_hide() else None)
            yield Apart(made, bucket, own)
        finally:
            made.close()


@pytest.fixture
def store(apart: Apart, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(
        apart.own / tmp_path.name, **apart.cluster.settings(), allowed_hosts=("127.0.0.1",), host_gap_s=0.25
    )
    yield opened
    opened.close()


def outputs(store: Store, plan: Any) -> list[Any]:
    """Each task's fingerprint or reason, and output but for its place, in order."""
    run = started(store, plan)
    assert run.state == "finished", run.message
    records = once_each(store, run)
    return [(records[task].fingerprint, records[task].reason, records[task].status) for task in sorted(records)]


def test_pictures_go_from_a_bucket_to_a_bucket(apart: Apart, store: Store) -> None:
    for number in range(6):
        place = apart.own / f"{number}.jpg"
        Image.effect_noise((160, 120), 40 + number).convert("RGB").save(place)
        apart.bucket.put_file(str(place), f"{BUCKET}/in/day {number % 2}/{number}.jpg")
    apart.bucket.pipe_file(f"{BUCKET}/in/broken.jpg", b"no picture")
    found = {}
    for name, how in (("there", HOW), ("here", plans.SEQUENTIAL)):
        sources = found_at([f"s3://{BUCKET}/in"])
        plan = resize_plan_at(sources, Resizing(sizes=("64x64",)), how, store.settings, f"s3://{BUCKET}/{name}")
        found[name] = outputs(store, plan)
    assert found["there"] == found["here"]
    assert [status for _, _, status in found["there"]].count("failed") == 1
    names = {name: sorted(path.split("/", 2)[2] for path in apart.bucket.find(f"{BUCKET}/{name}")) for name in found}
    assert names["there"] == names["here"]
    assert len(names["there"]) == 6, "no canary stays"
    for name in names["there"]:
        contents = [apart.bucket.cat_file(f"{BUCKET}/{where}/{name}") for where in found]
        assert contents[0] == contents[1]


def test_results_that_are_there_are_kept_and_no_original_is_replaced(apart: Apart, store: Store) -> None:
    apart.bucket.pipe_file(f"{BUCKET}/kept/0.jpg", b"somebody's")
    source = apart.own / "0.jpg"
    Image.new("RGB", (160, 120), "red").save(source)
    apart.bucket.put_file(str(source), f"{BUCKET}/single/0.jpg")
    sources = found_at([f"s3://{BUCKET}/single/*.jpg"])
    plan = resize_plan_at(sources, Resizing(sizes=("64x64",)), HOW, store.settings, f"s3://{BUCKET}/kept")
    assert [reason for _, reason, _ in outputs(store, plan)] == ["exists"]
    assert apart.bucket.cat_file(f"{BUCKET}/kept/0.jpg") == b"somebody's"


def test_without_a_shared_disk_a_folder_is_refused_in_one_sentence(apart: Apart, store: Store) -> None:
    if not can_hide():
        pytest.skip("Folders can be hidden by root on Linux only.")
    source = apart.own / "local.jpg"
    Image.new("RGB", (160, 120), "red").save(source)
    target = apart.own / "out"
    run = started(store, resize_plans.resize_plan([source], Resizing(sizes=("64x64",)), HOW, store.settings, target))
    assert run.state == "failed"
    assert f"does not see {source} of this server" in str(run.message)
    assert "such as s3://bucket/folder" in str(run.message)


def page(reply: Reply) -> None:
    """A product whose name and price are those of its path."""
    number = reply.path.strip("/") or "0"
    offer = {"price": f"{number}.50", "priceCurrency": "EUR"}
    product = json.dumps({"@type": "Product", "name": f"Kettle {number}", "offers": offer})
    reply.send(200, f'<html><script type="application/ld+json">{product}</script></html>'.encode())


@pytest.fixture
def shop() -> Iterator[Server]:
    with server({"*": page, "/robots.txt": lambda reply: reply.send(200, b"User-agent: *\nDisallow: /9\n")}) as made:
        yield made


@MEASURES
def test_pages_are_read_alike_and_a_hosts_gap_is_kept_over_all_workers(store: Store, shop: Server) -> None:
    urls = [f"{shop.url}/{number}" for number in (1, 2, 3, 4, 5, 6, 9)]
    there = outputs(store, plans.scrape_plan(urls, HOW, store.settings))
    times = [at for at, path, _ in shop.requests if path != "/robots.txt"]
    assert len(times) == 6, "robots.txt forbids one"
    assert min(b - a for a, b in pairwise(sorted(times))) >= 0.24
    assert [path for _, path, _ in shop.requests].count("/robots.txt") == 1, "once for the whole cluster"
    assert there == outputs(store, plans.scrape_plan(urls, plans.SEQUENTIAL, store.settings))
    assert [reason for _, reason, _ in there].count("refused_by_robots") == 1


@MEASURES
def test_two_runs_of_two_homes_share_a_hosts_gap_on_one_cluster(apart: Apart, shop: Server, tmp_path: Path) -> None:
    from engine.runs import jobs

    one = Configuration("dask", 1)
    stores = [
        open_store(apart.own / f"{tmp_path.name} {home}", **apart.cluster.settings(), allowed_hosts=("127.0.0.1",))
        for home in range(2)
    ]
    urls = [f"{shop.url}/{number}" for number in range(1, 6)]
    runs = [jobs.start(store, plans.scrape_plan(urls, one, store.settings)) for store in stores]
    assert [jobs.wait(store, run).ok for store, run in zip(stores, runs, strict=True)] == [5, 5]
    times = sorted(at for at, path, _ in shop.requests if path != "/robots.txt")
    assert len(times) == 10
    assert min(b - a for a, b in pairwise(times)) >= 0.24
    for store in stores:
        store.close()


def test_the_demo_shops_of_this_machine_are_read_there_too(store: Store) -> None:
    plan = plans.demo_scrape_plan(HOW, store.settings)
    run = started(store, plan)
    assert run.state == "finished", run.message
    assert run.ok > run.tasks / 2


def test_a_computation_gives_the_same(store: Store) -> None:
    found = [
        outputs(store, plans.simple_plan("compute", 12, {"amount": 20_000}, how, store.settings))
        for how in (HOW, plans.SEQUENTIAL)
    ]
    assert found[0] == found[1]
