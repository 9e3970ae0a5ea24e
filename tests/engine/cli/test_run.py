"""`shop`, `scrape` and `resize` as people type them."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import threading
import zipfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.workloads.shop.catalogue import NO_PRICE, SLOW_S, product_paths
from tests.engine.cli.conftest import Cli, run_number
from tests.engine.support import until
from tests.engine.workloads.shop.expected import expected
from tests.engine.workloads.web.servers import Reply, server

NO_MANNERS: dict[str, Any] = {"OVERLAP_HOST_GAP_S": "0", "OVERLAP_HOST_PARALLEL": "0"}


@pytest.fixture(scope="module")
def urls(cli: Cli) -> Iterator[list[str]]:
    """What `overlap shop` prints while it serves."""
    process = cli.start("shop")
    assert process.stdout is not None
    found = [process.stdout.readline().strip() for _ in product_paths()]
    yield found
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight generated photos in two folders, and a file that is none."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "below").mkdir()
    for number in range(8):
        image = Image.effect_noise((640, 480), 40).convert("RGB")
        image.paste((number * 30, 90, 200), (100, 100, 500, 300))
        image.save(folder / ("below" if number % 2 else "") / f"photo {number}.jpg", quality=90)
    return folder


def outputs(document: dict[str, Any]) -> dict[str, Any]:
    """What a run gave, by the path of its page: the output's main parts, else the reason."""
    (trial,) = document["trials"]
    parts = ("name", "price", "currency", "availability")
    found = {}
    for record in trial["records"]:
        path = "/" + record["label"].split("/", 3)[3]
        found[path] = {name: record["output"][name] for name in parts} if record["output"] else record["reason"]
    return found


def right(path: str) -> Any:
    """What the shops' catalogue says that a page must give."""
    wanted = expected(path)
    if wanted.reason:
        return wanted.reason
    return {name: getattr(wanted, name) for name in ("name", "price", "currency", "availability")}


FEW = [path for path in product_paths() if path not in SLOW_S][:14] + sorted(NO_PRICE)


@pytest.mark.parametrize(
    ("how", "paths"),
    [
        (["--executor", "threads", "--workers", "16"], product_paths()),
        (["--executor", "processes", "--workers", "8"], product_paths()),
        (["--executor", "sequential"], FEW),
        pytest.param(["--executor", "sequential"], product_paths(), marks=pytest.mark.stress),
    ],
    ids=["threads", "processes", "sequential", "sequential, all"],
)
def test_every_executor_reads_from_the_demo_shops_what_their_catalogue_says(
    how: list[str], paths: tuple[str, ...], cli: Cli, urls: list[str]
) -> None:
    chosen = [url for url in urls if "/" + url.split("/", 3)[3] in set(paths)]
    done = cli("scrape", "-", *how, "--json", given="\n".join(chosen), **NO_MANNERS)
    assert done.returncode == 3, "some pages give no price, on purpose"
    assert outputs(json.loads(done.stdout)) == {path: right(path) for path in paths}


