"""Pictures reuse each other's memory, and what is kept of it is bounded."""

from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest

from engine.workloads.images.making.allocator import KEPT_BYTES, keep_freed_memory

PROGRAM = """
import json, resource, sys
from pathlib import Path
from PIL import Image
from engine.workloads.images.making.allocator import keep_freed_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

def picture(megapixels):
    Image.new("RGB", (1000 * megapixels, 1000), "red").reduce(2)

if sys.argv[1] == "keep":
    assert keep_freed_memory()
picture(3)
before, faults = resident(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    picture(15)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
picture(150)
print(json.dumps({"faults": faults, "kept": resident() - before, "page": resource.getpagesize()}))
"""


def told(how: str) -> dict[str, int]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    found: dict[str, int] = json.loads(ran.stdout)
    return found


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is not glibc's")
def test_twenty_pictures_take_their_pages_once_and_a_huge_one_leaves_no_more_than_is_said() -> None:
    given_back, kept = told("default"), told("keep")
    pages = 15_000_000 * 4 / kept["page"]
    assert given_back["faults"] > 15 * pages, "glibc keeps them by itself: this module is not needed any more"
    assert kept["faults"] < 3 * pages
    assert kept["kept"] <= KEPT_BYTES + 20_000_000


def test_a_program_without_glibc_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert keep_freed_memory() is False


def test_a_dask_worker_which_may_outlive_the_trial_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", sys)
    assert keep_freed_memory() is False
