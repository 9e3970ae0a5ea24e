"""docs/architecture.md agrees with the code: its floors are those that are tested, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.floors import FLOORS

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_floors_are_drawn_as_they_are_tested() -> None:
    drawing = TEXT.split("## The floors")[1].split("```")[1].strip().splitlines()
    drawn = [{frozenset(group.split()) for group in line.split("|")} for line in reversed(drawing)]
    assert drawn == [set(floor) for floor in FLOORS]


def test_every_file_and_folder_that_it_names_exists() -> None:
    named = set(re.findall(r"`((?:engine|pages|tests|docs)/[\w/.]+|app\.py)`", TEXT))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_module_at_the_engines_top_is_told_of() -> None:
    found = (ROOT / "engine").iterdir()
    modules = {path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").exists()}
    untold = [name for name in sorted(modules - {"__init__"}) if not re.search(rf"\b{name}\b", TEXT)]
    assert untold == [], "docs/architecture.md says where each module stands: draw these in as well"
