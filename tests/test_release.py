"""What a release needs: one version everywhere, a section of the changes, and workflows that name what exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import __version__

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_citation_names_this_version() -> None:
    assert yaml.safe_load(read("CITATION.cff"))["version"] == __version__


def test_the_changes_have_a_section_for_this_version() -> None:
    said = subprocess.run(
        [sys.executable, "docs/release_notes.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "### Added" in said


@pytest.mark.skipif("RELEASE_TAG" not in os.environ, reason="only a release has a tag")
def test_the_tag_is_this_version_and_its_changes_are_dated() -> None:
    assert os.environ["RELEASE_TAG"] == f"v{__version__}"
    assert re.search(rf"^## {re.escape(__version__)}, \d{{4}}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)


def steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_files_and_targets_that_exist(path: Path) -> None:
    ran = "\n".join(step["run"] for step in steps(path) if "run" in step)
    files = set(re.findall(r"(?<![\w/.])(?:tests|docs|benchmarks)/[\w/]+\.py|start\.py", ran))
    targets = set(re.findall(r"\bmake (\w+)", ran))
    assert [name for name in sorted(files) if not (ROOT / name).is_file()] == []
    assert targets <= set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))


def test_the_workflow_runs_the_phases_that_make_test_runs() -> None:
    """Phase for phase with the same options: what passes here passes there."""
    phases = re.compile(r"(--phase \w+[^\n$]*)")
    here = [line.strip() for line in phases.findall(read("Makefile"))]
    there = [line.strip() for line in phases.findall(read(".github/workflows/check.yml"))]
    assert here == there
    options = re.search(r"^PYTEST := \$\(VENV_PYTHON\) (.+)$", read("Makefile"), re.MULTILINE)
    assert options
    assert f"PYTEST: {options[1]}\n" in read(".github/workflows/check.yml")


FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_for_issues_can_be_read(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.name != "config.yml":
        assert form["name"]
        assert all(part["attributes"]["label"] for part in form["body"])
