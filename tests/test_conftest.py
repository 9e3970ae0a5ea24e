"""The rules that tests/conftest.py sets, tried on a made-up folder of tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.config import load
from tests.conftest import BESIDE, PHASES, phase_of
from tests.engine.inside import orchestrators_inside

ROOT = Path(__file__).resolve().parents[1]

SKIPS = 'import pytest\n\ndef test_in_a_browser():\n    pytest.skip("no Chromium here")\n'
MODULE_SKIPS = 'import pytest\npytest.skip("no playwright here", allow_module_level=True)\n'
OTHER_SKIPS = 'import pytest\n\ndef test_elsewhere():\n    pytest.skip("only on Windows")\n'


def outcome(
    folder: Path, text: str, ci: str, below: str = "browser", options: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a process of its own on one made-up test file, with CI set to `ci`."""
    (folder / "tests" / below).mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / below / "test_made_up.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser: x\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *options]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("text", [SKIPS, MODULE_SKIPS], ids=["one test", "a whole module"])
def test_a_skipped_browser_test_fails_in_ci(tmp_path: Path, text: str) -> None:
    done = outcome(tmp_path, text, ci="true")
    assert done.returncode != 0
    assert "must not skip in CI" in done.stdout
    assert "here" in done.stdout


@pytest.mark.parametrize("text", [SKIPS, MODULE_SKIPS], ids=["one test", "a whole module"])
def test_elsewhere_a_skipped_browser_test_is_only_skipped(tmp_path: Path, text: str) -> None:
    done = outcome(tmp_path, text, ci="")
    assert "1 skipped" in done.stdout
    assert "failed" not in done.stdout


def test_any_other_test_may_skip_in_ci(tmp_path: Path) -> None:
    done = outcome(tmp_path, OTHER_SKIPS, ci="true", below="engine")
    assert done.returncode == 0
    assert "1 skipped" in done.stdout


def test_every_test_belongs_to_one_phase(tmp_path: Path) -> None:
    passes = "def test_passes():\n    pass\n"
    for name, below in (("here", "browser"), ("beside", "engine")):
        done = outcome(tmp_path / name, passes, ci="", below=below, options=["--phase", "browser"])
        assert ("1 passed" in done.stdout) == (below == "browser"), done.stdout
    asked = ["--phase", BESIDE, "tests/browser/test_made_up.py"]
    assert "1 deselected" in outcome(tmp_path / "asked", passes, ci="", options=asked).stdout


def test_what_the_phases_name_is_there() -> None:
    places = [ROOT / "tests" / place for named in PHASES.values() for place in named]
    assert [place for place in places if not place.exists()] == []
    assert [phase_of(place) for place in places] == [name for name, named in PHASES.items() for _ in named]
    assert phase_of(Path(__file__)) == BESIDE


def test_runs_of_tests_are_kept_apart_from_the_real_ones() -> None:
    settings = load()
    assert str(settings.home) == os.path.realpath(os.environ["OVERLAP_HOME"])
    assert settings.allowed_hosts == ()


def test_an_orchestrator_in_this_process_leaves_no_setting_behind() -> None:
    before = dict(os.environ)
    with orchestrators_inside():
        os.environ["OVERLAP_ALLOWED_HOSTS"] = "127.0.0.1:1"
        del os.environ["OVERLAP_HOME"]
    assert dict(os.environ) == before
