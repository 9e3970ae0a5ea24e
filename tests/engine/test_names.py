"""Files whose names are not UTF-8 live through every path: plan, tasks, records, and everything written of them."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from engine.model import Configuration, Run
from engine.report import export_chunks
from engine.report.documents.document import import_document, read_document
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import Resizing
from engine.workloads.images.sets.archive import zip_stream
from engine.workloads.images.sets.sources import find_images
from pages.parts.run.pictures import found_picture, made_files
from tests.engine.cli.conftest import Cli, run_number
from tests.engine.cli.conftest import cli as cli
from tests.engine.support import once_each, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux lets any bytes be a name.")

THREADS = Configuration("threads", 2)
BAD, DAMAGED = os.fsdecode(b"bad\xff\xfe.jpg"), os.fsdecode(b"damaged\x80.jpg")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos and a damaged one, in a folder whose name is not UTF-8 either."""
    folder = tmp_path / os.fsdecode(b"phot\xf3s")
    folder.mkdir()
    for name in ("plain.jpg", BAD, os.fsdecode(b"bad\xff\xfd.jpg")):
        Image.effect_noise((300, 200), 40).convert("RGB").save(folder / name)
    (folder / DAMAGED).write_bytes((folder / BAD).read_bytes()[:400])
    return folder


@pytest.fixture
def ran(store: Store, photos: Path) -> Run:
    """A run over all of them, into a folder whose name is not UTF-8."""
    target = photos.parent / os.fsdecode(b"r\xe9sults")
    images = find_images(photos).images
    plan = resize_plan(images, Resizing(("50x50",)), THREADS, store.settings, target=target, root=photos)
    return started(store, plan)


def test_each_has_its_record_and_the_damaged_one_is_reported(ran: Run, store: Store) -> None:
    assert (ran.state, ran.tasks, ran.ok, ran.failed) == ("finished", 4, 3, 1), ran.message
    by_label = {record.label: record for record in once_each(store, ran).values()}
    assert set(by_label) == {"plain.jpg", "bad\\xff\\xfe.jpg", "bad\\xff\\xfd.jpg", "damaged\\x80.jpg"}
    assert by_label["damaged\\x80.jpg"].status == "failed"


def test_every_export_is_whole_and_utf_8(ran: Run, store: Store) -> None:
    written = {name: b"".join(export_chunks(store, ran, name)) for name in ("json", "csv", "html", "script", "parquet")}
    document = json.loads(written["json"].decode("utf-8"))
    assert len(document["trials"][0]["records"]) == 4
    rows = list(csv.DictReader(io.StringIO(written["csv"].decode("utf-8-sig"))))
    assert sorted(row["input"] for row in rows)[0] == "bad\\xff\\xfd.jpg"
    for name in ("html", "script"):
        assert "plain" in written[name].decode("utf-8")
    assert import_document(store, read_document(document)).ok == 3


def test_the_pictures_are_found_by_their_real_names_and_packed(ran: Run, store: Store) -> None:
    folder, names = made_files(store, ran)
    assert len(names) == 3
    packed = zipfile.ZipFile(io.BytesIO(b"".join(zip_stream(folder, names))))
    assert packed.testzip() is None and len(packed.namelist()) == 3
    found = [found_picture(store, ran, task, "after") for task in range(4)]
    assert sum(path is not None and path.is_file() for path in found) == 3


def test_results_beside_their_originals_are_found_in_folders_of_any_name(store: Store, photos: Path) -> None:
    (photos / os.fsdecode(b"s\xfbb")).mkdir()
    (photos / BAD).rename(photos / os.fsdecode(b"s\xfbb") / BAD)
    images = find_images(photos).images
    resizing = Resizing(("50x50",), name="{stem}-small.{ext}")
    plan = resize_plan(images, resizing, THREADS, store.settings, target=photos, root=photos, beside=True)
    run = started(store, plan)
    assert (run.ok, run.failed) == (3, 1)
    folder, names = made_files(store, run)
    assert len(names) == 3 and all((folder / name).is_file() for name in names)
    found = [found_picture(store, run, task, "after") for task in range(4)]
    assert sum(path is not None and path.is_file() for path in found) == 3


def test_the_command_line_tells_them_and_skips_what_is_unchanged(cli: Cli, photos: Path) -> None:
    target = photos.parent / os.fsdecode(b"out\xff")
    first = cli.apart("resize", photos, "--to", target, "--json")
    assert first.returncode == 3, first.stderr
    assert json.loads(first.stdout)["ok"] == 3
    again = cli.apart("resize", photos, "--to", target, "--skip-unchanged")
    assert "3 of 4 are unchanged" in again.stderr
    assert cli.apart("export", run_number(first), "--format", "csv").returncode == 0
    assert cli.apart("show", run_number(first), "--json").returncode == 0
    nowhere = cli.apart("resize", photos, "--to", target, "--glob", "*.xyz")
    assert nowhere.returncode == 1 and "phot" in nowhere.stderr


def test_names_on_a_terminal_are_told_as_it_can(cli: Cli, photos: Path) -> None:
    page = photos / os.fsdecode(b"p\xe4ge.html")
    page.write_text('<p class="price">€ 12.50</p>', encoding="utf-8")
    for settings in ({}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "ascii"}):
        table = cli.apart("price", page, **settings)
        assert (table.returncode, "12.50" in table.stdout) == (0, True), table.stderr
        assert "p\\xe4ge.html" in table.stdout
        assert cli.apart("price", "--json", page, **settings).returncode == 0
