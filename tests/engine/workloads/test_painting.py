"""The sample photos are painted while the first of them are resized already; nobody waits for all of them."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest
from PIL import Image

from engine.errors import Later, TaskFailed
from engine.model import Configuration
from engine.orchestrator.services import needed
from engine.runs import jobs
from engine.runs.resize_plans import demo_resize_plan
from engine.store import Store
from engine.workloads.base import Place
from engine.workloads.images.making.options import Resizing
from engine.workloads.painting import Painting, is_unpainted
from engine.workloads.resize import Resize
from engine.workloads.shop.photos import FOLDER, PHOTOS, READY, STAMP, places

SMALLEST = min(PHOTOS, key=lambda photo: photo.size[0] * photo.size[1])


def painted_but(home: Path, missing: str) -> None:
    """All sample photos but one as pictures of a few pixels."""
    for path in places(home):
        if path.name != missing:
            Image.new("RGB", (64, 48), "teal").save(path)


def test_a_job_on_photos_that_are_not_there_starts_at_once_and_does_them_all(store: Store) -> None:
    painted_but(store.settings.home, SMALLEST.name)
    plan = demo_resize_plan(Resizing(sizes=("32",)), Configuration("threads", 2), store.settings, at_once=True)
    assert needed(plan.workload, plan.tasks) == ["painter"]
    run = jobs.wait(store, jobs.start(store, plan), poll_s=0.05)
    assert (run.state, run.ok, run.failed) == ("finished", len(PHOTOS), 0)
    ended = {label: at for label, at in store.records.latest_columns(run, "label", "finished_s")}
    assert max(ended, key=lambda label: ended[label]) == SMALLEST.name, "the others did not wait for it"
    assert needed(plan.workload, plan.tasks) == []


def test_a_photo_that_is_being_painted_is_waited_for_and_no_other_missing_file(tmp_path: Path, store: Store) -> None:
    place = Place(store.settings, tmp_path, tmp_path / "out", 1)
    argument = {"source": str(tmp_path / FOLDER / SMALLEST.name), "names": ["a.jpg"]}
    options = Resizing(sizes=("32",)).plain()
    with pytest.raises(Later):
        Resize({**options, "painter_s": 60.0}, place).run(argument)
    with pytest.raises(TaskFailed):
        Resize(options, place).run(argument)
    patient = Resize({**options, "painter_s": 0.001}, place)
    time.sleep(0.01)
    with pytest.raises(TaskFailed):
        patient.run(argument)


def test_the_painter_ends_with_whoever_started_it(tmp_path: Path) -> None:
    with Painting(tmp_path) as painter:
        assert painter.told > 0 and painter._process is not None
        child = psutil.Process(painter._process.pid)
        assert child.is_running()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_pictures_of_another_version_make_room(tmp_path: Path) -> None:
    painted_but(tmp_path, SMALLEST.name)
    assert [path.name for path in places(tmp_path) if is_unpainted(str(path))] == [SMALLEST.name]
    (tmp_path / FOLDER / STAMP).write_text("another version")
    there = {path.name for path in places(tmp_path) if not is_unpainted(str(path))}
    assert there == {path.name for path in READY.iterdir()}, "those that come painted are there again at once"
    assert len(there) == 2
    assert not is_unpainted(str(tmp_path / SMALLEST.name)), "of that name elsewhere"


def test_the_painter_leaves_the_cpus_to_the_run_until_its_first_trial_begins(tmp_path: Path) -> None:
    painted_but(tmp_path, SMALLEST.name)
    photo = tmp_path / FOLDER / SMALLEST.name
    with Painting(tmp_path) as painter:
        assert painter._process is None and not photo.exists()
        assert painter.told == painter.told > 60.0
        assert painter._process is not None
        assert painter._process.wait(60) == 0 and photo.exists()
    assert painter._process.poll() == 0, "one that has ended can be closed, too"
    with Painting(tmp_path) as never:
        assert never._process is None, "one that was not needed can be closed"
