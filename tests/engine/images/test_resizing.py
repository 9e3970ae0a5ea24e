"""Resizing real files: sizes, the right way up, right colours, formats, one decoding for several sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from engine.config import Settings
from engine.errors import TaskFailed
from engine.images.options import resizing_from
from engine.images.resizing import resize_file


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_one_photo_becomes_one_file_per_size(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    Image.effect_noise((1200, 800), 60).convert("RGB").save(source)
    targets = [tmp_path / "out" / "large.jpg", tmp_path / "out" / "small.jpg"]

    outputs = resize_file(source, targets, resizing_from({"sizes": ["600x600", "100x100"]}), Settings(home=tmp_path))

    assert [(output.width, output.height) for output in outputs] == [(600, 400), (100, 67)]
    assert [size_of(target) for target in targets] == [(600, 400), (100, 67)]
    assert outputs[0].source_width == 1200
    assert outputs[0].bytes == targets[0].stat().st_size


def test_the_original_is_never_written(tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    Image.new("RGB", (10, 10)).save(source)
    with pytest.raises(TaskFailed, match="replace the original"):
        resize_file(source, [source], resizing_from({}), Settings(home=tmp_path))
