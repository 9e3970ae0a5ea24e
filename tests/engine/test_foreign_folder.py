"""Whatever lies where a command is given or the app is started: a package `engine` there is never taken for ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.workloads.shop.demo import DemoShops

ROOT = Path(__file__).resolve().parents[2]
# -m puts the current folder first on the module path; -P, before it, does not.
UNSAFE = re.compile(r'sys\.executable, "-[mc]"')


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: one that holds another package named engine, which cannot be imported."""
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('a foreign engine')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_demo_shops_start_in_a_folder_with_an_engine_of_its_own(foreign: Path) -> None:
    with DemoShops(foreign / "home") as shops:
        assert shops.base_url.startswith("http://127.0.0.1:")


def test_no_process_of_ours_looks_for_modules_in_the_current_folder_first() -> None:
    sources = sorted((ROOT / "engine").rglob("*.py"))
    assert [path.name for path in sources if UNSAFE.search(path.read_text(encoding="utf-8"))] == []
