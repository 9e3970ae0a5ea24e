"""`resize` of pictures that lie at an address, whose names may be what no disk takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from engine.config import Settings
from engine.workloads.base import Place
from engine.workloads.resize import Resize


@pytest.mark.parametrize("name", ["n" * 300 + ".jpg", "写真" * 90 + ".jpg", "plain.jpg"])
def test_a_picture_whose_name_is_longer_than_a_disk_takes_is_resized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    picture = tmp_path / "picture.jpg"
    Image.new("RGB", (64, 48), "red").save(picture)
    monkeypatch.setattr("engine.workloads.resize.read", lambda *_: picture.read_bytes())
    resize = Resize({"sizes": ["20"]}, Place(Settings(home=tmp_path), tmp_path, tmp_path / "outputs", 1))
    made = resize.run({"source": f"s3://bucket/{name}", "names": ["small.jpg"]})
    assert Path(made["path"]).name == "small.jpg" and (made["width"], made["source_width"]) == (20, 64)
