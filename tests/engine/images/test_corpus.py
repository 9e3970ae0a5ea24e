"""Every file of a folder of hostile pictures ends as an output or a reason.

Set PILLOW_TEST_IMAGES to `Tests/images` of Pillow's source distribution
(`pip download --no-deps --no-binary pillow pillow`, unpacked), then run `pytest -m stress`.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import TaskFailed
from engine.images.options import resizing_from
from engine.images.resizing import resize_file

FOLDER = os.environ.get("PILLOW_TEST_IMAGES", "")


def ending(path: Path, out: Path) -> tuple[str, float]:
    start = time.perf_counter()
    options = resizing_from({"sizes": ["200x200", "50%"], "keep_copyright": True})
    try:
        resize_file(path, [out / f"{path.name}.1.png", out / f"{path.name}.2.jpg"], options, Settings(home=out))
        reason = "ok"
    except TaskFailed as failure:
        assert failure.message.endswith(".")
        reason = failure.reason
    return reason, time.perf_counter() - start


@pytest.mark.stress
@pytest.mark.skipif(not FOLDER, reason="PILLOW_TEST_IMAGES names no folder")
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("workers", [1, 4])
def test_every_file_ends_as_an_output_or_a_reason(tmp_path: Path, workers: int) -> None:
    paths = sorted(path for path in Path(FOLDER).rglob("*") if path.is_file())
    with ThreadPoolExecutor(workers) as threads:
        endings = list(threads.map(lambda path: ending(path, tmp_path), paths))
    counts = Counter(reason for reason, _ in endings)
    assert set(counts) <= {"ok", "damaged", "truncated", "unsupported_format", "too_many_pixels", "empty_file"}
    assert counts["ok"] > len(paths) / 2
    assert max(seconds for _, seconds in endings) < 10
