"""The pictures of the README and docs: each is one that `make pictures` takes, in both themes, and small."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/screenshots.py as a module."""
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "docs" / "screenshots.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their own names
    spec.loader.exec_module(module)
    return module


def test_every_picture_is_there_in_both_themes_and_small(script: ModuleType) -> None:
    expected = {f"{name}-{theme}.png" for name in script.PICTURES for theme in script.THEMES}
    assert {path.name for path in PICTURES.glob("*.png")} == expected
    for path in PICTURES.glob("*.png"):
        assert path.stat().st_size <= script.MOST_BYTES, path.name
        with Image.open(path) as picture:
            assert picture.width == script.WIDTH


def test_what_the_papers_show_is_taken_by_the_script(script: ModuleType) -> None:
    papers = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {name for paper in papers for name in re.findall(r"pictures/([\w-]+\.png)", paper.read_text("utf-8"))}
    assert shown and shown <= {f"{name}-{theme}.png" for name in script.PICTURES for theme in script.THEMES}


def test_a_screenshot_becomes_as_small_as_it_must_and_keeps_a_rare_colour(script: ModuleType, tmp_path: Path) -> None:
    page = Image.new("RGB", (400, 300), "white")
    page.paste((200, 30, 0), (10, 10, 14, 14))
    page.save(tmp_path / "page.png")
    made = script.small((tmp_path / "page.png").read_bytes())
    assert len(made) < 2_000
    (tmp_path / "small.png").write_bytes(made)
    with Image.open(tmp_path / "small.png") as small:
        red, green, blue = small.convert("RGB").getpixel((12, 12))  # type: ignore[misc]
    assert red > 180 and green < 60 and blue < 40


def test_surfaces_keep_their_colour_beside_a_photograph(script: ModuleType, tmp_path: Path) -> None:
    page = Image.new("RGB", (600, 400), (17, 22, 28))
    page.paste((12, 17, 23), (0, 0, 150, 400))
    dark = [Image.effect_noise((400, 350), 30).point(lambda value: value // 5) for _ in range(3)]
    page.paste(Image.merge("RGB", dark), (200, 50))
    page.save(tmp_path / "page.png")
    (tmp_path / "small.png").write_bytes(script.small((tmp_path / "page.png").read_bytes()))
    with Image.open(tmp_path / "small.png") as small:
        assert small.mode == "P"
        assert [small.convert("RGB").getpixel(at) for at in ((500, 20), (20, 300))] == [(17, 22, 28), (12, 17, 23)]
