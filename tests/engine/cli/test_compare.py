"""`compare` refuses before anything starts, in one sentence and with the documented exit code."""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Cli

PLACES = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., subprocess.CompletedProcess[str]]
INSTALLED = "import sys; sys.path.append(sys.argv.pop(1)); import overlap_command; overlap_command.main()"
"""What pip makes of the entry point: the current folder is on no path."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the commands are given."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "arguments.txt").write_text("1\n2\n3\n4\n")
    return tmp_path / "here"


@pytest.fixture
def overlap(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in that folder, in this process."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    cli = Cli(tmp_path / "home", tmp_path / "tmp")

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "path", [*sys.path])  # the command adds to it, and imports from there
        monkeypatch.delitem(sys.modules, "work", raising=False)
        importlib.invalidate_caches()
        return cli(*arguments, given=stdin)

    return run


@pytest.fixture
def installed(tmp_path: Path, folder: Path) -> Run:
    """Runs the command as it is when installed, in that folder."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"OVERLAP_HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-c", INSTALLED, str(ROOT), *arguments],
            cwd=folder, env={**environment, **variables}, input=stdin, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    return run


def here(tmp_path: Path, **files: str) -> None:
    for name, text in files.items():
        path = tmp_path / "here" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


TASKS = ("--tasks", "arguments.txt")
REFUSED = [
    ("def work(x) return x", (), r"work.py, line 1: "),
    ("import sys; sys.exit(4)", (), "it ends Python (4)"),
    ("import no_such_module", (), "No module named 'no_such_module'"),
    ("1 / 0", (), "ZeroDivisionError: division by zero"),
    ("def other(x): return x", (), "work has no work"),
    ("def work(x): return x", ("--executors", "asyncio"), "work:work is a plain function"),
    ("def work(x): return x", ("--executors", "fibers"), "There is no executor 'fibers'"),
    ("def work(x): return x", ("--workers", "999"), "999 workers are more than the limit of 256"),
]


@pytest.mark.parametrize(("code", "options", "said"), REFUSED, ids=[said for *_, said in REFUSED])
def test_what_cannot_run_is_refused_in_one_sentence(
    overlap: Run, tmp_path: Path, code: str, options: tuple[str, ...], said: str
) -> None:
    here(tmp_path, work=code)
    ended = overlap("compare", "work:work", *TASKS, *options)
    assert ended.returncode == 1
    (line,) = ended.stderr.strip().splitlines()
    assert said in line and "Traceback" not in ended.stderr
    assert not list((tmp_path / "home" / "runs").glob("*")), "nothing was started"


def test_the_installed_command_finds_modules_of_the_current_folder_and_prints_one_document(
    installed: Run, tmp_path: Path
) -> None:
    here(tmp_path, work="print('imported')\ndef work(x):\n    return x")
    ended = installed(
        "compare", "work:work", *TASKS, "--executors", "threads", "--workers", "2", "--repeats", "1", "--json"
    )
    assert ended.returncode == 0, ended.stderr
    assert {trial["state"] for trial in json.loads(ended.stdout)["trials"]} == {"finished"}


def test_a_project_with_a_folder_engine_of_its_own_works_and_its_own_import_of_it_is_told(
    installed: Run, tmp_path: Path
) -> None:
    here(tmp_path, engine__parts="def double(x): return 2 * x")
    (tmp_path / "here" / "engine" / "__init__.py").touch()
    here(tmp_path, work="def work(x): return x", careless="from engine.parts import double as work")
    options = ("--executors", "threads", "--workers", "2", "--repeats", "1", "--no-references")
    ended = installed("compare", "work:work", *TASKS, *options)
    assert ended.returncode == 0, ended.stderr
    ended = installed("compare", "careless:work", *TASKS, *options)
    assert ended.returncode == 1 and "give your folder engine another name" in ended.stderr


def test_another_package_engine_on_the_path_gets_one_sentence(installed: Run, tmp_path: Path) -> None:
    here(tmp_path, engine__parts="")
    (tmp_path / "here" / "engine" / "__init__.py").touch()
    ended = installed("runs", PYTHONPATH=".")
    assert ended.returncode == 1
    assert ended.stderr.startswith("overlap: PYTHONPATH leads to another package named engine")


