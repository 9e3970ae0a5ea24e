"""Twenty thousand pictures from a folder: the orchestrator holds none of them, nor all of their records."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from engine.store import Store
from tests.engine.cli.conftest import Cli
from tests.engine.cli.made import peaks_mb
from tests.engine.workloads.images.pictures import photo

COUNT, DISTINCT = 20_000, 200
ORCHESTRATOR_MB = 250


def many(folder: Path) -> Path:
    """COUNT JPEGs of 64 × 48 pixels in 20 folders: hard links of a few distinct ones."""
    (folder / "distinct").mkdir(parents=True)
    for number in range(DISTINCT):
        photo(64, 48, number).save(folder / "distinct" / f"{number}.jpg", quality=80)
    for number in range(COUNT):
        place = folder / "in" / f"{number % 20:02}"
        place.mkdir(parents=True, exist_ok=True)
        os.link(folder / "distinct" / f"{number % DISTINCT}.jpg", place / f"picture {number:05}.jpg")
    return folder / "in"






@pytest.mark.stress
@pytest.mark.timeout(900)
def test_twenty_thousand_pictures_from_a_folder_stay_out_of_the_orchestrators_memory(
    cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = many(tmp_path)
    began = time.perf_counter()
    process = cli.start("resize", source, "--to", tmp_path / "out", "--size", "32", "--executor", "threads")
    watched, peaks = psutil.Process(process.pid), dict[str, float]()
    while process.poll() is None:
        for name, peak in peaks_mb(watched).items():
            peaks[name] = max(peaks.get(name, 0.0), peak)
        time.sleep(0.1)
    spent = time.perf_counter() - began
    _, errors = process.communicate()
    with capsys.disabled():
        told = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
        print(f"\n{COUNT:,} pictures in {spent:.0f} s; at most: {told}")  # noqa: T201 - the figure is the point
    assert process.returncode == 0, errors
    assert peaks["work"] < ORCHESTRATOR_MB
    store = Store.open(cli.settings())
    (run,) = store.runs()
    assert (run.state, run.ok, run.failed) == ("finished", COUNT, 0)
    assert sum(len(names) for _, _, names in os.walk(tmp_path / "out")) == COUNT + 1, "and the list of what is done"
    store.close()
