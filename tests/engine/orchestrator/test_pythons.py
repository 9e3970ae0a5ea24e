"""Other Pythons: found, asked what they are and what they lack, and run the same tasks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import NotAvailable
from engine.machine import interpreters
from engine.machine.interpreters import executable
from engine.model import Configuration
from engine.orchestrator import pythons
from engine.orchestrator.pythons import distributions_of, inspect_python, packages_of, usable_python
from engine.runs import plans
from engine.store import Store
from tests.engine.support import once_each, run_to_end

PLACES = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
OWN = sys.version_info[:2]


def bare_pythons() -> list[str]:
    """Pythons of other versions that this engine runs on, wherever this machine keeps some."""
    named = [(3, 11), (3, 12), (3, 13), (3, 14)]
    commands = [shutil.which(f"python{major}.{minor}") for major, minor in named if (major, minor) != OWN]
    managed = [str(one) for one in sorted(PLACES.glob("3.1[1-9]*")) if not one.name.startswith(f"{OWN[0]}.{OWN[1]}.")]
    return [*managed, *(command for command in commands if command and "shims" not in command)]


@pytest.fixture
def other() -> str:
    """A Python of another version, without packages."""
    found = bare_pythons()
    if not found:
        pytest.skip("This machine has no other Python from 3.11 on.")
    return found[0]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment of this Python's with nothing installed."""
    folder = tmp_path_factory.mktemp("environment") / "empty"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=50)
    return folder


def test_an_environments_folder_an_executable_and_a_command_are_found(empty: Path) -> None:
    inside = executable(str(empty))
    assert Path(inside).parent.parent == empty
    assert executable(inside) == inside, "a link is not resolved: its place says which environment is meant"
    assert executable(sys.executable) == str(Path(sys.executable).absolute())
    with pytest.raises(NotAvailable, match="There is no Python at no-such-python: name an executable"):
        executable("no-such-python")
    with pytest.raises(NotAvailable, match="There is no Python at"):
        executable(str(empty.parent))


def test_a_python_says_what_it_is(empty: Path) -> None:
    found = usable_python(str(empty), "compute")
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert (found.implementation, found.missing, found.problem) == ("CPython", (), None)
    assert found.gil is getattr(sys, "_is_gil_enabled", lambda: True)()
    assert found.plain() == {"version": found.version, "implementation": "CPython", "gil": found.gil}


def test_all_that_is_missing_is_named_together_with_the_command_to_install_it(empty: Path) -> None:
    assert set(inspect_python(str(empty), "scrape").missing) >= {"requests", "selectolax", "protego", "filelock"}
    with pytest.raises(NotAvailable, match=r"lacks what the workload resize needs \(PIL\): .* -m pip install pillow"):
        usable_python(str(empty), "resize")
    assert [name.lower() for name in distributions_of(["PIL", "no_such"])] == ["pillow", "no_such"]


def test_a_users_own_module_is_tried(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import requests\ndef run(x): return x\n")
    options = {"function": "mine:run", "search_path": [str(tmp_path)]}
    with pytest.raises(NotAvailable, match=r"cannot load the workload function .*No module named 'requests'"):
        usable_python(str(empty), "function", options)
    (tmp_path / "plain.py").write_text("def run(x): return x\n")
    reasons = usable_python(str(empty), "function", {**options, "function": "plain:run"}).reasons
    assert reasons["threads"] is None
    assert "plain function" in str(reasons["asyncio"])
    assert "distributed is not installed" in str(reasons["dask"])


def test_what_is_no_python_or_too_old_is_told(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(NotAvailable, match="is no Python that can be used"):
        inspect_python(str(fake), "compute")
    answer = {"version": "2.7.18", "implementation": "CPython", "missing": [], "gil": True, "problem": None}
    fake.write_text(f"#!/bin/sh\necho '{json.dumps({**answer, 'reasons': {}})}'\n")
    with pytest.raises(NotAvailable, match=r"Python 2\.7\.18 at .* is too old: name one from 3\.11 on"):
        usable_python(str(tmp_path / "." / "python"), "wait")


def test_a_python_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "_ASK_S", 0.2)
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexec sleep 30\n")
    fake.chmod(0o755)
    with pytest.raises(NotAvailable, match="did not say within 0 s what Python it is"):
        inspect_python(str(fake), "compute")


def test_an_engine_among_installed_packages_is_shown_to_other_pythons_alone(tmp_path: Path) -> None:
    (tmp_path / "site-packages" / "engine").mkdir(parents=True)
    (tmp_path / "site-packages" / "engine" / "__init__.py").touch()
    (tmp_path / "site-packages" / "PIL").mkdir()
    alone = interpreters._alone(tmp_path / "site-packages")
    assert [one.name for one in alone.iterdir()] == ["engine"]
    assert (alone / "engine" / "__init__.py").is_file()


def test_what_a_workload_imports_is_read_from_its_source() -> None:
    bare = ["engine.workloads.compute", "engine.workloads.wait", "engine.trial.main", "engine.trial.worker.run"]
    assert packages_of(bare) == []
    assert packages_of(["engine.workloads.resize", "engine.workloads.images.making.resizing"]) == ["PIL"]
    assert {"requests", "urllib3"} <= set(packages_of(["engine.workloads.web.fetching.fetch"]))


def test_a_trial_runs_under_a_bare_python_of_another_version(other: str, store: Store) -> None:
    how = Configuration("processes", 2, python=other)
    run = run_to_end(store, plans.simple_plan("compute", 4, {"amount": 1000}, how, store.settings))
    here = run_to_end(store, plans.simple_plan("compute", 4, {"amount": 1000}, plans.SEQUENTIAL, store.settings))
    assert (run.state, run.ok) == ("finished", 4)
    assert [one.fingerprint for one in once_each(store, run).values()] == [
        one.fingerprint for one in once_each(store, here).values()
    ]
    described = run.environment["pythons"][other]
    assert described["version"].startswith("3.")
    assert described["version"] != run.environment["python"]
    assert "pythons" not in here.environment


def test_what_an_executor_lacks_on_another_python_is_told_for_that_python(other: str, store: Store) -> None:
    with pytest.raises(NotAvailable, match=r"dask is not available on Python 3\.\d+\.\d+: the package distributed"):
        plans.simple_plan("wait", 1, {}, Configuration("dask", 1, python=other), store.settings)
    with pytest.raises(NotAvailable, match="lacks what the workload resize needs"):
        plans.job("resize", "photos", [], Configuration("threads", 1, python=other), {}, store.settings)
