"""What a killed worker had half written goes; what a living one is writing stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.workloads.images.making.parts import part_of, sweep


def test_only_the_parts_of_processes_that_have_ended_are_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    (tmp_path / "below").mkdir()
    left = tmp_path / "below" / f".{ended.pid}-1234.part"
    mine = part_of(tmp_path / "below" / "photo.jpg")
    others = [tmp_path / "photo.jpg", tmp_path / "1-2.part", tmp_path / ".overlap-done.jsonl"]
    for path in (left, mine, *others):
        path.write_bytes(b"half")
    assert sweep([tmp_path]) == 0, "only the folders that are named"
    assert sweep([tmp_path, tmp_path / "below", tmp_path / "gone"]) == 1
    assert not left.exists() and mine.exists() and all(path.exists() for path in others)


def test_a_part_lies_beside_its_target(tmp_path: Path) -> None:
    assert part_of(tmp_path / "a" / "b.jpg").parent == tmp_path / "a"
