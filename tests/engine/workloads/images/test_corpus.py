"""Every file of a folder of hostile pictures ends as an output or a reason: alone, and in runs on every executor.

The folder is `Tests/images` of the source distribution of the Pillow that is installed, fetched by pip;
PILLOW_TEST_IMAGES names another folder instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import PIL
import pytest

from engine.config import Settings
from engine.errors import TaskFailed
from engine.model import Configuration, Record
from engine.runs.resize_plans import resize_plan
from engine.store import Store
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file
from tests.engine.support import alive_with, once_each, open_store, run_to_end, until

REASONS = {"damaged", "truncated", "unsupported_format", "too_many_pixels", "empty_file"}
SLOWEST_S = 10
OPTIONS = resizing_from({"sizes": ["200x200", "50%"], "keep_copyright": True})
HOWS = (Configuration("sequential", 1), Configuration("threads", 2), Configuration("processes", 2))

pytestmark = [
    pytest.mark.stress,
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of hostile pictures."""
    named = os.environ.get("PILLOW_TEST_IMAGES")
    if named:
        return Path(named)
    place = tmp_path_factory.mktemp("pillow")
    options = ["--quiet", "--no-deps", "--no-binary", "pillow", "--dest", str(place), f"pillow=={PIL.__version__}"]
    command = [sys.executable, "-m", "pip", "download", *options]
    got = subprocess.run(command, capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"Pillow's source distribution cannot be had: {got.stderr[-500:]}")
    with tarfile.open(next(place.glob("*.tar.gz"))) as packed:
        packed.extractall(place, filter="data")
    return next(place.glob("*/Tests/images"))


@pytest.fixture(scope="module")
def corpus(images: Path) -> list[Path]:
    """All files, whatever their names promise."""
    found = sorted(path for path in images.rglob("*") if path.is_file())
    assert len(found) > 100
    return found


def ending(path: Path, out: Path) -> tuple[str, float]:
    start = time.perf_counter()
    try:
        resize_file(path, [out / f"{path.name}.1.png", out / f"{path.name}.2.jpg"], OPTIONS, Settings(home=out))
        reason = "ok"
    except TaskFailed as failure:
        assert failure.message.endswith(".")
        reason = failure.reason
    return reason, time.perf_counter() - start


@pytest.mark.parametrize("workers", [1, 4])
def test_every_file_ends_as_an_output_or_a_reason(corpus: list[Path], tmp_path: Path, workers: int) -> None:
    with ThreadPoolExecutor(workers) as threads:
        endings = list(threads.map(lambda path: ending(path, tmp_path), corpus))
    counts = Counter(reason for reason, _ in endings)
    assert set(counts) <= {"ok", *REASONS}
    assert counts["ok"] > len(corpus) / 2
    assert max(seconds for _, seconds in endings) < SLOWEST_S


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store for the runs of this module."""
    place = tmp_path_factory.mktemp("corpus")
    (place / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place / "tmp"))
        patch.setattr("tempfile.tempdir", None)
        store = open_store(place / "home")
        yield store
        store.close()


@pytest.fixture(scope="module")
def alone(kept: Store, images: Path, corpus: list[Path]) -> dict[str, Record]:
    """The records of the whole corpus, one file after the other."""
    return records(kept, images, corpus, HOWS[0])


def records(store: Store, images: Path, paths: list[Path], how: Configuration) -> dict[str, Record]:
    """The records, by name below the corpus, of one run over all of it; the run itself has lost nothing on the way."""
    run = run_to_end(store, resize_plan(paths, OPTIONS, how, store.settings, root=images))
    assert run.state == "finished", run.message
    (trial,) = store.trials(run)
    assert trial.state == "finished", "no file may cost a trial"
    found = {record.label: record for record in once_each(store, run).values()}
    assert len(found) == len(paths)
    until(lambda: not alive_with(store.settings.home))
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", HOWS, ids=lambda how: how.executor)
def test_a_run_over_all_of_them_ends_with_an_output_or_a_reason_for_each(
    kept: Store, images: Path, corpus: list[Path], alone: dict[str, Record], how: Configuration
) -> None:
    found = alone if how == HOWS[0] else records(kept, images, corpus, how)
    failed = [record for record in found.values() if record.status != "ok"]
    assert {record.reason for record in failed} <= REASONS, Counter(record.reason for record in failed)
    sentences = [record.error or "" for record in failed]
    assert [text for text in sentences if not text.endswith(".") or "Traceback" in text or "Error:" in text] == []
    assert len(failed) < len(found) / 2
    assert {record.attempts for record in found.values()} == {1}
    assert max((record.finished_s or 0) - (record.started_s or 0) for record in found.values()) < SLOWEST_S
    made = [Path(each["path"]) for one in found.values() if one.output for each in (one.output, *one.output["also"])]
    assert len(made) == 2 * (len(found) - len(failed)) and all(path.stat().st_size for path in made)
    endings = {name: (record.reason, record.fingerprint) for name, record in found.items()}
    assert endings == {name: (record.reason, record.fingerprint) for name, record in alone.items()}