def test_when_every_task_fails_no_winner_is_named_and_the_exit_code_says_so(overlap: Run, tmp_path: Path) -> None:
    here(tmp_path, work="def work(x): raise ValueError('it never works')")
    ended = overlap("compare", "work:work", *TASKS, "--executors", "threads", "--workers", "2")
    assert ended.returncode == 3
    assert "Every task failed" in ended.stderr and "ValueError: it never works" in ended.stderr
    assert "faster" not in ended.stderr and "Take" not in ended.stderr


GRID = ("--executors", "threads", "--workers", "2", "--repeats", "3")


def test_what_became_slower_ends_with_the_code_for_changes(overlap: Run, tmp_path: Path) -> None:
    here(tmp_path, work="import time\ndef work(x):\n    time.sleep(0.004)")
    ended = overlap("compare", "work:work", "1", "2", "3", "4", *GRID, "--no-references", "--json")
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    for factor, code in ((0.02, 4), (50.0, 0)):
        changed = {**document, "trials": [{**one, "wall_s": one["wall_s"] * factor} for one in document["trials"]]}
        (tmp_path / "here" / "before.json").write_text(json.dumps(changed))
        ended = overlap(
            "compare", "work:work", "1", "2", "3", "4", "--no-references", "--repeats", "3", "--against", "before.json",
            "--fail-if-slower", "5%",
        )  # fmt: skip
        assert ended.returncode == code, ended.stderr
        assert "threads × 2: " in ended.stderr.lower().partition("against run 1")[2]
    ended = overlap("compare", "work:work", "1", "--against", "before.json", *GRID)
    assert ended.returncode == 1 and "did other work" in ended.stderr


def test_arguments_stand_on_the_command_line_or_come_from_stdin_and_chunks_are_configurations(
    overlap: Run, tmp_path: Path
) -> None:
    here(tmp_path, work="def work(x):\n    return str(x)")
    command = ["compare", "work:work", "--executors", "threads,processes", "--workers", "1-2", "--repeats", "1"]
    ended = overlap(*command, "--chunk", "1,4", "--no-references", "--json", "1", '{"a": 2}', "three")
    assert ended.returncode == 0, ended.stderr
    trials = json.loads(ended.stdout)["trials"]
    how = {(one["executor"], one["workers"], one["configuration"]["chunk"]) for one in trials}
    pools = {(name, count, chunk) for name in ("threads", "processes") for count in (1, 2) for chunk in (1, 4)}
    assert how == {("sequential", 1, None), *pools}
    assert [one["label"] for one in trials[0]["records"]] == ["1", '{"a": 2}', "three"]
    ended = overlap("compare", "work:work", *GRID, "--no-references", "--tasks", "-", stdin="5\n6\n")
    assert ended.returncode == 0 and "Comparing 2 tasks" in ended.stderr
    for both in ((), ("1", *TASKS)):
        ended = overlap(*command, *both)
        assert ended.returncode == 1 and "one of the two" in ended.stderr


@pytest.mark.parametrize("options", [("--fail-if-slower", "5%"), ("--only-python",)])
def test_options_that_need_another_are_wrong_usage(overlap: Run, options: tuple[str, ...]) -> None:
    ended = overlap("compare", "wait", *options)
    assert ended.returncode == 2 and f"{options[0]} needs" in ended.stderr


def test_only_another_python_is_compared_and_its_function_need_not_run_here(overlap: Run, tmp_path: Path) -> None:
    found = [place for place in PLACES.glob("3.1[1-9]*/bin/python") if place.parts[-3] != platform.python_version()]
    if not found:
        pytest.skip("there is no other Python")
    python = str(found[0])
    version = found[0].parts[-3]
    here(tmp_path, work=f"import platform\nassert platform.python_version() == {version!r}\ndef work(x): return x")
    grid = (*GRID, "--repeats", "1", "--no-references")
    ended = overlap("compare", "work:work", "1", "2", *grid, "--python", python, "--only-python", "--json")
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert len({one["configuration"]["python"] for one in document["trials"]}) == 1
    assert document["trials"][0]["configuration"]["python"] and {one["failed"] for one in document["trials"]} == {0}
