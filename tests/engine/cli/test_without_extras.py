"""The command line as installed without any extra: no plotly, numpy, pandas, pyarrow or Streamlit, in no process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.cli.conftest import ROOT, Cli, run_number

ABSENT = re.compile(r"(?:_?plotly|numpy|pandas|pyarrow|streamlit|narwhals)\b")


@dataclass(frozen=True)
class Bare(Cli):
    """Commands of an interpreter that has our other packages and none of these; so has whatever it starts."""

    python: Path = Path()

    def start(self, *arguments: object, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, "-m", "engine", *map(str, arguments)], env=self.environment(**settings), cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "venv", symlinks=os.name != "nt")
    (packages,) = (folder / "venv").glob("[Ll]ib/**/site-packages")
    for place in (Path(path) for path in sys.path if "site-packages" in path):
        for item in place.iterdir():
            if not ABSENT.match(item.name) and not (packages / item.name).exists() and item.suffix != ".pth":
                (packages / item.name).symlink_to(item)
    (python,) = (folder / "venv").glob("bin/python" if os.name != "nt" else "Scripts/python.exe")
    return Bare(folder / "home", folder, python)


def test_a_comparison_is_run_told_and_exported(bare: Bare, tmp_path: Path) -> None:
    done = bare.apart(
        "compare", "math:sqrt", "1", "2", "3", "--executors", "threads", "--workers", "2", "--repeats", "2",
        "--markdown", tmp_path / "said.md",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "plain loop" in (tmp_path / "said.md").read_text(encoding="utf-8")
    refused = bare.apart("export", run_number(done), "--format", "html")
    assert refused.returncode == 1
    assert "pip install 'overlap-workbench[report]'" in refused.stderr


def test_a_report_that_could_not_be_written_is_refused_before_anything_is_measured(bare: Bare) -> None:
    refused = bare.apart("compare", "math:sqrt", "1", "--html", "report.html")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "needs plotly" in refused.stderr


def test_pictures_are_resized_but_those_that_need_numpy_which_say_so(bare: Bare, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.new("RGB", (60, 40), "teal").save(tmp_path / "in" / "usual.jpg")
    Image.new("I;16", (60, 40), 30_000).save(tmp_path / "in" / "deep.png", transparency=0)
    done = bare.apart("resize", tmp_path / "in", "--to", tmp_path / "out", "--size", "20")
    assert done.returncode == 3, done.stderr
    assert (tmp_path / "out" / "usual.jpg").is_file()
    assert "1 failed, package_missing" in done.stderr
    assert "pip install 'overlap-workbench[pictures]'" in done.stderr
