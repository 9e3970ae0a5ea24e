"""The wheel, built from this checkout and installed elsewhere: it brings the command and the app, and no test of ours.

What is installed borrows this environment's other packages, so that only the wheel itself is new.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).resolve().parents[1]
# Building asks the package index for setuptools.
pytestmark = [pytest.mark.stress, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what git knows of this checkout, with its changes."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    built = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", built, folder], check=True)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment that holds the wheel."""
    folder = tmp_path_factory.mktemp("somewhere else") / "environment"
    venv.create(folder)
    (packages,) = folder.glob("[Ll]ib/**/site-packages")
    others = [path for path in sys.path if "site-packages" in path]
    (packages / "borrowed.pth").write_text("\n".join(others), encoding="utf-8")
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    python = commands / ("python.exe" if os.name == "nt" else "python")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--force-reinstall", wheel],
        check=True,
    )
    return commands


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: one that holds packages of the same names as ours, which cannot be imported."""
    for name in ("engine", "pages", "streamlit"):
        package = tmp_path / "project" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"raise SystemExit('a foreign {name}')", encoding="utf-8")
    monkeypatch.setenv("OVERLAP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def said_by(installed: Path, *arguments: str) -> str:
    """What the command says on both streams; it succeeds."""
    command = [str(installed / "overlap"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_it_holds_all_of_the_engine_and_the_app_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "engine", "pages", "app.py", ".streamlit", "overlap_command.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    beside = ("engine/", "overlap_command")
    assert names == {name if name.startswith(beside) else f"overlap_app/{name}" for name in tracked if name}


def test_the_command_says_its_version(installed: Path, elsewhere: Path) -> None:
    assert said_by(installed, "--version") == f"overlap, version {engine.__version__}\n"


def test_a_comparison_runs_beside_packages_of_the_same_names(installed: Path, elsewhere: Path) -> None:
    (elsewhere / "chores.py").write_text("def double(number):\n    return 2 * number\n", encoding="utf-8")
    said = said_by(installed, "compare", "chores:double", "1", "2", "3", "--executors", "threads", "--workers", "2",
                   "--repeats", "2")  # fmt: skip
    assert re.search(r"plain loop +baseline ", said), said


@pytest.fixture
def served(installed: Path, elsewhere: Path) -> Iterator[str]:
    """The address of the app that the command serves."""
    process = subprocess.Popen([str(installed / "overlap"), "app"], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"running at (\S+)", line):
            yield found[1]
            break
    else:
        raise AssertionError(f"the app never said its address: {said}")
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_the_app_starts_from_anywhere_and_draws_its_pages(served: str, elsewhere: Path) -> None:
    from playwright.sync_api import sync_playwright

    import start

    with urllib.request.urlopen(served + "/_stcore/health", timeout=5) as answer:
        assert answer.status == 200
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=start.find_browser(), args=["--no-sandbox"])
        page = browser.new_page()
        for name in ("", "scrape", "compare"):
            page.goto(f"{served}/{name}")
            page.get_by_role("heading", level=1).first.wait_for(timeout=30_000)
            assert page.get_by_text("a foreign").count() == 0
        browser.close()


def test_without_the_app_it_takes_less_than_120_mb_and_compares(
    wheel: Path, elsewhere: Path, tmp_path: Path
) -> None:
    """With all packages from the index, byte code aside, which only some installers write."""
    venv.create(tmp_path / "lean")
    commands = tmp_path / "lean" / ("Scripts" if os.name == "nt" else "bin")
    python = commands / ("python.exe" if os.name == "nt" else "python")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-compile", str(wheel)]
    subprocess.run(command, check=True)
    files = [path for path in (tmp_path / "lean").rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < 120e6
    assert "plain loop" in said_by(commands, "compare", "math:sqrt", "4", "--executors", "threads", "--repeats", "1")
