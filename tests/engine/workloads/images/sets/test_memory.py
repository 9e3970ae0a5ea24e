"""Peak memory is estimated above what is measured, and the workers are reduced with the reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from engine.config import Settings
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.opening.opening import Header, read_header
from engine.workloads.images.sets import memory
from tests.engine.workloads.images.pictures import photo

SMALL = resizing_from({"sizes": ["400x400"]})

MEASURE = """
import sys
from pathlib import Path
from engine.config import Settings
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024

folder, name, size = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
settings = Settings(home=folder)
resize_file(folder / ("tiny." + name.split(".")[-1]), [folder / "o.jpg"], resizing_from({"sizes": ["8"]}), settings)
before = peak()
resize_file(folder / name, [folder / "out.jpg"], resizing_from({"sizes": [size]}), settings)
sys.stdout.write(str(peak() - before))
"""

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain.jpg": ("RGB", {}),
    "progressive.jpg": ("RGB", {"progressive": True, "subsampling": 0}),
    "rgb.png": ("RGB", {"compress_level": 1}),
    "alpha.png": ("RGBA", {"compress_level": 1}),
    "palette.png": ("P", {"compress_level": 1}),
    "a.webp": ("RGB", {"method": 0}),
    "a.gif": ("P", {}),
    "a.bmp": ("RGB", {}),
    "a.tif": ("RGB", {"compression": "tiff_lzw"}),
    "a.avif": ("RGB", {"speed": 10}),
    "a.heic": ("RGB", {"enc_params": {"preset": "ultrafast"}}),
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("name", KINDS)
def test_the_estimate_is_above_the_measured_peak_and_not_absurdly(tmp_path: Path, name: str) -> None:
    mode, options = KINDS[name]
    pillow_heif.register_heif_opener()  # which writes, too
    photo(3000, 2000).convert(mode).save(tmp_path / name, **options)
    photo(16, 16).convert(mode).save(tmp_path / ("tiny" + Path(name).suffix), **options)
    command = [sys.executable, "-c", MEASURE, str(tmp_path), name, "800"]
    measured = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    header = read_header(tmp_path / name, Settings(home=tmp_path))
    estimated = memory.estimate_memory([header], resizing_from({"sizes": ["800"]}))
    assert measured <= estimated + 2_000_000
    assert estimated <= 4 * measured + 10_000_000


def header(megapixels: float, **values: object) -> Header:
    return Header(1_000_000, "PNG", "RGB", int(megapixels * 1000), 1000, **values)  # type: ignore[arg-type]


def test_the_largest_inputs_count_as_many_as_there_are_workers() -> None:
    inputs = [header(1), header(20), header(10)]
    one, two = (memory.estimate_memory(inputs, SMALL, workers) for workers in (1, 2))
    assert one == memory.peak_bytes(header(20), SMALL)
    largest = [memory.peak_bytes(header(megapixels), SMALL) for megapixels in (20, 10)]
    assert two == pytest.approx(sum(largest) / 2, abs=1)
    assert memory.estimate_memory([], SMALL) == 0


def test_draft_mode_makes_jpeg_cheap_and_progressive_ones_less_so() -> None:
    plain = Header(5_000_000, "JPEG", "RGB", 6000, 4000)
    progressive = Header(5_000_000, "JPEG", "RGB", 6000, 4000, progressive=True)
    png = Header(5_000_000, "PNG", "RGB", 6000, 4000)
    costs = [memory.peak_bytes(one, SMALL) for one in (plain, progressive, png)]
    assert costs[0] * 5 < costs[1]
    assert costs[0] * 5 < costs[2]


def test_workers_are_reduced_with_the_reason() -> None:
    inputs = [header(100) for _ in range(8)]
    assert memory.workers_that_fit(inputs, SMALL, 2, available=10_000_000_000) == (2, None)
    workers, told = memory.workers_that_fit(inputs, SMALL, 8, available=3_000_000_000)
    assert 1 < workers < 8
    assert told is not None
    assert f"{workers} of 8 workers" in told
    workers, told = memory.workers_that_fit(inputs, SMALL, 8, available=100_000_000)
    assert workers == 1
    assert told is not None
    assert "even one worker" in told


LIMITED = """
import sys
from pathlib import Path
from engine.config import Settings
from engine.errors import TaskFailed
from engine.workloads.images.sets.memory import limit_this_process
from engine.workloads.images.making.options import resizing_from
from engine.workloads.images.making.resizing import resize_file

folder = Path(sys.argv[1])
for name, limited in (("small.png", False), ("large.png", True), ("small.png", True)):
    if limited:
        limit_this_process(40_000_000)
    try:
        resize_file(folder / name, [folder / "out.jpg"], resizing_from({}), Settings(home=folder))
        sys.stdout.write("ok ")
    except TaskFailed as failure:
        sys.stdout.write(failure.reason + " ")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such a limit")
def test_a_worker_with_a_limit_loses_one_picture_and_goes_on(tmp_path: Path) -> None:
    photo(5000, 4000).save(tmp_path / "large.png", compress_level=1)
    photo(64, 48).save(tmp_path / "small.png")
    ran = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["ok", "out_of_memory", "ok"]


def test_what_is_available_is_measured() -> None:
    assert 10_000_000 < memory.available_bytes() < 10**14


def test_animated_and_single_pictures_have_the_same_bound(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:])
    found = read_header(tmp_path / "a.webp", Settings(home=tmp_path))
    assert memory.peak_bytes(found, SMALL) >= 400 * 300 * 18