def test_scrape_writes_a_table_and_prints_nothing_on_stdout(cli: Cli, urls: list[str], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("\n".join([urls[0], "", urls[0], urls[1]]))
    done = cli.apart("scrape", tmp_path / "list.txt", "--csv", tmp_path / "prices.csv", **NO_MANNERS)
    assert (done.returncode, done.stdout) == (0, "")
    with open(tmp_path / "prices.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2, "an address that is there twice is fetched once"
    assert f"The table is in {tmp_path / 'prices.csv'}." in done.stderr


def test_scrape_takes_addresses_as_they_are_and_shows_what_was_read(cli: Cli, urls: list[str], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(urls[1])
    chosen = [urls[0], tmp_path / "list.txt", urls[0]]
    done = cli("scrape", *chosen, **NO_MANNERS)
    assert (done.returncode, done.stdout) == (0, "")
    first, second = (right("/" + url.split("/", 3)[3]) for url in urls[:2])
    table = done.stderr.splitlines()[-3:]
    assert table[0].split() == ["product", "price", "currency", "remark"]
    for line, page in zip(table[1:], (first, second), strict=True):
        assert line.split("  ")[0] == page["name"]
        assert line.split()[-2:] == [page["price"], page["currency"]]
    again = cli("show", run_number(done))
    assert again.stdout.splitlines() == table


def test_a_private_address_is_one_failed_record_and_no_error(cli: Cli) -> None:
    done = cli("scrape", "-", "--json", given="http://127.0.0.1:9/x\n")
    assert done.returncode == 3
    (record,) = json.loads(done.stdout)["trials"][0]["records"]
    assert (record["status"], record["output"]) == ("failed", None)
    assert "127.0.0.1" in record["error"]


def files_of(folder: Path) -> dict[str, str]:
    """Digest of each picture by its path below the folder."""
    paths = [path for path in folder.rglob("*.jpg") if path.is_file()]
    return {str(path.relative_to(folder)): blake2b(path.read_bytes()).hexdigest() for path in paths}


def test_resize_gives_the_same_bytes_of_the_right_size_on_threads_and_processes(
    cli: Cli, photos: Path, tmp_path: Path
) -> None:
    before = files_of(photos)
    for executor in ("threads", "processes"):
        done = cli("resize", photos, "--to", tmp_path / executor, "--size", "200x200", "--executor", executor, "--json")
        assert done.returncode == 0, done.stderr
        (trial,) = json.loads(done.stdout)["trials"]
        assert (trial["executor"], trial["ok"], trial["failed"]) == (executor, 8, 0)
    assert len(files_of(tmp_path / "threads")) == 8
    assert files_of(tmp_path / "threads") == files_of(tmp_path / "processes")
    for path in (tmp_path / "threads").rglob("*.jpg"):
        with Image.open(path) as image:
            assert image.size == (200, 150)
    assert files_of(photos) == before, "originals are never written"


def test_resize_with_a_broken_picture_says_why_and_does_the_others(cli: Cli, photos: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (source / "fine.jpg").write_bytes(next(photos.glob("*.jpg")).read_bytes())
    done = cli("resize", source, "--to", tmp_path / "out", "--size", "100")
    assert (done.returncode, done.stdout) == (3, "")
    assert "1 failed, " in done.stderr
    assert [path.name for path in (tmp_path / "out").rglob("*.jpg")] == ["fine.jpg"]


def test_a_second_run_does_only_what_has_changed_since_before_the_first(cli: Cli, photos: Path, tmp_path: Path) -> None:
    """A picture that is replaced while the first run goes on is done again by the second."""
    source = tmp_path / "in"
    shutil.copytree(photos, source)
    process = cli.start("resize", source, "--to", tmp_path / "out", "--size", "60", "--executor", "sequential")
    last = source / "photo 6.jpg"
    try:
        until(lambda: (tmp_path / "out" / last.name).exists(), 30)
        os.utime(last, (1, 1))
    finally:
        process.communicate(timeout=30)
    assert process.returncode == 0
    again = cli("resize", source, "--to", tmp_path / "out", "--size", "60", "--skip-unchanged", "--json")
    assert "7 of 8 are unchanged and left out." in again.stderr
    (trial,) = json.loads(again.stdout)["trials"]
    assert [record["label"] for record in trial["records"]] == [last.name]
    assert (
        "8 of 8 are unchanged"
        in cli("resize", source, "--to", tmp_path / "out", "--size", "60", "--skip-unchanged").stderr
    )


def test_what_is_unchanged_in_a_zip_is_left_out_too(cli: Cli, photos: Path, tmp_path: Path) -> None:
    first, *others = sorted(photos.glob("*.jpg"))[:3]
    archive, command = tmp_path / "photos.zip", ("resize", tmp_path / "photos.zip", "--to", tmp_path / "out")
    for content, left in ((first, None), (first, "3 of 3"), (others[0], "2 of 3")):
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(content, "2026/changes.jpg")
            for other in others:
                packed.write(other, f"2026/{other.name}")
        told = cli(*command, "--size", "60", "--skip-unchanged").stderr
        assert (f"{left} are unchanged" in told) if left else ("unchanged" not in told)
        assert len(list((tmp_path / "out").rglob("*.jpg"))) == 3


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("../out.jpg",), "leads out of its folder"),
        (("a.jpg", "nested.zip"), "another archive"),
        (("notes.txt",), "holds no image"),
    ],
)
def test_an_archive_that_is_not_safe_is_refused_as_a_whole(
    names: tuple[str, ...], said: str, cli: Cli, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as packed:
        for name in names:
            packed.writestr(name, b"content")
    done = cli("resize", tmp_path / "in.zip", "--to", tmp_path / "out")
    assert done.returncode == 1
    assert said in done.stderr
    assert list((tmp_path / "out").rglob("*")) == []


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.stress)],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_an_interrupted_command_cancels_its_run_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    own = Cli(tmp_path / "home", tmp_path / "temporary")
    code, seconds, errors = own.interrupted(
        number, "compare", "wait", "--tasks", "60", "--seconds", "0.05", "--executors", "threads", "--workers", "2"
    )
    assert "Traceback" not in errors
    assert code == 130, errors
    assert seconds < 5
    own.nothing_is_left()
    again = own("runs", "--json")
    assert json.loads(again.stdout)[0]["state"] == "cancelled"


@pytest.mark.stress
def test_two_commands_at_once_share_one_history(cli: Cli, photos: Path, tmp_path: Path) -> None:
    ends: list[int] = []

    def one(name: str) -> None:
        ends.append(cli("resize", photos, "--to", tmp_path / name, "--size", "50").returncode)

    both = [threading.Thread(target=one, args=(name,)) for name in ("first", "second")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ends == [0, 0]
    assert files_of(tmp_path / "first") == files_of(tmp_path / "second")


def test_what_changed_since_the_last_run_of_a_list_is_told_and_decides_the_exit_code(cli: Cli, tmp_path: Path) -> None:
    asked = {"kettle": ["24.90", "19.90", "19.90"], "pot": ["8.00", "8.00", "8.00"]}

    def page(reply: Reply) -> None:
        name = reply.path.strip("/")
        offer = f'"offers":{{"@type":"Offer","price":"{asked[name][min(reply.count, 2)]}","priceCurrency":"EUR"}}'
        told = f'{{"@context":"https://schema.org","@type":"Product","name":"A {name}",{offer}}}'
        reply.send(body=f'<html><script type="application/ld+json">{told}</script></html>'.encode())

    with server({"*": page}) as shop:
        (tmp_path / "list.csv").write_text(f"name,url\nA kettle,{shop.url}/kettle\nA pot,{shop.url}/pot\n")
        command = ("scrape", tmp_path / "list.csv", "--since", "last", "--fail-on-change")
        own = {"OVERLAP_ALLOWED_HOSTS": f"127.0.0.1:{shop.port}", "OVERLAP_HOST_GAP_S": "0"}
        first, second, third = (cli(*command, **own) for _ in range(3))
    assert (first.returncode, second.returncode, third.returncode) == (0, 4, 0)
    assert "first run of this list" in first.stderr
    assert "cheaper: A kettle, 19.90 instead of 24.90 EUR (-20.1%)" in second.stderr
    assert "nothing changed" in third.stderr
